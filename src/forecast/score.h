// score.h - how good a forecast was, measured as the field does, with the baselines beside it.
//
// Hyndman and Koehler 2006 for MASE; WAPE is the sum of absolute errors over the sum of counts; pinball is
// the mean over the quantiles 10, 50 and 90 %; coverage is the share of counts within the 80 % interval.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "forecast/demand.h"

struct score {
    size_t slots;                           // compared
    double mase, wape, pinball, coverage80; // NAN where there is nothing to say
};

// The loss of one quantile (Koenker and Bassett 1978): `probability` times what the count exceeds it by, or
// 1 - `probability` times what it falls short.
double score_pinball(double count, double quantile, double probability);

// Mean absolute difference of counts `season` slots apart within `count` slots; NAN when there are none.
double score_season_scale(const double *counts, size_t count, size_t season);

// Adds up over as many forecasts as are given; `forecast` may lack quantiles (p10 NAN: only points).
struct score_sum {
    size_t slots, intervals;                             // compared; of those, with quantiles
    double error, scaled_error, total, pinball, covered; // sums over them
};
void score_add(struct score_sum *sum, const double *counts, const struct demand_slot *forecast, size_t count,
               double season_scale);
struct score score_of(const struct score_sum *sum);

// The counts of a week before, taken from before `origin` only; and the mean of the same slot of the day.
void score_seasonal_naive(const struct series *series, size_t origin, size_t count,
                          struct demand_slot *ret_slots);
void score_same_hour_mean(const struct series *series, size_t origin, size_t count,
                          struct demand_slot *ret_slots);

struct backtest {
    size_t horizon_days;
    size_t origins;
    struct score juncho, seasonal_naive, same_hour_mean;
    double fit_seconds; // of processor time; the longest
};

// Forecasts the last `test_days` days from origins `horizon_days` apart, each time from what came before it.
// ERROR_INVALID: the series is too short for that. `ret_slots`, which may be NULL, receives the forecasts.
MUST_CHECK bool backtest_run(const struct series *series, const struct demand_options *options,
                             size_t test_days, size_t horizon_days, struct backtest *ret_backtest,
                             struct demand_slot *ret_slots, struct error *err);
