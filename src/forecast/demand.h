// demand.h - how many will come, with how sure one can be.
//
// A negative-binomial regression on the columns of columns.h, fitted to a series in a fraction of a second.
// Nothing in it is set for one series: what is known beforehand (holidays, launches, deadlines, events) comes
// from configuration, everything else from the counts. Without counts it answers from another campaign's
// model, or from the usual day of a public service, scaled to what is expected, and says so by its intervals.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "forecast/columns.h"
#include "forecast/hindsight.h"
#include "forecast/series.h"

#define DEMAND_AHEAD_DAYS_MAX 500
#define DEMAND_FEW_DAYS       7 // with counts of fewer, the usual day is assumed

struct demand;

// The usual day of a service: logarithms around its mean, by hour, and what days off add to them.
struct demand_usual {
    double hour[24];
    double off[24];
};
extern const struct demand_usual demand_usual_app;   // busiest from eight to eleven in the evening
extern const struct demand_usual demand_usual_calls; // nine to seven; busiest at nine and in the afternoon

struct demand_options {
    const struct holidays *holidays; // both must outlive the model
    const struct occasions *occasions;
    const struct demand
        *prior;              // NULL, or the model of a rehearsal or of another campaign (inputs_assume_dates)
    bool prior_is_profile;   // when it was launched is not known: its hours and days count, not its spreads
    double expected_per_day; // 0, or what one expects before there are counts
    bool expected_was_counted;        // by another campaign: surer than a guess
    const struct demand_usual *usual; // the day assumed while there are few counts; NULL: of an app
};

struct demand_slot {
    double time;          // civil, days since 1970-01-01
    double p10, p50, p90; // counts of the slot; P50 is the median
};

struct demand_summary {
    size_t days_seen;               // with at least one count
    size_t slots_missing;           // without a count, between the first and the last day seen
    size_t columns;                 // of the regression
    double ordinary_day;            // counts of the median day, those of its rush taken off
    double size;                    // k of the negative binomial
    double shift;                   // c of the deadline
    bool shift_fitted;              // else the usual value: the data does not reach near a deadline
    double step, trend, shock;      // standard deviations of the level's steps, its trend and a day's shock
    int rounds;                     // of the fit
    struct hindsight_spread spread; // by which past weeks moved the ends; 1: as the model says
    double recent_share;            // of what recent weeks alone say in the median
};

// Learns from a series, of which only the first `slots` are looked at (SIZE_MAX: all). ERROR_INVALID: nothing
// to go by: no count and neither `prior` nor `expected_per_day`.
MUST_CHECK bool demand_new(const struct series *series, size_t slots, const struct demand_options *options,
                           struct demand **ret_demand, struct error *err);
void demand_free(struct demand *demand);
void demand_cleanup(struct demand **demand);

// What the fit found, for the console and for people who want to know why.
struct demand_summary demand_summarize(const struct demand *demand);

// The `count` slots from slot number `first` of the series on (its end: `slots` of demand_new).
MUST_CHECK bool demand_forecast(const struct demand *demand, size_t first, size_t count,
                                struct demand_slot *ret_slots, struct error *err);

// The quantile of a negative binomial whose mean itself is uncertain by `log_variance`.
double demand_quantile(double log_mean, double log_variance, double size, double probability);
