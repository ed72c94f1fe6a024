// simulated.c - see simulated.h.
#include "command/simulated.h"

#include <stdio.h>

#include "base/clock.h"
#include "migrations_list.h"
#include "store/migrate.h"

static void show_progress(void *context, int64_t hour_ms, const struct simulation_sums *sums) {
    char moment[CLOCK_RFC3339_SIZE];
    clock_rfc3339(moment, hour_ms);
    (void)fprintf(stderr, "\r%.10s %.5s  residents %lld  verified %lld \033[K", moment, moment + 11,
                  (long long)sums->residents, (long long)sums->verified);
}

static void show_waiting(void *context) {
    (void)fprintf(stderr, "\rwaiting for the store, which something else holds\033[K");
}

bool simulated_is_empty(struct session *session, bool *ret_empty, struct error *err) {
    static const struct statement ANYBODY = {"SELECT id FROM resident WHERE id > $1 LIMIT 1", "i"};
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &ANYBODY, arena, &rows, err, value_int(0)))
        return false;
    *ret_empty = rows.count == 0;
    return true;
}

static bool prepare(struct store *store, struct campaign *campaign, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    int applied = 0;
    bool empty = false;
    return migrate_run(store, MIGRATIONS, MIGRATIONS_COUNT, clock_wall_ms(), &applied, err) &&
           session_open(store, SESSION_WRITE, &session, err) && simulated_is_empty(session, &empty, err) &&
           (empty || error_set(err, ERROR_CONFLICT,
                               "the store has residents already; simulate writes into an empty one")) &&
           campaign_save(session, campaign, campaign->opens_ms, err);
}

bool simulated_run(const struct simulated_options *options, struct store *store,
                   struct simulation_sums *ret_sums, struct error *err) {
    const struct writer_options how = {
        .queue_max = SIMULATION_QUEUE, .batch_max = SIMULATION_BATCH, .wait_ms_max = SIMULATION_WAIT_MS_MAX};
    struct writer *writer = NULL;
    struct campaign campaign = simulation_campaign(options->plan, options->scale);
    struct simulation_options simulation = {.plan = options->plan,
                                            .scale = options->scale,
                                            .stop = options->stop,
                                            .progress = options->shows_progress ? show_progress : NULL,
                                            .waits = options->shows_progress ? show_waiting : NULL};
    if (!prepare(store, &campaign, err) || !writer_start(store, &how, &writer, err))
        return false;
    bool ok = simulation_run(&simulation, &campaign, writer, ret_sums, err);
    writer_stop(writer);
    if (options->shows_progress)
        (void)fprintf(stderr, "\r\033[K");
    return ok;
}
