// batch.h - commands that share a transaction and a commit.
//
// Only the writer includes it, and only its thread uses one.
#pragma once

#include "store/writer.h"

struct batch {
    struct session *session;
    struct command **commands;
    struct error *outcomes; // of each command; ERROR_NONE: it is durable
    size_t count;
    int64_t commit_us_sum, commit_us_max; // of the last batch_run's commits

    // Its own.
    struct step_run *runs;
    size_t runs_capacity;
    struct tallies *tallies;
    struct tallies *tallies_one; // of one command, when they are run one by one
};

// With room for `commands_max`, on a session of its own. To be followed by batch_done also on failure.
MUST_CHECK bool batch_init(struct batch *batch, struct store *store, size_t commands_max, struct error *err);
void batch_done(struct batch *batch);

// Runs `count` commands and fills their outcomes. True: in one go; false: they were repeated, or the store is
// unavailable, which then is everybody's outcome.
bool batch_run(struct batch *batch);
// The same outcome for all, without running them.
void batch_answer(struct batch *batch, const struct error *err);
