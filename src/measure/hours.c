// hours.c - three short queries, laid side by side.
#include "measure/hours.h"

#include <string.h>

#include "base/clock.h"

static const struct statement ACCESSES = {
    "SELECT hour_ms, count FROM access_count WHERE hour_ms >= $1 AND hour_ms < $2 ORDER BY hour_ms", "ii"};
static const struct statement REQUESTS = {
    "SELECT hour_ms, status_class, CAST(SUM(count) AS BIGINT) FROM request_count "
    "WHERE hour_ms >= $1 AND hour_ms < $2 GROUP BY hour_ms, status_class ORDER BY hour_ms",
    "ii"};
static const struct statement STEPS = {
    "SELECT hour_ms, step, outcome, count FROM step_count WHERE hour_ms >= "
    "$1 AND hour_ms < $2 AND campaign_id = $3 ORDER BY hour_ms",
    "iii"};

// Rows of the three queries come by time: each is merged into its hour.
struct merge {
    struct hours_row *rows;
    size_t count;
};

static struct hours_row *row_of(struct merge *merge, int64_t hour_ms) {
    size_t low = 0, high = merge->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (merge->rows[middle].start_ms < hour_ms)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < merge->count && merge->rows[low].start_ms == hour_ms)
        return &merge->rows[low];
    memmove(&merge->rows[low + 1], &merge->rows[low], (merge->count - low) * sizeof *merge->rows);
    merge->rows[low] = (struct hours_row){.start_ms = hour_ms};
    merge->count++;
    return &merge->rows[low];
}

static void take_step(struct hours_row *row, int64_t step, int64_t outcome, int64_t count) {
    if (step < 0 || step >= COUNT_STEPS)
        return; // counted by a newer version
    int64_t kind = outcome - COUNT_OUTCOME_IDENTITY;
    if (outcome == COUNT_REACHED)
        row->reached[step] += count;
    else if (outcome == COUNT_WENT_ON)
        row->went_on[step] += count;
    else if (kind >= 0 && kind < HOURS_OUTCOMES)
        row->outcomes[kind] += count;
}

bool hours_read(struct session *session, int64_t campaign_id, int64_t from_ms, int64_t to_ms,
                struct arena *arena, struct hours *ret_hours, struct error *err) {
    struct rows accesses, requests, steps;
    int64_t hours = (to_ms - from_ms + CLOCK_HOUR_MS - 1) / CLOCK_HOUR_MS;
    if (hours > HOURS_MAX)
        return error_set_field(err, ERROR_EXHAUSTED, "from", "at most %d days at once", HOURS_MAX / 24);
    if (!SESSION_QUERY(session, &ACCESSES, arena, &accesses, err, value_int(from_ms), value_int(to_ms)) ||
        !SESSION_QUERY(session, &REQUESTS, arena, &requests, err, value_int(from_ms), value_int(to_ms)) ||
        !SESSION_QUERY(session, &STEPS, arena, &steps, err, value_int(from_ms), value_int(to_ms),
                       value_int(campaign_id)))
        return false;
    size_t most = accesses.count + requests.count + steps.count;
    if (hours >= 0 && most > (size_t)hours + 1)
        most = (size_t)hours + 1; // hours start on the hour: one more when `from` lies within one
    struct merge merge = {.rows = arena_alloc(arena, (most + 1) * sizeof *merge.rows)};
    if (merge.rows == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < accesses.count; i++)
        row_of(&merge, rows_int(&accesses, i, 0))->accesses += rows_int(&accesses, i, 1);
    for (size_t i = 0; i < requests.count; i++) {
        int64_t class = rows_int(&requests, i, 1);
        if (class >= 0 && class < TRAFFIC_CLASSES)
            row_of(&merge, rows_int(&requests, i, 0))->requests[class] += rows_int(&requests, i, 2);
    }
    for (size_t i = 0; i < steps.count; i++)
        take_step(row_of(&merge, rows_int(&steps, i, 0)), rows_int(&steps, i, 1), rows_int(&steps, i, 2),
                  rows_int(&steps, i, 3));
    *ret_hours = (struct hours){merge.rows, merge.count};
    return true;
}

struct hours_row hours_sum(const struct hours *hours, int64_t from_ms, int64_t to_ms) {
    struct hours_row sum = {0};
    for (size_t i = 0; i < hours->rows_count; i++) {
        const struct hours_row *row = &hours->rows[i];
        if (row->start_ms < from_ms || row->start_ms >= to_ms)
            continue;
        if (sum.start_ms == 0)
            sum.start_ms = row->start_ms;
        sum.accesses += row->accesses;
        for (int class = 0; class < TRAFFIC_CLASSES; class ++)
            sum.requests[class] += row->requests[class];
        for (int step = 0; step < COUNT_STEPS; step++) {
            sum.reached[step] += row->reached[step];
            sum.went_on[step] += row->went_on[step];
        }
        for (int kind = 0; kind < HOURS_OUTCOMES; kind++)
            sum.outcomes[kind] += row->outcomes[kind];
    }
    return sum;
}
