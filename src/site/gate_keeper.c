// gate_keeper.c - see gate_keeper.h.
#include "site/gate_keeper.h"

#include <math.h>
#include <pthread.h>
#include <sodium.h>
#include <time.h>

#include "base/log.h"
#include "gate/gate_share.h"
#include "gate/gate_store.h"
#include "site/gate_nodes.h"
#include "site/held.h"

#define LOAD_BYTES_MAX ((size_t)1 << 30)
#define SAVE_BYTES_MAX ((size_t)1 << 20)
#define WAKE_MS_MIN    50     // of a clock that runs fast
#define WRITER_PER_S   2000.0 // results a second that the writer is thought to do, until it has been seen
#define SLOW_US        INT64_C(2500000) // that a record may be on its way before residents are told
#define TRIM_EVERY     600
#define LOG_CHANGE     0.1 // of the pace
#define LOG_EVERY      10  // wake-ups, unless the reason is another

struct gate_keeper {
    struct site *site;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    int64_t began_us;
    double lived_s; // service seconds since, that the gate has seen
    int64_t tick;
    int64_t process;          // a random number: whose rows of outcomes are this process's
    struct gate_nodes *nodes; // NULL: the only node
    struct gate_news news;
    uint32_t node;

    // The record that is on its way to the store.
    bool pending;       // guarded by lock
    int64_t pending_us; // since when
    struct arena *arena;
    struct command command;
    struct step *line;
    struct gate_record record;

    int64_t ordered; // the newest order that is in force here
    bool was_frozen;
    double logged_per_s;
    enum pace_reason logged_reason;
    int64_t logged_tick;
};

static int64_t now_s(const struct gate_keeper *keeper) {
    return clock_now_ms(&keeper->site->clock) / CLOCK_SECOND_MS;
}

static void note_known(void *context, int64_t resident_id) {
    gate_note_place(context, resident_id);
}

// With the identity check open before the campaign is, the line is too.
static int64_t opens_s(const struct site *site) {
    bool early = site->config->gate.verify_early != 0;
    return early ? 0 : (site->campaign->opens_ms + CLOCK_SECOND_MS - 1) / CLOCK_SECOND_MS;
}

void gate_keeper_take_dates(struct site *site) {
    gate_set_dates(site->gate, opens_s(site), site->campaign->closes_ms / CLOCK_SECOND_MS);
}

static bool make_gate(struct site *site, uint32_t epoch, uint32_t node, struct error *err) {
    const struct config *config = site->config;
    const struct campaign *campaign = site->campaign;
    bool early = config->gate.verify_early != 0;
    struct gate_options options = {.campaign = campaign->code,
                                   .secret = site->secrets.keys[SECRETS_GATE],
                                   .epoch = epoch,
                                   .node = node,
                                   .opens_s = opens_s(site),
                                   .closes_s = campaign->closes_ms / CLOCK_SECOND_MS,
                                   .draws = config->gate.lottery != 0 && !early,
                                   .identity_per_s = (double)config->gate.identity_per_min / 60,
                                   .writer_per_s = WRITER_PER_S,
                                   .share = (double)config->gate.share_percent / 100,
                                   .journey_s = (double)config->gate.journey_s,
                                   .pace_per_min_max = (double)config->gate.pace_per_min_max,
                                   .inside_max = (size_t)config->gate.places_inside_max};
    return gate_new(&options, &site->gate, err);
}

static bool restore(struct gate_keeper *keeper, struct session *session, struct error *err) {
    struct site *site = keeper->site;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(LOAD_BYTES_MAX);
    struct gate_saved saved;
    uint32_t epoch = 0;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!gate_store_epoch(session, site->campaign->id, &epoch, err))
        return false;
    epoch = epoch == 0 ? 1 : epoch;
    if (!make_gate(site, epoch, keeper->node, err))
        return false;
    struct gate_load load = {.campaign_id = site->campaign->id,
                             .epoch = epoch,
                             .node = keeper->node,
                             .now_ms = clock_now_ms(&site->clock),
                             .known = note_known,
                             .context = site->gate};
    return gate_store_load(session, &load, arena, &saved, err) &&
           gate_restore(site->gate, now_s(keeper), &saved, err);
}

// Seconds of the service that passed since the last call.
static unsigned seconds_passed(struct gate_keeper *keeper) {
    double elapsed_s = (double)(clock_monotonic_us() - keeper->began_us) / 1e6 * keeper->site->clock.speed;
    double passed_s = floor(elapsed_s - keeper->lived_s);
    if (passed_s < 1)
        return 0;
    keeper->lived_s += passed_s;
    return passed_s > GATE_TICKS_MAX ? GATE_TICKS_MAX : (unsigned)passed_s;
}

static void log_pace(struct gate_keeper *keeper) {
    struct gate_view view;
    gate_view(keeper->site->gate, &view);
    if (view.frozen != keeper->was_frozen)
        LOG(view.frozen ? LOG_WARNING : LOG_INFO,
            view.frozen ? "gate stands still, the store does not take its records" : "gate moves again",
            log_number("waiting", (int64_t)view.waiting));
    keeper->was_frozen = view.frozen;
    bool changed = fabs(view.per_s - keeper->logged_per_s) > LOG_CHANGE * keeper->logged_per_s;
    bool other = view.reason != keeper->logged_reason && (view.reason >= PACE_SILENT);
    if (!other && (!changed || keeper->tick - keeper->logged_tick < LOG_EVERY))
        return;
    keeper->logged_per_s = view.per_s;
    keeper->logged_reason = view.reason;
    keeper->logged_tick = keeper->tick;
    LOG(LOG_INFO, "pace", log_text("reason", pace_reason_name(view.reason)),
        log_number("per_min", (int64_t)(view.per_s * 60)), log_text("why", view.explanation),
        log_number("waiting", (int64_t)view.waiting), log_number("inside", (int64_t)view.inside));
}

static void build(struct gate_keeper *keeper) {
    struct site *site = keeper->site;
    struct gate_save save = {.campaign_id = site->campaign->id,
                             .leads = keeper->nodes == NULL || keeper->news.leads,
                             .process = keeper->process};
    arena_reset(keeper->arena);
    command_init(&keeper->command, keeper->arena);
    gate_take(site->gate, now_s(keeper), &keeper->record);
    keeper->line = gate_store_save(&keeper->command, &save, &keeper->record);
    if (keeper->tick % TRIM_EVERY == 0)
        gate_store_trim(&keeper->command, site->campaign->id, keeper->record.line.epoch,
                        keeper->record.line.watermark);
    if (keeper->nodes != NULL) {
        struct gate_figures figures;
        gate_figures(site->gate, &figures);
        gate_nodes_tell(keeper->nodes, &keeper->command, keeper->tick, &figures);
    }
}

// On the writer's thread.
static void saved(struct command *command, const struct error *err) {
    struct gate_keeper *keeper = command->context;
    bool stored = err == NULL && keeper->line != NULL && keeper->line->rows.changed > 0;
    gate_stored(keeper->site->gate, keeper->record.now_s, &keeper->record, stored);
    (void)pthread_mutex_lock(&keeper->lock);
    keeper->pending = false;
    (void)pthread_cond_signal(&keeper->wake);
    (void)pthread_mutex_unlock(&keeper->lock);
}

// What the other nodes did last; false while nothing was heard for too long.
static bool hear(struct gate_keeper *keeper) {
    struct gate *gate = keeper->site->gate;
    if (keeper->nodes == NULL)
        return true;
    if (!gate_nodes_news(keeper->nodes, &keeper->news))
        return false;
    struct error err;
    if (keeper->news.epoch > gate_epoch(gate) &&
        !gate_begin_anew(gate, keeper->news.epoch, keeper->site->secrets.keys[SECRETS_GATE], &err))
        return false;
    const struct gate_orders *orders = &keeper->news.orders;
    if (orders->number > keeper->ordered) {
        keeper->ordered = orders->number;
        gate_order(gate, orders);
    }
    return true;
}

static void live_second(struct gate_keeper *keeper) {
    struct gate *gate = keeper->site->gate;
    const struct gate_news *news = &keeper->news;
    unsigned seconds = seconds_passed(keeper);
    if (keeper->nodes != NULL && !news->leads) {
        gate_follow(gate, now_s(keeper), &news->leader, news->nodes);
        return;
    }
    if (keeper->nodes != NULL)
        gate_hear_watermark(gate, &news->leader.line);
    gate_lead(gate, now_s(keeper), seconds, keeper->nodes == NULL ? NULL : &news->others,
              keeper->nodes == NULL ? 1 : news->nodes);
}

static bool is_pending(struct gate_keeper *keeper) {
    (void)pthread_mutex_lock(&keeper->lock);
    bool pending = keeper->pending;
    (void)pthread_mutex_unlock(&keeper->lock);
    return pending;
}

static void live(struct gate_keeper *keeper) {
    struct gate *gate = keeper->site->gate;
    struct error err;
    held_release(keeper->site->held);
    held_release(keeper->site->held_by_writer);
    if (is_pending(keeper)) {
        if (clock_monotonic_us() - keeper->pending_us > SLOW_US)
            gate_freeze(gate, now_s(keeper));
        return;
    }
    if (!hear(keeper)) {
        gate_freeze(gate, now_s(keeper));
        return;
    }
    keeper->tick++;
    live_second(keeper);
    log_pace(keeper);
    build(keeper);
    keeper->command.context = keeper;
    keeper->command.done = saved;
    keeper->pending = true;
    keeper->pending_us = clock_monotonic_us();
    if (writer_submit(keeper->site->writer, &keeper->command, &err))
        return;
    (void)pthread_mutex_lock(&keeper->lock);
    keeper->pending = false;
    (void)pthread_mutex_unlock(&keeper->lock);
    gate_stored(gate, now_s(keeper), &keeper->record, false);
}

// False when it is time to stop.
static bool wait_for_the_next(struct gate_keeper *keeper, int64_t wait_ms) {
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait_ms % 1000 * 1000000;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&keeper->lock);
    int result = 0;
    while (!keeper->stop && result == 0)
        result = pthread_cond_timedwait(&keeper->wake, &keeper->lock, &until);
    bool go_on = !keeper->stop;
    (void)pthread_mutex_unlock(&keeper->lock);
    return go_on;
}

static void *run(void *context) {
    struct gate_keeper *keeper = context;
    double wake_ms = 1000 / keeper->site->clock.speed;
    int64_t wait_ms = wake_ms < WAKE_MS_MIN ? WAKE_MS_MIN : wake_ms > 1000 ? 1000 : (int64_t)wake_ms;
    while (wait_for_the_next(keeper, wait_ms))
        live(keeper);
    return NULL;
}

// All that there is, and waits for it.
static bool save_now(struct gate_keeper *keeper, struct error *err) {
    bool stored = true;
    do {
        keeper->tick++;
        build(keeper);
        stored = writer_run(keeper->site->writer, &keeper->command, err);
        gate_stored(keeper->site->gate, now_s(keeper), &keeper->record, stored);
    } while (stored && keeper->record.counts_length == GATE_COUNTS_MAX);
    return stored;
}

static bool prepare(struct gate_keeper *keeper, struct error *err) {
    struct site *site = keeper->site;
    pthread_condattr_t attributes;
    (void)pthread_mutex_init(&keeper->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&keeper->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    keeper->arena = arena_new(SAVE_BYTES_MAX);
    if (keeper->arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!store_is_postgres(site->store))
        return true;
    if (!gate_nodes_new(site, &keeper->nodes, err))
        return false;
    keeper->node = gate_nodes_node(keeper->nodes);
    return true;
}

bool gate_keeper_start(struct site *site, struct gate_keeper **ret_keeper, struct error *err) {
    struct gate_keeper *keeper = calloc(1, sizeof *keeper);
    CLEANUP(session_cleanup) struct session *session = NULL;
    if (keeper == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    *ret_keeper = keeper;
    keeper->site = site;
    keeper->process = 1 + (int64_t)(randombytes_random() >> 1);
    keeper->began_us = clock_monotonic_us();
    keeper->lived_s = -1; // the first second is due at once
    if (!prepare(keeper, err) || !session_open(site->store, SESSION_READ, &session, err) ||
        !restore(keeper, session, err) ||
        (keeper->nodes != NULL && !gate_nodes_start(keeper->nodes, &keeper->news, err)))
        return false;
    keeper->ordered = keeper->news.orders.number;
    live_second(keeper); // who comes at once finds it open
    if (!save_now(keeper, err))
        return false;
    if (pthread_create(&keeper->thread, NULL, run, keeper) != 0)
        return error_set(err, ERROR_UNAVAILABLE, "no thread for the gate");
    keeper->started = true;
    return true;
}

static void end_thread(struct gate_keeper *keeper) {
    (void)pthread_mutex_lock(&keeper->lock);
    keeper->stop = true;
    (void)pthread_cond_signal(&keeper->wake);
    (void)pthread_mutex_unlock(&keeper->lock);
    (void)pthread_join(keeper->thread, NULL);
    (void)pthread_mutex_lock(&keeper->lock);
    while (keeper->pending)
        (void)pthread_cond_wait(&keeper->wake, &keeper->lock);
    (void)pthread_mutex_unlock(&keeper->lock);
}

void gate_keeper_stop(struct gate_keeper *keeper) {
    struct error err;
    if (keeper == NULL)
        return;
    if (keeper->started) {
        end_thread(keeper);
        if (!save_now(keeper, &err))
            LOG(LOG_WARNING, "the gate's last second was not written", log_text("cause", err.message));
    }
    gate_nodes_free(keeper->nodes);
    (void)pthread_cond_destroy(&keeper->wake);
    (void)pthread_mutex_destroy(&keeper->lock);
    arena_free(keeper->arena);
    gate_free(keeper->site->gate);
    keeper->site->gate = NULL;
    free(keeper);
}
