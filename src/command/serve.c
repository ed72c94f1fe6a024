// serve.c - runs the service until it is told to stop.
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "command/command.h"
#include "command/demo.h"
#include "command/options.h"
#include "guidance/guidance.h"
#include "guidance/videos.h"
#include "site/routes.h"
#include "site/site.h"

static const char help[] =
    "usage: juncho serve [--config FILE] [--listen ADDR:PORT] [--store URL] [--sandbox] [--check]\n"
    "                    [--demo] [--defaults] [--routes] [--set SECTION.KEY=VALUE]...\n"
    "                    [--clock START*SPEED]\n"
    "\n"
    "Runs the service until SIGTERM or SIGINT, then finishes what it accepted.\n"
    "\n"
    "  --config FILE        settings; see deploy/juncho.ini for every key\n"
    "  --listen ADDR:PORT   where to listen; port 0 lets the system choose (default 127.0.0.1:8080)\n"
    "  --store URL          sqlite:FILE or postgresql://... (default sqlite:juncho.db)\n"
    "  --sandbox            use the built-in identity provider with test cards\n"
    "  --demo               with --sandbox, on this machine alone: an empty store gets six simulated days "
    "and a\n"
    "                       report of them, and virtual residents keep coming\n"
    "  --set S.KEY=VALUE    set one key of the settings; may stand several times\n"
    "  --defaults           print a settings file in which every key is explained\n"
    "  --routes             print every route of the HTTP interface; docs/openapi.yaml describes them\n"
    "  --check              only read the settings and say whether they are right\n"
    "  --clock START*SPEED  with --sandbox: let the service's time begin at START and run SPEED times as "
    "fast\n"
    "\n"
    "The first line on standard output is \"listening on http://ADDR:PORT\" once it answers.\n"
    "\n"
    "example: juncho serve --sandbox --listen 127.0.0.1:8080\n";

struct serve_options {
    struct config config;
    bool check, demo;
    const char *clock;
};

// Options in three rounds, so that their order on the command line does not matter: the file first.
static bool take_option(struct serve_options *options, int round, int option, const char *value,
                        struct error *err) {
    char assignment[CONFIG_TEXT_SIZE * 2];
    if (round == 0)
        return option != 'c' || config_read(&options->config, value, err);
    switch (option) {
    case 'l':
        (void)snprintf(assignment, sizeof assignment, "server.listen=%s", value);
        return config_set(&options->config, assignment, err);
    case 'd':
        (void)snprintf(assignment, sizeof assignment, "store.url=%s", value);
        return config_set(&options->config, assignment, err);
    case 's':
        return config_set(&options->config, "identity.provider=sandbox", err);
    case 'e':
        return config_set(&options->config, value, err);
    case 'k':
        options->check = true;
        return true;
    case 'm':
        options->demo = true;
        return true;
    case 't':
        options->clock = value;
        return true;
    default:
        return true;
    }
}

// One round over the command line. EXIT_DONE to go on, EXIT_USAGE or -1 (something was printed) to end.
static int parse_round(int argc, char **argv, int round, struct serve_options *options) {
    static const struct option names[] = {
        {"config", required_argument, NULL, 'c'}, {"listen", required_argument, NULL, 'l'},
        {"store", required_argument, NULL, 'd'},  {"sandbox", no_argument, NULL, 's'},
        {"set", required_argument, NULL, 'e'},    {"check", no_argument, NULL, 'k'},
        {"demo", no_argument, NULL, 'm'},         {"clock", required_argument, NULL, 't'},
        {"defaults", no_argument, NULL, 'p'},     {"routes", no_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    struct error err;
    int option = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, OPTIONS_LONG_ONLY, names, NULL)) != -1) {
        if (option == 'h') {
            (void)fputs(help, stdout);
            return -1;
        }
        if (option == 'p' || option == 'r') {
            (option == 'p' ? config_print : routes_print)(stdout);
            return -1;
        }
        if (option == '?' || option == ':')
            return options_wrong(argc, argv, option);
        if (!take_option(options, round, option, optarg, &err)) {
            (void)fprintf(stderr, "juncho serve: %s\n", err.message);
            return EXIT_USAGE;
        }
    }
    return EXIT_DONE;
}

static int parse(int argc, char **argv, struct serve_options *options) {
    for (int round = 0; round < 2; round++) {
        int result = parse_round(argc, argv, round, options);
        if (result != EXIT_DONE)
            return result;
    }
    if (optind < argc) {
        (void)fprintf(stderr, "juncho serve: unexpected \"%s\"; see juncho serve --help\n", argv[optind]);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static bool parse_clock(const struct serve_options *options, struct clock *ret_clock, struct error *err) {
    *ret_clock = clock_real();
    if (options->clock == NULL)
        return true;
    if (strcmp(options->config.identity.provider, "sandbox") != 0)
        return error_set(err, ERROR_INVALID, "--clock is for rehearsals: it needs --sandbox");
    if (options->demo)
        return error_set(err, ERROR_INVALID, "--demo lives today: not with --clock");
    char start[64];
    const char *star = strchr(options->clock, '*');
    int length = star == NULL ? (int)strlen(options->clock) : (int)(star - options->clock);
    (void)snprintf(start, sizeof start, "%.*s", length, options->clock);
    char *end = NULL;
    double speed = star == NULL ? 1 : strtod(star + 1, &end);
    int64_t start_ms = 0;
    if (star != NULL && (*end != '\0' || !(speed > 0 && speed <= 100000)))
        return error_set(err, ERROR_INVALID, "--clock: the speed must be a number up to 100000");
    if (!clock_parse(start, &start_ms, err))
        return false;
    *ret_clock = clock_rehearsal(start_ms, speed);
    return true;
}

// Secrets must not reach a core file, connections must not end at the default 1,024 descriptors.
static void harden(void) {
    struct rlimit none = {0, 0}, files;
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    (void)signal(SIGPIPE, SIG_IGN);
}

// Where to go from here, for whoever looks around.
static void print_addresses(struct site *site) {
    char link[SITE_LINK_SIZE];
    const char *base = site_address(site);
    if (!site_console_link(site, link))
        return;
    (void)printf("  app       %s/\n"
                 "  calendar  %s/calendar\n"
                 "  report    %s/report (once one is published)\n"
                 "  console   %s (lets one in, once; the next one is in the log)\n",
                 base, base, base, link);
    (void)fflush(stdout);
}

static int run(const struct config *config, const struct clock *clock, bool with_demo) {
    struct site *site = NULL;
    struct demo *demo = NULL;
    struct error err;
    sigset_t stop_signals;
    int received = 0;
    (void)sigemptyset(&stop_signals);
    (void)sigaddset(&stop_signals, SIGTERM);
    (void)sigaddset(&stop_signals, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &stop_signals,
                          NULL); // every thread inherits it; this one waits for them
    if (!site_start(config, clock, &site, &err)) {
        LOG(LOG_ERROR, "not started", log_text("cause", err.message));
        return EXIT_FAULT;
    }
    (void)printf("listening on %s\n", site_address(site));
    (void)fflush(stdout);
    print_addresses(site);
    LOG(LOG_INFO, "listening", log_text("address", site_address(site)),
        log_text("campaign", config->campaign.id), log_text("provider", config->identity.provider));
    if (with_demo && !demo_start(site_address(site), &demo, &err))
        LOG(LOG_WARNING, "demonstration: nobody comes", log_text("cause", err.message));
    (void)sigwait(&stop_signals, &received);
    LOG(LOG_INFO, "stopping", log_text("signal", strsignal(received)));
    demo_stop(demo);
    site_stop(site);
    LOG(LOG_INFO, "stopped", log_text("signal", strsignal(received)));
    return EXIT_DONE;
}

// The languages and films that the settings name; what a language leaves out is said.
static bool check_files(const struct config *config, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(GAPS_BYTES_MAX);
    struct guidance *guidance = NULL;
    struct videos *videos = NULL;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!guidance_new(config->guidance.languages_dir, &guidance, err))
        return false;
    const struct languages *languages = guidance_languages(guidance);
    bool ok = videos_open(config->guidance.videos_dir, languages, &videos, err);
    for (size_t i = 0; i < languages->count; i++) {
        const char *gaps = languages_gaps(&languages->list[i], arena);
        if (gaps != NULL)
            (void)printf("%s\n", gaps);
    }
    videos_free(videos);
    guidance_free(guidance);
    return ok;
}

int command_serve(int argc, char **argv) {
    struct serve_options options = {0};
    struct error err;
    struct clock clock;
    enum log_level level = LOG_INFO;
    if (!clock_set_zone("Asia/Tokyo", &err)) {
        (void)fprintf(stderr, "juncho serve: %s\n", err.message);
        return EXIT_FAULT;
    }
    config_init(&options.config);
    int result = parse(argc, argv, &options);
    if (result != EXIT_DONE)
        return result < 0 ? EXIT_DONE : result;
    if (!config_check(&options.config, &err) || !clock_set_zone(options.config.server.zone, &err) ||
        !parse_clock(&options, &clock, &err)) {
        (void)fprintf(stderr, "juncho serve: %s\n", err.message);
        return EXIT_USAGE;
    }
    if (options.check && !check_files(&options.config, &err)) {
        (void)fprintf(stderr, "juncho serve: %s\n", err.message);
        return EXIT_USAGE;
    }
    if (options.check) {
        (void)printf("the settings are right\n");
        return EXIT_DONE;
    }
    bool known = log_level_parse(options.config.log.level, &level);
    ASSERT(known);
    log_open(STDERR_FILENO, strcmp(options.config.log.format, "json") == 0 ? LOG_JSON : LOG_LOGFMT, level);
    harden();
    if (options.demo && !demo_prepare(&options.config, &err)) {
        (void)fprintf(stderr, "juncho serve: %s\n", err.message);
        return err.kind == ERROR_INVALID ? EXIT_USAGE : EXIT_FAULT;
    }
    return run(&options.config, &clock, options.demo);
}
