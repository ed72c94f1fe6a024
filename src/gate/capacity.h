// capacity.h - what a stage can do, learnt from what it really completes.
//
// While more than two seconds of work wait at a stage it is busy, and then its completions ARE its
// capacity, whatever its latency says. A slow average keeps the estimate calm; a fast one, compared with it
// in units of the noise seen, notices a jump within seconds. An idle stage shows only that it can do at least
// what it does: its estimate may grow while people wait outside, never past 1.5 times the last measurement.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct capacity {
    double per_s;    // the estimate
    double measured; // last seen while busy, or kept up while idle
    double fast;     // average of some three busy seconds
    double samples;  // busy seconds in the estimate since its last jump
    double variance; // of the completions of a busy second
    double smooth;   // average of all seconds, busy or not
    double peak;     // highest measurement, slowly forgotten; the estimate never falls far below it
    double silent_s; // since the last completion while people were at the stage
    double expected; // completions that should have been heard meanwhile
    double backlog;  // a second ago
    bool busy;
    bool congested; // has been busy since the start
    bool silent;
};

// `per_s`: believed until the first busy second has been seen.
void capacity_init(struct capacity *capacity, double per_s);

// One second: what was completed in it and who is at the stage at its end. `wanted`: people wait outside.
// `journey_s`: how long an admission takes to show at the stage; growth takes its time by it.
void capacity_tick(struct capacity *capacity, uint64_t completed, uint64_t backlog, bool wanted,
                   double journey_s);
