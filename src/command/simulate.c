// simulate.c - writes a campaign by a plan into an empty store.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "command/command.h"
#include "command/options.h"
#include "command/simulated.h"

#define DAYS_MAX  800
#define SCALE_MAX 1000

static const char help[] =
    "usage: juncho simulate PLAN [--days N] [--seed S] [--scale X] [--store URL] [--json]\n"
    "\n"
    "Writes a whole campaign into an empty store, without a server: residents whose lives are drawn by the\n"
    "plan's shares, their ledger, counters by hour, requests and latency. `juncho verify` finds it clean.\n"
    "\n"
    "  --days N     close the campaign N days after its opening instead of when the plan says\n"
    "  --seed S     another seed than the plan's; the same seed writes the same store\n"
    "  --scale X    X residents for each of the plan's\n"
    "  --store URL  default sqlite:simulation.db\n"
    "\n"
    "example: juncho simulate plans/tokyo-2025.ini --scale 0.1 --store sqlite:tokyo.db\n";

struct simulate_command {
    const char *plan, *store;
    int64_t days, seed; // 0 and -1: as the plan says
    double scale;
    bool json;
};

static volatile sig_atomic_t stopped;

static void stop(int signal) {
    stopped = signal;
}

static bool take_value(struct simulate_command *options, int option, const char *value) {
    char *end = NULL;
    switch (option) {
    case 'd':
        return text_parse_int(value, 1, DAYS_MAX, &options->days);
    case 'e':
        return text_parse_int(value, 0, INT64_MAX, &options->seed);
    case 'x':
        options->scale = strtod(value, &end);
        return end != value && *end == '\0' && options->scale > 0 && options->scale <= SCALE_MAX;
    case 's':
        options->store = value;
        return true;
    default:
        options->json = true;
        return true;
    }
}

static bool take(void *context, int option, const char *value, struct error *err) {
    return take_value(context, option, value) ||
           error_set(err, ERROR_INVALID, "\"%.60s\" is out of range; see juncho simulate --help", value);
}

static int parse(int argc, char **argv, struct simulate_command *options) {
    static const struct option names[] = {{"days", required_argument, NULL, 'd'},
                                          {"seed", required_argument, NULL, 'e'},
                                          {"scale", required_argument, NULL, 'x'},
                                          {"store", required_argument, NULL, 's'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int result = options_read(argc, argv, names, help, take, options);
    if (result != EXIT_DONE)
        return result;
    options->plan = options_one(argc, argv, "plan");
    return options->plan == NULL ? EXIT_USAGE : EXIT_DONE;
}

static void print(const struct simulate_command *options, const struct simulation_sums *sums) {
    const char *format =
        options->json
            ? "{\"residents\":%lld,\"began\":%lld,\"verified\":%lld,\"granted\":%lld,\"accesses\":%lld,"
              "\"requests\":%lld,\"calls\":%lld,\"answers\":%lld}\n"
            : "residents %lld, began %lld, verified %lld, granted %lld, accesses %lld, requests %lld, "
              "calls %lld, answers %lld\n";
    // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): one of the two texts above
    (void)printf(format, (long long)sums->residents, (long long)sums->began, (long long)sums->verified,
                 (long long)sums->granted, (long long)sums->accesses, (long long)sums->requests,
                 (long long)sums->calls, (long long)sums->answers);
}

int command_simulate(int argc, char **argv) {
    struct simulate_command options = {.store = "sqlite:simulation.db", .seed = -1, .scale = 1};
    struct plan plan;
    struct simulation_sums sums;
    struct store *store = NULL;
    struct error err = {0};
    int parsed = parse(argc, argv, &options);
    if (parsed != EXIT_DONE)
        return parsed < 0 ? EXIT_DONE : parsed;
    if (!clock_set_zone("Asia/Tokyo", &err) || !plan_read(options.plan, &plan, &err)) {
        (void)fprintf(stderr, "juncho simulate: %s\n", err.message);
        return EXIT_USAGE;
    }
    if (options.days > 0)
        plan.campaign.closes_ms = plan.campaign.opens_ms + options.days * CLOCK_DAY_MS;
    if (options.seed >= 0)
        plan.seed = (uint64_t)options.seed;
    (void)signal(SIGINT, stop);
    (void)signal(SIGTERM, stop);
    const struct simulated_options how = {.plan = &plan,
                                          .scale = options.scale,
                                          .stop = &stopped,
                                          .shows_progress = isatty(STDERR_FILENO) == 1};
    bool ok = store_open(options.store, &store, &err) && simulated_run(&how, store, &sums, &err);
    store_close(store);
    if (!ok) {
        (void)fprintf(stderr, "juncho simulate: %s\n", err.message);
        return EXIT_FAULT;
    }
    print(&options, &sums);
    return EXIT_DONE;
}
