// postgres.c - a server by libpq: a whole batch in one round trip, and a new connection when one is lost.
//
// BEGIN and SAVEPOINT wait until there is something to send with them. A failed connection is closed at
// once; the session opens another one when its next transaction begins, with growing pauses in between.
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/backend.h"
#include "store/dialect.h"
#include "store/postgres_value.h"
#include "store/postgres_wire.h"
#include "store/prepared.h"

#define CONNECT_MS_MAX      1000
#define RETRY_MS_MIN        100
#define RETRY_MS_MAX        1000
#define WRITE_SILENCE_MS    6000 // a second more than the server's own limit in the settings below
#define READ_SILENCE_MS     31000
#define SCRIPT_SILENCE_MS   600000
#define SCRIPT_BYTES_MAX    4194304
#define FLUSH_STEPS         256 // statements between two looks at what comes back
#define WORDS_MAX           8
#define STATEMENT_NAME_SIZE 16
#define STATEMENT_SQL_MAX   8192
#define DIVISION_BY_ZERO    "22012"
#define FORMAT_BINARY       1

// A transaction is durable when it is committed, whatever the server's configuration says.
#define DURABLE                                             \
    "SELECT set_config('synchronous_commit', 'on', false) " \
    "WHERE current_setting('synchronous_commit') IN ('off', 'local'); "
static const char WRITE_SETTINGS[] = DURABLE "SET statement_timeout = 5000";
static const char READ_SETTINGS[] = "SET statement_timeout = 30000; SET default_transaction_read_only = on";
static const char SCRIPT_SETTINGS[] = "SET LOCAL statement_timeout = 0";
// Fails on a server that is only a copy of another.
static const char PROBE[] = "SELECT 1 / CASE WHEN pg_is_in_recovery() THEN 0 ELSE 1 END";

struct postgres_store {
    struct store store;
    char *url;
};

struct postgres_session {
    struct session session;
    PGconn *connection; // NULL: lost
    struct prepared_table *prepared;
    unsigned prepared_count;
    const char *words[WORDS_MAX]; // BEGIN and the like, to be sent with what comes next
    size_t words_count;
    int64_t retry_us; // no new connection before
    int retry_ms;
};

// What one round trip carries: the words that waited, then the steps, then the last word.
struct trip {
    const struct step_run *runs;
    size_t runs_count;
    const char *last_word;
    bool failed; // the first failure is in `err`
    struct error err;
};

static struct postgres_session *session_of(struct session *session) {
    return (struct postgres_session *)session;
}

static const char *url_of(const struct postgres_session *session) {
    return ((const struct postgres_store *)session->session.store)->url;
}

static int silence_ms_of(const struct postgres_session *session) {
    return session->session.kind == SESSION_WRITE ? WRITE_SILENCE_MS : READ_SILENCE_MS;
}

static void drop(struct postgres_session *session) {
    PQfinish(session->connection);
    session->connection = NULL;
    session->words_count = 0;
    session->session.lost_race = false;
}

static bool connect_anew(struct postgres_session *session, struct error *err) {
    const char *settings = session->session.kind == SESSION_WRITE ? WRITE_SETTINGS : READ_SETTINGS;
    int64_t now_us = clock_monotonic_us();
    if (now_us < session->retry_us)
        return error_set(err, ERROR_UNAVAILABLE, "PostgreSQL could not be reached a moment ago");
    if (wire_connect(url_of(session), CONNECT_MS_MAX, settings, &session->connection, err)) {
        session->retry_ms = RETRY_MS_MIN;
        prepared_table_clear(session->prepared);
        return true;
    }
    session->retry_us = clock_monotonic_us() + session->retry_ms * INT64_C(1000);
    session->retry_ms = session->retry_ms * 2 < RETRY_MS_MAX ? session->retry_ms * 2 : RETRY_MS_MAX;
    return false;
}

// Between transactions a lost connection is replaced; within one, it is lost with it.
static bool ensure_connected(struct postgres_session *session, struct error *err) {
    if (session->session.in_transaction)
        return session->connection != NULL ||
               error_set(err, ERROR_UNAVAILABLE, "the connection was lost in the transaction");
    if (session->connection != NULL && !wire_is_alive(session->connection))
        drop(session);
    return session->connection != NULL || connect_anew(session, err);
}

static void word_add(struct postgres_session *session, const char *word) {
    ASSERT(session->words_count < WORDS_MAX);
    session->words[session->words_count++] = word;
}

static void fail(struct trip *trip, const struct error *err) {
    if (!trip->failed)
        trip->err = *err;
    trip->failed = true;
}

// Takes over what the server said of one statement.
static void fail_by_result(struct postgres_session *session, struct trip *trip, const PGresult *result,
                           const struct step *step) {
    struct error err;
    bool race = false;
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    enum error_kind kind = postgres_error_kind(sqlstate, &race);
    if (trip->failed)
        return;
    session->session.lost_race = race;
    if (step != NULL && step->must_change && sqlstate != NULL && strcmp(sqlstate, DIVISION_BY_ZERO) == 0)
        (void)error_set(&err, ERROR_EXHAUSTED, "a change that must happen was not possible");
    else
        (void)error_set(&err, kind, "PostgreSQL: %s (%s)", message == NULL ? "no answer" : message,
                        sqlstate == NULL ? "connection" : sqlstate);
    fail(trip, &err);
}

static void take_rows(struct trip *trip, const PGresult *result, const struct step_run *run) {
    struct error err;
    struct value changed;
    if (trip->failed)
        return;
    if (!run->step->must_change) {
        if (!postgres_rows(result, run->arena, &run->step->rows, &err))
            fail(trip, &err);
        return;
    }
    if (!postgres_cell(result, 0, 0, &changed, &err))
        fail(trip, &err);
    else
        run->step->rows = (struct rows){.changed = changed.number};
}

// A COMMIT in a transaction that failed before ends in ROLLBACK, which is no error to PostgreSQL.
static void check_word(struct trip *trip, const PGresult *result, const char *word) {
    struct error err;
    if (strcmp(word, "COMMIT") != 0 || strcmp(PQcmdStatus((PGresult *)result), "COMMIT") == 0)
        return;
    (void)error_set(&err, ERROR_UNAVAILABLE, "PostgreSQL has rolled the transaction back");
    fail(trip, &err);
}

// All results of one statement; exactly one of `word` and `run` is not NULL. False: the connection is lost.
static bool take_statement(struct postgres_session *session, struct trip *trip, const char *word,
                           const struct step_run *run) {
    for (;;) {
        PGresult *result = NULL;
        struct error err;
        if (!wire_result(session->connection, silence_ms_of(session), &result, &err)) {
            trip->failed = false; // whatever was said before, the connection's end says more
            fail(trip, &err);
            return false;
        }
        if (result == NULL)
            return true;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            fail_by_result(session, trip, result, run == NULL ? NULL : run->step);
        else if (run != NULL)
            take_rows(trip, result, run);
        else
            check_word(trip, result, word);
        PQclear(result);
    }
}

static bool take_sync(struct postgres_session *session, struct trip *trip) {
    PGresult *result = NULL;
    struct error err;
    bool ok = wire_result(session->connection, silence_ms_of(session), &result, &err);
    ok = ok && (PQresultStatus(result) == PGRES_PIPELINE_SYNC || wire_failed(session->connection, &err));
    PQclear(result);
    if (!ok)
        fail(trip, &err);
    return ok;
}

static bool send_word(struct postgres_session *session, const char *word) {
    return PQsendQueryParams(session->connection, word, 0, NULL, NULL, NULL, NULL, FORMAT_BINARY) == 1;
}

static void statement_name(char name[STATEMENT_NAME_SIZE], unsigned number) {
    (void)snprintf(name, STATEMENT_NAME_SIZE, "s%u", number);
}

static bool send_step(struct postgres_session *session, const struct step *step) {
    struct postgres_parameters parameters;
    char name[STATEMENT_NAME_SIZE];
    statement_name(name, prepared_find(session->prepared, step->statement, step->must_change)->number);
    postgres_parameters_set(&parameters, step);
    return PQsendQueryPrepared(session->connection, name, parameters.count, parameters.values,
                               parameters.lengths, parameters.formats, FORMAT_BINARY) == 1;
}

static bool send_trip(struct postgres_session *session, const struct trip *trip, struct error *err) {
    for (size_t i = 0; i < session->words_count; i++)
        if (!send_word(session, session->words[i]))
            return wire_failed(session->connection, err);
    for (size_t i = 0; i < trip->runs_count; i++) {
        if (!send_step(session, trip->runs[i].step))
            return wire_failed(session->connection, err);
        if (i % FLUSH_STEPS == FLUSH_STEPS - 1 &&
            !wire_flush(session->connection, silence_ms_of(session), err))
            return false;
    }
    if (trip->last_word != NULL && !send_word(session, trip->last_word))
        return wire_failed(session->connection, err);
    if (PQpipelineSync(session->connection) != 1)
        return wire_failed(session->connection, err);
    return wire_flush(session->connection, silence_ms_of(session), err);
}

static bool take_trip(struct postgres_session *session, struct trip *trip) {
    for (size_t i = 0; i < session->words_count; i++)
        if (!take_statement(session, trip, session->words[i], NULL))
            return false;
    for (size_t i = 0; i < trip->runs_count; i++)
        if (!take_statement(session, trip, NULL, &trip->runs[i]))
            return false;
    return (trip->last_word == NULL || take_statement(session, trip, trip->last_word, NULL)) &&
           take_sync(session, trip);
}

// There and back. On a failure after which nothing can be said of the connection any more, it is dropped.
static bool make_trip(struct postgres_session *session, struct trip *trip, struct error *err) {
    if (PQenterPipelineMode(session->connection) != 1 || !send_trip(session, trip, &trip->err)) {
        *err = trip->err;
        drop(session);
        return false;
    }
    bool kept = take_trip(session, trip) && PQexitPipelineMode(session->connection) == 1;
    session->words_count = 0;
    if (!kept)
        drop(session);
    if (trip->failed)
        *err = trip->err;
    return !trip->failed &&
           (kept || error_set(err, ERROR_UNAVAILABLE, "PostgreSQL's connection is unusable"));
}

static bool send_words(struct postgres_session *session, struct error *err) {
    struct trip trip = {.runs_count = 0};
    return session->words_count == 0 || make_trip(session, &trip, err);
}

static bool prepare(struct postgres_session *session, const struct step *step, struct error *err) {
    Oid types[STATEMENT_VALUES_MAX];
    char name[STATEMENT_NAME_SIZE], sql[STATEMENT_SQL_MAX];
    struct prepared *prepared = prepared_find(session->prepared, step->statement, step->must_change);
    if (prepared->sql == step->statement->sql)
        return true;
    const char *form = step->must_change
                           ? "WITH changed AS (%s RETURNING 1) SELECT count(*), 1 / count(*) FROM changed"
                           : "%s";
    ASSERT((size_t)snprintf(sql, sizeof sql, form, step->statement->sql) < sizeof sql);
    int count = postgres_parameter_types(step->statement, types);
    statement_name(name, ++session->prepared_count);
    struct trip trip = {.runs_count = 0};
    if (PQsendPrepare(session->connection, name, sql, count, types) != 1 ||
        !wire_flush(session->connection, silence_ms_of(session), err)) {
        drop(session);
        return error_set(err, ERROR_UNAVAILABLE, "PostgreSQL's connection is lost");
    }
    bool kept = take_statement(session, &trip, "", NULL);
    if (!kept)
        drop(session);
    if (trip.failed) {
        *err = trip.err;
        return false;
    }
    prepared->number = session->prepared_count;
    prepared->sql = step->statement->sql;
    return true;
}

// A session prepares a statement once: its own round trips then do not matter.
static bool prepare_all(struct postgres_session *session, const struct step_run *runs, size_t runs_count,
                        struct error *err) {
    for (size_t i = 0; i < runs_count; i++) {
        const struct step *step = runs[i].step;
        if (prepared_find(session->prepared, step->statement, step->must_change)->sql == step->statement->sql)
            continue;
        // A transaction that failed takes no statement before it is back at its savepoint.
        if (!send_words(session, err) || !prepare(session, step, err))
            return false;
    }
    return true;
}

static bool postgres_run(struct session *base, const struct step_run *runs, size_t runs_count,
                         enum run_end end, struct error *err) {
    static const char *const last_words[] = {NULL, "COMMIT", "RELEASE command"};
    struct postgres_session *session = session_of(base);
    struct trip trip = {.runs = runs, .runs_count = runs_count, .last_word = last_words[end]};
    if (!ensure_connected(session, err) || !prepare_all(session, runs, runs_count, err))
        return false;
    if (runs_count == 0 && end == RUN_STAYS)
        return true;
    return make_trip(session, &trip, err);
}

static bool postgres_begin(struct session *base, struct error *err) {
    struct postgres_session *session = session_of(base);
    if (!ensure_connected(session, err))
        return false;
    word_add(session,
             base->kind == SESSION_WRITE ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return true;
}

static void postgres_rollback(struct session *base) {
    struct postgres_session *session = session_of(base);
    struct error ignored;
    session->words_count = 0;
    if (session->connection == NULL || PQtransactionStatus(session->connection) == PQTRANS_IDLE)
        return;
    word_add(session, "ROLLBACK");
    if (!send_words(session, &ignored) && session->connection != NULL)
        drop(session);
}

static bool postgres_savepoint(struct session *base, struct error *err) {
    struct postgres_session *session = session_of(base);
    if (!ensure_connected(session, err))
        return false;
    word_add(session, "SAVEPOINT command");
    return true;
}

static bool postgres_rollback_to_savepoint(struct session *base, struct error *err) {
    struct postgres_session *session = session_of(base);
    if (!ensure_connected(session, err))
        return false;
    bool unsent = session->words_count > 0 &&
                  strcmp(session->words[session->words_count - 1], "SAVEPOINT command") == 0;
    if (unsent) {
        session->words_count--;
        return true;
    }
    word_add(session, "ROLLBACK TO command");
    word_add(session, "RELEASE command");
    return true;
}

// One row at a time; `*ret_stopped` when the callback had enough.
static bool each_result(struct postgres_session *session, struct trip *trip, session_row_fn *row_fn,
                        void *context, bool *ret_stopped) {
    struct value row[COLUMNS_MAX];
    PGresult *result = NULL;
    struct error err;
    if (!wire_result(session->connection, silence_ms_of(session), &result, &err)) {
        fail(trip, &err);
        return false;
    }
    if (result == NULL)
        return false;
    int columns = PQnfields(result);
    ASSERT(columns <= COLUMNS_MAX);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_SINGLE_TUPLE && !trip->failed) {
        bool ok = true;
        for (int column = 0; column < columns && ok; column++)
            ok = postgres_cell(result, 0, column, &row[column], &err);
        if (!ok || !row_fn(context, row, (size_t)columns, &err)) {
            fail(trip, &err);
            *ret_stopped = true;
        }
    } else if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) {
        fail_by_result(session, trip, result, NULL);
    }
    PQclear(result);
    return true;
}

static void cancel(struct postgres_session *session) {
    char words[256];
    PGcancel *request = PQgetCancel(session->connection);
    if (request != NULL)
        (void)PQcancel(request, words, sizeof words);
    PQfreeCancel(request);
}

static bool postgres_each(struct session *base, const struct step *step, session_row_fn *row_fn,
                          void *context, struct error *err) {
    struct postgres_session *session = session_of(base);
    struct postgres_parameters parameters;
    struct trip trip = {.runs_count = 0};
    char name[STATEMENT_NAME_SIZE];
    if (!ensure_connected(session, err) || !send_words(session, err) || !prepare(session, step, err))
        return false;
    statement_name(name, prepared_find(session->prepared, step->statement, false)->number);
    postgres_parameters_set(&parameters, step);
    if (PQsendQueryPrepared(session->connection, name, parameters.count, parameters.values,
                            parameters.lengths, parameters.formats, FORMAT_BINARY) != 1 ||
        PQsetSingleRowMode(session->connection) != 1 ||
        !wire_flush(session->connection, silence_ms_of(session), err)) {
        drop(session);
        return error_set(err, ERROR_UNAVAILABLE, "PostgreSQL's connection is lost");
    }
    bool stopped = false, cancelled = false;
    while (each_result(session, &trip, row_fn, context, &stopped)) {
        if (stopped && !cancelled)
            cancel(session);
        cancelled = stopped;
    }
    if (PQtransactionStatus(session->connection) == PQTRANS_ACTIVE ||
        PQstatus(session->connection) != CONNECTION_OK)
        drop(session);
    if (trip.failed)
        *err = trip.err;
    return !trip.failed;
}

static bool run_script(struct postgres_session *session, const char *sql, struct error *err) {
    struct trip trip = {.runs_count = 0};
    if (PQsendQuery(session->connection, sql) != 1 ||
        !wire_flush(session->connection, SCRIPT_SILENCE_MS, err)) {
        drop(session);
        return error_set(err, ERROR_UNAVAILABLE, "PostgreSQL's connection is lost");
    }
    for (;;) {
        PGresult *result = NULL;
        if (!wire_result(session->connection, SCRIPT_SILENCE_MS, &result, err)) {
            drop(session);
            return false;
        }
        if (result == NULL)
            break;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
            fail_by_result(session, &trip, result, NULL);
        PQclear(result);
    }
    if (trip.failed)
        *err = trip.err;
    return !trip.failed;
}

static bool postgres_script(struct session *base, const char *sql, struct error *err) {
    struct postgres_session *session = session_of(base);
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(SCRIPT_BYTES_MAX);
    const char *script = arena == NULL ? NULL : dialect_for_postgres(sql, arena);
    if (script == NULL)
        return error_set(err, ERROR_EXHAUSTED, "the script is too long");
    return ensure_connected(session, err) && send_words(session, err) &&
           (!base->in_transaction || run_script(session, SCRIPT_SETTINGS, err)) &&
           run_script(session, script, err);
}

static bool postgres_probe(struct session *base, struct error *err) {
    struct postgres_session *session = session_of(base);
    if (!ensure_connected(session, err))
        return false;
    word_add(session, PROBE);
    return send_words(session, err);
}

static void postgres_session_close(struct session *base) {
    struct postgres_session *session = session_of(base);
    PQfinish(session->connection);
    prepared_table_free(session->prepared, NULL);
    free(session);
}

static bool postgres_session_open(struct store *base, enum session_kind kind, struct session **ret_session,
                                  struct error *err) {
    struct postgres_session *session = calloc(1, sizeof *session);
    struct prepared_table *prepared = prepared_table_new();
    if (session == NULL || prepared == NULL) {
        free(session);
        prepared_table_free(prepared, NULL);
        return error_set(err, ERROR_UNAVAILABLE, "no memory for a session");
    }
    session->session = (struct session){.store = base, .kind = kind};
    session->prepared = prepared;
    session->retry_ms = RETRY_MS_MIN;
    if (!connect_anew(session, err)) {
        postgres_session_close(&session->session);
        return false;
    }
    *ret_session = &session->session;
    return true;
}

static bool postgres_backup(struct store *base, const char *path, struct error *err) {
    return error_set(err, ERROR_INVALID, "PostgreSQL is backed up by its own tools: pg_dump, pg_basebackup");
}

static void postgres_figures(struct store *base, struct store_figures *ret_figures) {
    *ret_figures = (struct store_figures){0};
}

static void postgres_close(struct store *base) {
    free(((struct postgres_store *)base)->url);
    free(base);
}

static const struct backend POSTGRES = {
    .session_open = postgres_session_open,
    .session_close = postgres_session_close,
    .begin = postgres_begin,
    .rollback = postgres_rollback,
    .savepoint = postgres_savepoint,
    .rollback_to_savepoint = postgres_rollback_to_savepoint,
    .run = postgres_run,
    .each = postgres_each,
    .script = postgres_script,
    .probe = postgres_probe,
    .backup = postgres_backup,
    .figures = postgres_figures,
    .close = postgres_close,
};

static const char *option(const PQconninfoOption *options, const char *keyword) {
    for (; options->keyword != NULL; options++)
        if (strcmp(options->keyword, keyword) == 0 && options->val != NULL)
            return options->val;
    return "";
}

bool postgres_open(const char *url, struct store **ret_store, struct error *err) {
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    if (options == NULL)
        return error_set(err, ERROR_INVALID, "the store's address is not one of PostgreSQL's");
    struct postgres_store *store = calloc(1, sizeof *store);
    char *copy = strdup(url);
    if (store == NULL || copy == NULL) {
        free(store);
        free(copy);
        PQconninfoFree(options);
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the store");
    }
    store->url = copy;
    store->store.backend = &POSTGRES;
    store->store.is_postgres = true;
    (void)snprintf(store->store.name, sizeof store->store.name, "postgresql://%s@%s:%s/%s",
                   option(options, "user"), option(options, "host"), option(options, "port"),
                   option(options, "dbname"));
    PQconninfoFree(options);
    *ret_store = &store->store;
    return true;
}
