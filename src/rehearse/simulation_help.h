// simulation_help.h - who calls in a simulated campaign and about what, and what is read, asked and rated in
// the answers.
//
// Everything follows the accesses of its hour or day and nothing else: in a simulation answers spare no
// calls.
#pragma once

#include "base/random.h"
#include "rehearse/plan.h"
#include "store/writer.h"

struct simulation_help {
    const struct plan *plan;
    double scale;
    int64_t first_ms; // of the first hour
    size_t hours;
    const int64_t *accesses; // by hour
    struct writer *writer;
    struct arena *arena; // for commands; is reset
    struct random *calls_random, *help_random;
};

// Adds the calls to `calls`.
MUST_CHECK bool simulation_help_write(const struct simulation_help *help, int64_t *calls, struct error *err);
