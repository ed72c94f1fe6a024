// shape.h - how a simulated campaign's arrivals spread over its hours.
//
// An hour's weight is the profile of its kind of day (weekday; weekend or public holiday, times a factor)
// times 1 + launch + deadline: the launch falls exponentially from the opening, the deadline grows as
// 1 / (days left + shift) towards the close, which is how people were seen to come before deadlines. Weights
// are brought to a sum of one, so that they are shares of all arrivals.
#pragma once

#include "forecast/holidays.h"
#include "rehearse/plan.h"

#define SHAPE_HOURS_MAX (24 * 800)

struct shape {
    int64_t first_ms; // the start of the first hour
    size_t hours;
    double *shares; // by hour; they sum to 1
};

// ERROR_INVALID names what the plan lacks. An hour that opens or closes in between counts by its part.
MUST_CHECK bool shape_new(const struct plan_campaign *campaign, const struct holidays *holidays,
                          struct shape *ret_shape, struct error *err);
void shape_done(struct shape *shape);
