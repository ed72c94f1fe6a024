// postgres_trip.c - what is sent together, and how the answers are taken apart.
#include "store/postgres_trip.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/postgres_value.h"
#include "store/postgres_wire.h"

#define CONNECT_MS_MAX    1000
#define RETRY_MS_MAX      1000
#define WRITE_SILENCE_MS  6000 // a second more than the server's own limit in the settings below
#define READ_SILENCE_MS   31000
#define FLUSH_STEPS       256 // statements between two looks at what comes back
#define STATEMENT_SQL_MAX 8192
#define DIVISION_BY_ZERO  "22012"
#define RETRY_MS_MIN      100

// A transaction is durable when it is committed, whatever the server's configuration says.
#define DURABLE                                             \
    "SELECT set_config('synchronous_commit', 'on', false) " \
    "WHERE current_setting('synchronous_commit') IN ('off', 'local'); "
static const char WRITE_SETTINGS[] = DURABLE "SET statement_timeout = 5000";
static const char READ_SETTINGS[] = "SET statement_timeout = 30000; SET default_transaction_read_only = on";

static const char *url_of(const struct postgres_session *session) {
    return ((const struct postgres_store *)session->session.store)->url;
}

int postgres_silence_ms(const struct postgres_session *session) {
    return session->session.kind == SESSION_WRITE ? WRITE_SILENCE_MS : READ_SILENCE_MS;
}

void postgres_drop(struct postgres_session *session) {
    PQfinish(session->connection);
    session->connection = NULL;
    session->words_count = 0;
    session->session.lost_race = false;
}

bool postgres_connect(struct postgres_session *session, struct error *err) {
    const char *settings = session->session.kind == SESSION_WRITE ? WRITE_SETTINGS : READ_SETTINGS;
    int64_t now_us = clock_monotonic_us();
    if (now_us < session->retry_us)
        return error_set(err, ERROR_UNAVAILABLE, "PostgreSQL could not be reached a moment ago");
    if (wire_connect(url_of(session), CONNECT_MS_MAX, settings, &session->connection, err)) {
        session->retry_ms = 0;
        prepared_table_clear(session->prepared);
        return true;
    }
    session->retry_ms = session->retry_ms < RETRY_MS_MIN ? RETRY_MS_MIN : session->retry_ms;
    session->retry_us = clock_monotonic_us() + session->retry_ms * INT64_C(1000);
    session->retry_ms = session->retry_ms * 2 < RETRY_MS_MAX ? session->retry_ms * 2 : RETRY_MS_MAX;
    return false;
}

// Between transactions a lost connection is replaced; within one, it is lost with it.
bool postgres_ensure_connected(struct postgres_session *session, struct error *err) {
    if (session->session.in_transaction)
        return session->connection != NULL ||
               error_set(err, ERROR_UNAVAILABLE, "the connection was lost in the transaction");
    if (session->connection != NULL && !wire_is_alive(session->connection))
        postgres_drop(session);
    return session->connection != NULL || postgres_connect(session, err);
}

void postgres_word_add(struct postgres_session *session, const char *word) {
    ASSERT(session->words_count < POSTGRES_WORDS_MAX);
    session->words[session->words_count++] = word;
}

void trip_fail(struct trip *trip, const struct error *err) {
    if (!trip->failed)
        trip->err = *err;
    trip->failed = true;
}

// Takes over what the server said of one statement.
void trip_fail_by_result(struct postgres_session *session, struct trip *trip, const PGresult *result,
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
    trip_fail(trip, &err);
}

static void take_rows(struct trip *trip, const PGresult *result, const struct step_run *run) {
    struct error err;
    struct value changed;
    if (trip->failed)
        return;
    if (!run->step->must_change) {
        if (!postgres_rows(result, run->arena, &run->step->rows, &err))
            trip_fail(trip, &err);
        return;
    }
    if (!postgres_cell(result, 0, 0, &changed, &err))
        trip_fail(trip, &err);
    else
        run->step->rows = (struct rows){.changed = changed.number};
}

// A COMMIT in a transaction that failed before ends in ROLLBACK, which is no error to PostgreSQL.
static void check_word(struct trip *trip, const PGresult *result, const char *word) {
    struct error err;
    if (strcmp(word, "COMMIT") != 0 || strcmp(PQcmdStatus((PGresult *)result), "COMMIT") == 0)
        return;
    (void)error_set(&err, ERROR_UNAVAILABLE, "PostgreSQL has rolled the transaction back");
    trip_fail(trip, &err);
}

// All results of one statement; `run` is NULL when it is a word. False: the connection is lost.
static bool take_statement(struct postgres_session *session, struct trip *trip, const char *word,
                           const struct step_run *run) {
    for (;;) {
        PGresult *result = NULL;
        struct error err;
        if (!wire_result(session->connection, postgres_silence_ms(session), &result, &err)) {
            trip->failed = false; // whatever was said before, the connection's end says more
            trip_fail(trip, &err);
            return false;
        }
        if (result == NULL)
            return true;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            trip_fail_by_result(session, trip, result, run == NULL ? NULL : run->step);
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
    bool ok = wire_result(session->connection, postgres_silence_ms(session), &result, &err);
    ok = ok && (PQresultStatus(result) == PGRES_PIPELINE_SYNC || wire_failed(session->connection, &err));
    PQclear(result);
    if (!ok)
        trip_fail(trip, &err);
    return ok;
}

static bool send_word(struct postgres_session *session, const char *word) {
    return PQsendQueryParams(session->connection, word, 0, NULL, NULL, NULL, NULL, POSTGRES_BINARY) == 1;
}

void postgres_statement_name(char name[POSTGRES_STATEMENT_NAME_SIZE], unsigned number) {
    (void)snprintf(name, POSTGRES_STATEMENT_NAME_SIZE, "s%u", number);
}

static bool send_step(struct postgres_session *session, const struct step *step) {
    struct postgres_parameters parameters;
    char name[POSTGRES_STATEMENT_NAME_SIZE];
    postgres_statement_name(name,
                            prepared_find(session->prepared, step->statement, step->must_change)->number);
    postgres_parameters_set(&parameters, step);
    return PQsendQueryPrepared(session->connection, name, parameters.count, parameters.values,
                               parameters.lengths, parameters.formats, POSTGRES_BINARY) == 1;
}

static bool send_trip(struct postgres_session *session, const struct trip *trip, struct error *err) {
    for (size_t i = 0; i < session->words_count; i++)
        if (!send_word(session, session->words[i]))
            return wire_failed(session->connection, err);
    for (size_t i = 0; i < trip->runs_count; i++) {
        if (!send_step(session, trip->runs[i].step))
            return wire_failed(session->connection, err);
        if (i % FLUSH_STEPS == FLUSH_STEPS - 1 &&
            !wire_flush(session->connection, postgres_silence_ms(session), err))
            return false;
    }
    if (trip->last_word != NULL && !send_word(session, trip->last_word))
        return wire_failed(session->connection, err);
    if (PQpipelineSync(session->connection) != 1)
        return wire_failed(session->connection, err);
    return wire_flush(session->connection, postgres_silence_ms(session), err);
}

static bool take_trip(struct postgres_session *session, struct trip *trip) {
    for (size_t i = 0; i < session->words_count; i++)
        if (!take_statement(session, trip, session->words[i], NULL))
            return false;
    for (size_t i = 0; i < trip->runs_count; i++)
        if (!take_statement(session, trip, "", &trip->runs[i]))
            return false;
    return (trip->last_word == NULL || take_statement(session, trip, trip->last_word, NULL)) &&
           take_sync(session, trip);
}

// There and back. On a failure after which nothing can be said of the connection any more, it is dropped.
bool trip_make(struct postgres_session *session, struct trip *trip, struct error *err) {
    if (PQenterPipelineMode(session->connection) != 1 || !send_trip(session, trip, &trip->err)) {
        *err = trip->err;
        postgres_drop(session);
        return false;
    }
    bool kept = take_trip(session, trip) && PQexitPipelineMode(session->connection) == 1;
    session->words_count = 0;
    if (!kept)
        postgres_drop(session);
    if (trip->failed)
        *err = trip->err;
    return !trip->failed &&
           (kept || error_set(err, ERROR_UNAVAILABLE, "PostgreSQL's connection is unusable"));
}

bool trip_words(struct postgres_session *session, struct error *err) {
    struct trip trip = {.runs_count = 0};
    return session->words_count == 0 || trip_make(session, &trip, err);
}

bool trip_prepare(struct postgres_session *session, const struct step *step, struct error *err) {
    Oid types[STATEMENT_VALUES_MAX];
    char name[POSTGRES_STATEMENT_NAME_SIZE], sql[STATEMENT_SQL_MAX];
    struct prepared *prepared = prepared_find(session->prepared, step->statement, step->must_change);
    if (prepared->sql == step->statement->sql)
        return true;
    const char *form = step->must_change
                           ? "WITH changed AS (%s RETURNING 1) SELECT count(*), 1 / count(*) FROM changed"
                           : "%s";
    ASSERT((size_t)snprintf(sql, sizeof sql, form, step->statement->sql) < sizeof sql);
    int count = postgres_parameter_types(step->statement, types);
    postgres_statement_name(name, ++session->prepared_count);
    struct trip trip = {.runs_count = 0};
    if (PQsendPrepare(session->connection, name, sql, count, types) != 1 ||
        !wire_flush(session->connection, postgres_silence_ms(session), err)) {
        postgres_drop(session);
        return error_set(err, ERROR_UNAVAILABLE, "PostgreSQL's connection is lost");
    }
    bool kept = take_statement(session, &trip, "", NULL);
    if (!kept)
        postgres_drop(session);
    if (trip.failed) {
        *err = trip.err;
        return false;
    }
    prepared->number = session->prepared_count;
    prepared->sql = step->statement->sql;
    return true;
}

// A session prepares a statement once: its own round trips then do not matter.
bool trip_prepare_all(struct postgres_session *session, const struct step_run *runs, size_t runs_count,
                      struct error *err) {
    for (size_t i = 0; i < runs_count; i++) {
        const struct step *step = runs[i].step;
        if (prepared_find(session->prepared, step->statement, step->must_change)->sql == step->statement->sql)
            continue;
        // A transaction that failed takes no statement before it is back at its savepoint.
        if (!trip_words(session, err) || !trip_prepare(session, step, err))
            return false;
    }
    return true;
}
