// writer.h - group commit: one thread takes every command that waits, runs them in one transaction,
// commits once, and only then says that they are done.
//
// A command is a fixed list of statements with no reads in between: its conditions live in SQL. When all
// steps have run, `settle` looks at their rows and may add tallies: amounts that many commands add to the
// same hot row (the budget, a counter), summed over the batch and written once. A tally may refuse
// (its statement changed no row); then the batch is rolled back and run command by command, so that
// exactly the command that does not fit is refused. The same is done when a statement fails for a reason
// that nobody foresaw. When the store is unavailable, the whole batch is.
#pragma once

#include "store/store.h"

#define TALLY_KEYS_MAX 6

struct tally {
    const struct statement *statement; // parameters: the keys, then the amount
    int64_t keys[TALLY_KEYS_MAX];
    size_t keys_count;
    int64_t amount;
    const char *refusal; // when not NULL: changing no row refuses with ERROR_EXHAUSTED and these words
};

struct tallies; // the batch's
// Adds to what other commands of the batch add under the same statement and keys.
void tallies_add(struct tallies *tallies, const struct tally *tally);

struct command {
    struct arena *arena; // the request's; steps, rows and the domain's own data live here
    struct step *steps;
    struct step *steps_last;
    size_t steps_count;
    bool failed;   // a step could not be added: memory exhausted
    bool has_room; // by writer_take_room
    void *context;
    // On the writer's thread, in the transaction; may run again when a batch is repeated. NULL is fine.
    void (*settle)(struct command *command, struct tallies *tallies);
    // On the writer's thread, after the commit: err is NULL when everything is durable, else nothing
    // happened.
    void (*done)(struct command *command, const struct error *err);
    struct waiter *waiter; // the writer's
    struct command *next;  // the writer's
};

// Empty; its steps will lie in `arena`, which must live until `done`.
void command_init(struct command *command, struct arena *arena);
// Adds a step and returns it, for its rows later; NULL (and command->failed) when memory is exhausted.
struct step *command_add(struct command *command, const struct statement *statement,
                         const struct value *values, size_t values_count);
// COMMAND_ADD(command, &INSERT, value_int(id), value_text(name)); at least one value.
#define COMMAND_ADD(command, statement, ...)                                 \
    command_add((command), (statement), (const struct value[]){__VA_ARGS__}, \
                sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value))

struct writer_options {
    size_t queue_max; // commands that may wait; more are refused with ERROR_UNAVAILABLE
    size_t batch_max; // commands in one transaction
    int wait_ms_max;  // as session_set_patience; 0: as it is, which is right where people wait for answers
};

struct writer;
MUST_CHECK bool writer_start(struct store *store, const struct writer_options *options,
                             struct writer **ret_writer, struct error *err);
// Finishes everything that was submitted, then ends the thread. NULL is fine.
void writer_stop(struct writer *writer);

// Hands the command over; `done` is called exactly once, unless this returns false (queue full, memory).
MUST_CHECK bool writer_submit(struct writer *writer, struct command *command, struct error *err);
// At most five seconds of what the store is seen to do may be on its way (store/throughput.h). True: a
// command of a crowd may be handed over, with `has_room` set, and it must be. Few and important commands need
// not ask.
MUST_CHECK bool writer_take_room(struct writer *writer);
// Hands it over and waits; `done` is not called. Not for event loops.
MUST_CHECK bool writer_run(struct writer *writer, struct command *command, struct error *err);

struct writer_figures {
    uint64_t commands, batches, commands_failed, batches_repeated;
    size_t waiting;        // commands in the queue now
    size_t room;           // commands of a crowd that may be on their way
    bool available;        // the last batch reached the disk
    int64_t commit_us_max; // longest commit since the last call
    uint64_t commit_us_sum;
};
// Since the start, but for commit_us_max. Any thread.
void writer_figures(struct writer *writer, struct writer_figures *ret_figures);
