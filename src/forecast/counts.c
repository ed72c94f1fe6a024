#include "forecast/counts.h"

#include <math.h>

#include "base/clock.h"

#define SILENCE_HOURS 12 // a longer one is an outage

static const struct statement OPENINGS = {
    "SELECT hour_ms, count FROM access_count WHERE hour_ms < $1 ORDER BY hour_ms", "i"};
static const struct statement FIRST_OPENING = {
    "SELECT MIN(hour_ms), MAX(hour_ms) FROM access_count WHERE hour_ms < $1", "i"};

struct filling {
    double *counts;
    int64_t first_day;
    size_t slots, seen; // slots filled so far
};

static int64_t day_of(int64_t time_ms, int *ret_hour) {
    struct civil civil = clock_civil(time_ms);
    *ret_hour = civil.hour;
    return clock_day_number(civil.year, civil.month, civil.day);
}

// Silences between two counted hours are zeros while they are short.
static bool take_hour(void *context, const struct value *row, size_t columns, struct error *err) {
    struct filling *filling = context;
    int hour = 0;
    int64_t day = day_of(row[0].number, &hour);
    size_t slot = (size_t)(day - filling->first_day) * 24 + (size_t)hour;
    if (slot >= filling->slots)
        return true;
    bool short_silence = filling->seen > 0 && slot - filling->seen <= SILENCE_HOURS;
    for (size_t i = filling->seen; i < slot && short_silence; i++)
        filling->counts[i] = 0;
    double before = isnan(filling->counts[slot]) ? 0 : filling->counts[slot]; // an hour that autumn repeats
    filling->counts[slot] = before + (double)row[1].number;
    filling->seen = slot + 1;
    return true;
}

bool counts_series(struct session *session, enum calendar_series kind, int64_t now_ms, int64_t today,
                   struct series *ret_series, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new((size_t)1 << 16);
    struct rows rows = {0};
    struct value before = value_int(clock_hour_start_ms(now_ms));
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (kind == CALENDAR_APP && session != NULL &&
        !session_query(session, &FIRST_OPENING, &before, 1, arena, &rows, err))
        return false;
    if (rows.count == 0 || rows_value(&rows, 0, 0)->type == VALUE_NULL)
        return series_from(NULL, 0, today, 60, ret_series, err);
    int hour = 0, last_hour = 0;
    struct filling filling = {.first_day = day_of(rows_int(&rows, 0, 0), &hour)};
    int64_t last_day = day_of(rows_int(&rows, 0, 1), &last_hour);
    if (last_day - filling.first_day >= SERIES_DAYS_MAX)
        filling.first_day = last_day - SERIES_DAYS_MAX + 1;
    filling.slots = (size_t)(last_day - filling.first_day) * 24 + (size_t)last_hour + 1;
    filling.counts = malloc(filling.slots * sizeof *filling.counts);
    if (filling.counts == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory for %zu hours", filling.slots);
    for (size_t i = 0; i < filling.slots; i++)
        filling.counts[i] = NAN;
    bool good = session_each(session, &OPENINGS, &before, 1, take_hour, &filling, err) &&
                series_from(filling.counts, filling.slots, filling.first_day, 60, ret_series, err);
    free(filling.counts);
    return good;
}
