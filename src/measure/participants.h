// participants.h - who takes part: cumulative numbers by day, and the verified by age band and municipality.
//
// Numbers by day are sums of the journey's counters; the breakdown is of journeys. Small cells are marked
// for whoever publishes them: the console shows them to operators, report and open data do not.
#pragma once

#include <stdint.h>

#include "store/store.h"

#define PARTICIPANTS_BANDS      9 // by enum age_band; 0: not known
#define PARTICIPANTS_PLACES_MAX 2000

// Cumulative, at the end of the day.
struct participants_day {
    int64_t start_ms;
    int64_t openings; // devices that had opened the app
    int64_t users, verified, applied, granted;
};

struct participants_place {
    int code; // six digits, 0: not known
    int64_t verified;
    int64_t population; // 0: not known
    bool hidden;        // too small to be published
};

struct participants {
    struct participants_day *days; // those on which anything was counted, by time
    size_t days_count;
    int64_t openings, users, verified, applied, granted; // by the counters
    int64_t by_band[PARTICIPANTS_BANDS];                 // verified, by the journeys
    bool band_hidden[PARTICIPANTS_BANDS];
    struct participants_place *places; // most first
    size_t places_count;
};

struct participants_query {
    int64_t campaign_id;
    int64_t from_ms, to_ms; // [from, to); 0: open
    int64_t suppress_below; // k of suppression.h; 0: nothing is hidden
};

// Arrays lie in the arena. ERROR_EXHAUSTED: more municipalities than PARTICIPANTS_PLACES_MAX.
MUST_CHECK bool participants_read(struct session *session, const struct participants_query *query,
                                  struct arena *arena, struct participants *ret_participants,
                                  struct error *err);

// Verified of a thousand residents; 0 when the population is not known.
double participants_per_thousand(const struct participants_place *place);
