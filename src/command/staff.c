// staff.c - juncho staff: how many must answer the telephone, half-hour by half-hour.
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/csv.h"
#include "command/command.h"
#include "command/stored.h"
#include "forecast/series.h"
#include "forecast/staffing.h"

// Of a file of calls, where there is no service with settings.
#define HANDLE_MIN    5
#define PATIENCE_MIN  3
#define OCCUPANCY_MAX 0.9

static const char help[] =
    "Usage: juncho staff --csv FILE [--answer-rate SHARE] [options]\n"
    "How many agents each interval needs, by Erlang A: callers hang up after a while, and may dial again.\n"
    "FILE has a header with start and count (or offered); each row is one interval.\n"
    "\n"
    "  --csv FILE             calls offered; for a forecast, the output of juncho forecast (column p50 or "
    "p90)\n"
    "  --column NAME          the column of calls (default count, else offered)\n"
    "  --start NAME           the column of times (default start)\n"
    "  --agents-column NAME   people at the telephone, by row: says how it would go with them, instead of "
    "how many\n"
    "                         are needed\n"
    "  --store URL            without --csv: a forecast of the calls that the store knows, four weeks from "
    "today\n"
    "                         or the day of --date (also --config FILE, --set S.KEY=VALUE)\n"
    "  --interval-min N       length of an interval (default 30)\n"
    "  --handle-min N         talk and after-call work (default 5; with --store calls.handle_s)\n"
    "  --patience-min N       mean time until a waiting caller hangs up (default 3; with --store\n"
    "                         calls.patience_s; inf: never)\n"
    "  --redial SHARE         of those who hung up, how many call again (default 0.5)\n"
    "  --answer-rate SHARE    of calls to be answered (default 0.9)\n"
    "  --service-level SHARE  of calls to be answered within --within-s, hang-ups counted as not (default "
    "none)\n"
    "  --within-s N           (default 20)\n"
    "  --occupancy-max SHARE  of its time that an agent may be busy (default 0.9; with --store\n"
    "                         calls.occupancy_percent)\n"
    "  --shrinkage SHARE      of paid time in breaks, training, illness (default 0.3)\n"
    "  --date DATE            only this day\n"
    "  --zone NAME            zone of civil time (default Asia/Tokyo)\n"
    "  --json                 one JSON document instead of a table\n"
    "\n"
    "Example:\n"
    "  juncho forecast --csv calls.csv --horizon-days 7 > week.csv\n"
    "  juncho staff --csv week.csv --column p50 --answer-rate 0.9 > roster.csv\n";

struct request {
    struct settings settings;
    const char *csv, *column, *agents_column, *start, *zone, *date;
    double interval_min;
    struct staffing_load load;
    struct staffing_goal goal;
    bool json;
};

struct planning {
    const struct request *request;
    struct staffing_load load;
    struct staffing_goal goal;
    struct config config; // of the store
    struct csv_reader *reader;
    struct csv_writer writer;
    json_t *rows;
    double only_day; // NAN: every day
    size_t planned, bad;
};

enum option_code {
    OPTION_CSV = 1000,
    OPTION_COLUMN,
    OPTION_AGENTS,
    OPTION_START,
    OPTION_INTERVAL,
    OPTION_HANDLE,
    OPTION_PATIENCE,
    OPTION_REDIAL,
    OPTION_ANSWER_RATE,
    OPTION_SERVICE_LEVEL,
    OPTION_WITHIN,
    OPTION_OCCUPANCY,
    OPTION_SHRINKAGE,
    OPTION_DATE,
    OPTION_ZONE,
    OPTION_JSON,
    OPTION_HELP,
};

static const struct option options[] = {
    SETTINGS_OPTIONS,
    {"csv", required_argument, NULL, OPTION_CSV},
    {"column", required_argument, NULL, OPTION_COLUMN},
    {"agents-column", required_argument, NULL, OPTION_AGENTS},
    {"start", required_argument, NULL, OPTION_START},
    {"interval-min", required_argument, NULL, OPTION_INTERVAL},
    {"handle-min", required_argument, NULL, OPTION_HANDLE},
    {"patience-min", required_argument, NULL, OPTION_PATIENCE},
    {"redial", required_argument, NULL, OPTION_REDIAL},
    {"answer-rate", required_argument, NULL, OPTION_ANSWER_RATE},
    {"service-level", required_argument, NULL, OPTION_SERVICE_LEVEL},
    {"within-s", required_argument, NULL, OPTION_WITHIN},
    {"occupancy-max", required_argument, NULL, OPTION_OCCUPANCY},
    {"shrinkage", required_argument, NULL, OPTION_SHRINKAGE},
    {"date", required_argument, NULL, OPTION_DATE},
    {"zone", required_argument, NULL, OPTION_ZONE},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, OPTION_HELP},
    {0},
};

static double *number_target(struct request *request, int option) {
    switch (option) {
    case OPTION_INTERVAL:
        return &request->interval_min;
    case OPTION_HANDLE:
        return &request->load.handle_min;
    case OPTION_PATIENCE:
        return &request->load.patience_min;
    case OPTION_REDIAL:
        return &request->load.redial;
    case OPTION_ANSWER_RATE:
        return &request->goal.answer_rate;
    case OPTION_SERVICE_LEVEL:
        return &request->goal.service_level;
    case OPTION_WITHIN:
        return &request->load.within_min; // in seconds until parse() ends
    case OPTION_OCCUPANCY:
        return &request->goal.occupancy_max;
    case OPTION_SHRINKAGE:
        return &request->goal.shrinkage;
    default:
        return NULL;
    }
}

static const char **text_target(struct request *request, int option) {
    switch (option) {
    case OPTION_CSV:
        return &request->csv;
    case OPTION_COLUMN:
        return &request->column;
    case OPTION_AGENTS:
        return &request->agents_column;
    case OPTION_START:
        return &request->start;
    case OPTION_DATE:
        return &request->date;
    case OPTION_ZONE:
        return &request->zone;
    default:
        return NULL;
    }
}

static int usage(const char *what, const char *words) {
    (void)fprintf(stderr, "juncho staff: %s: %s (try --help)\n", what, words);
    return EXIT_USAGE;
}

static bool parse_number(const char *text, int option, double *ret_number) {
    struct error err;
    if (option == OPTION_PATIENCE && strcmp(text, "inf") == 0) {
        *ret_number = INFINITY;
        return true;
    }
    return csv_number(text, "number", ret_number, &err);
}

// EXIT_DONE to go on; -1 after help was printed.
static int parse(int argc, char **argv, struct request *request) {
    *request = (struct request){
        .start = "start",
        .zone = "Asia/Tokyo",
        .interval_min = 30,
        .load = {.handle_min = NAN, .patience_min = NAN, .redial = 0.5, .within_min = 20},
        .goal = {.answer_rate = 0.9, .occupancy_max = NAN, .shrinkage = 0.3},
    };
    struct error err;
    if (!settings_read(&request->settings, argc, argv, options, &err))
        return usage("settings", err.message);
    optind = 1;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        double *number = number_target(request, option);
        const char **text = text_target(request, option);
        if (option == 'h' || option == OPTION_HELP) {
            (void)fputs(help, stdout);
            return -1;
        }
        if (option == '?')
            return usage(argv[optind - 1], "not understood");
        if (number != NULL && !parse_number(optarg, option, number))
            return usage(optarg, "not a number");
        if (text != NULL)
            *text = optarg;
        request->json |= option == OPTION_JSON;
    }
    request->load.within_min /= 60;
    if (optind < argc)
        return usage(argv[optind], "not understood");
    if (request->csv == NULL && !request->settings.stored)
        return usage("--csv", "give a file of calls by interval, or --store");
    if (!(request->interval_min > 0))
        return usage("--interval-min", "must be above zero");
    return EXIT_DONE;
}

static int calls_column(const struct planning *planning) {
    if (planning->request->column != NULL)
        return csv_reader_column(planning->reader, planning->request->column);
    int column = csv_reader_column(planning->reader, "count");
    return column >= 0 ? column : csv_reader_column(planning->reader, "offered");
}

static void put_row(struct planning *planning, const char *start, double calls,
                    const struct staffing_plan *plan) {
    const struct staffing_state *state = &plan->state;
    bool first = planning->planned++ == 0;
    if (planning->request->json) {
        json_array_append_new(planning->rows, json_pack("{s:s, s:f, s:I, s:I, s:f, s:f, s:f}", "start", start,
                                                        "offered", calls, "agents", (json_int_t)plan->agents,
                                                        "scheduled", (json_int_t)plan->scheduled,
                                                        "answer_rate", 1 - state->abandons, "service_level",
                                                        state->service_level, "occupancy", state->occupancy));
        return;
    }
    if (first) // a file that cannot be read leaves nothing behind
        csv_write_row(&planning->writer,
                      (const char *const[]){"start", "offered", "agents", "scheduled", "answer_rate",
                                            "service_level", "occupancy", NULL});
    csv_write_text(&planning->writer, start);
    csv_write_number(&planning->writer, calls, 1);
    csv_write_integer(&planning->writer, plan->agents);
    csv_write_integer(&planning->writer, plan->scheduled);
    csv_write_number(&planning->writer, 1 - state->abandons, 4);
    csv_write_number(&planning->writer, state->service_level, 4);
    csv_write_number(&planning->writer, state->occupancy, 4);
    csv_write_end(&planning->writer);
}

// How it goes with the people whom the row names.
static bool try_agents(const struct planning *planning, const struct csv_row *row,
                       const struct staffing_load *load, struct staffing_plan *ret_plan, struct error *err) {
    int column = csv_reader_column(planning->reader, planning->request->agents_column);
    double agents = 0;
    if (column < 0)
        return error_set(err, ERROR_MISSING, "the table has no column '%.40s'",
                         planning->request->agents_column);
    if (!csv_number(row->fields[column], "agents", &agents, err))
        return false;
    if (!(agents >= 0 && agents <= STAFFING_AGENTS_MAX))
        return error_set_field(err, ERROR_INVALID, "agents", "%g people are not possible", agents);
    *ret_plan = (struct staffing_plan){.agents = (int64_t)(agents + 0.5)};
    ret_plan->scheduled = (int64_t)ceil((double)ret_plan->agents / (1 - planning->goal.shrinkage) - 1e-9);
    return staffing_solve(load, ret_plan->agents, &ret_plan->state, err);
}

static bool plan_row(void *context, const struct csv_row *row, struct error *err) {
    struct planning *planning = context;
    int start = csv_reader_column(planning->reader, planning->request->start), calls = calls_column(planning);
    double time, count;
    struct staffing_plan plan;
    if (start < 0 || calls < 0)
        return error_set(err, ERROR_MISSING, "the table has no column '%s'; name it with --%s",
                         start < 0 ? planning->request->start : "count", start < 0 ? "start" : "column");
    if (!series_parse_time(row->fields[start], &time, err) ||
        !csv_number(row->fields[calls], "calls", &count, err))
        return false;
    if (!isnan(planning->only_day) && floor(time) != planning->only_day)
        return true;
    struct staffing_load load = planning->load;
    load.calls_per_min = count / planning->request->interval_min;
    if (!(planning->request->agents_column != NULL ? try_agents(planning, row, &load, &plan, err)
                                                   : staffing_require(&load, &planning->goal, &plan, err)))
        return false;
    put_row(planning, row->fields[start], count, &plan);
    return true;
}

static void note_bad(void *context, uint64_t line, const char *reason) {
    struct planning *planning = context;
    planning->bad++;
    (void)fprintf(stderr, "line %llu: %s\n", (unsigned long long)line, reason);
}

static bool finish(struct planning *planning, struct error *err) {
    if (planning->request->json) {
        json_t *document = json_pack("{s:O}", "rows", planning->rows);
        (void)json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
        (void)putchar('\n');
        json_decref(document);
    }
    return csv_writer_finish(&planning->writer, err);
}

// Every row of a file.
static bool plan_file(struct planning *planning, struct error *err) {
    struct csv_handler handler = {.row = plan_row, .bad = note_bad, .context = planning};
    struct csv_options csv = {.has_header = true, .field_bytes = 256};
    FILE *file = fopen(planning->request->csv, "rb");
    if (file == NULL)
        return error_set(err, ERROR_MISSING, "%.100s cannot be opened", planning->request->csv);
    CLEANUP(csv_reader_cleanup) struct csv_reader *reader = csv_reader_new(&csv, &handler);
    planning->reader = reader;
    bool good = reader != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    good = good && csv_reader_read(reader, file, err);
    (void)fclose(file);
    return good;
}

static void set_if_unknown(double *number, double value) {
    if (isnan(*number))
        *number = value;
}

// What the command line left open is as the service has it.
static bool plan_slot(void *context, const char *start, int minutes, const struct demand_slot *slot,
                      struct error *err) {
    struct planning *planning = context;
    struct staffing_load *load = &planning->load;
    struct staffing_plan plan;
    set_if_unknown(&load->handle_min, (double)planning->config.calls.handle_s / 60);
    set_if_unknown(&load->patience_min, (double)planning->config.calls.patience_s / 60);
    set_if_unknown(&planning->goal.occupancy_max, (double)planning->config.calls.occupancy_percent / 100);
    load->calls_per_min = slot->p50 / minutes;
    if (!staffing_require(load, &planning->goal, &plan, err))
        return false;
    put_row(planning, start, slot->p50, &plan);
    return true;
}

// The forecast of the calls that the store knows.
static bool plan_store(struct planning *planning, struct error *err) {
    struct stored_forecast asked = {.settings = &planning->request->settings,
                                    .ret_config = &planning->config,
                                    .series = CALENDAR_CALLS,
                                    .now_ms = clock_wall_ms(),
                                    .days = isnan(planning->only_day) ? CALENDAR_VIEW_DAYS : 1,
                                    .first_day = isnan(planning->only_day) ? 0 : (int64_t)planning->only_day};
    return stored_forecast_each(&asked, plan_slot, planning, err);
}

static bool run(const struct request *request, size_t *ret_bad, struct error *err) {
    struct planning planning = {
        .request = request, .load = request->load, .goal = request->goal, .only_day = NAN};
    if (request->csv != NULL) {
        set_if_unknown(&planning.load.handle_min, HANDLE_MIN);
        set_if_unknown(&planning.load.patience_min, PATIENCE_MIN);
        set_if_unknown(&planning.goal.occupancy_max, OCCUPANCY_MAX);
    }
    if (request->date != NULL && !series_parse_time(request->date, &planning.only_day, err))
        return false;
    planning.rows = json_array();
    csv_writer_to_file(&planning.writer, stdout);
    bool good = request->csv != NULL ? plan_file(&planning, err) : plan_store(&planning, err);
    if (good && planning.planned == 0)
        good = error_set(err, ERROR_INVALID, "there was no row to plan for");
    good = good && finish(&planning, err);
    json_decref(planning.rows);
    *ret_bad = planning.bad;
    return good;
}

int command_staff(int argc, char **argv) {
    struct request request;
    int code = parse(argc, argv, &request);
    if (code != EXIT_DONE)
        return code < 0 ? EXIT_DONE : code;
    struct error err = {0};
    size_t bad = 0;
    if (!clock_set_zone(request.zone, &err)) {
        (void)fprintf(stderr, "juncho staff: %s\n", err.message);
        return EXIT_USAGE;
    }
    if (!run(&request, &bad, &err)) {
        (void)fprintf(stderr, "juncho staff: %s\n", err.message);
        return EXIT_FAULT;
    }
    return bad > 0 ? EXIT_PARTLY : EXIT_DONE;
}
