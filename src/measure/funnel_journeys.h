// funnel_journeys.h - the funnel of the journey, read from the times that the journeys hold.
//
// Steps: consent, procedure, intent, authenticate, verified (the five screens) and granted. A screen is
// reached when the one before is done. A client that never said that it opened the first screen has begun a
// millisecond before it consented. The outcome of the last return from the identity app is a signal; who
// jumped and has no outcome has never returned.
#pragma once

#include "measure/funnel.h"
#include "store/store.h"

#define FUNNEL_JOURNEY_STEPS     6
#define FUNNEL_JOURNEY_WINDOW_MS (INT64_C(24) * 3600 * 1000)

struct funnel_journeys {
    int64_t campaign_id;
    int64_t from_ms, to_ms; // who began in [from, to); 0: open
    int64_t window_ms;      // in all; 0: FUNNEL_JOURNEY_WINDOW_MS
    int64_t step_window_ms; // from each step to the next; 0: no bound
    int64_t as_of_ms;       // as in funnel_rules
};
// Streams the journeys: memory does not grow with their number.
MUST_CHECK bool funnel_journeys_read(struct session *session, const struct funnel_journeys *query,
                                     struct funnel_result *ret_result, struct error *err);

// The hop alone, every jump an attempt: jumped, came back, verified. Jumps of which the store still knows.
// The time to the second step is how long people are away.
#define FUNNEL_HOP_STEPS 3
MUST_CHECK bool funnel_hops_read(struct session *session, const struct funnel_journeys *query,
                                 struct funnel_result *ret_result, struct error *err);

// The kind of exit that an outcome of the journey (enum journey_outcome) is.
enum funnel_exit funnel_exit_of_outcome(int64_t outcome);
