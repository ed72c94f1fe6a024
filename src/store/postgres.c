// postgres.c - a server by libpq: a whole batch in one round trip, and a new connection when one is lost.
#include <stdio.h>
#include <string.h>

#include "store/backend.h"
#include "store/dialect.h"
#include "store/postgres_trip.h"
#include "store/postgres_value.h"
#include "store/postgres_wire.h"

#define SCRIPT_SILENCE_MS 600000
#define SCRIPT_BYTES_MAX  4194304

static const char SCRIPT_SETTINGS[] = "SET LOCAL statement_timeout = 0";
// Fails on a server that is only a copy of another.
static const char PROBE[] = "SELECT 1 / CASE WHEN pg_is_in_recovery() THEN 0 ELSE 1 END";

static struct postgres_session *session_of(struct session *session) {
    return (struct postgres_session *)session;
}

static bool postgres_run(struct session *base, const struct step_run *runs, size_t runs_count,
                         enum run_end end, struct error *err) {
    static const char *const last_words[] = {NULL, "COMMIT", "RELEASE command"};
    struct postgres_session *session = session_of(base);
    struct trip trip = {.runs = runs, .runs_count = runs_count, .last_word = last_words[end]};
    if (!postgres_ensure_connected(session, err) || !trip_prepare_all(session, runs, runs_count, err))
        return false;
    if (runs_count == 0 && end == RUN_STAYS)
        return true;
    return trip_make(session, &trip, err);
}

static bool postgres_begin(struct session *base, struct error *err) {
    struct postgres_session *session = session_of(base);
    if (!postgres_ensure_connected(session, err))
        return false;
    postgres_word_add(
        session, base->kind == SESSION_WRITE ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return true;
}

static void postgres_rollback(struct session *base) {
    struct postgres_session *session = session_of(base);
    struct error ignored;
    session->words_count = 0;
    if (session->connection == NULL || PQtransactionStatus(session->connection) == PQTRANS_IDLE)
        return;
    postgres_word_add(session, "ROLLBACK");
    if (!trip_words(session, &ignored) && session->connection != NULL)
        postgres_drop(session);
}

static bool postgres_savepoint(struct session *base, struct error *err) {
    struct postgres_session *session = session_of(base);
    if (!postgres_ensure_connected(session, err))
        return false;
    postgres_word_add(session, "SAVEPOINT command");
    return true;
}

static bool postgres_rollback_to_savepoint(struct session *base, struct error *err) {
    struct postgres_session *session = session_of(base);
    if (!postgres_ensure_connected(session, err))
        return false;
    bool unsent = session->words_count > 0 &&
                  strcmp(session->words[session->words_count - 1], "SAVEPOINT command") == 0;
    if (unsent) {
        session->words_count--;
        return true;
    }
    postgres_word_add(session, "ROLLBACK TO command");
    postgres_word_add(session, "RELEASE command");
    return true;
}

// One row at a time; `*ret_stopped` when the callback had enough.
static bool each_result(struct postgres_session *session, struct trip *trip, session_row_fn *row_fn,
                        void *context, bool *ret_stopped) {
    struct value row[COLUMNS_MAX];
    PGresult *result = NULL;
    struct error err;
    if (!wire_result(session->connection, postgres_silence_ms(session), &result, &err)) {
        trip_fail(trip, &err);
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
            trip_fail(trip, &err);
            *ret_stopped = true;
        }
    } else if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) {
        trip_fail_by_result(session, trip, result, NULL);
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

// libpq leaves single-row mode when a query is sent outside of a pipeline, but not when the next one is in
// one.
static void leave_single_row_mode(struct postgres_session *session) {
    PGresult *result = NULL;
    struct error err;
    bool ok = PQsendQuery(session->connection, "") == 1 &&
              wire_flush(session->connection, postgres_silence_ms(session), &err);
    while (ok && (ok = wire_result(session->connection, postgres_silence_ms(session), &result, &err)) &&
           result != NULL)
        PQclear(result);
    if (!ok)
        postgres_drop(session);
}

static bool postgres_each(struct session *base, const struct step *step, session_row_fn *row_fn,
                          void *context, struct error *err) {
    struct postgres_session *session = session_of(base);
    struct postgres_parameters parameters;
    struct trip trip = {.runs_count = 0};
    char name[POSTGRES_STATEMENT_NAME_SIZE];
    if (!postgres_ensure_connected(session, err) || !trip_words(session, err) ||
        !trip_prepare(session, step, err))
        return false;
    postgres_statement_name(name, prepared_find(session->prepared, step->statement, false)->number);
    postgres_parameters_set(&parameters, step);
    if (PQsendQueryPrepared(session->connection, name, parameters.count, parameters.values,
                            parameters.lengths, parameters.formats, POSTGRES_BINARY) != 1 ||
        PQsetSingleRowMode(session->connection) != 1 ||
        !wire_flush(session->connection, postgres_silence_ms(session), err)) {
        postgres_drop(session);
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
        postgres_drop(session);
    else
        leave_single_row_mode(session);
    if (trip.failed)
        *err = trip.err;
    return !trip.failed;
}

static bool run_script(struct postgres_session *session, const char *sql, struct error *err) {
    struct trip trip = {.runs_count = 0};
    if (PQsendQuery(session->connection, sql) != 1 ||
        !wire_flush(session->connection, SCRIPT_SILENCE_MS, err)) {
        postgres_drop(session);
        return error_set(err, ERROR_UNAVAILABLE, "PostgreSQL's connection is lost");
    }
    for (;;) {
        PGresult *result = NULL;
        if (!wire_result(session->connection, SCRIPT_SILENCE_MS, &result, err)) {
            postgres_drop(session);
            return false;
        }
        if (result == NULL)
            break;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
            trip_fail_by_result(session, &trip, result, NULL);
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
    return postgres_ensure_connected(session, err) && trip_words(session, err) &&
           (!base->in_transaction || run_script(session, SCRIPT_SETTINGS, err)) &&
           run_script(session, script, err);
}

static bool postgres_probe(struct session *base, struct error *err) {
    struct postgres_session *session = session_of(base);
    if (!postgres_ensure_connected(session, err))
        return false;
    postgres_word_add(session, PROBE);
    return trip_words(session, err);
}

static void postgres_set_patience(struct session *base, int wait_ms_max) {
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
    if (!postgres_connect(session, err)) {
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
    .set_patience = postgres_set_patience,
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
