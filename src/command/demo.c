// demo.c - the past by simulation, the present by a rehearsal against the service itself.
#include "command/demo.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "command/simulated.h"
#include "rehearse/courier.h"
#include "rehearse/rehearsal.h"
#include "report/publication.h"

#define PAST_MS          (6 * CLOCK_DAY_MS)
#define CAMPAIGN_MS      (60 * CLOCK_DAY_MS)
#define REPORT_BYTES_MAX ((size_t)32 << 20)
#define PUBLISHED_BY     "sandbox"

// What the town can serve is so little that its calendars have something to say.
#define CAPACITY_PER_HOUR 190
#define AGENTS            3

// A small town: what a campaign of its size sees in its first days. The stages are the crowd of today, by day
// and by night.
static const char PLAN[] =
    "[campaign]\n"
    "residents = 12000\nregistered_before = 0.2\nbefore_days = 20\nbegin = 0.75\nvisits = 0.4\n"
    "[shape]\n"
    "weekday = 9 5 3 2 2 3 6 10 14 16 17 17 22 19 17 16 17 20 24 29 38 40 36 20\n"
    "weekend = 12 7 4 2 2 2 4 8 14 20 23 24 24 24 23 23 23 24 25 28 31 32 28 18\n"
    "launch = 2.5 1.0\ndeadline = 0.001 1\n"
    "[people]\n"
    "age_bands = 3 13 17 20 23 13 8 3\nreturns = 35 30 22 4 5 1 3\nsecond_try = 0.08\n"
    "[calls]\n"
    "profile = 0 0 0 0 0 0 0 0 0 14 9 9 9 13 13 12 11 8 6 0 0 0 0 0\n"
    "per_access = 0.03\nagents = 4\nhandle_min = 6\npatience_min = 3\nredial = 0.5\n"
    "topic = 暗証番号がわからない 30\ntopic = カードの読み取り 18\n"
    "topic = アプリの操作 12\ntopic = ポイントはいつ 14\n"
    "topic = 順番・混雑 10\ntopic = 対象者 8\ntopic = その他 8\n"
    "[help]\n"
    "answer = pin-forgotten 16\nanswer = pin-locked 8\nanswer = card-reading 12\n"
    "answer = app-not-opening 7\nanswer = no-return 5\nanswer = certificate 4\n"
    "answer = when-points 13\nanswer = check 8\nanswer = prepare 7\nanswer = who 6\n"
    "answer = quiet 4\nanswer = close-waiting 5\nanswer = wait-grew 3\n"
    "answer = privacy 2\n"
    "reads = 0.25\nsearches = 0.08\nunfound = 0.07\nrated = 0.1\nhelped = 0.7\n"
    "[survey]\n"
    "respond = 0.5\nsatisfaction = 20 42 24 9 5\nsmoothness = 24 38 15 15 8\n"
    "[stages]\n"
    "stage = 2 1800 600\n"
    "stage = 1440 600 600\n";

struct demo {
    pthread_t thread;
    char base[COURIER_ORIGIN_MAX];
    struct plan plan;
    // Written once by another thread, read about twenty times a second by the crowd's.
    volatile sig_atomic_t stop;
};

static bool is_allowed(const struct config *config, struct error *err) {
    char address[CONFIG_TEXT_SIZE + 8];
    (void)snprintf(address, sizeof address, "http://%s", config->server.listen);
    if (strcmp(config->identity.provider, "sandbox") != 0)
        return error_set(err, ERROR_INVALID, "--demo is for looking around: it needs --sandbox");
    return courier_is_loopback(address) ||
           error_set(err, ERROR_INVALID, "--demo is for this machine alone: --listen 127.0.0.1:PORT");
}

static bool make_plan(const struct config *config, struct plan *plan, struct error *err) {
    int64_t until_ms = clock_hour_start_ms(clock_wall_ms());
    if (!plan_parse(PLAN, "the demonstration's plan", plan, err))
        return false;
    plan->campaign.opens_ms = until_ms - PAST_MS;
    plan->campaign.closes_ms = until_ms;
    plan->campaign.points = config->campaign.points;
    return (text_copy(plan->campaign.code, sizeof plan->campaign.code, config->campaign.id) &&
            text_copy(plan->campaign.name, sizeof plan->campaign.name, config->campaign.name)) ||
           error_set(err, ERROR_INVALID, "the campaign's name is too long for a demonstration");
}

static bool publish(struct session *session, struct writer *writer, const struct campaign *campaign,
                    struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(REPORT_BYTES_MAX);
    struct report_query query = report_query_default;
    struct publication publication;
    struct command command;
    query.campaign = campaign->code;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!publication_make(session, &query, arena, &publication, err))
        return false;
    publication.published_by = PUBLISHED_BY;
    publication.published_ms = clock_wall_ms();
    command_init(&command, arena);
    publication_add(&command, campaign->id, &publication);
    return writer_run(writer, &command, err);
}

static bool make_past(struct store *store, const struct config *config, struct error *err) {
    const struct writer_options how = {.queue_max = 1, .batch_max = 1};
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct simulation_sums sums;
    struct campaign campaign;
    struct writer *writer = NULL;
    struct plan plan;
    const struct simulated_options simulated = {.plan = &plan, .scale = 1};
    if (!make_plan(config, &plan, err) || !simulated_run(&simulated, store, &sums, err) ||
        !session_open(store, SESSION_READ, &session, err) ||
        !campaign_load(session, config->campaign.id, &campaign, err) ||
        !writer_start(store, &how, &writer, err))
        return false;
    bool ok = publish(session, writer, &campaign, err);
    writer_stop(writer);
    LOG(LOG_INFO, "demonstration: six days were simulated", log_number("residents", sums.residents),
        log_number("granted", sums.granted));
    return ok;
}

// A store without tables has nobody, either.
static bool has_residents(struct store *store, bool *ret_has, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    bool empty = true;
    struct error no_table;
    if (!session_open(store, SESSION_READ, &session, err))
        return false;
    *ret_has = simulated_is_empty(session, &empty, &no_table) && !empty;
    return true;
}

static bool adapt(struct store *store, struct config *config, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct campaign campaign;
    struct config unchanged;
    if (!session_open(store, SESSION_READ, &session, err) ||
        !campaign_load(session, config->campaign.id, &campaign, err))
        return false;
    config_init(&unchanged);
    if (config->calendar.capacity_per_hour == unchanged.calendar.capacity_per_hour)
        config->calendar.capacity_per_hour = CAPACITY_PER_HOUR;
    if (config->calls.agents == unchanged.calls.agents)
        config->calls.agents = AGENTS;
    config->campaign.opens = campaign.opens_ms;
    config->campaign.closes =
        campaign.closes_ms > clock_wall_ms() ? campaign.closes_ms : campaign.opens_ms + CAMPAIGN_MS;
    return true;
}

bool demo_prepare(struct config *config, struct error *err) {
    struct store *store = NULL;
    bool has = false;
    if (!is_allowed(config, err) || !store_open(config->store.url, &store, err))
        return false;
    bool ok = has_residents(store, &has, err) && (has || make_past(store, config, err)) &&
              adapt(store, config, err);
    store_close(store);
    return ok;
}

// A day's stages again and again, with other persons each time.
static void *run(void *context) {
    struct demo *demo = context;
    const struct rehearsal_options options = {.plan = &demo->plan, .base = demo->base, .stop = &demo->stop};
    while (demo->stop == 0) {
        struct result result;
        struct error err = {0};
        bool ok = result_init(&result, &err) && rehearsal_run(&options, &result, &err);
        result_done(&result);
        if (ok)
            continue;
        LOG(LOG_WARNING, "demonstration: nobody comes any more", log_text("cause", err.message));
        break;
    }
    return NULL;
}

bool demo_start(const char *base, struct demo **ret_demo, struct error *err) {
    struct demo *demo = calloc(1, sizeof *demo);
    if (demo == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool ok = courier_origin(base, demo->base, err) &&
              plan_parse(PLAN, "the demonstration's plan", &demo->plan, err) &&
              (pthread_create(&demo->thread, NULL, run, demo) == 0 ||
               error_set(err, ERROR_UNAVAILABLE, "no thread for the demonstration's crowd"));
    if (!ok) {
        free(demo);
        return false;
    }
    *ret_demo = demo;
    return true;
}

void demo_stop(struct demo *demo) {
    if (demo == NULL)
        return;
    demo->stop = 1;
    (void)pthread_join(demo->thread, NULL);
    free(demo);
}
