// writer.c - the queue, and the thread that takes batches from it.
#include "store/writer.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/backend.h"
#include "store/batch.h"
#include "store/throughput.h"

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
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t work; // a command waits, or stopping
    struct command *first, *last;
    bool idle, stopping;
    struct writer_figures figures;
    struct throughput throughput;
    size_t in_batch, promised; // commands in the store now; those that have room and are still to come
    struct batch batch;        // only the thread's
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
    writer->batch.count = 0;
    while (writer->first != NULL && writer->batch.count < writer->options.batch_max &&
           writer->batch.count < max) {
        struct command *command = writer->first;
        writer->first = command->next;
        command->next = NULL;
        writer->batch.commands[writer->batch.count++] = command;
    }
    if (writer->first == NULL)
        writer->last = NULL;
    writer->figures.waiting -= writer->batch.count;
    writer->in_batch = writer->batch.count;
}

static void finish_batch(struct writer *writer, bool together, int64_t took_us) {
    size_t failures = 0;
    bool available = true;
    for (size_t i = 0; i < writer->batch.count; i++) {
        failures += writer->batch.outcomes[i].kind != ERROR_NONE;
        available = available && writer->batch.outcomes[i].kind != ERROR_UNAVAILABLE;
    }
    (void)pthread_mutex_lock(&writer->mutex);
    writer->figures.commands += writer->batch.count;
    writer->figures.commands_failed += failures;
    writer->figures.batches++;
    writer->figures.batches_repeated += !together && available;
    writer->figures.available = available;
    writer->figures.commit_us_sum += (uint64_t)writer->batch.commit_us_sum;
    if (writer->batch.commit_us_max > writer->figures.commit_us_max)
        writer->figures.commit_us_max = writer->batch.commit_us_max;
    writer->in_batch = 0;
    throughput_learn(&writer->throughput, available ? writer->batch.count : 0,
                     available ? writer->options.batch_max : 0, took_us);
    (void)pthread_mutex_unlock(&writer->mutex);
    for (size_t i = 0; i < writer->batch.count; i++)
        finish(writer->batch.commands[i], &writer->batch.outcomes[i]);
}

// The first `rest` that wait get the answer that the batch before got, having waited for it as long.
static void fail_waiting(struct writer *writer, size_t rest) {
    struct error err = writer->batch.outcomes[0];
    while (rest > 0) {
        (void)pthread_mutex_lock(&writer->mutex);
        take_batch(writer, rest);
        (void)pthread_mutex_unlock(&writer->mutex);
        rest -= writer->batch.count;
        writer->batch.commit_us_sum = 0;
        batch_answer(&writer->batch, &err);
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
    bool together = batch_run(&writer->batch);
    int64_t took_us = clock_monotonic_us() - start_us;
    bool slow = took_us > SLOW_US;
    bool unavailable = writer->batch.outcomes[0].kind == ERROR_UNAVAILABLE;
    // Counted before the batch is answered: who comes after that has not waited.
    size_t rest = slow && unavailable ? count_waiting(writer) : 0;
    finish_batch(writer, together, took_us);
    fail_waiting(writer, rest);
}

static void probe(struct writer *writer) {
    struct error ignored;
    bool available = session_probe(writer->batch.session, &ignored);
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
        bool over = writer->stopping && writer->batch.count == 0;
        (void)pthread_mutex_unlock(&writer->mutex);
        if (over)
            return NULL;
        if (writer->batch.count > 0)
            process_batch(writer);
        else
            probe(writer);
    }
}

static void writer_free(struct writer *writer) {
    batch_done(&writer->batch);
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
    if (!batch_init(&writer->batch, store, writer->options.batch_max, err))
        return false;
    if (writer->options.wait_ms_max > 0)
        session_set_patience(writer->batch.session, writer->options.wait_ms_max);
    return true;
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
