// telephone.h - the calls of a simulated campaign: how many dial, and what a given number of agents makes of
// it.
//
// A day's first calls follow its accesses; the day's profile spreads them over the open hours. What is
// answered is not supposed but comes from queueing theory (forecast/staffing.h): callers hang up when their
// patience ends, and some of them dial again.
#pragma once

#include "base/random.h"
#include "measure/calls.h"
#include "rehearse/plan.h"

// One half-hour with `expected` first calls. False only for figures that make no sense.
MUST_CHECK bool telephone_half_hour(const struct plan_calls *plan, int64_t agents, double expected,
                                    struct random *random, struct calls_row *ret_row, struct error *err);
// First calls expected in a half-hour (0 to 47) of a day with so many accesses, `day` days after the opening.
double telephone_expected(const struct plan_calls *plan, double accesses, double day, int half_hour);

#define TELEPHONE_HALF_HOURS 48 // of a day
struct telephone_day {
    int64_t start_ms; // local midnight
    double accesses;  // of the app that day
    double scale;     // of the campaign: as many of the plan's agents answer, at least one
};
// Draws a day's calls and adds them to the command, a statement for each half-hour with any; before the
// campaign's opening and after its close nobody calls.
MUST_CHECK bool telephone_day(const struct plan *plan, const struct telephone_day *day, struct random *random,
                              struct command *command, int64_t *ret_offered, struct error *err);
