// forecast.c - juncho forecast: how many will come, from a file of counts alone or from a store.
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/text.h"
#include "command/command.h"
#include "command/days.h"
#include "command/stored.h"
#include "forecast/inputs.h"
#include "forecast/levels.h"
#include "forecast/score.h"

#define HORIZON_DAYS_DEFAULT  28
#define BACKTEST_DAYS_DEFAULT 7

static const char help[] =
    "Usage: juncho forecast --csv FILE [options]\n"
    "       juncho forecast --store URL [--series app|calls] [--config FILE] [--set S.KEY=VALUE] [options]\n"
    "How many will come: median and the interval that holds in four cases of five, slot by slot.\n"
    "FILE has a header and the columns start,count (ISO 8601); hours, half-hours or days.\n"
    "\n"
    "  --csv FILE             counts to learn from\n"
    "  --map start=A,count=B  other names of the columns\n"
    "  --gaps-are-zero        slots that the table leaves out had no arrival (else: are not known)\n"
    "  --occasions FILE       launches, deadlines and events (INI; see below)\n"
    "  --holidays WHICH       japan (default), none, a file like the Cabinet Office's syukujitsu.csv, or "
    "store:\n"
    "                         japan with the list that was imported into --store URL\n"
    "  --zone NAME            zone of civil time (default Asia/Tokyo)\n"
    "  --horizon-days N       how far (default 28; with --backtest 7)\n"
    "  --expected-per-day N   what to expect while there are few counts or none\n"
    "  --prior FILE           counts of another campaign or of a rehearsal, whose profile to use meanwhile\n"
    "  --capacity N           arrivals an hour that can be served: adds the level (smooth, busy, very busy)\n"
    "  --store URL            instead of a file: what a service has counted or imported, with its settings\n"
    "  --series WHICH         of the store: app (default), or calls\n"
    "  --backtest             forecast the past and score it, beside two plain methods\n"
    "  --test-days N          how many days to hold out (default 14)\n"
    "  --json                 one JSON document instead of a table\n"
    "  --days                 a line a day with a picture of its hours: what a terminal shows; into a file "
    "or\n"
    "                         a pipe go the slots as CSV\n"
    "\n"
    "Examples:\n"
    "  juncho forecast --csv arrivals.csv --horizon-days 28 > forecast.csv\n"
    "  juncho forecast --csv arrivals.csv --backtest\n"
    "  juncho forecast --store sqlite:juncho.db --series calls --json\n"
    "  printf '[campaign]\\ndeadline = 2026-09-30\\n[event television]\\nat = 2026-09-01T19:00\\n' > "
    "known.ini\n"
    "  juncho forecast --csv arrivals.csv --occasions known.ini\n";

struct request {
    struct inputs_paths paths;
    struct settings settings;
    enum calendar_series series;
    char start_column[64], count_column[64];
    const char *zone, *prior;
    int64_t horizon_days, test_days, expected_per_day, capacity;
    bool backtest, json, days;
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
    OPTION_SERIES,
    OPTION_JSON,
    OPTION_DAYS,
    OPTION_HELP,
};

static const struct option options[] = {
    SETTINGS_OPTIONS,
    {"series", required_argument, NULL, OPTION_SERIES},
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
    {"days", no_argument, NULL, OPTION_DAYS},
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
    else if (option == OPTION_DAYS)
        request->days = true;
}

static bool holidays_of_store(const struct request *request) {
    return request->paths.holidays != NULL && text_equal(request->paths.holidays, "store");
}

// EXIT_DONE to go on; -1 after help was printed.
static int parse(int argc, char **argv, struct request *request) {
    *request = (struct request){
        .zone = "Asia/Tokyo", .test_days = 2 * BACKTEST_DAYS_DEFAULT, .series = CALENDAR_APP};
    struct error err;
    if (!settings_read(&request->settings, argc, argv, options, &err))
        return usage("settings", err.message);
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
        if (option == OPTION_SERIES && !calendar_series_parse(optarg, &request->series))
            return usage(optarg, "the series are app and calls");
        set_text(request, option);
    }
    if (optind < argc)
        return usage(argv[optind], "not understood");
    bool alone = request->paths.csv == NULL && request->expected_per_day == 0 && request->prior == NULL;
    if (alone && (!request->settings.stored || request->backtest))
        return usage("--csv", "give a file of counts, or --store, --expected-per-day or --prior");
    if (holidays_of_store(request) && !request->settings.stored)
        return usage("--holidays store", "say which with --store or --config");
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

struct printing {
    struct csv_writer writer;
    json_t *rows, *notes; // NULL: a table
    bool for_eyes;
    struct days days;
    double capacity;
};

static bool print_slot(void *context, const char *start, int minutes, const struct demand_slot *slot,
                       struct error *err) {
    struct printing *printing = context;
    struct levels_options levels = {.capacity_per_hour = printing->capacity};
    enum level found = printing->capacity > 0
                           ? levels_of_share(slot->p90 * 60 / minutes / printing->capacity, &levels)
                           : LEVEL_UNKNOWN;
    const char *level = printing->capacity > 0 ? level_name(found) : NULL;
    if (printing->for_eyes) {
        days_add(&printing->days, start, slot, found);
        return true;
    }
    if (printing->rows != NULL) {
        json_array_append_new(printing->rows, json_pack("{s:s, s:o, s:o, s:o, s:s?}", "start", start, "p10",
                                                        number_or_null(slot->p10, 0.01), "p50",
                                                        number_or_null(slot->p50, 0.01), "p90",
                                                        number_or_null(slot->p90, 0.01), "level", level));
        return true;
    }
    csv_write_text(&printing->writer, start);
    csv_write_number(&printing->writer, slot->p10, 0);
    csv_write_number(&printing->writer, slot->p50, 0);
    csv_write_number(&printing->writer, slot->p90, 0);
    csv_write_text(&printing->writer, level != NULL ? level : "");
    csv_write_end(&printing->writer);
    return true;
}

static void printing_begin(struct printing *printing, const struct request *request) {
    *printing = (struct printing){.rows = request->json ? json_array() : NULL,
                                  .notes = request->json ? json_array() : NULL,
                                  .for_eyes = !request->json && (request->days || isatty(STDOUT_FILENO)),
                                  .capacity = (double)request->capacity};
    csv_writer_to_file(&printing->writer, stdout);
    if (printing->for_eyes)
        days_begin(&printing->days, stdout);
    else if (!request->json)
        csv_write_row(&printing->writer, (const char *const[]){"start", "p10", "p50", "p90", "level", NULL});
}

// Ends the output; without `good` only what was held is given back.
static bool printing_end(struct printing *printing, bool good, struct error *err) {
    if (good && printing->rows != NULL) {
        json_t *document = json_pack("{s:O, s:O}", "forecast", printing->rows, "notes", printing->notes);
        json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
        putchar('\n');
        json_decref(document);
    }
    json_decref(printing->rows);
    json_decref(printing->notes);
    if (printing->for_eyes)
        days_end(&printing->days);
    return good && csv_writer_finish(&printing->writer, err);
}

// `lent` are the counts whose profile is used, when one was asked for.
static bool run_forecast(const struct request *request, const struct inputs *inputs,
                         const struct inputs *lent, const struct demand_options *options_of_demand,
                         struct error *err) {
    CLEANUP(demand_cleanup) struct demand *demand = NULL;
    const struct series *series = &inputs->series;
    size_t count = (size_t)request->horizon_days * series->per_day;
    struct demand_slot *slots = calloc(count, sizeof *slots);
    struct printing printing;
    bool good = slots != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    good = good && demand_new(series, SIZE_MAX, options_of_demand, &demand, err) &&
           demand_forecast(demand, series->count, count, slots, err);
    if (!good) {
        free(slots);
        return false;
    }
    printing_begin(&printing, request);
    if (options_of_demand->prior != NULL)
        inputs_tell_lent(lent, print_note, printing.notes);
    inputs_tell(inputs, print_note, printing.notes);
    for (size_t i = 0; i < count; i++) {
        char start[CLOCK_RFC3339_SIZE];
        format_start(start, slots[i].time, series->per_day == 1);
        good = good && print_slot(&printing, start, series->minutes, &slots[i], err);
    }
    free(slots);
    return printing_end(&printing, good, err);
}

// A profile fits counts in slots of the same length only; where there are no counts yet it says the length.
static bool match_slots(const struct inputs *lent, struct inputs *inputs, struct error *err) {
    struct series *series = &inputs->series;
    if (lent->series.minutes == series->minutes)
        return true;
    if (series->count > 0)
        return error_set_field(
            err, ERROR_INVALID, "prior",
            "its slots are of %d minutes, those of the counts of %d: they cannot be compared",
            lent->series.minutes, series->minutes);
    int64_t day = series->day;
    series_done(series);
    return series_from(NULL, 0, day, lent->series.minutes, series, err);
}

// Learns the profile of another campaign; NULL in `ret_prior` when none is asked for.
static bool read_prior(const struct request *request, struct inputs *inputs, struct demand **ret_prior,
                       struct error *err) {
    if (request->prior == NULL)
        return true;
    struct inputs_paths paths = request->paths;
    paths.csv = request->prior;
    paths.holidays = holidays_of_store(request) ? NULL : paths.holidays;
    if (!inputs_read(&paths, 0, inputs, err) ||
        (holidays_of_store(request) && !stored_holidays(&request->settings, &inputs->holidays, err)))
        return false;
    inputs_assume_dates(inputs);
    struct demand_options demand = {.holidays = &inputs->holidays, .occasions = &inputs->occasions};
    return demand_new(&inputs->series, SIZE_MAX, &demand, ret_prior, err);
}

// From a store, with the settings of its service.
static bool run_stored(const struct request *request, struct error *err) {
    struct stored_forecast asked = {.settings = &request->settings,
                                    .series = request->series,
                                    .now_ms = clock_wall_ms(),
                                    .days = (size_t)request->horizon_days,
                                    .tell = print_note};
    struct printing printing;
    printing_begin(&printing, request);
    asked.tell_context = printing.notes;
    return printing_end(&printing, stored_forecast_each(&asked, print_slot, &printing, err), err);
}

static bool run(const struct request *request, bool *ret_partly, struct error *err) {
    struct inputs inputs = {0}, prior_inputs = {0};
    CLEANUP(demand_cleanup) struct demand *prior = NULL;
    int64_t now = clock_wall_ms();
    struct civil today = clock_civil(now);
    int64_t day = clock_day_number(today.year, today.month, today.day);
    struct inputs_paths paths = request->paths;
    bool stored = holidays_of_store(request);
    if (stored)
        paths.holidays = NULL;
    paths.series.expected_from_day = request->expected_per_day > 0 || request->prior != NULL ? day : 0;
    bool good = inputs_read(&paths, day, &inputs, err) &&
                (!stored || stored_holidays(&request->settings, &inputs.holidays, err)) &&
                read_prior(request, &prior_inputs, &prior, err) &&
                (prior == NULL || match_slots(&prior_inputs, &inputs, err));
    struct demand_options demand = {.holidays = &inputs.holidays,
                                    .occasions = &inputs.occasions,
                                    .prior = prior,
                                    .expected_per_day = (double)request->expected_per_day};
    if (good)
        good = request->backtest ? run_backtest(request, &inputs, &demand, err)
                                 : run_forecast(request, &inputs, &prior_inputs, &demand, err);
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
    bool stored = request.settings.stored && request.paths.csv == NULL;
    if (!(stored ? run_stored(&request, &err) : run(&request, &partly, &err))) {
        fprintf(stderr, "juncho forecast: %s\n", err.message);
        return EXIT_FAULT;
    }
    return partly ? EXIT_PARTLY : EXIT_DONE;
}
