// participants.c - one pass over the counters, one over the journeys.
#include "measure/participants.h"

#include <string.h>

#include "base/clock.h"
#include "measure/count.h"
#include "measure/population.h"
#include "measure/suppression.h"

static const struct statement STEPS = {
    "SELECT hour_ms, step, outcome, count FROM step_count WHERE campaign_id = $1 AND hour_ms >= $2 "
    "AND hour_ms < $3 AND step IN (5, 6, 8, 9) ORDER BY hour_ms",
    "iii"};
// Counted here: a million rows in groups cost the database five times as much.
static const struct statement PEOPLE = {
    "SELECT municipality, age_band FROM journey WHERE campaign_id = $1 AND verified_ms >= $2 "
    "AND verified_ms < $3",
    "iii"};

struct reading {
    struct session *session;
    const struct value *values; // of both statements
    struct arena *arena;
    int64_t suppress_below;
    struct participants *participants;
    struct error *err;
};

static void add_step(struct participants *sums, int64_t step, int64_t outcome, int64_t count) {
    if (step == COUNT_OPENING)
        sums->openings += count;
    else if (step == COUNT_REGISTER)
        sums->users += count;
    else if (step == COUNT_GRANT)
        sums->granted += count;
    else if (outcome == COUNT_REACHED)
        sums->verified += count;
    else if (outcome == COUNT_WENT_ON)
        sums->applied += count;
}

static bool read_days(struct reading *reading) {
    struct participants *participants = reading->participants;
    struct rows rows;
    if (!session_query(reading->session, &STEPS, reading->values, 3, reading->arena, &rows, reading->err))
        return false;
    participants->days = arena_alloc(reading->arena, (rows.count + 1) * sizeof *participants->days);
    if (participants->days == NULL)
        return error_set(reading->err, ERROR_UNAVAILABLE, "out of memory");
    size_t days = 0;
    int64_t hour_ms = -1, day_ms = 0;
    for (size_t row = 0; row < rows.count; row++) {
        if (rows_int(&rows, row, 0) != hour_ms) // many rows an hour: a zone's rules are asked once for all
            day_ms = clock_day_start_ms(rows_int(&rows, row, 0));
        hour_ms = rows_int(&rows, row, 0);
        if (days == 0 || participants->days[days - 1].start_ms != day_ms)
            participants->days[days++].start_ms = day_ms;
        add_step(participants, rows_int(&rows, row, 1), rows_int(&rows, row, 2), rows_int(&rows, row, 3));
        struct participants_day *day = &participants->days[days - 1];
        day->openings = participants->openings;
        day->users = participants->users;
        day->verified = participants->verified;
        day->applied = participants->applied;
        day->granted = participants->granted;
    }
    participants->days_count = days;
    return true;
}

static int most_first(const void *left, const void *right) {
    const struct participants_place *a = left, *b = right;
    if (a->verified != b->verified)
        return a->verified > b->verified ? -1 : 1;
    return a->code < b->code ? -1 : a->code > b->code;
}

// The place of a code, newly made or found; NULL when there are too many.
static struct participants_place *place_of(struct participants *participants, int code) {
    size_t count = participants->places_count;
    for (size_t i = 0; i < count; i++)
        if (participants->places[i].code == code)
            return &participants->places[i];
    if (count == PARTICIPANTS_PLACES_MAX)
        return NULL;
    participants->places[count] =
        (struct participants_place){.code = code, .population = population_of(code)};
    participants->places_count++;
    return &participants->places[count];
}

static bool take_person(void *context, const struct value *row, size_t columns, struct error *err) {
    struct participants *participants = context;
    struct participants_place *place = place_of(participants, (int)row[0].number);
    if (place == NULL)
        return error_set(err, ERROR_EXHAUSTED, "more than %d municipalities", PARTICIPANTS_PLACES_MAX);
    place->verified++;
    if (row[1].number >= 0 && row[1].number < PARTICIPANTS_BANDS)
        participants->by_band[row[1].number]++;
    return true;
}

static bool suppress(struct reading *reading) {
    struct participants *participants = reading->participants;
    size_t count = participants->places_count;
    int64_t *counts = arena_alloc(reading->arena, (count + 1) * sizeof *counts);
    bool *hidden = arena_alloc(reading->arena, (count + 1) * sizeof *hidden);
    if (counts == NULL || hidden == NULL)
        return error_set(reading->err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < count; i++)
        counts[i] = participants->places[i].verified;
    (void)suppression_mark(counts, count, reading->suppress_below, hidden);
    for (size_t i = 0; i < count; i++)
        participants->places[i].hidden = hidden[i];
    (void)suppression_mark(participants->by_band, PARTICIPANTS_BANDS, reading->suppress_below,
                           participants->band_hidden);
    return true;
}

static bool read_people(struct reading *reading) {
    struct participants *participants = reading->participants;
    participants->places =
        arena_alloc(reading->arena, PARTICIPANTS_PLACES_MAX * sizeof *participants->places);
    if (participants->places == NULL)
        return error_set(reading->err, ERROR_UNAVAILABLE, "out of memory");
    if (!session_each(reading->session, &PEOPLE, reading->values, 3, take_person, participants, reading->err))
        return false;
    qsort(participants->places, participants->places_count, sizeof *participants->places, most_first);
    return suppress(reading);
}

bool participants_read(struct session *session, const struct participants_query *query, struct arena *arena,
                       struct participants *ret_participants, struct error *err) {
    struct participants participants = {0};
    const struct value values[] = {value_int(query->campaign_id), value_int(query->from_ms),
                                   value_int(query->to_ms == 0 ? INT64_MAX : query->to_ms)};
    struct reading reading = {session, values, arena, query->suppress_below, &participants, err};
    if (!read_days(&reading) || !read_people(&reading))
        return false;
    *ret_participants = participants;
    return true;
}

double participants_per_thousand(const struct participants_place *place) {
    return place->population > 0 ? (double)place->verified / (double)place->population * 1000 : 0;
}
