// guard.h - never send a stage what it cannot answer: hold the person, not the request.
//
// At most five seconds of measured throughput may be outstanding at a stage. Beyond that a person is held
// with their place kept, first come first served, and no request is sent. A request given up still costs the
// stage its work, so it counts as outstanding for a while longer. This is what prevents collapse: requests
// that queue too long are given up, sent again, and fill the stage with work that nobody waits for.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define GUARD_GIVEN_UP_S 30

struct guard {
    double room;                            // requests that may be outstanding
    uint64_t outstanding;                   // sent and not yet answered or given up
    uint64_t given_up;                      // of the last GUARD_GIVEN_UP_S seconds
    uint32_t given_up_in[GUARD_GIVEN_UP_S]; // a ring of seconds
    uint32_t second;
};

// `per_s`: the throughput to begin with.
void guard_init(struct guard *guard, double per_s);
// True when a request may be sent now; it is then counted.
bool guard_take(struct guard *guard);
// Each request that was taken ends with one of these.
void guard_answered(struct guard *guard);
void guard_gave_up(struct guard *guard);
// One second: the stage's measured throughput as the controller sees it.
void guard_tick(struct guard *guard, double per_s);
