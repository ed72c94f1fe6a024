#include "gate/booking.h"

#include <math.h>

static const struct statement TURN = {
    "INSERT INTO booking_turn (campaign_id, changes) VALUES ($1, 1) "
    "ON CONFLICT (campaign_id) DO UPDATE SET changes = booking_turn.changes + 1",
    "i"};
static const struct statement OPEN_WINDOW = {
    "INSERT INTO booking_window (campaign_id, start_ms, places, taken) VALUES ($1, $2, $3, 0) "
    "ON CONFLICT (campaign_id, start_ms) DO UPDATE SET places = CASE WHEN excluded.places > "
    "booking_window.taken "
    "THEN excluded.places ELSE booking_window.taken END",
    "iii"};
static const struct statement TAKE = {
    "INSERT INTO booking (campaign_id, resident_id, start_ms, previous_ms, change_id, changed_ms, used_ms) "
    "SELECT $1, $2, $3, NULL, $4, $5, NULL FROM booking_window "
    "WHERE campaign_id = $1 AND start_ms = $3 AND taken < places "
    "ON CONFLICT (campaign_id, resident_id) DO UPDATE SET previous_ms = booking.start_ms, "
    "start_ms = excluded.start_ms, change_id = excluded.change_id, changed_ms = excluded.changed_ms, used_ms "
    "= NULL "
    "WHERE booking.start_ms <> excluded.start_ms",
    "iiiii"};
static const struct statement COUNT_TAKEN = {
    "UPDATE booking_window SET taken = taken + 1 WHERE campaign_id = $1 AND start_ms = $3 AND EXISTS (SELECT "
    "1 FROM "
    "booking b WHERE b.campaign_id = $1 AND b.resident_id = $2 AND b.change_id = $4)",
    "iiii"};
static const struct statement GIVE_BACK = {
    "UPDATE booking_window SET taken = taken - 1 WHERE campaign_id = $1 AND start_ms = (SELECT b.previous_ms "
    "FROM "
    "booking b WHERE b.campaign_id = $1 AND b.resident_id = $2 AND b.change_id = $3)",
    "iii"};
static const struct statement READ = {
    "SELECT start_ms, used_ms FROM booking WHERE campaign_id = $1 AND resident_id = $2", "ii"};
static const struct statement GIVE_BACK_ALL = {
    "UPDATE booking_window SET taken = taken - 1 WHERE campaign_id = $1 AND start_ms = (SELECT b.start_ms "
    "FROM "
    "booking b WHERE b.campaign_id = $1 AND b.resident_id = $2 AND b.used_ms IS NULL)",
    "ii"};
static const struct statement CANCEL = {
    "DELETE FROM booking WHERE campaign_id = $1 AND resident_id = $2 AND used_ms IS NULL", "ii"};
static const struct statement USE = {
    "UPDATE booking SET used_ms = $3 WHERE campaign_id = $1 AND resident_id = $2 AND used_ms IS NULL "
    "AND start_ms <= $3 AND start_ms > $4",
    "iiii"};
static const struct statement WINDOWS = {
    "SELECT w.start_ms, w.places, w.taken, (SELECT COUNT(*) FROM booking b WHERE b.campaign_id = "
    "w.campaign_id AND "
    "b.start_ms = w.start_ms AND b.used_ms IS NOT NULL) FROM booking_window w "
    "WHERE w.campaign_id = $1 AND w.start_ms >= $2 AND w.start_ms < $3 ORDER BY w.start_ms",
    "iii"};
static const struct statement OUTSIDE = {
    "SELECT CAST(COALESCE(SUM(CASE WHEN start_ms < $3 OR start_ms >= $4 THEN 1 ELSE 0 END), 0) AS BIGINT), "
    "COUNT(*) FROM booking WHERE campaign_id = $1 AND used_ms IS NULL AND start_ms > $2",
    "iiii"};
static const struct statement EXPECTED = {
    "SELECT CAST(COALESCE(SUM(CASE WHEN start_ms > $2 THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(*) FROM "
    "booking "
    "WHERE campaign_id = $1 AND used_ms IS NULL AND start_ms <= $3 AND start_ms > $4",
    "iiii"};

enum booking_standing booking_standing(const struct booking *booking, int64_t now_ms) {
    if (booking->start_ms == 0)
        return BOOKING_NONE;
    int64_t since = now_ms - booking->start_ms;
    if (booking->used_ms != 0 || since >= BOOKING_WINDOW_MS + BOOKING_FRONT_MS)
        return BOOKING_PAST;
    if (since < 0)
        return BOOKING_EARLY;
    return since < BOOKING_WINDOW_MS ? BOOKING_DUE : BOOKING_FRONT;
}

int64_t booking_places(double pace_per_hour, double share) {
    double places = floor(pace_per_hour * share * (double)BOOKING_WINDOW_MS / 3600000 + 1e-9);
    if (!(places > 0))
        return 0;
    return places < (double)BOOKING_PLACES_MAX ? (int64_t)places : BOOKING_PLACES_MAX;
}

bool booking_check(const struct booking_change *change, struct error *err) {
    if (change->start_ms <= 0 || change->start_ms % BOOKING_WINDOW_MS != 0)
        return error_set_field(err, ERROR_INVALID, "start", "a window begins at a quarter of an hour");
    if (change->start_ms + BOOKING_WINDOW_MS <= change->now_ms)
        return error_set_field(err, ERROR_INVALID, "start", "this window is over");
    if (change->start_ms > change->now_ms + BOOKING_AHEAD_MS)
        return error_set_field(err, ERROR_INVALID, "start", "windows can be booked a week ahead");
    return true;
}

static void settle(struct command *command, struct tallies *tallies) {
    struct booking_change *change = command->context;
    const struct rows *rows = &change->steps[1]->rows;
    change->changed = change->steps[0]->rows.changed > 0;
    change->booking = (struct booking){0};
    if (rows->count > 0)
        change->booking = (struct booking){rows_int(rows, 0, 0), rows_int(rows, 0, 1)};
}

// The steps that every change ends with: what stands there afterwards.
static void finish(struct command *command, struct booking_change *change, struct step *decisive) {
    change->steps[0] = decisive;
    change->steps[1] =
        COMMAND_ADD(command, &READ, value_int(change->campaign_id), value_int(change->resident_id));
    command->context = change;
    command->settle = settle;
}

void booking_make(struct command *command, struct booking_change *change) {
    struct value campaign = value_int(change->campaign_id), resident = value_int(change->resident_id);
    struct value start = value_int(change->start_ms), id = value_int(change->change_id);
    (void)COMMAND_ADD(command, &TURN, campaign);
    (void)COMMAND_ADD(command, &OPEN_WINDOW, campaign, start, value_int(change->places));
    struct step *take = COMMAND_ADD(command, &TAKE, campaign, resident, start, id, value_int(change->now_ms));
    (void)COMMAND_ADD(command, &COUNT_TAKEN, campaign, resident, start, id);
    (void)COMMAND_ADD(command, &GIVE_BACK, campaign, resident, id);
    finish(command, change, take);
}

void booking_cancel(struct command *command, struct booking_change *change) {
    struct value campaign = value_int(change->campaign_id), resident = value_int(change->resident_id);
    (void)COMMAND_ADD(command, &TURN, campaign);
    (void)COMMAND_ADD(command, &GIVE_BACK_ALL, campaign, resident);
    finish(command, change, COMMAND_ADD(command, &CANCEL, campaign, resident));
}

static struct step *add_use(struct command *command, int64_t campaign_id, int64_t resident_id,
                            int64_t now_ms) {
    int64_t oldest_ms = now_ms - BOOKING_WINDOW_MS - BOOKING_FRONT_MS;
    return COMMAND_ADD(command, &USE, value_int(campaign_id), value_int(resident_id), value_int(now_ms),
                       value_int(oldest_ms));
}

void booking_use(struct command *command, struct booking_change *change) {
    finish(command, change, add_use(command, change->campaign_id, change->resident_id, change->now_ms));
}

void booking_add_use(struct command *command, int64_t campaign_id, int64_t resident_id, int64_t now_ms) {
    (void)add_use(command, campaign_id, resident_id, now_ms);
}

bool booking_read(struct session *session, int64_t campaign_id, int64_t resident_id,
                  struct booking *ret_booking, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &READ, arena, &rows, err, value_int(campaign_id), value_int(resident_id)))
        return false;
    *ret_booking = (struct booking){0};
    if (rows.count > 0)
        *ret_booking = (struct booking){rows_int(&rows, 0, 0), rows_int(&rows, 0, 1)};
    return true;
}

bool booking_windows(struct session *session, int64_t campaign_id, int64_t from_ms, int64_t places,
                     size_t count, struct booking_window *ret_windows, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 18);
    struct rows rows;
    int64_t first_ms = from_ms - from_ms % BOOKING_WINDOW_MS;
    int64_t end_ms = first_ms + (int64_t)count * BOOKING_WINDOW_MS;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &WINDOWS, arena, &rows, err, value_int(campaign_id), value_int(first_ms),
                       value_int(end_ms)))
        return false;
    for (size_t i = 0; i < count; i++)
        ret_windows[i] =
            (struct booking_window){.start_ms = first_ms + (int64_t)i * BOOKING_WINDOW_MS, .places = places};
    for (size_t row = 0; row < rows.count; row++) {
        struct booking_window *window =
            &ret_windows[(rows_int(&rows, row, 0) - first_ms) / BOOKING_WINDOW_MS];
        window->taken = rows_int(&rows, row, 2);
        window->used = rows_int(&rows, row, 3);
        window->places = places > window->taken ? places : window->taken;
    }
    return true;
}

bool booking_outside(struct session *session, const struct booking_dates *dates, int64_t *ret_outside,
                     int64_t *ret_all, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &OUTSIDE, arena, &rows, err, value_int(dates->campaign_id),
                       value_int(dates->now_ms - BOOKING_WINDOW_MS), value_int(dates->opens_ms),
                       value_int(dates->closes_ms)))
        return false;
    *ret_outside = rows_int(&rows, 0, 0);
    *ret_all = rows_int(&rows, 0, 1);
    return true;
}

bool booking_expected(struct session *session, int64_t campaign_id, int64_t now_ms, int64_t *ret_due,
                      int64_t *ret_late, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &EXPECTED, arena, &rows, err, value_int(campaign_id),
                       value_int(now_ms - BOOKING_WINDOW_MS), value_int(now_ms),
                       value_int(now_ms - BOOKING_WINDOW_MS - BOOKING_FRONT_MS)))
        return false;
    *ret_due = rows_int(&rows, 0, 0);
    *ret_late = rows_int(&rows, 0, 1) - *ret_due;
    return true;
}
