// store.c - the words of store.h: checks what callers hand over, counts injected faults, calls the backend.
#include "store/store.h"

#include <string.h>

#include "base/text.h"
#include "store/backend.h"

struct value value_text(const char *text) {
    if (text == NULL)
        return value_null();
    return (struct value){.type = VALUE_TEXT, .bytes = text, .length = strlen(text)};
}

const struct value *rows_value(const struct rows *rows, size_t row, size_t column) {
    ASSERT(row < rows->count && column < rows->columns);
    return &rows->values[row * rows->columns + column];
}

int64_t rows_int(const struct rows *rows, size_t row, size_t column) {
    const struct value *value = rows_value(rows, row, column);
    ASSERT(value->type == VALUE_INT || value->type == VALUE_NULL);
    return value->type == VALUE_INT ? value->number : 0;
}

double rows_real(const struct rows *rows, size_t row, size_t column) {
    const struct value *value = rows_value(rows, row, column);
    ASSERT(value->type == VALUE_REAL || value->type == VALUE_INT || value->type == VALUE_NULL);
    return value->type == VALUE_REAL ? value->real : value->type == VALUE_INT ? (double)value->number : 0;
}

const char *rows_text(const struct rows *rows, size_t row, size_t column) {
    const struct value *value = rows_value(rows, row, column);
    ASSERT(value->type == VALUE_TEXT || value->type == VALUE_NULL);
    return value->type == VALUE_TEXT ? value->bytes : NULL;
}

struct value *row_collector_add(struct row_collector *collector) {
    if (collector->count == collector->capacity) {
        size_t capacity = collector->capacity == 0 ? 1 : collector->capacity * 2;
        size_t row_size = collector->columns * sizeof(struct value);
        struct value *values = arena_alloc(collector->arena, capacity * row_size);
        if (values == NULL)
            return NULL;
        if (collector->count > 0)
            memcpy(values, collector->values, collector->count * row_size);
        collector->values = values;
        collector->capacity = capacity;
    }
    return &collector->values[collector->count++ * collector->columns];
}

bool store_open(const char *url, struct store **ret_store, struct error *err) {
    if (text_starts_with(url, "sqlite:"))
        return sqlite_open(url + strlen("sqlite:"), ret_store, err);
    if (text_starts_with(url, "postgresql://") || text_starts_with(url, "postgres://"))
        return postgres_open(url, ret_store, err);
    return error_set(err, ERROR_INVALID, "the store must be sqlite:FILE or postgresql://...");
}

void store_close(struct store *store) {
    if (store != NULL)
        store->backend->close(store);
}

bool store_is_postgres(const struct store *store) {
    return store->is_postgres;
}

const char *store_name(const struct store *store) {
    return store->name;
}

bool store_backup(struct store *store, const char *path, struct error *err) {
    return store->backend->backup(store, path, err);
}

void store_figures(struct store *store, struct store_figures *ret_figures) {
    store->backend->figures(store, ret_figures);
}

void store_fail_after(struct store *store, unsigned calls, enum store_fault fault) {
    atomic_store(&store->fault, (int)fault);
    atomic_store(&store->fault_calls, (long)calls);
}

// Whether an injected fault happens at this call, and which.
static bool fault_is_due(struct session *session, enum store_fault *ret_fault) {
    struct store *store = session->store;
    if (atomic_load_explicit(&store->fault_calls, memory_order_relaxed) <= 0)
        return false;
    *ret_fault = (enum store_fault)atomic_load(&store->fault);
    return atomic_fetch_sub(&store->fault_calls, 1) == 1;
}

// Before a call: true when it must not be made.
static bool fault_stops(bool due, enum store_fault fault, struct error *err) {
    if (!due || fault == STORE_FAULT_LOST_ANSWER)
        return false;
    enum error_kind kind = fault == STORE_FAULT_CONFLICT ? ERROR_CONFLICT : ERROR_UNAVAILABLE;
    (void)error_set(err, kind, "an injected fault");
    return true;
}

static bool fault_loses(bool due, enum store_fault fault, struct error *err) {
    if (!due || fault != STORE_FAULT_LOST_ANSWER)
        return false;
    (void)error_set(err, ERROR_UNAVAILABLE, "an injected fault lost the answer");
    return true;
}

// A parameter of another type than its statement says is a bug that PostgreSQL would notice and SQLite not.
static void check_step(const struct step *step) {
    static const char letters[] = {
        [VALUE_INT] = 'i', [VALUE_REAL] = 'r', [VALUE_TEXT] = 't', [VALUE_BLOB] = 'b'};
    const struct statement *statement = step->statement;
    ASSERT(step->values_count <= STATEMENT_VALUES_MAX);
    for (size_t i = 0; i < step->values_count; i++) {
        ASSERT(statement->types[i] != '\0');
        ASSERT(step->values[i].type == VALUE_NULL || letters[step->values[i].type] == statement->types[i]);
    }
    ASSERT(statement->types[step->values_count] == '\0');
}

bool session_open(struct store *store, enum session_kind kind, struct session **ret_session,
                  struct error *err) {
    return store->backend->session_open(store, kind, ret_session, err);
}

void session_close(struct session *session) {
    if (session == NULL)
        return;
    session_rollback(session);
    session->store->backend->session_close(session);
}

void session_cleanup(struct session **session) {
    session_close(*session);
    *session = NULL;
}

void session_set_patience(struct session *session, int wait_ms_max) {
    session->store->backend->set_patience(session, wait_ms_max);
}

bool session_begin(struct session *session, struct error *err) {
    ASSERT(!session->in_transaction);
    enum store_fault fault = 0;
    bool due = fault_is_due(session, &fault);
    session->lost_race = false;
    if (fault_stops(due, fault, err) || !session->store->backend->begin(session, err))
        return false;
    session->in_transaction = true;
    if (!fault_loses(due, fault, err))
        return true;
    session_rollback(session);
    return false;
}

bool session_run_end(struct session *session, const struct step_run *runs, size_t runs_count,
                     enum run_end end, struct error *err) {
    ASSERT(end == RUN_STAYS || session->in_transaction);
    for (size_t i = 0; i < runs_count; i++)
        check_step(runs[i].step);
    enum store_fault fault = 0;
    bool due = fault_is_due(session, &fault);
    session->lost_race = false;
    bool ok =
        !fault_stops(due, fault, err) && session->store->backend->run(session, runs, runs_count, end, err);
    if (ok && end == RUN_COMMITS)
        session->in_transaction = false;
    if (ok && fault_loses(due, fault, err))
        ok = false;
    if (!ok && end == RUN_COMMITS)
        session_rollback(session);
    return ok;
}

bool session_run(struct session *session, const struct step_run *runs, size_t runs_count, struct error *err) {
    return session_run_end(session, runs, runs_count, RUN_STAYS, err);
}

bool session_commit(struct session *session, struct error *err) {
    return session_run_end(session, NULL, 0, RUN_COMMITS, err);
}

void session_rollback(struct session *session) {
    if (!session->in_transaction)
        return;
    session->store->backend->rollback(session);
    session->in_transaction = false;
}

bool session_savepoint(struct session *session, struct error *err) {
    ASSERT(session->in_transaction);
    return session->store->backend->savepoint(session, err);
}

bool session_rollback_to_savepoint(struct session *session, struct error *err) {
    ASSERT(session->in_transaction);
    return session->store->backend->rollback_to_savepoint(session, err);
}

// NOLINTNEXTLINE(readability-function-size): the values and their number are one thing
bool session_query(struct session *session, const struct statement *statement, const struct value *values,
                   size_t values_count, struct arena *arena, struct rows *ret_rows, struct error *err) {
    struct step step = {.statement = statement, .values = values, .values_count = values_count};
    struct step_run run = {.step = &step, .arena = arena};
    if (!session_run(session, &run, 1, err))
        return false;
    *ret_rows = step.rows;
    return true;
}

// NOLINTNEXTLINE(readability-function-size): as above
bool session_each(struct session *session, const struct statement *statement, const struct value *values,
                  size_t values_count, session_row_fn *each, void *context, struct error *err) {
    struct step step = {.statement = statement, .values = values, .values_count = values_count};
    check_step(&step);
    enum store_fault fault = 0;
    bool due = fault_is_due(session, &fault);
    return !fault_stops(due, fault, err) &&
           session->store->backend->each(session, &step, each, context, err) && !fault_loses(due, fault, err);
}

bool session_script(struct session *session, const char *sql, struct error *err) {
    enum store_fault fault = 0;
    bool due = fault_is_due(session, &fault);
    return !fault_stops(due, fault, err) && session->store->backend->script(session, sql, err) &&
           !fault_loses(due, fault, err);
}

bool session_probe(struct session *session, struct error *err) {
    ASSERT(!session->in_transaction);
    enum store_fault fault = 0;
    bool due = fault_is_due(session, &fault);
    return !fault_stops(due, fault, err) && session->store->backend->probe(session, err);
}
