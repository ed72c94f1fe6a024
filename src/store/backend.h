// backend.h - what a kind of database must be able to do: between store.c, writer.c and sqlite.c, postgres.c.
//
// Only files of this folder include it. A backend puts `struct store` and `struct session` first in
// structures of its own; store.c checks parameters, counts injected faults and calls the backend.
#pragma once

#include <stdatomic.h>

#include "store/store.h"

#define STORE_NAME_SIZE 256
#define COLUMNS_MAX     64

enum run_end {
    RUN_STAYS,    // in the transaction, or without one
    RUN_COMMITS,  // ends the transaction, durably
    RUN_RELEASES, // gives the savepoint up; what was done since stays
};

struct backend {
    bool (*session_open)(struct store *store, enum session_kind kind, struct session **ret_session,
                         struct error *err);
    void (*session_close)(struct session *session);
    bool (*begin)(struct session *session, struct error *err);
    void (*rollback)(struct session *session);
    bool (*savepoint)(struct session *session, struct error *err);
    bool (*rollback_to_savepoint)(struct session *session, struct error *err);
    bool (*run)(struct session *session, const struct step_run *runs, size_t runs_count, enum run_end end,
                struct error *err);
    bool (*each)(struct session *session, const struct step *step, session_row_fn *row_fn, void *context,
                 struct error *err);
    bool (*script)(struct session *session, const char *sql, struct error *err);
    bool (*probe)(struct session *session, struct error *err);
    void (*set_patience)(struct session *session, int wait_ms_max);
    bool (*backup)(struct store *store, const char *path, struct error *err);
    void (*figures)(struct store *store, struct store_figures *ret_figures);
    void (*close)(struct store *store);
};

struct store {
    const struct backend *backend;
    bool is_postgres;
    char name[STORE_NAME_SIZE];
    atomic_long fault_calls; // counts down; the fault happens when it gets to 0
    atomic_int fault;
};

struct session {
    struct store *store;
    enum session_kind kind;
    bool in_transaction;
    bool lost_race; // the last failure was a deadlock or the like: the same again may work
};

// What store_open chooses from: a path, and a URL of libpq's.
bool sqlite_open(const char *path, struct store **ret_store, struct error *err);
bool postgres_open(const char *url, struct store **ret_store, struct error *err);

// For the writer. As session_run, and ends the transaction or the savepoint in the same round trip.
// A failure under RUN_COMMITS has rolled the transaction back.
MUST_CHECK bool session_run_end(struct session *session, const struct step_run *runs, size_t runs_count,
                                enum run_end end, struct error *err);
// One savepoint at a time, inside a transaction.
MUST_CHECK bool session_savepoint(struct session *session, struct error *err);
MUST_CHECK bool session_rollback_to_savepoint(struct session *session, struct error *err);
// Writes something of no meaning, durably: whether the store can be written to again.
MUST_CHECK bool session_probe(struct session *session, struct error *err);

// Room for rows that come one by one; doubles inside the arena.
struct row_collector {
    struct arena *arena;
    struct value *values;
    size_t count, capacity, columns;
};
// The place of the next row, `columns` values; NULL when the arena is full.
struct value *row_collector_add(struct row_collector *collector);
