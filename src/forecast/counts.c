#include "forecast/counts.h"

#include <math.h>

#include "base/clock.h"
#include "measure/calls.h"

#define SILENCE_APP   12 // hours; a longer one is an outage
#define SILENCE_CALLS 96 // a telephone that is not answered over a long weekend
#define CALLS_BYTES   ((size_t)64 << 20)

// An hour that the service counted itself is not taken from files, too.
static const struct statement OPENINGS = {
    "SELECT hour_ms, CAST(SUM(count) AS BIGINT) FROM ("
    "SELECT hour_ms, count FROM access_count "
    "UNION ALL SELECT i.hour_ms, i.accesses FROM imported_hour i "
    "WHERE NOT EXISTS (SELECT 1 FROM access_count a WHERE a.hour_ms = i.hour_ms) "
    "UNION ALL SELECT r.start_ms - r.start_ms % 3600000, r.count FROM imported_arrival r "
    "WHERE r.slot_ms <= 3600000 "
    "AND NOT EXISTS (SELECT 1 FROM access_count a WHERE a.hour_ms = r.start_ms - r.start_ms % 3600000) "
    "AND NOT EXISTS (SELECT 1 FROM imported_hour i WHERE i.hour_ms = r.start_ms - r.start_ms % 3600000)) c "
    "WHERE hour_ms < $1 GROUP BY hour_ms ORDER BY hour_ms",
    "i"};

// Counts in equal slots from the midnight of the first day on; grown as later ones come.
struct filling {
    int minutes;
    size_t silence; // slots
    double *counts;
    int64_t first_day;
    size_t slots, room;
};

static bool reserve(struct filling *filling, size_t slots, struct error *err) {
    size_t most = (size_t)SERIES_DAYS_MAX * SERIES_MINUTES_DAY / (size_t)filling->minutes;
    if (slots > most)
        return error_set(err, ERROR_EXHAUSTED, "the counts span more than %d days", SERIES_DAYS_MAX);
    if (slots <= filling->room)
        return true;
    double *grown = realloc(filling->counts, 2 * slots * sizeof *grown);
    if (grown == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory for %zu counts", slots);
    filling->counts = grown;
    filling->room = 2 * slots;
    return true;
}

// Silences between two counts are zeros while they are short.
static bool take(struct filling *filling, int64_t time_ms, double count, struct error *err) {
    struct civil civil = clock_civil(time_ms);
    int64_t day = clock_day_number(civil.year, civil.month, civil.day);
    if (filling->slots == 0)
        filling->first_day = day;
    int64_t minute = (day - filling->first_day) * SERIES_MINUTES_DAY + civil.hour * 60 + civil.minute;
    size_t slot = (size_t)(minute / filling->minutes);
    if (minute < 0 || !reserve(filling, slot + 1, err))
        return minute < 0; // an hour that autumn repeats at midnight
    bool zero = filling->slots > 0 && slot <= filling->slots + filling->silence;
    for (size_t i = filling->slots; i < slot; i++)
        filling->counts[i] = zero ? 0 : NAN;
    if (slot < filling->slots)
        filling->counts[slot] += count;
    else
        filling->counts[slot] = count;
    filling->slots = slot < filling->slots ? filling->slots : slot + 1;
    return true;
}

static bool take_hour(void *context, const struct value *row, size_t columns, struct error *err) {
    return take(context, row[0].number, (double)row[1].number, err);
}

static bool take_calls(struct session *session, int64_t until_ms, struct filling *filling,
                       struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(CALLS_BYTES);
    struct calls calls;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!calls_read(session, 0, until_ms, arena, &calls, err))
        return false;
    for (size_t i = 0; i < calls.half_hours_count; i++)
        if (!take(filling, calls.half_hours[i].start_ms, (double)calls.half_hours[i].offered, err))
            return false;
    return true;
}

bool counts_series(struct session *session, enum calendar_series kind, int64_t now_ms, int64_t today,
                   struct series *ret_series, struct error *err) {
    int64_t until_ms = clock_hour_start_ms(now_ms);
    bool calls = kind == CALENDAR_CALLS;
    struct value before = value_int(until_ms);
    struct filling filling = {.minutes = calls ? 30 : 60, .silence = calls ? 2 * SILENCE_CALLS : SILENCE_APP};
    bool good = true;
    if (session != NULL && calls)
        good = take_calls(session, until_ms, &filling, err);
    else if (session != NULL)
        good = session_each(session, &OPENINGS, &before, 1, take_hour, &filling, err);
    if (filling.slots == 0)
        filling.first_day = today;
    good = good &&
           series_from(filling.counts, filling.slots, filling.first_day, filling.minutes, ret_series, err);
    free(filling.counts);
    return good;
}
