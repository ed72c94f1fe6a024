// writer.c - the queue, and the three ways to run a batch: together, one behind the other, alone.
//
// Together is how it nearly always goes. When a batch fails for a reason that lies in one of its commands,
// all of it is run again in one transaction, each command behind a savepoint; should even the tallies that
// nobody can refuse fail, each command has a transaction of its own.
#include "store/writer.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/backend.h"
#include "store/tallies.h"
#include "store/throughput.h"

#define RUNS_FIRST        1024
#define RACES_MAX         3      // how often a batch that lost against another transaction is repeated
#define SLOW_US           500000 // a failure that took so long is the answer for all who waited meanwhile
#define PROBE_MS          500    // between two tries to reach the store while it is unavailable
#define COMMAND_STEPS_MAX 256

struct waiter {
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    bool over;
    struct error err; // ERROR_NONE: it is durable
};

struct writer {
    struct writer_options options;
    struct session *session;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t work; // a command waits, or stopping
    struct command *first, *last;
    bool idle, stopping;
    struct writer_figures figures;
    struct throughput throughput;
    size_t in_batch, promised; // commands in the store now; those that have room and are still to come

    // What follows is only the thread's.
    struct command **batch;
    struct error *outcomes; // one a command of the batch
    size_t batch_count;
    struct step_run *runs;
    size_t runs_capacity;
    struct tallies *tallies;     // of the batch
    struct tallies *tallies_one; // of one command, when they are run one by one
};

void command_init(struct command *command, struct arena *arena) {
    *command = (struct command){.arena = arena};
}

struct step *command_add(struct command *command, const struct statement *statement,
                         const struct value *values, size_t values_count) {
    ASSERT(command->steps_count < COMMAND_STEPS_MAX);
    struct step *step = arena_alloc(command->arena, sizeof *step);
    struct value *copies =
        values_count == 0 ? NULL : arena_alloc(command->arena, values_count * sizeof *copies);
    if (step == NULL || (values_count > 0 && copies == NULL)) {
        command->failed = true;
        return NULL;
    }
    if (values_count > 0)
        memcpy(copies, values, values_count * sizeof *copies);
    *step = (struct step){.statement = statement, .values = copies, .values_count = values_count};
    if (command->steps_last == NULL)
        command->steps = step;
    else
        command->steps_last->next = step;
    command->steps_last = step;
    command->steps_count++;
    return step;
}

// Whether the batch, not one of its commands, is at fault, so that there is no sense in repeating.
static bool is_hopeless(const struct writer *writer, const struct error *err) {
    return err->kind == ERROR_UNAVAILABLE && !writer->session->lost_race;
}

static bool runs_reserve(struct writer *writer, size_t count, struct error *err) {
    if (count <= writer->runs_capacity)
        return true;
    size_t capacity = writer->runs_capacity == 0 ? RUNS_FIRST : writer->runs_capacity;
    while (capacity < count)
        capacity *= 2;
    struct step_run *runs = reallocarray(writer->runs, capacity, sizeof *runs);
    if (runs == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for a batch of %zu statements", count);
    writer->runs = runs;
    writer->runs_capacity = capacity;
    return true;
}

// Appends the command's steps, without the rows of an attempt before.
static size_t runs_add(struct writer *writer, const struct command *command, size_t count) {
    for (struct step *step = command->steps; step != NULL; step = step->next) {
        step->rows = (struct rows){0};
        writer->runs[count++] = (struct step_run){.step = step, .arena = command->arena};
    }
    return count;
}

static void settle(struct command *command, struct tallies *tallies) {
    if (command->settle != NULL)
        command->settle(command, tallies);
}

static bool commit(struct writer *writer, struct tallies *tallies, struct error *err) {
    struct step_run *runs = NULL;
    size_t count = 0;
    if (!tallies_runs(tallies, false, &runs, &count, err))
        return false;
    int64_t start_us = clock_monotonic_us();
    bool ok = session_run_end(writer->session, runs, count, RUN_COMMITS, err);
    int64_t commit_us = clock_monotonic_us() - start_us;
    const char *refusal = ok || err->kind != ERROR_EXHAUSTED ? NULL : tallies_refusal(tallies);
    if (refusal != NULL)
        (void)error_set(err, ERROR_EXHAUSTED, "%s", refusal);
    (void)pthread_mutex_lock(&writer->mutex);
    writer->figures.commit_us_sum += (uint64_t)commit_us;
    if (commit_us > writer->figures.commit_us_max)
        writer->figures.commit_us_max = commit_us;
    (void)pthread_mutex_unlock(&writer->mutex);
    return ok;
}

// `commands` in one transaction; a failure leaves nothing of any of them.
static bool run_together(struct writer *writer, struct command **commands, size_t commands_count,
                         struct error *err) {
    size_t steps = 0, count = 0;
    for (size_t i = 0; i < commands_count; i++)
        steps += commands[i]->steps_count;
    if (!runs_reserve(writer, steps, err))
        return false;
    for (size_t i = 0; i < commands_count; i++)
        count = runs_add(writer, commands[i], count);
    tallies_reset(writer->tallies);
    bool ok = session_begin(writer->session, err) && session_run(writer->session, writer->runs, count, err);
    for (size_t i = 0; i < commands_count && ok; i++)
        settle(commands[i], writer->tallies);
    ok = ok && commit(writer, writer->tallies, err);
    if (!ok)
        session_rollback(writer->session);
    return ok;
}

// One command behind a savepoint, with those of its tallies that may refuse.
static bool run_behind_savepoint(struct writer *writer, struct command *command, struct error *err) {
    struct step_run *refusing = NULL;
    size_t refusing_count = 0;
    tallies_reset(writer->tallies_one);
    size_t count = runs_add(writer, command, 0);
    if (!session_savepoint(writer->session, err) || !session_run(writer->session, writer->runs, count, err))
        return false;
    settle(command, writer->tallies_one);
    if (!tallies_runs(writer->tallies_one, true, &refusing, &refusing_count, err))
        return false;
    if (session_run_end(writer->session, refusing, refusing_count, RUN_RELEASES, err))
        return true;
    const char *refusal = err->kind == ERROR_EXHAUSTED ? tallies_refusal(writer->tallies_one) : NULL;
    if (refusal != NULL)
        (void)error_set(err, ERROR_EXHAUSTED, "%s", refusal);
    return false;
}

static bool run_one_behind_the_other(struct writer *writer, struct error *err) {
    tallies_reset(writer->tallies);
    if (!session_begin(writer->session, err))
        return false;
    for (size_t i = 0; i < writer->batch_count; i++) {
        struct error *outcome = &writer->outcomes[i];
        outcome->kind = ERROR_NONE;
        if (run_behind_savepoint(writer, writer->batch[i], outcome)) {
            tallies_add_others(writer->tallies, writer->tallies_one);
            continue;
        }
        bool over = outcome->kind == ERROR_UNAVAILABLE;
        if (over)
            *err = *outcome;
        if (over || !session_rollback_to_savepoint(writer->session, err)) {
            session_rollback(writer->session);
            return false;
        }
    }
    bool ok = commit(writer, writer->tallies, err);
    if (!ok)
        session_rollback(writer->session);
    return ok;
}

static void run_one_alone(struct writer *writer, struct command *command, struct error *outcome) {
    for (int races = 0; races < RACES_MAX; races++) {
        outcome->kind = ERROR_NONE;
        if (run_together(writer, &command, 1, outcome)) {
            outcome->kind = ERROR_NONE;
            return;
        }
        if (!writer->session->lost_race)
            return;
    }
}

static void run_alone(struct writer *writer) {
    bool hopeless = false;
    for (size_t i = 0; i < writer->batch_count; i++) {
        if (hopeless)
            writer->outcomes[i] = writer->outcomes[i - 1];
        else
            run_one_alone(writer, writer->batch[i], &writer->outcomes[i]);
        hopeless = is_hopeless(writer, &writer->outcomes[i]);
    }
}

static void outcomes_set(struct writer *writer, const struct error *err) {
    for (size_t i = 0; i < writer->batch_count; i++)
        writer->outcomes[i] = *err;
}

// Fills the outcomes of the batch; true when it was run together.
static bool run_batch(struct writer *writer) {
    struct error err = {.kind = ERROR_NONE};
    bool together = run_together(writer, writer->batch, writer->batch_count, &err);
    bool only_one = writer->batch_count == 1 && !writer->session->lost_race;
    if (together || only_one || is_hopeless(writer, &err)) {
        if (together)
            err.kind = ERROR_NONE;
        outcomes_set(writer, &err);
        return together;
    }
    for (int races = 0; races < RACES_MAX; races++) {
        if (run_one_behind_the_other(writer, &err))
            return false;
        if (is_hopeless(writer, &err)) {
            outcomes_set(writer, &err);
            return false;
        }
    }
    run_alone(writer);
    return false;
}

static void finish(struct command *command, const struct error *outcome) {
    struct waiter *waiter = command->waiter;
    if (waiter == NULL) {
        if (command->done != NULL)
            command->done(command, outcome->kind == ERROR_NONE ? NULL : outcome);
        return;
    }
    (void)pthread_mutex_lock(&waiter->mutex);
    waiter->err = *outcome;
    waiter->over = true;
    (void)pthread_cond_signal(&waiter->finished);
    (void)pthread_mutex_unlock(&waiter->mutex);
}

// Takes up to `max` commands that wait, and no more than a batch; the writer's mutex is held.
static void take_batch(struct writer *writer, size_t max) {
    writer->batch_count = 0;
    while (writer->first != NULL && writer->batch_count < writer->options.batch_max &&
           writer->batch_count < max) {
        struct command *command = writer->first;
        writer->first = command->next;
        command->next = NULL;
        writer->batch[writer->batch_count++] = command;
    }
    if (writer->first == NULL)
        writer->last = NULL;
    writer->figures.waiting -= writer->batch_count;
    writer->in_batch = writer->batch_count;
}

static void finish_batch(struct writer *writer, bool together, int64_t took_us) {
    size_t failures = 0;
    bool available = true;
    for (size_t i = 0; i < writer->batch_count; i++) {
        failures += writer->outcomes[i].kind != ERROR_NONE;
        available = available && writer->outcomes[i].kind != ERROR_UNAVAILABLE;
    }
    (void)pthread_mutex_lock(&writer->mutex);
    writer->figures.commands += writer->batch_count;
    writer->figures.commands_failed += failures;
    writer->figures.batches++;
    writer->figures.batches_repeated += !together && available;
    writer->figures.available = available;
    writer->in_batch = 0;
    throughput_learn(&writer->throughput, available ? writer->batch_count : 0,
                     available ? writer->options.batch_max : 0, took_us);
    (void)pthread_mutex_unlock(&writer->mutex);
    for (size_t i = 0; i < writer->batch_count; i++)
        finish(writer->batch[i], &writer->outcomes[i]);
}

// The first `rest` that wait get the answer that the batch before got, having waited for it as long.
static void fail_waiting(struct writer *writer, size_t rest) {
    struct error err = writer->outcomes[0];
    while (rest > 0) {
        (void)pthread_mutex_lock(&writer->mutex);
        take_batch(writer, rest);
        (void)pthread_mutex_unlock(&writer->mutex);
        rest -= writer->batch_count;
        outcomes_set(writer, &err);
        finish_batch(writer, false, 0);
    }
}

static size_t count_waiting(struct writer *writer) {
    (void)pthread_mutex_lock(&writer->mutex);
    size_t waiting = writer->figures.waiting;
    (void)pthread_mutex_unlock(&writer->mutex);
    return waiting;
}

static void process_batch(struct writer *writer) {
    int64_t start_us = clock_monotonic_us();
    bool together = run_batch(writer);
    int64_t took_us = clock_monotonic_us() - start_us;
    bool slow = took_us > SLOW_US;
    bool unavailable = writer->outcomes[0].kind == ERROR_UNAVAILABLE;
    // Counted before the batch is answered: who comes after that has not waited.
    size_t rest = slow && unavailable ? count_waiting(writer) : 0;
    finish_batch(writer, together, took_us);
    fail_waiting(writer, rest);
}

static void probe(struct writer *writer) {
    struct error ignored;
    bool available = session_probe(writer->session, &ignored);
    (void)pthread_mutex_lock(&writer->mutex);
    writer->figures.available = available;
    (void)pthread_mutex_unlock(&writer->mutex);
}

// Waits for commands, with the mutex held. While the store is unavailable not for longer than PROBE_MS.
static void wait_for_work(struct writer *writer) {
    struct timespec deadline;
    (void)clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_nsec += PROBE_MS * 1000000L;
    deadline.tv_sec += deadline.tv_nsec / 1000000000L;
    deadline.tv_nsec %= 1000000000L;
    int result = 0;
    writer->idle = true;
    while (writer->first == NULL && !writer->stopping && result == 0)
        result = writer->figures.available ? pthread_cond_wait(&writer->work, &writer->mutex)
                                           : pthread_cond_timedwait(&writer->work, &writer->mutex, &deadline);
    writer->idle = false;
}

static void *writer_thread(void *context) {
    struct writer *writer = context;
    for (;;) {
        (void)pthread_mutex_lock(&writer->mutex);
        wait_for_work(writer);
        take_batch(writer, writer->options.batch_max);
        bool over = writer->stopping && writer->batch_count == 0;
        (void)pthread_mutex_unlock(&writer->mutex);
        if (over)
            return NULL;
        if (writer->batch_count > 0)
            process_batch(writer);
        else
            probe(writer);
    }
}

static void writer_free(struct writer *writer) {
    session_close(writer->session);
    tallies_free(writer->tallies);
    tallies_free(writer->tallies_one);
    free(writer->batch);
    free(writer->outcomes);
    free(writer->runs);
    (void)pthread_cond_destroy(&writer->work);
    (void)pthread_mutex_destroy(&writer->mutex);
    free(writer);
}

static bool writer_prepare(struct writer *writer, struct store *store, struct error *err) {
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&writer->work, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&writer->mutex, NULL);
    writer->figures.available = true;
    throughput_init(&writer->throughput);
    writer->batch = calloc(writer->options.batch_max, sizeof(struct command *));
    writer->outcomes = calloc(writer->options.batch_max, sizeof *writer->outcomes);
    writer->tallies = tallies_new();
    writer->tallies_one = tallies_new();
    if (writer->batch == NULL || writer->outcomes == NULL || writer->tallies == NULL ||
        writer->tallies_one == NULL || !runs_reserve(writer, COMMAND_STEPS_MAX, err))
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the writer");
    return session_open(store, SESSION_WRITE, &writer->session, err);
}

bool writer_start(struct store *store, const struct writer_options *options, struct writer **ret_writer,
                  struct error *err) {
    ASSERT(options->batch_max > 0 && options->queue_max > 0);
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the writer");
    writer->options = *options;
    bool ok = writer_prepare(writer, store, err);
    if (ok && pthread_create(&writer->thread, NULL, writer_thread, writer) != 0)
        ok = error_set(err, ERROR_UNAVAILABLE, "the writer's thread cannot be started");
    if (!ok) {
        writer_free(writer);
        return false;
    }
    *ret_writer = writer;
    return true;
}

void writer_stop(struct writer *writer) {
    if (writer == NULL)
        return;
    (void)pthread_mutex_lock(&writer->mutex);
    writer->stopping = true;
    (void)pthread_cond_signal(&writer->work);
    (void)pthread_mutex_unlock(&writer->mutex);
    (void)pthread_join(writer->thread, NULL);
    writer_free(writer);
}

static size_t room_of(const struct writer *writer) {
    return throughput_room(&writer->throughput, writer->options.queue_max);
}

bool writer_take_room(struct writer *writer) {
    (void)pthread_mutex_lock(&writer->mutex);
    bool room = writer->figures.waiting + writer->in_batch + writer->promised < room_of(writer);
    writer->promised += room;
    (void)pthread_mutex_unlock(&writer->mutex);
    return room;
}

bool writer_submit(struct writer *writer, struct command *command, struct error *err) {
    command->next = NULL;
    (void)pthread_mutex_lock(&writer->mutex);
    writer->promised -= command->has_room;
    command->has_room = false;
    bool full = command->failed || writer->figures.waiting >= writer->options.queue_max || writer->stopping;
    if (!full) {
        if (writer->last == NULL)
            writer->first = command;
        else
            writer->last->next = command;
        writer->last = command;
        writer->figures.waiting++;
        if (writer->idle)
            (void)pthread_cond_signal(&writer->work);
    }
    (void)pthread_mutex_unlock(&writer->mutex);
    return !full ||
           error_set(err, ERROR_UNAVAILABLE,
                     command->failed ? "no memory for the command" : "too many commands wait for the store");
}

bool writer_run(struct writer *writer, struct command *command, struct error *err) {
    struct waiter waiter = {.mutex = PTHREAD_MUTEX_INITIALIZER, .finished = PTHREAD_COND_INITIALIZER};
    command->waiter = &waiter;
    bool submitted = writer_submit(writer, command, err);
    if (submitted) {
        (void)pthread_mutex_lock(&waiter.mutex);
        while (!waiter.over)
            (void)pthread_cond_wait(&waiter.finished, &waiter.mutex);
        (void)pthread_mutex_unlock(&waiter.mutex);
    }
    command->waiter = NULL;
    (void)pthread_cond_destroy(&waiter.finished);
    (void)pthread_mutex_destroy(&waiter.mutex);
    if (submitted && waiter.err.kind != ERROR_NONE)
        *err = waiter.err;
    return submitted && waiter.err.kind == ERROR_NONE;
}

void writer_figures(struct writer *writer, struct writer_figures *ret_figures) {
    (void)pthread_mutex_lock(&writer->mutex);
    *ret_figures = writer->figures;
    ret_figures->room = room_of(writer);
    writer->figures.commit_us_max = 0;
    (void)pthread_mutex_unlock(&writer->mutex);
}
