#include "forecast/counts.h"

#include <math.h>

#include "base/clock.h"
#include "measure/calls.h"
#include "measure/imported.h"

#define SILENCE_APP   12 // hours; a longer one is an outage
#define SILENCE_CALLS 96 // a telephone that is not answered over a long weekend
#define READING_BYTES ((size_t)64 << 20)

static const struct statement OPENINGS = {
    "SELECT hour_ms, count FROM access_count WHERE hour_ms < $1 ORDER BY hour_ms", "i"};

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

// The hours that others counted, and how far they are taken: by time like the service's own, which come
// between.
struct openings {
    struct filling *filling;
    const struct imported_elsewhere *elsewhere;
    size_t count, next;
};

static bool take_elsewhere(struct openings *openings, int64_t before_ms, struct error *err) {
    for (; openings->next < openings->count; openings->next++) {
        const struct imported_elsewhere *hour = &openings->elsewhere[openings->next];
        if (hour->hour_ms >= before_ms)
            return true;
        if (!take(openings->filling, hour->hour_ms, (double)hour->accesses, err))
            return false;
    }
    return true;
}

static bool take_hour(void *context, const struct value *row, size_t columns, struct error *err) {
    struct openings *openings = context;
    return take_elsewhere(openings, row[0].number, err) &&
           take(openings->filling, row[0].number, (double)row[1].number, err);
}

static bool take_openings(struct session *session, int64_t until_ms, struct filling *filling,
                          struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(READING_BYTES);
    struct openings openings = {.filling = filling};
    struct imported_elsewhere *elsewhere = NULL;
    struct value before = value_int(until_ms);
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!imported_elsewhere_read(session, 0, until_ms, arena, &elsewhere, &openings.count, err))
        return false;
    openings.elsewhere = elsewhere;
    return session_each(session, &OPENINGS, &before, 1, take_hour, &openings, err) &&
           take_elsewhere(&openings, until_ms, err);
}

static bool take_calls(struct session *session, int64_t until_ms, struct filling *filling,
                       struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(READING_BYTES);
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
    struct filling filling = {.minutes = calls ? 30 : 60, .silence = calls ? 2 * SILENCE_CALLS : SILENCE_APP};
    bool good = true;
    if (session != NULL && calls)
        good = take_calls(session, until_ms, &filling, err);
    else if (session != NULL)
        good = take_openings(session, until_ms, &filling, err);
    if (filling.slots == 0)
        filling.first_day = today;
    good = good &&
           series_from(filling.counts, filling.slots, filling.first_day, filling.minutes, ret_series, err);
    free(filling.counts);
    return good;
}
