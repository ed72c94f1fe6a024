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
// What the answered calls of a half-hour were about, by the plan's shares: at most PLAN_SHARES_MAX steps. Who
// hung up told nobody.
void telephone_topics(const struct plan_calls *plan, const struct calls_row *row, struct random *random,
                      struct command *command);
