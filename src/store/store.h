// store.h - SQL for two databases, written once: an SQLite file or PostgreSQL.
//
// A statement is a constant: one SQL text for both, parameters $1, $2, ... and their types. It is
// prepared once a session and known by its address. A migration is written in SQLite's words
// (INTEGER, TEXT, BLOB, REAL, STRICT, WITHOUT ROWID); for PostgreSQL those few words are translated.
// Errors: ERROR_UNAVAILABLE when trying again later may help (disk full, locked, connection lost),
// ERROR_CONFLICT when a constraint spoke, ERROR_INVALID when the database cannot be used at all.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum value_type { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BLOB };

struct value {
    enum value_type type;
    int64_t number;
    double real;
    const char *bytes; // text (also NUL-terminated when it is a result) or blob
    size_t length;
};

static inline struct value value_null(void) {
    return (struct value){.type = VALUE_NULL};
}
static inline struct value value_int(int64_t number) {
    return (struct value){.type = VALUE_INT, .number = number};
}
static inline struct value value_real(double real) {
    return (struct value){.type = VALUE_REAL, .real = real};
}
struct value value_text(const char *text); // NULL gives SQL's NULL
static inline struct value value_blob(const void *bytes, size_t length) {
    return (struct value){.type = VALUE_BLOB, .bytes = bytes, .length = length};
}

#define STATEMENT_VALUES_MAX 24

struct statement {
    const char *sql;
    const char *types; // one letter a parameter: i 64-bit integer, r double, t text, b blob
};

// A result. Cells lie in the arena that was given to the query.
struct rows {
    size_t count;
    size_t columns;
    const struct value *values; // count * columns, row by row
    int64_t changed;            // rows that INSERT, UPDATE or DELETE touched
};

// Cell (row, column); the cell must exist. rows_int and rows_real give 0, rows_text NULL for SQL's NULL.
const struct value *rows_value(const struct rows *rows, size_t row, size_t column);
int64_t rows_int(const struct rows *rows, size_t row, size_t column);
double rows_real(const struct rows *rows, size_t row, size_t column);
const char *rows_text(const struct rows *rows, size_t row, size_t column);

// One statement of a command and, once it ran, its rows.
struct step {
    const struct statement *statement;
    const struct value *values;
    size_t values_count;
    bool must_change; // INSERT, UPDATE or DELETE without RETURNING: changing no row is ERROR_EXHAUSTED
    struct rows rows;
    struct step *next;
};

struct store;   // where the database is and what kind it is; shared by all threads
struct session; // one connection; used by one thread at a time

// Opens `sqlite:FILE` or `postgresql://...`. The file is made if there is none.
MUST_CHECK bool store_open(const char *url, struct store **ret_store, struct error *err);
void store_close(struct store *store); // NULL is fine; all sessions must be closed before
bool store_is_postgres(const struct store *store);
// "sqlite:juncho.db" or the PostgreSQL URL without its password; for logs.
const char *store_name(const struct store *store);

enum session_kind { SESSION_READ, SESSION_WRITE };
MUST_CHECK bool session_open(struct store *store, enum session_kind kind, struct session **ret_session,
                             struct error *err);
void session_close(struct session *session); // NULL is fine; an open transaction is rolled back
void session_cleanup(struct session **session);

// How long this session's transactions may wait for one of another connection, from the next on; two seconds
// until this is called. For work that nobody stands waiting for. PostgreSQL has limits of its own.
void session_set_patience(struct session *session, int wait_ms_max);

// A writing transaction holds SQLite's one lock until it ends; ERROR_UNAVAILABLE when it could not be had.
MUST_CHECK bool session_begin(struct session *session, struct error *err);
MUST_CHECK bool session_commit(struct session *session, struct error *err); // durable when it returns true
void session_rollback(struct session *session); // outside of a transaction: nothing

// Runs one statement and keeps all its rows in `arena`. A SESSION_READ sees one moment of the database:
// inside session_begin ... session_rollback all queries see the same moment.
MUST_CHECK bool session_query(struct session *session, const struct statement *statement,
                              const struct value *values, size_t values_count, struct arena *arena,
                              struct rows *ret_rows, struct error *err);
// SESSION_QUERY(session, &FIND, arena, &rows, err, value_int(id), value_text(name)); at least one value.
#define SESSION_QUERY(session, statement, arena, ret_rows, err, ...)                                       \
    session_query((session), (statement), (const struct value[]){__VA_ARGS__},                             \
                  sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value), (arena), (ret_rows), \
                  (err))

// Streams rows one by one, for results of any size; `row` is valid only during the call. The callback
// returns false with err filled to stop.
typedef bool session_row_fn(void *context, const struct value *row, size_t columns, struct error *err);
MUST_CHECK bool session_each(struct session *session, const struct statement *statement,
                             const struct value *values, size_t values_count, session_row_fn *each,
                             void *context, struct error *err);

// Runs all steps in order (PostgreSQL: in one round trip) and fills their rows in `arena`s of their own
// commands. Stops at the first failure.
struct step_run {
    struct step *step;
    struct arena *arena;
};
MUST_CHECK bool session_run(struct session *session, const struct step_run *runs, size_t runs_count,
                            struct error *err);

// Runs a script of several statements without parameters (migrations).
MUST_CHECK bool session_script(struct session *session, const char *sql, struct error *err);

// Copies the database to a file while it is in use (SQLite only; ERROR_INVALID for PostgreSQL: use pg_dump).
MUST_CHECK bool store_backup(struct store *store, const char *path, struct error *err);

// What SQLite's write-ahead log is doing; all zero for PostgreSQL.
struct store_figures {
    int64_t log_bytes;        // not yet in the database file, as of the last look; a long reader lets it grow
    uint64_t checkpoints;     // looks that moved something
    uint64_t restarts;        // times that the log began anew
    uint64_t restarts_missed; // times that a reader was in the way
    int64_t stall_us_max;     // the longest that a restart has kept writers waiting
};
void store_figures(struct store *store, struct store_figures *ret_figures);

// For tests: makes the `calls`-th call from now (1: the next), over all sessions, go wrong once.
enum store_fault {
    STORE_FAULT_UNAVAILABLE, // nothing is done, ERROR_UNAVAILABLE
    STORE_FAULT_CONFLICT,    // nothing is done, ERROR_CONFLICT
    STORE_FAULT_LOST_ANSWER, // it is done, and yet ERROR_UNAVAILABLE: a connection lost during a commit
};
void store_fail_after(struct store *store, unsigned calls, enum store_fault fault);
