// gate_store.c - see gate_store.h.
#include "gate/gate_store.h"

#include <string.h>

#include "base/text.h"

#define SECOND_MS    INT64_C(1000)
#define COUNTS_FIRST 256

#define LATER "(excluded.second, excluded.rank) > (gate_line.second, gate_line.rank)"
#define NEWER "excluded.epoch > gate_line.epoch"
#define GROWS(column)                                                                                   \
    column " = CASE WHEN " NEWER " OR excluded." column " > gate_line." column " THEN excluded." column \
           " ELSE gate_line." column " END"

// The watermark never goes back, whoever writes.
static const struct statement SAVE_LINE = {
    "INSERT INTO gate_line (campaign_id, epoch, last_s, second, rank, passed, steady_per_s, per_s, reason, "
    "state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (campaign_id) DO UPDATE SET "
    "epoch = excluded.epoch, " GROWS("last_s") ", " GROWS(
        "passed") ", "
                  "second = CASE WHEN " NEWER " OR " LATER " THEN excluded.second ELSE gate_line.second END, "
                  "rank = CASE WHEN " NEWER " OR " LATER " THEN excluded.rank ELSE gate_line.rank END, "
                  "steady_per_s = excluded.steady_per_s, per_s = excluded.per_s, reason = excluded.reason, "
                  "state = excluded.state WHERE gate_line.epoch <= excluded.epoch",
    "iiiiiirrii"};
static const struct statement MOVE_LINE = {
    "UPDATE gate_line SET last_s = CASE WHEN $3 > last_s THEN $3 ELSE last_s END, "
    "second = CASE WHEN ($4, $5) > (second, rank) THEN $4 ELSE second END, "
    "rank = CASE WHEN ($4, $5) > (second, rank) THEN $5 ELSE rank END "
    "WHERE campaign_id = $1 AND epoch = $2",
    "iiiii"};
static const struct statement BEGIN_ANEW = {
    "UPDATE gate_line SET epoch = epoch + 1, last_s = 0, second = 0, rank = 0, passed = 0 "
    "WHERE campaign_id = $1 AND epoch = $2",
    "ii"};
// Ticks of a lane grow in the order of writing, also when for a moment two nodes write in it.
static const struct statement SAVE_COUNT = {
    "INSERT INTO gate_arrival (campaign_id, epoch, node, second, bucket, count, tick) "
    "SELECT $1, $2, $3, $4, $5, $6, CAST(COALESCE(MAX(tick), 0) AS BIGINT) + 1 FROM gate_arrival "
    "WHERE campaign_id = $1 AND epoch = $2 AND node = $3 "
    "ON CONFLICT (campaign_id, epoch, node, second, bucket) "
    "DO UPDATE SET count = excluded.count, tick = excluded.tick WHERE gate_arrival.count < excluded.count",
    "iiiiii"};
static const struct statement SAVE_LEARNT = {
    "INSERT INTO gate_promise (campaign_id, span, ninetieth, lean) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (campaign_id, span) DO UPDATE SET ninetieth = excluded.ninetieth, lean = excluded.lean",
    "iirr"};
// A process's own rows: written again they say the same.
static const struct statement SAVE_OUTCOMES = {
    "INSERT INTO gate_outcome (campaign_id, span, process, promised, held_p50, held_p90) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (campaign_id, span, process) DO UPDATE SET "
    "promised = excluded.promised, held_p50 = excluded.held_p50, held_p90 = excluded.held_p90",
    "iiiiii"};
static const struct statement TRIM = {
    "DELETE FROM gate_arrival WHERE campaign_id = $1 AND (epoch < $2 OR (epoch = $2 AND second > 0 AND "
    "second < $3))",
    "iii"};

static const struct statement EPOCH = {"SELECT epoch FROM gate_line WHERE campaign_id = $1", "i"};
static const struct statement LINE = {
    "SELECT epoch, last_s, second, rank, passed FROM gate_line WHERE campaign_id = $1", "i"};
static const struct statement COUNTS = {
    "SELECT node, second, bucket, count FROM gate_arrival WHERE campaign_id = $1 AND epoch = $2", "ii"};
// Places that were given after the last second that was written.
static const struct statement LATE_COUNTS = {
    "SELECT node, second, 0, MAX(rank) + 1 FROM gate_place WHERE campaign_id = $1 AND epoch = $2 "
    "AND second > 0 AND second >= $3 GROUP BY node, second",
    "iii"};
static const struct statement DRAW_COUNTS = {
    "SELECT node, 0, rank >> 14, COUNT(*) FROM gate_place WHERE campaign_id = $1 AND epoch = $2 "
    "AND second = 0 GROUP BY node, rank >> 14",
    "ii"};
static const struct statement KNOWN = {
    "SELECT resident_id FROM gate_place WHERE campaign_id = $1 AND epoch = $2", "ii"};
static const struct statement FURTHEST = {
    "SELECT second, rank FROM gate_place WHERE campaign_id = $1 AND epoch = $2 AND pass > 0 AND turn_ms > 0 "
    "ORDER BY second DESC, rank DESC LIMIT 1",
    "ii"};
static const struct statement LEASES = {"SELECT resident_id, pass, turn_ms, renewed_ms FROM gate_place "
                                        "WHERE campaign_id = $1 AND pass > 0 AND pass_node = $2",
                                        "ii"};
static const struct statement LEARNT = {
    "SELECT span, ninetieth, lean FROM gate_promise WHERE campaign_id = $1", "i"};
static const struct statement OUTCOMES = {
    "SELECT span, CAST(SUM(promised) AS BIGINT), CAST(SUM(held_p50) AS BIGINT), "
    "CAST(SUM(held_p90) AS BIGINT) FROM gate_outcome WHERE campaign_id = $1 GROUP BY span",
    "i"};

_Static_assert(LANES_DRAW_SHIFT == 14, "DRAW_COUNTS shifts ranks by it");

static const struct statement TAKE = {
    "INSERT INTO gate_place (resident_id, campaign_id, epoch, node, second, rank, joined_ms, pass, "
    "pass_node, turn_ms, renewed_ms) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM resident "
    "WHERE id = $1 ON CONFLICT (resident_id, campaign_id) DO UPDATE SET epoch = excluded.epoch, "
    "node = excluded.node, second = excluded.second, rank = excluded.rank, joined_ms = excluded.joined_ms, "
    "pass = excluded.pass, pass_node = excluded.pass_node, turn_ms = excluded.turn_ms, "
    "renewed_ms = excluded.renewed_ms WHERE gate_place.epoch < excluded.epoch",
    "iiiiiiiiiii"};
static const struct statement LOOK = {
    "SELECT epoch, node, second, rank, joined_ms, pass, pass_node, turn_ms, renewed_ms FROM gate_place "
    "WHERE resident_id = $1 AND campaign_id = $2",
    "ii"};
static const struct statement PASS = {
    "UPDATE gate_place SET pass = $3, pass_node = $4, turn_ms = CASE WHEN $5 > 0 THEN $5 ELSE turn_ms END, "
    "renewed_ms = $6 WHERE resident_id = $1 AND campaign_id = $2",
    "iiiiii"};

static const struct statement MOVED = {
    "INSERT INTO gate_moved (campaign_id, node, resident_id) SELECT campaign_id, pass_node, resident_id "
    "FROM gate_place WHERE resident_id = $1 AND campaign_id = $2 AND pass > 0 AND pass_node <> $3 "
    "ON CONFLICT (campaign_id, node, resident_id) DO NOTHING",
    "iii"};

static const struct statement ORDERS = {
    "SELECT number, floor_per_min, ceiling_per_min, hand_per_min, by_hand, paused, message FROM gate_order "
    "WHERE campaign_id = $1 ORDER BY number DESC LIMIT 1",
    "i"};
static const struct statement ORDER = {
    "INSERT INTO gate_order (campaign_id, number, at_ms, floor_per_min, ceiling_per_min, hand_per_min, "
    "by_hand, paused, message, who, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    "iiiiiiiittt"};

bool gate_store_epoch(struct session *session, int64_t campaign_id, uint32_t *ret_epoch, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &EPOCH, arena, &rows, err, value_int(campaign_id)))
        return false;
    *ret_epoch = rows.count == 0 ? 0 : (uint32_t)rows_int(&rows, 0, 0);
    return true;
}

// Counts as they come from several queries; their number is not known beforehand.
struct gathering {
    struct arena *arena;
    struct lane_count *counts;
    size_t length, capacity;
    const struct gate_load *load;
};

static bool gather(void *context, const struct value *row, size_t columns, struct error *err) {
    struct gathering *gathering = context;
    if (gathering->length == gathering->capacity) {
        size_t capacity = gathering->capacity == 0 ? COUNTS_FIRST : gathering->capacity * 2;
        struct lane_count *counts = arena_alloc(gathering->arena, capacity * sizeof *counts);
        if (counts == NULL)
            return error_set(err, ERROR_EXHAUSTED, "no memory for the counts of the line");
        if (gathering->length > 0)
            memcpy(counts, gathering->counts, gathering->length * sizeof *counts);
        gathering->counts = counts;
        gathering->capacity = capacity;
    }
    gathering->counts[gathering->length++] = (struct lane_count){.node = (uint32_t)row[0].number,
                                                                 .second = (uint32_t)row[1].number,
                                                                 .bucket = (uint32_t)row[2].number,
                                                                 .count = (uint32_t)row[3].number};
    return true;
}

static bool meet(void *context, const struct value *row, size_t columns, struct error *err) {
    const struct gate_load *load = context;
    load->known(load->context, row[0].number);
    return true;
}

static bool load_line(struct session *session, const struct gate_load *load, struct arena *arena,
                      struct gate_saved *saved, struct error *err) {
    struct rows rows;
    struct value campaign = value_int(load->campaign_id), epoch = value_int(load->epoch);
    saved->line = (struct line_state){.epoch = load->epoch};
    if (!SESSION_QUERY(session, &LINE, arena, &rows, err, campaign))
        return false;
    if (rows.count > 0 && rows_int(&rows, 0, 0) == load->epoch)
        saved->line = (struct line_state){
            .epoch = load->epoch,
            .last_s = (uint32_t)rows_int(&rows, 0, 1),
            .watermark = {(uint32_t)rows_int(&rows, 0, 2), (uint32_t)rows_int(&rows, 0, 3)},
            .passed = (uint64_t)rows_int(&rows, 0, 4)};
    // Whoever was let in after the last second that was written stood before the watermark of then.
    if (!SESSION_QUERY(session, &FURTHEST, arena, &rows, err, campaign, epoch))
        return false;
    if (rows.count > 0)
        saved->beyond = (struct place){(uint32_t)rows_int(&rows, 0, 0), (uint32_t)rows_int(&rows, 0, 1) + 1};
    return true;
}

static bool load_counts(struct session *session, const struct gate_load *load, struct arena *arena,
                        struct gate_saved *saved, struct error *err) {
    struct gathering all = {.arena = arena, .load = load};
    const struct value values[] = {value_int(load->campaign_id), value_int(load->epoch),
                                   value_int(saved->line.last_s)};
    if (!session_each(session, &COUNTS, values, 2, gather, &all, err) ||
        !session_each(session, &LATE_COUNTS, values, 3, gather, &all, err) ||
        !session_each(session, &DRAW_COUNTS, values, 2, gather, &all, err) ||
        !session_each(session, &KNOWN, values, 2, meet, (void *)(uintptr_t)load, err))
        return false;
    saved->counts = all.counts;
    saved->counts_length = all.length;
    return true;
}

static bool load_leases(struct session *session, const struct gate_load *load, struct arena *arena,
                        struct gate_saved *saved, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &LEASES, arena, &rows, err, value_int(load->campaign_id),
                       value_int(load->node)))
        return false;
    saved->leases = arena_alloc(arena, (rows.count + 1) * sizeof *saved->leases);
    saved->leases_length = 0;
    if (saved->leases == NULL)
        return error_set(err, ERROR_EXHAUSTED, "no memory for the passes of the gate");
    for (size_t row = 0; row < rows.count; row++) {
        struct gate_place place = {.pass = (enum gate_pass_state)rows_int(&rows, row, 1),
                                   .renewed_ms = rows_int(&rows, row, 3)};
        int64_t turn_ms = rows_int(&rows, row, 2);
        if (turn_ms == 0)
            turn_ms = place.renewed_ms;
        struct lease lease = {.holder = gate_resident(rows_int(&rows, row, 0)),
                              .state = place.pass == GATE_PASS_INSIDE ? LEASE_INSIDE : LEASE_AT_PROVIDER,
                              .age_s = (load->now_ms - turn_ms) / SECOND_MS,
                              .left_s = (gate_pass_until_ms(&place) - load->now_ms) / SECOND_MS};
        if (lease.left_s > 0)
            saved->leases[saved->leases_length++] = lease;
    }
    return true;
}

bool gate_store_load(struct session *session, const struct gate_load *load, struct arena *arena,
                     struct gate_saved *ret_saved, struct error *err) {
    struct gate_saved saved = {0};
    if (!session_begin(session, err)) // all of it at one moment
        return false;
    bool ok = load_line(session, load, arena, &saved, err) &&
              load_counts(session, load, arena, &saved, err) &&
              load_leases(session, load, arena, &saved, err) &&
              gate_learnt_read(session, load->campaign_id, arena, saved.learnt, &saved.learnt_known, err) &&
              gate_orders_read(session, load->campaign_id, arena, &saved.orders, err);
    session_rollback(session);
    if (ok)
        *ret_saved = saved;
    return ok;
}

static void save_promises(struct command *command, const struct gate_save *save,
                          const struct gate_record *record) {
    for (int span = 0; span < PROMISE_SPANS && record->promises_changed; span++) {
        const struct promise_record *outcomes = &record->promises[span];
        COMMAND_ADD(command, &SAVE_LEARNT, value_int(save->campaign_id), value_int(span),
                    value_real(record->learnt[span].ninetieth), value_real(record->learnt[span].lean));
        COMMAND_ADD(command, &SAVE_OUTCOMES, value_int(save->campaign_id), value_int(span),
                    value_int(save->process), value_int((int64_t)outcomes->promised),
                    value_int((int64_t)outcomes->held_p50), value_int((int64_t)outcomes->held_p90));
    }
}

struct step *gate_store_save(struct command *command, const struct gate_save *save,
                             const struct gate_record *record) {
    const struct line_state *line = &record->line;
    struct value campaign = value_int(save->campaign_id), epoch = value_int(line->epoch);
    struct value last_s = value_int(line->last_s), second = value_int(line->watermark.second),
                 rank = value_int(line->watermark.rank);
    for (size_t i = 0; i < record->counts_length; i++)
        COMMAND_ADD(command, &SAVE_COUNT, campaign, epoch, value_int(record->counts[i].node),
                    value_int(record->counts[i].second), value_int(record->counts[i].bucket),
                    value_int(record->counts[i].count));
    if (!save->leads)
        return COMMAND_ADD(command, &MOVE_LINE, campaign, epoch, last_s, second, rank);
    save_promises(command, save, record);
    return COMMAND_ADD(command, &SAVE_LINE, campaign, epoch, last_s, second, rank,
                       value_int((int64_t)line->passed), value_real(record->steady_per_s),
                       value_real(record->per_s), value_int((int64_t)record->reason),
                       value_int((int64_t)record->state));
}

void gate_store_begin_anew(struct command *command, int64_t campaign_id, uint32_t epoch) {
    struct step *step = COMMAND_ADD(command, &BEGIN_ANEW, value_int(campaign_id), value_int(epoch));
    if (step != NULL)
        step->must_change = true;
}

void gate_store_trim(struct command *command, int64_t campaign_id, uint32_t epoch, struct place watermark) {
    int64_t before_s = watermark.second > 2 * LANES_LATE_S ? watermark.second - 2 * LANES_LATE_S : 0;
    COMMAND_ADD(command, &TRIM, value_int(campaign_id), value_int(epoch), value_int(before_s));
}

struct step *gate_place_take(struct command *command, int64_t resident_id, int64_t campaign_id,
                             const struct gate_place *place) {
    return COMMAND_ADD(command, &TAKE, value_int(resident_id), value_int(campaign_id),
                       value_int(place->epoch), value_int(place->node), value_int(place->place.second),
                       value_int(place->place.rank), value_int(place->joined_ms),
                       value_int((int64_t)place->pass), value_int(place->pass_node),
                       value_int(place->turn_ms), value_int(place->renewed_ms));
}

struct step *gate_place_look(struct command *command, int64_t resident_id, int64_t campaign_id) {
    return COMMAND_ADD(command, &LOOK, value_int(resident_id), value_int(campaign_id));
}

struct gate_place gate_place_of(const struct rows *rows) {
    if (rows->count == 0)
        return (struct gate_place){.found = false};
    return (struct gate_place){.found = true,
                               .epoch = (uint32_t)rows_int(rows, 0, 0),
                               .node = (uint32_t)rows_int(rows, 0, 1),
                               .place = {(uint32_t)rows_int(rows, 0, 2), (uint32_t)rows_int(rows, 0, 3)},
                               .joined_ms = rows_int(rows, 0, 4),
                               .pass = (enum gate_pass_state)rows_int(rows, 0, 5),
                               .pass_node = (uint32_t)rows_int(rows, 0, 6),
                               .turn_ms = rows_int(rows, 0, 7),
                               .renewed_ms = rows_int(rows, 0, 8)};
}

bool gate_place_read(struct session *session, int64_t resident_id, int64_t campaign_id, struct arena *arena,
                     struct gate_place *ret_place, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &LOOK, arena, &rows, err, value_int(resident_id), value_int(campaign_id)))
        return false;
    *ret_place = gate_place_of(&rows);
    return true;
}

struct step *gate_pass_write(struct command *command, int64_t resident_id, int64_t campaign_id,
                             const struct gate_place *place) {
    COMMAND_ADD(command, &MOVED, value_int(resident_id), value_int(campaign_id), value_int(place->pass_node));
    return COMMAND_ADD(command, &PASS, value_int(resident_id), value_int(campaign_id),
                       value_int((int64_t)place->pass), value_int(place->pass_node),
                       value_int(place->turn_ms), value_int(place->renewed_ms));
}

int64_t gate_pass_until_ms(const struct gate_place *place) {
    switch (place->pass) {
    case GATE_NO_PASS:
        return 0;
    case GATE_PASS_INSIDE:
        return place->renewed_ms + LEASE_INSIDE_S * SECOND_MS;
    case GATE_PASS_AT_PROVIDER:
        return place->renewed_ms + LEASE_AT_PROVIDER_S * SECOND_MS;
    }
    return 0;
}

bool gate_orders_read(struct session *session, int64_t campaign_id, struct arena *arena,
                      struct gate_orders *ret_orders, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &ORDERS, arena, &rows, err, value_int(campaign_id)))
        return false;
    *ret_orders = (struct gate_orders){0};
    if (rows.count == 0)
        return true;
    *ret_orders = (struct gate_orders){.number = rows_int(&rows, 0, 0),
                                       .floor_per_min = rows_int(&rows, 0, 1),
                                       .ceiling_per_min = rows_int(&rows, 0, 2),
                                       .hand_per_min = rows_int(&rows, 0, 3),
                                       .by_hand = rows_int(&rows, 0, 4) != 0,
                                       .paused = rows_int(&rows, 0, 5) != 0};
    return text_copy(ret_orders->message, sizeof ret_orders->message, rows_text(&rows, 0, 6)) ||
           error_set(err, ERROR_INVALID, "the message of order %lld in the store is too long",
                     (long long)ret_orders->number);
}

void gate_orders_write(struct command *command, int64_t campaign_id, const struct gate_orders *orders,
                       int64_t now_ms, const char *who, const char *why) {
    COMMAND_ADD(command, &ORDER, value_int(campaign_id), value_int(orders->number), value_int(now_ms),
                value_int(orders->floor_per_min), value_int(orders->ceiling_per_min),
                value_int(orders->hand_per_min), value_int(orders->by_hand), value_int(orders->paused),
                value_text(orders->message), value_text(who), value_text(why));
}

bool gate_learnt_read(struct session *session, int64_t campaign_id, struct arena *arena,
                      struct promise_learnt ret_learnt[PROMISE_SPANS], bool *ret_known, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &LEARNT, arena, &rows, err, value_int(campaign_id)))
        return false;
    *ret_known = rows.count == PROMISE_SPANS;
    for (size_t row = 0; row < rows.count; row++) {
        int64_t span = rows_int(&rows, row, 0);
        if (span >= 0 && span < PROMISE_SPANS)
            ret_learnt[span] = (struct promise_learnt){rows_real(&rows, row, 1), rows_real(&rows, row, 2)};
    }
    return true;
}

bool gate_promises_read(struct session *session, int64_t campaign_id, struct arena *arena,
                        struct promise_record ret_records[PROMISE_SPANS], struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &OUTCOMES, arena, &rows, err, value_int(campaign_id)))
        return false;
    memset(ret_records, 0, PROMISE_SPANS * sizeof *ret_records);
    for (size_t row = 0; row < rows.count; row++) {
        int64_t span = rows_int(&rows, row, 0);
        if (span >= 0 && span < PROMISE_SPANS)
            ret_records[span] =
                (struct promise_record){(uint64_t)rows_int(&rows, row, 1), (uint64_t)rows_int(&rows, row, 2),
                                        (uint64_t)rows_int(&rows, row, 3)};
    }
    return true;
}
