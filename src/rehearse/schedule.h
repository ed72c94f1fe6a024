// schedule.h - when each virtual resident arrives, decided before anything is sent.
//
// The load is open: arrivals do not wait for answers, as people do not. Expected arrivals are stretches of
// constant rate; the n-th resident comes where the expected number so far reaches a target. Targets one
// apart give exactly the planned numbers, evenly spaced; targets an exponential step apart give a Poisson
// process with the same rate (by its time change). The same plan and seed give the same times.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"
#include "measure/arrivals_file.h"
#include "rehearse/plan.h"

struct schedule;

// `arrivals` may be NULL when the plan has stages. ERROR_INVALID: nobody would arrive.
MUST_CHECK bool schedule_new(const struct plan *plan, const struct arrivals *arrivals,
                             struct schedule **ret_schedule, struct error *err);
void schedule_free(struct schedule *schedule); // NULL is fine

// The next arrival in wall microseconds since the beginning; false when there are no more.
bool schedule_next(struct schedule *schedule, int64_t *ret_wall_us);
