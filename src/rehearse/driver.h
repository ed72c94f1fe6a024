// driver.h - lets a whole rehearsal walk: arrivals by the schedule, thinking times, requests, answers.
//
// One thread. A request's latency counts from the moment at which it was meant to be sent, so that a server
// that stalls cannot hide behind requests that were never begun.
#pragma once

#include <signal.h>
#include <stdint.h>

#include "base/error.h"
#include "rehearse/courier.h"
#include "rehearse/result.h"
#include "rehearse/schedule.h"
#include "rehearse/walker.h"

struct driver_progress {
    int64_t service_ms; // since the plan's beginning
    size_t walking;     // residents who have not come to an end
    const struct result *result;
};

struct driver_options {
    const struct walker_world *world;
    struct schedule *schedule;
    struct courier *courier;
    int64_t begins_us;                 // by the monotonic clock: when the plan's time is 0
    const volatile sig_atomic_t *stop; // set: nobody comes any more, whoever walks is given up
    void (*progress)(void *context, const struct driver_progress *progress); // about once a second; or NULL
    void *context;
};

// Runs until the last resident has come to an end. ERROR_UNAVAILABLE when memory is exhausted.
MUST_CHECK bool driver_run(const struct driver_options *options, struct result *result, struct error *err);
