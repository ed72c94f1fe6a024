// rehearse.c - virtual residents walk through a running Juncho, by a plan.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "campaign/campaign.h"
#include "command/command.h"
#include "command/options.h"
#include "gate/gate_store.h"
#include "rehearse/own_server.h"
#include "rehearse/rehearsal.h"

#define TEXT_BYTES_MAX   ((size_t)1 << 18)
#define CAMPAIGN_YEAR_MS (366 * CLOCK_DAY_MS)

static const char help[] =
    "usage: juncho rehearse PLAN [--arrivals FILE] [--scale X] [--speed X] [--store URL]\n"
    "                       [--against URL [--allow-host NAME]] [--report FILE] [--json]\n"
    "\n"
    "Lets virtual residents walk the whole journey over HTTP, as the plan says, and compares what they saw\n"
    "with what the server counted. Without --against it starts a server of its own with the sandbox\n"
    "provider, whose clock begins at the plan's start and runs at the plan's speed.\n"
    "\n"
    "  --arrivals FILE    who came when: CSV start,count (replaces the plan's [arrivals] file)\n"
    "  --scale X          residents for each arrival of the file or the stages\n"
    "  --speed X          how many times as fast as the wall's clock\n"
    "  --store URL        of the own server (default sqlite:rehearsal.db)\n"
    "  --against URL      a server that runs already; on this machine only, unless --allow-host names it\n"
    "  --report FILE      also writes the result there, as JSON\n"
    "\n"
    "Exit code 0: the plan's thresholds hold and the server counted the same; 1: not so.\n"
    "\n"
    "example: juncho rehearse plans/opening-day.ini --scale 0.1\n";

struct rehearse_options {
    const char *plan, *arrivals, *against, *allow_host, *report, *store, *scale, *speed;
    bool json;
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number) {
    stopped = 1;
}

static bool take(void *context, int option, const char *value, struct error *err) {
    struct rehearse_options *options = context;
    const char **target = option == 'a'   ? &options->arrivals
                          : option == 'x' ? &options->scale
                          : option == 'f' ? &options->speed
                          : option == 's' ? &options->store
                          : option == 'g' ? &options->against
                          : option == 'l' ? &options->allow_host
                          : option == 'r' ? &options->report
                                          : NULL;
    if (target != NULL)
        *target = value;
    options->json = options->json || option == 'j';
    return true;
}

// EXIT_DONE to go on, EXIT_USAGE, or -1 after help.
static int parse(int argc, char **argv, struct rehearse_options *options) {
    static const struct option names[] = {{"arrivals", required_argument, NULL, 'a'},
                                          {"scale", required_argument, NULL, 'x'},
                                          {"speed", required_argument, NULL, 'f'},
                                          {"store", required_argument, NULL, 's'},
                                          {"against", required_argument, NULL, 'g'},
                                          {"report", required_argument, NULL, 'r'},
                                          {"allow-host", required_argument, NULL, 'l'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int result = options_read(argc, argv, names, help, take, options);
    if (result != EXIT_DONE)
        return result;
    options->plan = options_one(argc, argv, "plan");
    return options->plan == NULL ? EXIT_USAGE : EXIT_DONE;
}

static bool factor(const char *name, const char *text, double max, double *target, struct error *err) {
    char *end = NULL;
    if (text == NULL)
        return true;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number > 0 && number <= max))
        return error_set(err, ERROR_INVALID, "--%s must be a number above 0 and up to %g", name, max);
    *target = number;
    return true;
}

// Only this machine is rehearsed by accident.
static bool may_rehearse(const struct rehearse_options *options, struct error *err) {
    char origin[COURIER_ORIGIN_MAX];
    if (!courier_origin(options->against, origin, err))
        return false;
    const char *host = strstr(origin, "//") + 2;
    size_t length = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    bool allowed = options->allow_host != NULL && strlen(options->allow_host) == length &&
                   strncasecmp(options->allow_host, host, length) == 0;
    return allowed || courier_is_loopback(origin) ||
           error_set(err, ERROR_DENIED, "%.80s is not this machine; --allow-host %.*s if it may be loaded",
                     origin, (int)length, host);
}

static bool prepare(const struct rehearse_options *options, struct plan *plan, struct arrivals *arrivals,
                    struct error *err) {
    if (!plan_read(options->plan, plan, err) || !factor("scale", options->scale, 1000, &plan->scale, err) ||
        !factor("speed", options->speed, 100000, &plan->speed, err) ||
        (options->against != NULL && !may_rehearse(options, err)))
        return false;
    if (plan->start_ms == 0)
        plan->start_ms = clock_hour_start_ms(clock_wall_ms());
    const char *file = options->arrivals != NULL ? options->arrivals : plan->arrivals_file;
    if (options->arrivals == NULL && plan->stages_count > 0)
        return true;
    if (*file == '\0')
        return error_set(err, ERROR_INVALID, "the plan names no arrivals and has no stages: --arrivals FILE");
    return arrivals_read_file(file, plan->start_ms, arrivals, err);
}

static void show_progress(void *context, const struct driver_progress *progress) {
    const struct plan *plan = context;
    const struct result *result = progress->result;
    char moment[CLOCK_RFC3339_SIZE];
    clock_rfc3339(moment, plan->start_ms + progress->service_ms);
    (void)fprintf(stderr,
                  "\r%.10s %.5s  came %lld  walking %zu  finished %lld  left %lld  refused %lld  lost %lld  "
                  "p99 %.0f ms \033[K",
                  moment, moment + 11, (long long)result->started, progress->walking,
                  (long long)result->finished, (long long)result->left, (long long)result->refused,
                  (long long)result->lost, (double)histogram_percentile(result->latency, 99) / 1000);
}

static bool run(const struct rehearse_options *options, const struct plan *plan,
                const struct arrivals *arrivals, struct result *result, struct error *err) {
    char base[OWN_SERVER_BASE_MAX];
    bool terminal = isatty(STDERR_FILENO) == 1;
    struct own_server *server = NULL;
    struct rehearsal_options how = {.plan = plan,
                                    .arrivals = arrivals->count > 0 ? arrivals : NULL,
                                    .base = options->against,
                                    .stop = &stopped,
                                    .progress = terminal ? show_progress : NULL,
                                    .context = (void *)plan};
    const struct own_server_options own = {.store = options->store,
                                           .start_ms = plan->start_ms,
                                           .until_ms = plan->start_ms + CAMPAIGN_YEAR_MS,
                                           .speed = plan->speed,
                                           .identity_per_min = plan->gate.identity_per_min,
                                           .pace_per_min_max = plan->gate.pace_per_min_max};
    if (options->against == NULL) {
        if (!own_server_start(&own, &server, base, &how.begins_us, err))
            return false;
        how.base = base;
    }
    bool ok = rehearsal_run(&how, result, err);
    if (terminal)
        (void)fprintf(stderr, "\r\033[K");
    if (!own_server_stop(server) && ok)
        return error_set(err, ERROR_UNAVAILABLE, "the server of the rehearsal did not end well");
    return ok;
}

static bool write_report(const char *path, const json_t *json, struct error *err) {
    if (path == NULL || json_dump_file(json, path, JSON_INDENT(2)) == 0)
        return true;
    return error_set(err, ERROR_UNAVAILABLE, "%.100s cannot be written", path);
}

// How the waits that the own server's gate promised came out; nothing when nobody waited.
static bool read_promises(const struct rehearse_options *options,
                          struct promise_record records[PROMISE_SPANS], struct error *err) {
    struct store *store = NULL;
    struct session *session = NULL;
    struct campaign campaign;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(TEXT_BYTES_MAX);
    bool ok = arena != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    ok = ok && store_open(options->store, &store, err) && session_open(store, SESSION_READ, &session, err) &&
         campaign_load(session, NULL, &campaign, err) &&
         gate_promises_read(session, campaign.id, arena, records, err);
    session_close(session);
    store_close(store);
    return ok;
}

static bool show_promises(const struct rehearse_options *options, json_t *json, struct error *err) {
    static const char *const spans[PROMISE_SPANS] = {"under 5 minutes", "under 30 minutes", "longer"};
    struct promise_record records[PROMISE_SPANS] = {{0}};
    if (options->against != NULL)
        return true;
    if (!read_promises(options, records, err))
        return false;
    json_t *promises = json_array();
    for (int span = 0; span < PROMISE_SPANS; span++) {
        const struct promise_record *record = &records[span];
        double promised = record->promised == 0 ? 1 : (double)record->promised;
        (void)json_array_append_new(promises, json_pack("{s:s,s:I,s:I,s:I}", "wait", spans[span], "promised",
                                                        (json_int_t)record->promised, "held_p50",
                                                        (json_int_t)record->held_p50, "held_p90",
                                                        (json_int_t)record->held_p90));
        if (record->promised > 0 && !options->json)
            (void)printf("waits promised, %s: %llu, P50 held %.1f %%, P90 held %.1f %%\n", spans[span],
                         (unsigned long long)record->promised, 100 * (double)record->held_p50 / promised,
                         100 * (double)record->held_p90 / promised);
    }
    return json_object_set_new(json, "promises", promises) == 0 ||
           error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

static bool show(const struct rehearse_options *options, const struct plan *plan, const struct result *result,
                 bool *ret_good, struct error *err) {
    char words[RESULT_WORDS_MAX];
    *ret_good = result_is_good(result, plan, words);
    CLEANUP(json_cleanup) json_t *json = result_json(result);
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(TEXT_BYTES_MAX);
    char *text = arena == NULL ? NULL : result_text(result, arena);
    if (json == NULL || text == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    (void)json_object_set_new(json, "good", json_boolean(*ret_good));
    (void)json_object_set_new(json, "why_not", json_string(words));
    if (!show_promises(options, json, err))
        return false;
    if (options->json && json_dumpf(json, stdout, JSON_COMPACT) == 0)
        (void)printf("\n");
    else
        (void)fputs(text, stdout);
    if (!*ret_good)
        (void)fprintf(stderr, "juncho rehearse: not good enough: %s\n", words);
    return write_report(options->report, json, err);
}

// A thousand residents have a thousand connections.
static void raise_limits(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, stop);
    (void)signal(SIGTERM, stop);
}

int command_rehearse(int argc, char **argv) {
    struct rehearse_options options = {.store = "sqlite:rehearsal.db"};
    struct plan plan = {0};
    struct arrivals arrivals = {0};
    struct result result = {0};
    struct error err = {0};
    bool good = false;
    int parsed = parse(argc, argv, &options);
    if (parsed != EXIT_DONE)
        return parsed < 0 ? EXIT_DONE : parsed;
    if (!clock_set_zone("Asia/Tokyo", &err) || !prepare(&options, &plan, &arrivals, &err)) {
        (void)fprintf(stderr, "juncho rehearse: %s\n", err.message);
        return EXIT_USAGE;
    }
    raise_limits();
    bool ok = result_init(&result, &err) && run(&options, &plan, &arrivals, &result, &err) &&
              show(&options, &plan, &result, &good, &err);
    if (!ok)
        (void)fprintf(stderr, "juncho rehearse: %s\n", err.message);
    result_done(&result);
    arrivals_done(&arrivals);
    return ok && good ? EXIT_DONE : EXIT_FAULT;
}
