// gate_second.c - what a gate does once a second: pace, watermark, what is stored, what is published.
#include <math.h>
#include <string.h>

#include "gate/gate_internal.h"

#define LAPSED_AT_ONCE 256
#define ARENA_BYTES    ((size_t)256 << 10)
#define MINUTE_S       60.0

static void lapse(struct gate *gate, int64_t now_s) {
    struct holder lapsed[LAPSED_AT_ONCE];
    while (leases_lapse(gate->leases, now_s, lapsed, LAPSED_AT_ONCE) == LAPSED_AT_ONCE)
        continue;
}

static struct controller_orders orders_of(const struct gate *gate) {
    const struct gate_orders *orders = &gate->orders;
    double ceiling = (double)orders->ceiling_per_min, limit = gate->options.pace_per_min_max;
    if (limit > 0 && (ceiling <= 0 || limit < ceiling))
        ceiling = limit;
    double hand = (double)orders->hand_per_min;
    return (struct controller_orders){.floor_per_s = (double)orders->floor_per_min / MINUTE_S,
                                      .ceiling_per_s = ceiling / MINUTE_S,
                                      .hand_per_s = (limit > 0 ? fmin(hand, limit) : hand) / MINUTE_S,
                                      .by_hand = orders->by_hand,
                                      .paused = orders->paused};
}

void gate_order(struct gate *gate, const struct gate_orders *orders) {
    gate_lock(gate);
    gate->orders = *orders;
    gate_unlock(gate);
}

void gate_hear_news(struct gate *gate, uint32_t news) {
    gate_lock(gate);
    gate->news = news;
    gate_unlock(gate);
}

void gate_figures(struct gate *gate, struct gate_figures *ret_figures) {
    gate_lock(gate);
    *ret_figures = gate->own;
    ret_figures->inside = leases_count(gate->leases);
    gate_unlock(gate);
}

void gate_figures_add(struct gate_figures *sum, const struct gate_figures *more) {
    sum->returned += more->returned;
    for (int stage = 0; stage < GATE_STAGES; stage++) {
        sum->completed[stage] += more->completed[stage];
        sum->backlog[stage] += more->backlog[stage];
        for (int bin = 0; bin < REACH_BINS; bin++)
            sum->arrived_by_age[stage][bin] += more->arrived_by_age[stage][bin];
    }
}

// A node that begins anew counts from 0 again: less than before is nothing new.
static uint64_t growth(uint64_t now, uint64_t before) {
    return now > before ? now - before : 0;
}

// The part of `whole` that belongs to second `index` of `seconds`.
static uint64_t part(uint64_t whole, unsigned index, unsigned seconds) {
    return whole * (index + 1) / seconds - whole * index / seconds;
}

static void fill_counts(struct gate *gate, const struct gate_figures *sum, unsigned index, unsigned seconds,
                        struct controller_counts *ret_counts) {
    const struct gate_figures *seen = &gate->seen;
    uint64_t passed = line_passed(gate->line);
    *ret_counts = (struct controller_counts){.waiting = line_waiting(gate->line) > 0};
    ret_counts->admitted =
        growth(passed, gate->passed_seen) + part(growth(sum->returned, seen->returned), index, seconds);
    gate->passed_seen = passed;
    for (int i = 0; i < GATE_STAGES; i++) {
        struct stage_counts *stage = &ret_counts->stages[i];
        stage->completed = part(growth(sum->completed[i], seen->completed[i]), index, seconds);
        stage->backlog = sum->backlog[i];
        for (int bin = 0; bin < REACH_BINS; bin++)
            stage->arrived_by_age[bin] = (uint32_t)part(
                growth(sum->arrived_by_age[i][bin], seen->arrived_by_age[i][bin]), index, seconds);
    }
}

// Nobody more is let in while all places inside are taken, while the store is away, or after the end.
static bool stands_still(const struct gate *gate, int64_t now_s) {
    return gate->frozen || (gate->options.closes_s != 0 && now_s >= gate->options.closes_s) ||
           leases_count(gate->leases) + gate->inside_elsewhere >= gate->options.inside_max;
}

static void note_pace(struct gate *gate) {
    if (gate->pace.steady_per_s > 0)
        gate->look_per_s = gate->pace.steady_per_s;
}

static void lead_second(struct gate *gate, int64_t now_s, const struct controller_counts *counts) {
    struct controller_orders orders = orders_of(gate);
    gate->pace = controller_tick(gate->controller, counts, &orders);
    note_pace(gate);
    uint64_t people = controller_people(gate->controller, &gate->pace);
    (void)line_advance(gate->line, now_s, stands_still(gate, now_s) ? 0 : people);
    promise_tick(&gate->promise, line_joined(gate->line), line_passed(gate->line), gate->pace.steady_per_s);
}

static void tick_guard(struct gate *gate, unsigned seconds) {
    double per_s = controller_view(gate->controller, GATE_IDENTITY).capacity_per_s / gate->nodes;
    for (unsigned i = 0; i < seconds; i++)
        guard_tick(&gate->guard, per_s);
}

void gate_lead(struct gate *gate, int64_t now_s, unsigned seconds, const struct gate_figures *others,
               unsigned nodes) {
    gate_lock(gate);
    gate->nodes = nodes;
    struct gate_figures sum = gate->own;
    if (others != NULL)
        gate_figures_add(&sum, others);
    gate->inside_elsewhere = others == NULL ? 0 : others->inside;
    if (!gate->leads) { // whatever happened before is not news of this second
        gate->seen = sum;
        gate->passed_seen = line_passed(gate->line);
    }
    gate->leads = true;
    lapse(gate, now_s);
    seconds = seconds > GATE_TICKS_MAX ? GATE_TICKS_MAX : seconds;
    for (unsigned i = 0; i < seconds; i++) {
        struct controller_counts counts;
        fill_counts(gate, &sum, i, seconds, &counts);
        lead_second(gate, now_s, &counts);
    }
    if (seconds > 0)
        gate->seen = sum;
    tick_guard(gate, seconds);
    gate_unlock(gate);
}

void gate_follow(struct gate *gate, int64_t now_s, const struct gate_record *leader, unsigned nodes) {
    gate_lock(gate);
    gate->leads = false;
    gate->nodes = nodes;
    lapse(gate, now_s);
    gate->pace.per_s = leader->per_s;
    gate->pace.steady_per_s = leader->steady_per_s;
    gate->pace.reason = leader->reason;
    note_pace(gate);
    if (leader->line.epoch == gate_epoch(gate))
        line_follow(gate->line, leader->line.watermark, (uint64_t)(leader->per_s / nodes));
    if (leader->learnt_known)
        promise_recall(&gate->promise, leader->learnt);
    promise_follow(&gate->promise, line_joined(gate->line), line_passed(gate->line), leader->steady_per_s);
    tick_guard(gate, 1);
    gate_unlock(gate);
}

bool gate_hear(struct gate *gate, uint32_t epoch, const struct lane_count *count, struct error *err) {
    gate_lock(gate);
    bool heard = epoch != gate_epoch(gate) || line_take_count(gate->line, count, err);
    gate_unlock(gate);
    return heard;
}

void gate_hear_watermark(struct gate *gate, const struct line_state *line) {
    gate_lock(gate);
    if (line->epoch == gate_epoch(gate))
        line_hear(gate->line, line->watermark);
    gate_unlock(gate);
}

static enum document_state state_of(const struct gate *gate, int64_t now_s) {
    const struct gate_options *options = &gate->options;
    if (now_s < options->opens_s || (options->closes_s != 0 && now_s >= options->closes_s))
        return DOCUMENT_CLOSED;
    if (gate->orders.paused)
        return DOCUMENT_PAUSED;
    return line_waiting(gate->line) > 0 ? DOCUMENT_QUEUEING : DOCUMENT_OPEN;
}

static void write_page(const struct gate *gate, int64_t now_s, struct gate_record *record) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    struct document_options options = {.now_s = now_s,
                                       .state = record->state,
                                       .steady_per_s = gate->pace.steady_per_s,
                                       .look_per_s = gate->look_per_s,
                                       .promise = &gate->promise,
                                       .reason = pace_reason_name(gate->pace.reason),
                                       .message = gate->orders.message,
                                       .news = gate->news};
    const char *text = NULL;
    struct error err;
    record->page_length = 0;
    if (arena == NULL || !document_write(gate->line, &options, arena, &text, &record->page_length, &err))
        return; // the page of a second ago stays
    memcpy(record->page, text, record->page_length + 1);
}

static void take_promises(const struct gate *gate, struct gate_record *record) {
    for (int span = 0; span < PROMISE_SPANS; span++) {
        record->promises[span] = gate->promise.records[span];
        if (record->promises[span].promised != gate->promises_stored[span])
            record->promises_changed = true;
        record->learnt[span] = gate->promise.learnt[span];
    }
}

void gate_take(struct gate *gate, int64_t now_s, struct gate_record *ret_record) {
    gate_lock(gate);
    gate->state = state_of(gate, now_s);
    *ret_record = (struct gate_record){.line = line_state(gate->line),
                                       .per_s = gate->pace.per_s,
                                       .steady_per_s = gate->pace.steady_per_s,
                                       .reason = gate->pace.reason,
                                       .state = gate->state,
                                       .now_s = now_s};
    ret_record->counts_length = line_changes(gate->line, ret_record->counts, GATE_COUNTS_MAX);
    take_promises(gate, ret_record);
    write_page(gate, now_s, ret_record);
    gate_unlock(gate);
}

static void publish(struct gate *gate, const char *text, size_t length) {
    (void)pthread_mutex_lock(&gate->page_lock);
    memcpy(gate->page.text, text, length);
    gate->page.text[length] = '\0';
    gate->page.length = length;
    gate->page.version++;
    atomic_store_explicit(&gate->version, gate->page.version, memory_order_release);
    (void)pthread_mutex_unlock(&gate->page_lock);
}

static void publish_frozen(struct gate *gate, int64_t now_s) {
    char text[GATE_PAGE_SIZE];
    struct gate_page page;
    gate_page(gate, &page);
    size_t length = page.version == 0 ? 0 : document_freeze(text, page.text, now_s);
    if (length > 0)
        publish(gate, text, length);
}

void gate_freeze(struct gate *gate, int64_t now_s) {
    gate_lock(gate);
    gate->frozen = true;
    line_forget_saved(gate->line);
    gate_unlock(gate);
    publish_frozen(gate, now_s);
}

void gate_stored(struct gate *gate, int64_t now_s, const struct gate_record *record, bool stored) {
    if (record->line.epoch != gate_epoch(gate))
        return; // the line has begun anew meanwhile
    if (!stored) {
        gate_freeze(gate, now_s);
        return;
    }
    gate_lock(gate);
    gate->frozen = false;
    for (int span = 0; span < PROMISE_SPANS; span++)
        gate->promises_stored[span] = record->promises[span].promised;
    gate_unlock(gate);
    if (record->page_length > 0)
        publish(gate, record->page, record->page_length);
}

bool gate_restore(struct gate *gate, int64_t now_s, struct gate_saved *saved, struct error *err) {
    gate_lock(gate);
    bool ok = line_restore(gate->line, &saved->line, saved->counts, saved->counts_length, err) &&
              leases_restore(gate->leases, now_s, saved->leases, saved->leases_length, err);
    if (ok)
        line_hear(gate->line, saved->beyond);
    gate->orders = saved->orders;
    gate->passed_seen = line_passed(gate->line);
    if (saved->learnt_known)
        promise_recall(&gate->promise, saved->learnt);
    gate_unlock(gate);
    return ok;
}

const char *gate_state_name(enum document_state state) {
    static const char *const names[] = {[DOCUMENT_OPEN] = "open",
                                        [DOCUMENT_QUEUEING] = "queueing",
                                        [DOCUMENT_PAUSED] = "paused",
                                        [DOCUMENT_CLOSED] = "closed"};
    ASSERT((size_t)state < sizeof names / sizeof *names);
    return names[state];
}

void gate_view(struct gate *gate, struct gate_view *ret_view) {
    gate_lock(gate);
    *ret_view = (struct gate_view){.state = gate->frozen ? DOCUMENT_PAUSED : gate->state,
                                   .joined = line_joined(gate->line),
                                   .passed = line_passed(gate->line),
                                   .waiting = line_waiting(gate->line),
                                   .returned = gate->own.returned,
                                   .inside = leases_count(gate->leases),
                                   .at_provider = leases_count_in(gate->leases, LEASE_AT_PROVIDER),
                                   .watermark = line_watermark(gate->line),
                                   .epoch = gate_epoch(gate),
                                   .per_s = gate->pace.per_s,
                                   .steady_per_s = gate->pace.steady_per_s,
                                   .reason = gate->pace.reason,
                                   .frozen = gate->frozen,
                                   .orders = gate->orders,
                                   .memory_bytes = line_memory_bytes(gate->line)};
    controller_explain(gate->controller, &gate->pace, ret_view->explanation);
    for (size_t i = 0; i < GATE_STAGES; i++)
        ret_view->stages[i] = controller_view(gate->controller, i);
    memcpy(ret_view->promises, gate->promise.records, sizeof ret_view->promises);
    ret_view->tail = promise_wait(&gate->promise, ret_view->waiting, ret_view->steady_per_s);
    gate_unlock(gate);
}
