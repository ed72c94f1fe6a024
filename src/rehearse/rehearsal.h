// rehearsal.h - one rehearsal from beginning to end against a server that answers.
//
// Asks which campaign runs and what was counted before, lets everybody walk, asks again, and puts both
// sides beside each other.
#pragma once

#include <signal.h>
#include <stdint.h>

#include "base/error.h"
#include "measure/arrivals_file.h"
#include "rehearse/driver.h"
#include "rehearse/plan.h"
#include "rehearse/result.h"

struct rehearsal_options {
    const struct plan *plan;
    const struct arrivals *arrivals; // NULL: the plan has stages
    const char *base;                // "http://127.0.0.1:8080"
    int64_t begins_us;               // by the monotonic clock; 0: when the first answer has come
    const volatile sig_atomic_t *stop;
    void (*progress)(void *context, const struct driver_progress *progress); // NULL is fine
    void *context;
};

// `result` was begun with result_init. ERROR_UNAVAILABLE: the server does not answer; ERROR_CONFLICT: it
// runs no campaign that is open.
MUST_CHECK bool rehearsal_run(const struct rehearsal_options *options, struct result *result,
                              struct error *err);
