// simulated.h - a whole campaign by a plan, written into an empty store: what `juncho simulate` and a
// demonstration share.
#pragma once

#include "rehearse/simulation.h"

struct simulated_options {
    const struct plan *plan;
    double scale; // residents for each of the plan's
    const volatile sig_atomic_t *stop;
    bool shows_progress; // on standard error
};

// True in `ret_empty` while nobody has registered.
MUST_CHECK bool simulated_is_empty(struct session *session, bool *ret_empty, struct error *err);
// Brings the store up to date, saves the plan's campaign and writes its lives. ERROR_CONFLICT: the store has
// residents already; a campaign that is real must not be mixed up with one that is not.
MUST_CHECK bool simulated_run(const struct simulated_options *options, struct store *store,
                              struct simulation_sums *ret_sums, struct error *err);
