// standing.h - where a resident stands: what the home screen shows, read in one go.
#pragma once

#include "campaign/journey.h"

struct standing {
    bool found;
    char language[16];
    enum journey_state state;
    bool began;
    int outcome; // enum journey_outcome of the last return, 0: none
    int64_t outcome_ms;
    int64_t reservations;
    bool applied;
    int64_t receipt, points, applied_ms;
};

// ERROR_UNAVAILABLE only; an unknown resident is `found` false.
MUST_CHECK bool standing_read(struct session *session, int64_t resident_id, int64_t campaign_id,
                              struct arena *arena, struct standing *ret_standing, struct error *err);
