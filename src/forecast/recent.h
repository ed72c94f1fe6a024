// recent.h - what the last weeks alone say of the weeks ahead.
//
// The counts of the same slot of the last four weeks, newer ones weighing more, each brought from its day to
// the day ahead by what the model knows of both (profile, holidays, launch, deadline, events). Unlike the
// model's level, which follows the last days, their mean waits; where days come and go the mean is the better
// guess, and hindsight.h finds out where.
#pragma once

#include "forecast/columns.h"
#include "forecast/series.h"

#define RECENT_WEEKS 4

// Learned slots are those before `known`; asked are `count` from `first` on.
struct recent_span {
    size_t known, first, count;
};

// One mean a slot into `ret_counts`; NAN where the weeks hold no count of it. What was censored is no count.
// `beta` has a number a column.
MUST_CHECK bool recent_weeks(const struct columns *columns, const double *beta, const struct series *series,
                             struct recent_span span, double *ret_counts, struct error *err);
