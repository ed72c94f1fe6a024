// gate_share.c - see gate_share.h.
#include "gate/gate_share.h"

#include <stdlib.h>
#include <string.h>

#define LOCKS_CLASS INT64_C(774300000) // plus the campaign; the first of an advisory lock's two numbers
#define LEAD        100                // the second: a lane, or this
#define ARENA_BYTES ((size_t)64 << 20)
#define NEWS_MAX    20000 // rows of a lane at a time; the next look goes on
#define SILENT_MAX  10    // times that this node was heard anew and the one that leads was not: seconds

// The parameters are two int4 in PostgreSQL's function.
static const struct statement TAKE_LOCK = {
    "SELECT CASE WHEN pg_try_advisory_lock(CAST($1 AS INTEGER), CAST($2 AS INTEGER)) THEN 1 ELSE 0 END",
    "ii"};
static const struct statement LOCKS = {
    "SELECT CAST(objid AS BIGINT), CASE WHEN pid = pg_backend_pid() THEN 1 ELSE 0 END, CAST(pid AS BIGINT) "
    "FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND CAST(classid AS BIGINT) = $1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    "i"};
// A machine that stands still keeps its connections, and its locks with them.
static const struct statement END_LEAD = {
    "SELECT CASE WHEN pg_terminate_backend(pid) THEN 1 ELSE 0 END FROM pg_locks WHERE locktype = 'advisory' "
    "AND granted AND objsubid = 2 AND CAST(classid AS BIGINT) = $1 AND CAST(objid AS BIGINT) = $2 "
    "AND pid = $3 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    "iii"};
static const struct statement MOVED = {
    "DELETE FROM gate_moved WHERE campaign_id = $1 AND node = $2 RETURNING resident_id", "ii"};
static const struct statement PASSES = {
    "SELECT resident_id FROM gate_place WHERE campaign_id = $1 AND pass_node = $2 AND pass > 0", "ii"};
static const struct statement LINE = {
    "SELECT epoch, last_s, second, rank, passed, steady_per_s, per_s, reason, state FROM gate_line "
    "WHERE campaign_id = $1",
    "i"};
static const struct statement NEWS = {
    "SELECT node, second, bucket, count, tick FROM gate_arrival "
    "WHERE campaign_id = $1 AND epoch = $2 AND node = $3 AND tick >= $4 ORDER BY tick LIMIT $5",
    "iiiii"};
static const struct statement FIGURES = {"SELECT node, figures, tick FROM gate_node WHERE campaign_id = $1",
                                         "i"};
static const struct statement TELL = {
    "INSERT INTO gate_node (campaign_id, node, tick, figures) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (campaign_id, node) DO UPDATE SET tick = excluded.tick, figures = excluded.figures",
    "iiib"};

struct gate_share {
    struct session *session;
    struct arena *arena;
    int64_t campaign_id;
    uint32_t node;
    uint32_t epoch;                        // of `heard`
    int64_t heard[LANES_MAX];              // newest tick of each lane
    bool lane_ours, lead_ours;             // as of the last look
    uint32_t alive, met;                   // a bit a lane; at the look before
    int64_t pids[LANES_MAX + 1];           // who holds a lane, and last the lead; 0: nobody
    int64_t ticks[LANES_MAX];              // that each lane told last
    int64_t own_tick, lead_tick, lead_pid; // at the look before
    int silent;                            // likewise; see SILENT_MAX
};

static bool take_lock(struct gate_share *share, int64_t number, bool *ret_taken, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(share->session, &TAKE_LOCK, share->arena, &rows, err,
                       value_int(LOCKS_CLASS + share->campaign_id), value_int(number)))
        return false;
    *ret_taken = rows_int(&rows, 0, 0) != 0;
    return true;
}

// Our own of before, if it is free, or the next one after it that is.
static bool take_lane(struct gate_share *share, struct error *err) {
    bool taken = false;
    for (uint32_t i = 0; i < LANES_MAX && !taken; i++) {
        uint32_t lane = (share->node + i) % LANES_MAX;
        if (!take_lock(share, lane, &taken, err))
            return false;
        if (taken)
            share->node = lane;
    }
    return taken || error_set(err, ERROR_EXHAUSTED, "%d nodes share this campaign already", LANES_MAX);
}

bool gate_share_open(struct store *store, int64_t campaign_id, struct gate_share **ret_share,
                     struct error *err) {
    struct gate_share *share = calloc(1, sizeof *share);
    if (share == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    share->campaign_id = campaign_id;
    share->arena = arena_new(ARENA_BYTES);
    bool ok = share->arena != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    ok = ok && session_open(store, SESSION_WRITE, &share->session, err) && take_lane(share, err);
    if (!ok) {
        gate_share_close(share);
        return false;
    }
    *ret_share = share;
    return true;
}

void gate_share_close(struct gate_share *share) {
    if (share == NULL)
        return;
    session_close(share->session);
    arena_free(share->arena);
    free(share);
}

uint32_t gate_share_node(const struct gate_share *share) {
    return share->node;
}

static bool look_at_locks(struct gate_share *share, struct error *err) {
    struct rows rows;
    share->lane_ours = share->lead_ours = false;
    share->alive = 0;
    memset(share->pids, 0, sizeof share->pids);
    if (!SESSION_QUERY(share->session, &LOCKS, share->arena, &rows, err,
                       value_int(LOCKS_CLASS + share->campaign_id)))
        return false;
    for (size_t row = 0; row < rows.count; row++) {
        int64_t number = rows_int(&rows, row, 0);
        bool ours = rows_int(&rows, row, 1) != 0;
        share->lead_ours = share->lead_ours || (number == LEAD && ours);
        if (number == LEAD || (number >= 0 && number < LANES_MAX))
            share->pids[number == LEAD ? LANES_MAX : number] = rows_int(&rows, row, 2);
        share->lane_ours = share->lane_ours || (number == share->node && ours);
        if (number >= 0 && number < LANES_MAX)
            share->alive |= 1u << number;
    }
    return true;
}

// A connection that was lost took our locks with it: take them again, or another lane if somebody was faster,
// and the lead if nobody has it.
static bool keep_locks(struct gate_share *share, struct error *err) {
    if (!look_at_locks(share, err))
        return false;
    if (!share->lane_ours && !take_lane(share, err))
        return false;
    share->alive |= 1u << share->node;
    return share->lead_ours || take_lock(share, LEAD, &share->lead_ours, err);
}

static bool look_at_line(struct gate_share *share, struct gate_news *news, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(share->session, &LINE, share->arena, &rows, err, value_int(share->campaign_id)))
        return false;
    if (rows.count == 0)
        return true;
    news->epoch = (uint32_t)rows_int(&rows, 0, 0);
    news->leader.line =
        (struct line_state){.epoch = news->epoch,
                            .last_s = (uint32_t)rows_int(&rows, 0, 1),
                            .watermark = {(uint32_t)rows_int(&rows, 0, 2), (uint32_t)rows_int(&rows, 0, 3)},
                            .passed = (uint64_t)rows_int(&rows, 0, 4)};
    news->leader.steady_per_s = rows_real(&rows, 0, 5);
    news->leader.per_s = rows_real(&rows, 0, 6);
    news->leader.reason = (enum pace_reason)rows_int(&rows, 0, 7);
    news->leader.state = (enum document_state)rows_int(&rows, 0, 8);
    return gate_learnt_read(share->session, share->campaign_id, share->arena, news->leader.learnt,
                            &news->leader.learnt_known, err);
}

static bool hear_lane(struct gate_share *share, struct gate *gate, uint32_t lane, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(share->session, &NEWS, share->arena, &rows, err, value_int(share->campaign_id),
                       value_int(share->epoch), value_int(lane), value_int(share->heard[lane]),
                       value_int(NEWS_MAX)))
        return false;
    for (size_t row = 0; row < rows.count; row++) {
        struct lane_count count = {.node = (uint32_t)rows_int(&rows, row, 0),
                                   .second = (uint32_t)rows_int(&rows, row, 1),
                                   .bucket = (uint32_t)rows_int(&rows, row, 2),
                                   .count = (uint32_t)rows_int(&rows, row, 3)};
        if (!gate_hear(gate, share->epoch, &count, err))
            return false;
        share->heard[lane] = rows_int(&rows, row, 4); // asked for once more: two may have written it at once
    }
    return true;
}

// The residents that `which` finds for a lane are counted on another node, or on none: here no more.
static bool let_go(struct gate_share *share, struct gate *gate, const struct statement *which, uint32_t lane,
                   struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(share->session, which, share->arena, &rows, err, value_int(share->campaign_id),
                       value_int(lane)))
        return false;
    for (size_t row = 0; row < rows.count; row++) {
        struct holder holder = gate_resident(rows_int(&rows, row, 0));
        gate_give_back(gate, &holder);
    }
    return true;
}

// Our lane went to another node, which found there what we had counted, and whom we had let in.
static bool change_lane(struct gate_share *share, struct gate *gate, struct error *err) {
    share->heard[share->node] = 0; // what its last holder counted comes before what we shall count there
    if (!hear_lane(share, gate, share->node, err) || !let_go(share, gate, &PASSES, gate_node(gate), err))
        return false;
    gate_take_lane(gate, share->node);
    return true;
}

// Also of lanes whose node is gone: what it wrote last may not have been heard yet.
static bool hear(struct gate_share *share, struct gate *gate, struct error *err) {
    if (share->epoch != gate_epoch(gate)) {
        share->epoch = gate_epoch(gate);
        memset(share->heard, 0, sizeof share->heard);
        share->met = UINT32_MAX; // once, of all
    }
    if (share->node != gate_node(gate) && !change_lane(share, gate, err))
        return false;
    for (uint32_t lane = 0; lane < LANES_MAX; lane++) {
        bool may_know = ((share->met | share->alive) & 1u << lane) != 0;
        if (may_know && !hear_lane(share, gate, lane, err))
            return false;
    }
    share->met = share->alive;
    return true;
}

static void add(struct gate_figures *sum, const struct gate_figures *more) {
    sum->inside += more->inside;
    gate_figures_add(sum, more);
}

static bool look_at_figures(struct gate_share *share, struct gate_news *news, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(share->session, &FIGURES, share->arena, &rows, err, value_int(share->campaign_id)))
        return false;
    for (size_t row = 0; row < rows.count; row++) {
        int64_t node = rows_int(&rows, row, 0);
        const struct value *bytes = rows_value(&rows, row, 1);
        struct gate_figures figures;
        bool alive = node >= 0 && node < LANES_MAX && (share->alive & 1u << node) != 0;
        if (alive)
            share->ticks[node] = rows_int(&rows, row, 2);
        if (!alive || node == share->node || bytes->length != sizeof figures)
            continue; // gone, or of another build: it learns of our stages, we do not of its
        memcpy(&figures, bytes->bytes, sizeof figures);
        add(&news->others, &figures);
    }
    return true;
}

static int64_t tick_of_lead(const struct gate_share *share) {
    for (int lane = 0; lane < LANES_MAX; lane++)
        if (share->pids[lane] == share->pids[LANES_MAX])
            return share->ticks[lane];
    return 0;
}

// The node that leads holds its lock and tells nothing, while what this one tells arrives: the line must not
// wait for it. It loses its connection, and with that lane and lead, as if it had died; when it comes back it
// goes on as a node that does not lead.
static bool end_a_silent_lead(struct gate_share *share, struct error *err) {
    int64_t pid = share->pids[LANES_MAX], lead_tick = tick_of_lead(share),
            own_tick = share->ticks[share->node];
    bool silent = !share->lead_ours && pid != 0 && pid == share->lead_pid && lead_tick == share->lead_tick;
    if (!silent)
        share->silent = 0;
    else if (own_tick != share->own_tick)
        share->silent++;
    share->lead_pid = pid;
    share->lead_tick = lead_tick;
    share->own_tick = own_tick;
    if (share->silent < SILENT_MAX)
        return true;
    share->silent = 0;
    struct rows rows;
    return SESSION_QUERY(share->session, &END_LEAD, share->arena, &rows, err,
                         value_int(LOCKS_CLASS + share->campaign_id), value_int(LEAD), value_int(pid));
}

bool gate_share_look(struct gate_share *share, struct gate *gate, struct gate_news *ret_news,
                     struct error *err) {
    arena_reset(share->arena);
    *ret_news = (struct gate_news){0};
    if (!keep_locks(share, err) ||
        (gate != NULL && !(hear(share, gate, err) && let_go(share, gate, &MOVED, share->node, err))) ||
        !look_at_line(share, ret_news, err) || !look_at_figures(share, ret_news, err) ||
        !end_a_silent_lead(share, err) ||
        !gate_orders_read(share->session, share->campaign_id, share->arena, &ret_news->orders, err))
        return false;
    ret_news->leads = share->lead_ours;
    ret_news->nodes = (unsigned)__builtin_popcount(share->alive);
    return true;
}

void gate_share_tell(const struct gate_share *share, struct command *command, int64_t tick,
                     const struct gate_figures *figures) {
    const void *bytes = arena_copy_bytes(command->arena, figures, sizeof *figures);
    if (bytes == NULL) {
        command->failed = true;
        return;
    }
    COMMAND_ADD(command, &TELL, value_int(share->campaign_id), value_int(share->node), value_int(tick),
                value_blob(bytes, sizeof *figures));
}
