// calls.c - two tables of the same shape, and their sums.
#include "measure/calls.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"

#define STORE_ARENA_BYTES_MAX 4096

#define COLUMNS                                                                               \
    "(start_ms, import_id, offered, answered, abandoned, answered_within, within_s, wait_s, " \
    "abandoned_wait_s, talk_s, after_call_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
#define TYPES  "iiiiiiiiiii"
#define VALUES 11
#define SET_FIGURES                                                                                        \
    "offered = excluded.offered, answered = excluded.answered, abandoned = excluded.abandoned, "           \
    "answered_within = excluded.answered_within, within_s = excluded.within_s, wait_s = excluded.wait_s, " \
    "abandoned_wait_s = excluded.abandoned_wait_s, talk_s = excluded.talk_s, "                             \
    "after_call_s = excluded.after_call_s"

static const struct statement PUT_WHOLE = {
    "INSERT INTO call_interval " COLUMNS
    "ON CONFLICT (start_ms) DO UPDATE SET import_id = excluded.import_id, " SET_FIGURES,
    TYPES};
static const struct statement PUT_SUM = {
    "INSERT INTO call_sum " COLUMNS "ON CONFLICT (start_ms, import_id) DO UPDATE SET " SET_FIGURES, TYPES};
static const struct statement FORGET_WHOLE = {"DELETE FROM call_interval WHERE import_id = $1", "i"};
static const struct statement FORGET_SUM = {"DELETE FROM call_sum WHERE import_id = $1", "i"};
// One row a statement, and one a file and half-hour that no statement speaks for; in the order of time.
static const struct statement READ = {
    "SELECT start_ms, offered, answered, abandoned, answered_within, within_s, wait_s, abandoned_wait_s, "
    "talk_s, after_call_s FROM call_interval WHERE start_ms >= $1 AND start_ms < $2 "
    "UNION ALL SELECT start_ms, offered, answered, abandoned, answered_within, within_s, wait_s, "
    "abandoned_wait_s, talk_s, after_call_s FROM call_sum WHERE start_ms >= $1 AND start_ms < $2 "
    "AND NOT EXISTS (SELECT 1 FROM call_interval whole WHERE whole.start_ms = call_sum.start_ms) "
    "ORDER BY 1, 2, 3, 4, 5, 6, 7",
    "ii"};

static bool in_range(int64_t number, int64_t max, const char *field, struct error *err) {
    if (number >= 0 && number <= max)
        return true;
    return error_set_field(err, ERROR_INVALID, field, "%s must lie between 0 and %" PRId64, field, max);
}

static bool known_in_range(int64_t number, int64_t max, const char *field, struct error *err) {
    return number == CALLS_UNKNOWN || in_range(number, max, field, err);
}

bool calls_row_check(const struct calls_row *row, struct error *err) {
    if (!in_range(row->offered, CALLS_COUNT_MAX, "offered", err) ||
        !in_range(row->answered, CALLS_COUNT_MAX, "answered", err) ||
        !in_range(row->abandoned, CALLS_COUNT_MAX, "abandoned", err) ||
        !known_in_range(row->answered_within, CALLS_COUNT_MAX, "answered_within", err) ||
        !in_range(row->within_s, CLOCK_HOUR_MS / 1000, "within_s", err) ||
        !known_in_range(row->wait_s, CALLS_SECONDS_MAX, "wait_s", err) ||
        !known_in_range(row->abandoned_wait_s, CALLS_SECONDS_MAX, "abandoned_wait_s", err) ||
        !known_in_range(row->talk_s, CALLS_SECONDS_MAX, "talk_s", err) ||
        !known_in_range(row->after_call_s, CALLS_SECONDS_MAX, "after_call_s", err))
        return false;
    if (row->answered + row->abandoned > row->offered)
        return error_set_field(err, ERROR_INVALID, "offered",
                               "offered: %" PRId64 " is less than answered and abandoned together",
                               row->offered);
    if (row->answered_within > row->answered)
        return error_set_field(err, ERROR_INVALID, "answered_within",
                               "answered_within: %" PRId64 " is more than were answered",
                               row->answered_within);
    return true;
}

static int64_t known_sum(int64_t a, int64_t b) {
    return a == CALLS_UNKNOWN || b == CALLS_UNKNOWN ? CALLS_UNKNOWN : a + b;
}

void calls_row_add(struct calls_row *sum, const struct calls_row *row) {
    if (sum->within_s != row->within_s) // two thresholds do not add up
        sum->answered_within = CALLS_UNKNOWN;
    sum->offered += row->offered;
    sum->answered += row->answered;
    sum->abandoned += row->abandoned;
    sum->answered_within = known_sum(sum->answered_within, row->answered_within);
    sum->wait_s = known_sum(sum->wait_s, row->wait_s);
    sum->abandoned_wait_s = known_sum(sum->abandoned_wait_s, row->abandoned_wait_s);
    sum->talk_s = known_sum(sum->talk_s, row->talk_s);
    sum->after_call_s = known_sum(sum->after_call_s, row->after_call_s);
}

double calls_answer_rate(const struct calls_row *row) {
    return row->offered == 0 ? NAN : (double)row->answered / (double)row->offered;
}

double calls_service_level(const struct calls_row *row) {
    if (row->offered == 0 || row->answered_within == CALLS_UNKNOWN)
        return NAN;
    return (double)row->answered_within / (double)row->offered;
}

static int64_t read_known(const struct rows *rows, size_t row, size_t column) {
    return rows_value(rows, row, column)->type == VALUE_NULL ? CALLS_UNKNOWN : rows_int(rows, row, column);
}

static struct calls_row read_row(const struct rows *rows, size_t row) {
    return (struct calls_row){.start_ms = rows_int(rows, row, 0),
                              .offered = rows_int(rows, row, 1),
                              .answered = rows_int(rows, row, 2),
                              .abandoned = rows_int(rows, row, 3),
                              .answered_within = read_known(rows, row, 4),
                              .within_s = rows_int(rows, row, 5),
                              .wait_s = read_known(rows, row, 6),
                              .abandoned_wait_s = read_known(rows, row, 7),
                              .talk_s = read_known(rows, row, 8),
                              .after_call_s = read_known(rows, row, 9)};
}

// Adds a row to the last of a list when that has the same start, else appends it.
static void collect(struct calls_row *list, size_t *count, struct calls_row row) {
    if (*count > 0 && list[*count - 1].start_ms == row.start_ms)
        calls_row_add(&list[*count - 1], &row);
    else
        list[(*count)++] = row;
}

static void sum_up(struct calls *calls) {
    int64_t first_two = 0;
    for (size_t i = 0; i < calls->days_count; i++) {
        if (i == 0)
            calls->total = calls->days[0];
        else
            calls_row_add(&calls->total, &calls->days[i]);
        // The second day is the one after the first, whether anybody called or not.
        if (calls->days[i].start_ms - calls->days[0].start_ms < 2 * CLOCK_DAY_MS - CLOCK_HOUR_MS)
            first_two += calls->days[i].offered;
    }
    calls->first_two_days_share =
        calls->total.offered == 0 ? NAN : (double)first_two / (double)calls->total.offered;
}

bool calls_read(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                struct calls *ret_calls, struct error *err) {
    struct calls calls = {.half_hours_count = 0};
    struct rows rows;
    if (!SESSION_QUERY(session, &READ, arena, &rows, err, value_int(from_ms == 0 ? INT64_MIN : from_ms),
                       value_int(to_ms == 0 ? INT64_MAX : to_ms)))
        return false;
    calls.half_hours = arena_alloc(arena, (rows.count + 1) * sizeof *calls.half_hours);
    calls.days = arena_alloc(arena, (rows.count + 1) * sizeof *calls.days);
    if (calls.half_hours == NULL || calls.days == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < rows.count; i++) {
        struct calls_row row = read_row(&rows, i);
        collect(calls.half_hours, &calls.half_hours_count, row);
        row.start_ms = clock_day_start_ms(row.start_ms);
        collect(calls.days, &calls.days_count, row);
    }
    sum_up(&calls);
    *ret_calls = calls;
    return true;
}

static struct value known_value(int64_t number) {
    return number == CALLS_UNKNOWN ? value_null() : value_int(number);
}

static void fill_values(struct value values[VALUES], int64_t import_id, const struct calls_row *row) {
    const struct value filled[VALUES] = {
        value_int(row->start_ms), value_int(import_id),          value_int(row->offered),
        value_int(row->answered), value_int(row->abandoned),     known_value(row->answered_within),
        value_int(row->within_s), known_value(row->wait_s),      known_value(row->abandoned_wait_s),
        known_value(row->talk_s), known_value(row->after_call_s)};
    memcpy(values, filled, sizeof filled);
}

void calls_put(struct command *command, const struct calls_row *row) {
    struct value values[VALUES];
    fill_values(values, 0, row);
    (void)command_add(command, &PUT_WHOLE, values, VALUES);
}

bool calls_store(struct session *session, int64_t import_id, bool whole, const struct calls_row *rows,
                 size_t rows_count, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(STORE_ARENA_BYTES_MAX);
    struct rows none;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &FORGET_WHOLE, arena, &none, err, value_int(import_id)) ||
        !SESSION_QUERY(session, &FORGET_SUM, arena, &none, err, value_int(import_id)))
        return false;
    for (size_t i = 0; i < rows_count; i++) {
        struct value values[VALUES];
        fill_values(values, import_id, &rows[i]);
        arena_reset(arena);
        if (!session_query(session, whole ? &PUT_WHOLE : &PUT_SUM, values, VALUES, arena, &none, err))
            return false;
    }
    return true;
}
