// batch.c - together, one behind the other, alone.
//
// Together is how it nearly always goes. When a batch fails for a reason that lies in one of its commands,
// all of it is run again in one transaction, each command behind a savepoint; should even the tallies that
// nobody can refuse fail, each command has a transaction of its own.
#include "store/batch.h"

#include "base/clock.h"
#include "store/backend.h"
#include "store/tallies.h"

#define RUNS_FIRST 1024
#define RACES_MAX  3 // how often a batch that lost against another transaction is repeated

// Whether the batch, not one of its commands, is at fault, so that there is no sense in repeating.
static bool is_hopeless(const struct batch *batch, const struct error *err) {
    return err->kind == ERROR_UNAVAILABLE && !batch->session->lost_race;
}

static bool runs_reserve(struct batch *batch, size_t count, struct error *err) {
    if (count <= batch->runs_capacity)
        return true;
    size_t capacity = batch->runs_capacity == 0 ? RUNS_FIRST : batch->runs_capacity;
    while (capacity < count)
        capacity *= 2;
    struct step_run *runs = reallocarray(batch->runs, capacity, sizeof *runs);
    if (runs == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for a batch of %zu statements", count);
    batch->runs = runs;
    batch->runs_capacity = capacity;
    return true;
}

// Appends the command's steps, without the rows of an attempt before.
static size_t runs_add(struct batch *batch, const struct command *command, size_t count) {
    for (struct step *step = command->steps; step != NULL; step = step->next) {
        step->rows = (struct rows){0};
        batch->runs[count++] = (struct step_run){.step = step, .arena = command->arena};
    }
    return count;
}

static void settle(struct command *command, struct tallies *tallies) {
    if (command->settle != NULL)
        command->settle(command, tallies);
}

static bool commit(struct batch *batch, struct tallies *tallies, struct error *err) {
    struct step_run *runs = NULL;
    size_t count = 0;
    if (!tallies_runs(tallies, false, &runs, &count, err))
        return false;
    int64_t start_us = clock_monotonic_us();
    bool ok = session_run_end(batch->session, runs, count, RUN_COMMITS, err);
    int64_t commit_us = clock_monotonic_us() - start_us;
    const char *refusal = ok || err->kind != ERROR_EXHAUSTED ? NULL : tallies_refusal(tallies);
    if (refusal != NULL)
        (void)error_set(err, ERROR_EXHAUSTED, "%s", refusal);
    batch->commit_us_sum += commit_us;
    if (commit_us > batch->commit_us_max)
        batch->commit_us_max = commit_us;
    return ok;
}

// `commands` in one transaction; a failure leaves nothing of any of them.
static bool run_together(struct batch *batch, struct command **commands, size_t commands_count,
                         struct error *err) {
    size_t steps = 0, count = 0;
    for (size_t i = 0; i < commands_count; i++)
        steps += commands[i]->steps_count;
    if (!runs_reserve(batch, steps, err))
        return false;
    for (size_t i = 0; i < commands_count; i++)
        count = runs_add(batch, commands[i], count);
    tallies_reset(batch->tallies);
    bool ok = session_begin(batch->session, err) && session_run(batch->session, batch->runs, count, err);
    for (size_t i = 0; i < commands_count && ok; i++)
        settle(commands[i], batch->tallies);
    ok = ok && commit(batch, batch->tallies, err);
    if (!ok)
        session_rollback(batch->session);
    return ok;
}

// One command behind a savepoint, with those of its tallies that may refuse.
static bool run_behind_savepoint(struct batch *batch, struct command *command, struct error *err) {
    struct step_run *refusing = NULL;
    size_t refusing_count = 0;
    tallies_reset(batch->tallies_one);
    size_t count = runs_add(batch, command, 0);
    if (!session_savepoint(batch->session, err) || !session_run(batch->session, batch->runs, count, err))
        return false;
    settle(command, batch->tallies_one);
    if (!tallies_runs(batch->tallies_one, true, &refusing, &refusing_count, err))
        return false;
    if (session_run_end(batch->session, refusing, refusing_count, RUN_RELEASES, err))
        return true;
    const char *refusal = err->kind == ERROR_EXHAUSTED ? tallies_refusal(batch->tallies_one) : NULL;
    if (refusal != NULL)
        (void)error_set(err, ERROR_EXHAUSTED, "%s", refusal);
    return false;
}

static bool run_one_behind_the_other(struct batch *batch, struct error *err) {
    tallies_reset(batch->tallies);
    if (!session_begin(batch->session, err))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        struct error *outcome = &batch->outcomes[i];
        outcome->kind = ERROR_NONE;
        if (run_behind_savepoint(batch, batch->commands[i], outcome)) {
            tallies_add_others(batch->tallies, batch->tallies_one);
            continue;
        }
        bool over = outcome->kind == ERROR_UNAVAILABLE;
        if (over)
            *err = *outcome;
        if (over || !session_rollback_to_savepoint(batch->session, err)) {
            session_rollback(batch->session);
            return false;
        }
    }
    bool ok = commit(batch, batch->tallies, err);
    if (!ok)
        session_rollback(batch->session);
    return ok;
}

static void run_one_alone(struct batch *batch, struct command *command, struct error *outcome) {
    for (int races = 0; races < RACES_MAX; races++) {
        outcome->kind = ERROR_NONE;
        if (run_together(batch, &command, 1, outcome)) {
            outcome->kind = ERROR_NONE;
            return;
        }
        if (!batch->session->lost_race)
            return;
    }
}

static void run_alone(struct batch *batch) {
    bool hopeless = false;
    for (size_t i = 0; i < batch->count; i++) {
        if (hopeless)
            batch->outcomes[i] = batch->outcomes[i - 1];
        else
            run_one_alone(batch, batch->commands[i], &batch->outcomes[i]);
        hopeless = is_hopeless(batch, &batch->outcomes[i]);
    }
}

void batch_answer(struct batch *batch, const struct error *err) {
    for (size_t i = 0; i < batch->count; i++)
        batch->outcomes[i] = *err;
}

bool batch_run(struct batch *batch) {
    batch->commit_us_sum = batch->commit_us_max = 0;
    struct error err = {.kind = ERROR_NONE};
    bool together = run_together(batch, batch->commands, batch->count, &err);
    bool only_one = batch->count == 1 && !batch->session->lost_race;
    if (together || only_one || is_hopeless(batch, &err)) {
        if (together)
            err.kind = ERROR_NONE;
        batch_answer(batch, &err);
        return together;
    }
    for (int races = 0; races < RACES_MAX; races++) {
        if (run_one_behind_the_other(batch, &err))
            return false;
        if (is_hopeless(batch, &err)) {
            batch_answer(batch, &err);
            return false;
        }
    }
    run_alone(batch);
    return false;
}

bool batch_init(struct batch *batch, struct store *store, size_t commands_max, struct error *err) {
    *batch = (struct batch){.commands = calloc(commands_max, sizeof(struct command *)),
                            .outcomes = calloc(commands_max, sizeof *batch->outcomes),
                            .tallies = tallies_new(),
                            .tallies_one = tallies_new()};
    if (batch->commands == NULL || batch->outcomes == NULL || batch->tallies == NULL ||
        batch->tallies_one == NULL || !runs_reserve(batch, RUNS_FIRST, err))
        return error_set(err, ERROR_UNAVAILABLE, "no memory for a batch of commands");
    return session_open(store, SESSION_WRITE, &batch->session, err);
}

void batch_done(struct batch *batch) {
    session_close(batch->session);
    tallies_free(batch->tallies);
    tallies_free(batch->tallies_one);
    free(batch->commands);
    free(batch->outcomes);
    free(batch->runs);
}
