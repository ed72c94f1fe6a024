// hindsight.h - what past forecasts teach the next one: how far to trust the model, and how wide it must be.
//
// Single past weeks are forecast from what lay before them. From these, and from nothing later, come
//   - how much of what recent weeks alone say is mixed into the median, and
//   - by how much the ends of the model's intervals are moved so that eight in ten of the counts would
//     have lain inside (conformalized quantiles, Romano et al. 2019, on rolling origins).
// The errors of a week have one sign and weeks are few, so what they say is shrunk: the width towards the
// model's own, as if one more week had agreed with it, and each end towards the common width, as if three
// more weeks had missed to both sides alike.
//
// A week in which something happens for the first time (a launch, a kind of event never seen before) is not
// like the weeks after it: its counts calibrate only what comes after the next such first.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define HINDSIGHT_WEEKS_MAX  6
#define HINDSIGHT_COUNTS_MIN 7 // fewer teach nothing: a week of days

struct hindsight_slot {
    size_t week; // which of the past forecasts it belongs to, from 0
    bool first;  // something happened for the first time between that forecast's origin and the slot
    double seen;
    double p10, p50, p90; // of the model alone
    double recent;        // what recent weeks say; NAN: nothing
};

// By what the distance from the median to either end is multiplied, on the scale of log(1 + count).
struct hindsight_spread {
    double below, above;
};

struct hindsight {
    double share; // of `recent` in the median, 0 to 1
    struct hindsight_spread usual;
    struct hindsight_spread firsts; // after a first; never narrower than the model says
};

#define HINDSIGHT_NONE ((struct hindsight){0, {1, 1}, {1, 1}})

// The share and the spreads; without enough slots HINDSIGHT_NONE. False when memory is exhausted.
bool hindsight_learn(const struct hindsight_slot *slots, size_t count, struct hindsight *ret_hindsight);

// The median with `share` of `recent` mixed in, on the scale of log(1 + count).
double hindsight_mix(double p50, double recent, double share);
