// plant.h - people on their way through an identity provider, in simulated time.
//
// Unlimited people wait outside. Whoever is admitted needs a gamma-distributed time to reach the provider, or
// leaves silently on the way. The provider serves first come first served at a capacity that changes. A
// person gives a request up after a while and sends it again, a few times; a request given up still costs its
// service. With the guard, people are held with their place instead of sending what cannot be answered.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/reach.h"
#include "policy.h"

#define PLANT_STEPS_MAX 8

struct plant_step {
    double at_s;
    double per_s; // the provider's capacity from then on
};

struct plant_options {
    const char *name;
    const char *title;
    double duration_s;
    double journey_s, journey_deviation_s;
    double leave_share; // of the admitted, silently on the way
    double patience_s;  // until a request is given up
    int resends;
    bool irregular;                           // exponential service times instead of equal ones
    struct plant_step steps[PLANT_STEPS_MAX]; // ends with a step at 0 after the first
    // Who comes to the line: a rate that is a straight line from step to step. None: unlimited people wait.
    struct plant_step demand[PLANT_STEPS_MAX];
    double wander;        // deviation of the capacity's logarithm, forgotten in ten minutes
    double ceiling_per_s; // an operator's order; 0: none
};

// One second, for the plot and for promises.
struct plant_second {
    double capacity, pace, arrived, completed, backlog, wait_s; // wait_s: mean of those who were served
    double steady;                                              // the pace that promises are made from
    uint64_t joined, passed; // people who ever came to the line, and who were let in
};

struct plant_result {
    double possible; // the integral of the capacity
    uint64_t completed;
    uint64_t lost;                             // gave up for good
    uint64_t wasted;                           // services nobody waited for any more
    uint64_t backlog_max;                      // people at the provider, held ones included
    double wait_p50_s, wait_p95_s, wait_max_s; // from reaching the provider to the answer
    struct plant_second *seconds;
    size_t seconds_length;
};

// The plants by number; NULL after the last.
const struct plant_options *plant_named(size_t number);
const struct plant_options *crowd_named(size_t number); // likewise, of those with a demand
double plant_capacity(const struct plant_options *options, double at_s);

// Runs one policy; exits when memory is exhausted.
void plant_run(const struct plant_options *options, struct policy *policy, bool guarded, uint64_t seed,
               struct plant_result *ret_result);
void plant_result_done(struct plant_result *result);
