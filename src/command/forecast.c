// forecast.c - juncho forecast: how many will come, from a file of counts alone.
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/text.h"
#include "command/command.h"
#include "forecast/inputs.h"
#include "forecast/score.h"

#define HORIZON_DAYS_DEFAULT  28
#define BACKTEST_DAYS_DEFAULT 7
#define LEVEL_BUSY            0.6 // of the capacity
#define LEVEL_VERY_BUSY       0.9

static const char help[] =
    "Usage: juncho forecast --csv FILE [options]\n"
    "How many will come: median and the interval that holds in four cases of five, slot by slot.\n"
    "FILE has a header and the columns start,count (ISO 8601); hours, half-hours or days.\n"
    "\n"
    "  --csv FILE             counts to learn from\n"
    "  --map start=A,count=B  other names of the columns\n"
    "  --gaps-are-zero        slots that the table leaves out had no arrival (else: are not known)\n"
    "  --occasions FILE       launches, deadlines and events (INI; see below)\n"
    "  --holidays WHICH       japan (default), none, or a file like the Cabinet Office's syukujitsu.csv\n"
    "  --zone NAME            zone of civil time (default Asia/Tokyo)\n"
    "  --horizon-days N       how far (default 28; with --backtest 7)\n"
    "  --expected-per-day N   what to expect while there are few counts or none\n"
    "  --prior FILE           counts of another campaign or of a rehearsal, whose profile to use meanwhile\n"
    "  --capacity N           arrivals an hour that can be served: adds the level (smooth, busy, very busy)\n"
    "  --backtest             forecast the past and score it, beside two plain methods\n"
    "  --test-days N          how many days to hold out (default 14)\n"
    "  --json                 one JSON document instead of a table\n"
    "\n"
    "Examples:\n"
    "  juncho forecast --csv arrivals.csv --horizon-days 28 > forecast.csv\n"
    "  juncho forecast --csv arrivals.csv --backtest\n"
    "  printf '[campaign]\\ndeadline = 2026-09-30\\n[event television]\\nat = 2026-09-01T19:00\\n' > "
    "known.ini\n"
    "  juncho forecast --csv arrivals.csv --occasions known.ini\n";

struct request {
    struct inputs_paths paths;
    char start_column[64], count_column[64];
    const char *zone, *prior;
    int64_t horizon_days, test_days, expected_per_day, capacity;
    bool backtest, json;
};

static int usage(const char *option, const char *words) {
    fprintf(stderr, "juncho forecast: %s: %s (try --help)\n", option, words);
    return EXIT_USAGE;
}

// "start=hour_utc,count=requests"
static bool parse_map(struct request *request, const char *text) {
    char copy[160];
    if (!text_copy(copy, sizeof copy, text))
        return false;
    char *rest = copy;
    for (char *pair; (pair = strsep(&rest, ",")) != NULL;) {
        char *name = strchr(pair, '=');
        if (name == NULL)
            return false;
        *name++ = '\0';
        bool start = text_equal(pair, "start");
        if (!start && !text_equal(pair, "count"))
            return false;
        if (!text_copy(start ? request->start_column : request->count_column, sizeof request->start_column,
                       name))
            return false;
        if (start)
            request->paths.series.start_column = request->start_column;
        else
            request->paths.series.count_column = request->count_column;
    }
    return true;
}

enum option_code {
    OPTION_CSV = 1000,
    OPTION_MAP,
    OPTION_GAPS,
    OPTION_OCCASIONS,
    OPTION_HOLIDAYS,
    OPTION_ZONE,
    OPTION_HORIZON,
    OPTION_EXPECTED,
    OPTION_PRIOR,
    OPTION_CAPACITY,
    OPTION_BACKTEST,
    OPTION_TEST_DAYS,
    OPTION_JSON,
    OPTION_HELP,
};

static const struct option options[] = {
    {"csv", required_argument, NULL, OPTION_CSV},
    {"map", required_argument, NULL, OPTION_MAP},
    {"gaps-are-zero", no_argument, NULL, OPTION_GAPS},
    {"occasions", required_argument, NULL, OPTION_OCCASIONS},
    {"holidays", required_argument, NULL, OPTION_HOLIDAYS},
    {"zone", required_argument, NULL, OPTION_ZONE},
    {"horizon-days", required_argument, NULL, OPTION_HORIZON},
    {"expected-per-day", required_argument, NULL, OPTION_EXPECTED},
    {"prior", required_argument, NULL, OPTION_PRIOR},
    {"capacity", required_argument, NULL, OPTION_CAPACITY},
    {"backtest", no_argument, NULL, OPTION_BACKTEST},
    {"test-days", required_argument, NULL, OPTION_TEST_DAYS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, OPTION_HELP},
    {0},
};

// What a number option is called, where it goes and how large it may be; NULL for the others.
static int64_t *number_target(struct request *request, int option, int64_t *ret_max) {
    *ret_max = INT64_C(1000000000000);
    switch (option) {
    case OPTION_EXPECTED:
        return &request->expected_per_day;
    case OPTION_CAPACITY:
        return &request->capacity;
    case OPTION_HORIZON:
        *ret_max = DEMAND_AHEAD_DAYS_MAX;
        return &request->horizon_days;
    case OPTION_TEST_DAYS:
        *ret_max = DEMAND_AHEAD_DAYS_MAX;
        return &request->test_days;
    default:
        return NULL;
    }
}

static void set_text(struct request *request, int option) {
    if (option == OPTION_CSV)
        request->paths.csv = optarg;
    else if (option == OPTION_GAPS)
        request->paths.series.gaps_are_zero = true;
    else if (option == OPTION_OCCASIONS)
        request->paths.occasions = optarg;
    else if (option == OPTION_HOLIDAYS)
        request->paths.holidays = optarg;
    else if (option == OPTION_ZONE)
        request->zone = optarg;
    else if (option == OPTION_PRIOR)
        request->prior = optarg;
    else if (option == OPTION_BACKTEST)
        request->backtest = true;
    else if (option == OPTION_JSON)
        request->json = true;
}

// EXIT_DONE to go on; -1 after help was printed.
static int parse(int argc, char **argv, struct request *request) {
    *request = (struct request){.zone = "Asia/Tokyo", .test_days = 2 * BACKTEST_DAYS_DEFAULT};
    optind = 1;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        int64_t max, *number = number_target(request, option, &max);
        if (option == 'h' || option == OPTION_HELP) {
            fputs(help, stdout);
            return -1;
        }
        if (option == '?')
            return usage(argv[optind - 1], "not understood");
        if (number != NULL && !text_parse_int(optarg, 1, max, number))
            return usage(optarg, "not a possible number");
        if (option == OPTION_MAP && !parse_map(request, optarg))
            return usage(optarg, "write start=NAME,count=NAME");
        set_text(request, option);
    }
    if (optind < argc)
        return usage(argv[optind], "not understood");
    if (request->paths.csv == NULL && request->expected_per_day == 0 && request->prior == NULL)
        return usage("--csv", "give a file of counts, or --expected-per-day or --prior");
    if (request->horizon_days == 0)
        request->horizon_days = request->backtest ? BACKTEST_DAYS_DEFAULT : HORIZON_DAYS_DEFAULT;
    return EXIT_DONE;
}

static void print_note(void *context, const char *sentence) {
    if (context != NULL)
        json_array_append_new(context, json_string(sentence));
    else
        fprintf(stderr, "%s\n", sentence);
}

static json_t *number_or_null(double number, double step) {
    return isfinite(number) ? json_real(round(number / step) * step) : json_null();
}

static json_t *score_json(const struct score *score) {
    return json_pack("{s:o, s:o, s:o, s:o}", "mase", number_or_null(score->mase, 1e-4), "wape",
                     number_or_null(score->wape, 1e-4), "pinball", number_or_null(score->pinball, 1e-3),
                     "coverage80", number_or_null(score->coverage80, 1e-4));
}

static void print_score(const char *name, const struct score *score) {
    printf("%-16s %8.3f %8.3f %12.1f %9.1f %%\n", name, score->wape, score->mase, score->pinball,
           100 * score->coverage80);
}

static bool run_backtest(const struct request *request, const struct inputs *inputs,
                         const struct demand_options *demand, struct error *err) {
    struct backtest backtest;
    if (!backtest_run(&inputs->series, demand, (size_t)request->test_days, (size_t)request->horizon_days,
                      &backtest, NULL, err))
        return false;
    if (request->json) {
        json_t *document = json_pack(
            "{s:i, s:i, s:f, s:{s:o, s:o, s:o}}", "horizon_days", (int)backtest.horizon_days, "origins",
            (int)backtest.origins, "fit_seconds", backtest.fit_seconds, "scores", "juncho",
            score_json(&backtest.juncho), "seasonal_naive", score_json(&backtest.seasonal_naive),
            "same_hour_mean", score_json(&backtest.same_hour_mean));
        json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(8));
        putchar('\n');
        json_decref(document);
        return true;
    }
    printf("%zu slots held out, %zu origins, %zu days ahead; longest fit %.2f s\n", backtest.juncho.slots,
           backtest.origins, backtest.horizon_days, backtest.fit_seconds);
    printf("%-16s %8s %8s %12s %11s\n", "", "WAPE", "MASE", "pinball", "in 80 %");
    print_score("juncho", &backtest.juncho);
    print_score("seasonal naive", &backtest.seasonal_naive);
    print_score("same hour mean", &backtest.same_hour_mean);
    return true;
}

static void format_start(char target[CLOCK_RFC3339_SIZE], double time, bool date_only) {
    int64_t minute = (int64_t)floor(time * SERIES_MINUTES_DAY + 0.5);
    time_t seconds = (time_t)(minute * 60); // civil: no zone is applied
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(target, CLOCK_RFC3339_SIZE, date_only ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S", &parts);
    int64_t instant_ms;
    struct error err;
    if (!date_only && clock_parse(target, &instant_ms, &err))
        clock_rfc3339(target, instant_ms); // with the offset of its day
}

static const char *level_name(const struct request *request, const struct series *series, double p90) {
    if (request->capacity == 0)
        return NULL;
    double share = p90 * 60 / series->minutes / (double)request->capacity;
    return share < LEVEL_BUSY ? "smooth" : share < LEVEL_VERY_BUSY ? "busy" : "very busy";
}

static void print_json(const struct request *request, const struct inputs *inputs,
                       const struct demand_slot *slots, size_t count) {
    json_t *rows = json_array(), *notes = json_array();
    inputs_tell(inputs, print_note, notes);
    for (size_t i = 0; i < count; i++) {
        char start[CLOCK_RFC3339_SIZE];
        const char *level = level_name(request, &inputs->series, slots[i].p90);
        format_start(start, slots[i].time, inputs->series.per_day == 1);
        json_array_append_new(rows, json_pack("{s:s, s:o, s:o, s:o, s:s?}", "start", start, "p10",
                                              number_or_null(slots[i].p10, 0.01), "p50",
                                              number_or_null(slots[i].p50, 0.01), "p90",
                                              number_or_null(slots[i].p90, 0.01), "level", level));
    }
    json_t *document = json_pack("{s:o, s:o}", "forecast", rows, "notes", notes);
    json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    putchar('\n');
    json_decref(document);
}

static void print_table(const struct request *request, const struct inputs *inputs,
                        const struct demand_slot *slots, size_t count, struct csv_writer *writer) {
    inputs_tell(inputs, print_note, NULL);
    csv_write_row(writer, (const char *const[]){"start", "p10", "p50", "p90", "level", NULL});
    for (size_t i = 0; i < count; i++) {
        char start[CLOCK_RFC3339_SIZE];
        const char *level = level_name(request, &inputs->series, slots[i].p90);
        format_start(start, slots[i].time, inputs->series.per_day == 1);
        csv_write_text(writer, start);
        csv_write_number(writer, slots[i].p10, 0);
        csv_write_number(writer, slots[i].p50, 0);
        csv_write_number(writer, slots[i].p90, 0);
        csv_write_text(writer, level != NULL ? level : "");
        csv_write_end(writer);
    }
}

static bool run_forecast(const struct request *request, const struct inputs *inputs,
                         const struct demand_options *options_of_demand, struct error *err) {
    CLEANUP(demand_cleanup) struct demand *demand = NULL;
    size_t count = (size_t)request->horizon_days * inputs->series.per_day;
    struct demand_slot *slots = calloc(count, sizeof *slots);
    struct csv_writer writer;
    csv_writer_to_file(&writer, stdout);
    bool good = slots != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    good = good && demand_new(&inputs->series, SIZE_MAX, options_of_demand, &demand, err) &&
           demand_forecast(demand, inputs->series.count, count, slots, err);
    if (good && request->json)
        print_json(request, inputs, slots, count);
    else if (good)
        print_table(request, inputs, slots, count, &writer);
    good = good && csv_writer_finish(&writer, err);
    free(slots);
    return good;
}

// Learns the profile of another campaign; NULL in `ret_prior` when none is asked for.
static bool read_prior(const struct request *request, struct inputs *inputs, struct demand **ret_prior,
                       struct error *err) {
    if (request->prior == NULL)
        return true;
    struct inputs_paths paths = request->paths;
    paths.csv = request->prior;
    if (!inputs_read(&paths, 0, inputs, err))
        return false;
    struct demand_options demand = {.holidays = &inputs->holidays, .occasions = &inputs->occasions};
    return demand_new(&inputs->series, SIZE_MAX, &demand, ret_prior, err);
}

static bool run(const struct request *request, bool *ret_partly, struct error *err) {
    struct inputs inputs = {0}, prior_inputs = {0};
    CLEANUP(demand_cleanup) struct demand *prior = NULL;
    int64_t now = clock_wall_ms();
    struct civil today = clock_civil(now);
    int64_t day = clock_day_number(today.year, today.month, today.day);
    bool good =
        inputs_read(&request->paths, day, &inputs, err) && read_prior(request, &prior_inputs, &prior, err);
    struct demand_options demand = {.holidays = &inputs.holidays,
                                    .occasions = &inputs.occasions,
                                    .prior = prior,
                                    .expected_per_day = (double)request->expected_per_day};
    if (good)
        good = request->backtest ? run_backtest(request, &inputs, &demand, err)
                                 : run_forecast(request, &inputs, &demand, err);
    *ret_partly = inputs.series.notes.bad > 0;
    inputs_done(&prior_inputs);
    inputs_done(&inputs);
    return good;
}

int command_forecast(int argc, char **argv) {
    struct request request;
    int code = parse(argc, argv, &request);
    if (code != EXIT_DONE)
        return code < 0 ? EXIT_DONE : code;
    struct error err = {0};
    bool partly = false;
    if (!clock_set_zone(request.zone, &err)) {
        fprintf(stderr, "juncho forecast: %s\n", err.message);
        return EXIT_USAGE;
    }
    if (!run(&request, &partly, &err)) {
        fprintf(stderr, "juncho forecast: %s\n", err.message);
        return EXIT_FAULT;
    }
    return partly ? EXIT_PARTLY : EXIT_DONE;
}
