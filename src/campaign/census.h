// census.h - how many people stand where: what a change of the campaign would mean for them.
#pragma once

#include "campaign/journey.h"

struct census {
    int64_t users;     // journeys in all
    int64_t verified;  // points are theirs to apply for
    int64_t granted;   //
    int64_t too_young; // turned away for their age
};
// One pass over the campaign's journeys.
MUST_CHECK bool census_read(struct session *session, int64_t campaign_id, struct arena *arena,
                            struct census *ret_census, struct error *err);
