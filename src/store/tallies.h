// tallies.h - what a batch's commands add to hot rows, summed by statement and keys.
//
// Sums are written in one order everywhere, those that may refuse first: so nodes that write the same rows
// never wait for one another in a circle.
#pragma once

#include "store/writer.h"

struct tallies *tallies_new(void);           // NULL when memory is exhausted
void tallies_free(struct tallies *tallies);  // NULL is fine
void tallies_reset(struct tallies *tallies); // to empty

// Adds those of `source` that cannot refuse.
void tallies_add_others(struct tallies *tallies, const struct tallies *source);

// The sums as steps, in order; with `refusing_only` only those that may refuse. They live until the next
// call.
MUST_CHECK bool tallies_runs(struct tallies *tallies, bool refusing_only, struct step_run **ret_runs,
                             size_t *ret_count, struct error *err);
// After a run of these steps failed with ERROR_EXHAUSTED: the words of the tally that refused, or NULL.
const char *tallies_refusal(const struct tallies *tallies);
