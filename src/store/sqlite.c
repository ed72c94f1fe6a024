// sqlite.c - one file: many readers and one writer at a time, durable by its write-ahead log.
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/backend.h"
#include "store/checkpoint.h"
#include "store/prepared.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_functions.h"

#define PATH_SIZE        1024
#define BUSY_MS_MAX      2000     // another process writes, or the checkpointer
#define READ_US_MAX      30000000 // how long a reader may take while the log presses
#define PROGRESS_STEPS   10000    // of SQLite's machine between two looks at that
#define FILE_MODE        0600
#define PLACE_NAME_SIZE  8
#define SESSION_SETTINGS "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
#define WRITE_SETTINGS   "PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 67108864;"
#define READ_SETTINGS    "PRAGMA cache_size = -2048; PRAGMA query_only = ON;"

struct sqlite_store {
    struct store store;
    char path[PATH_SIZE];
    struct checkpointer *checkpointer;
};

struct sqlite_session {
    struct session session;
    sqlite3 *db;
    struct prepared_table *prepared;
    struct checkpointer *checkpointer;
    int64_t reading_since_us;
    int wait_ms_max; // for another transaction
};

static const struct statement BEGIN_WRITE = {"BEGIN IMMEDIATE", ""};
static const struct statement BEGIN_READ = {"BEGIN", ""};
static const struct statement COMMIT = {"COMMIT", ""};
static const struct statement ROLLBACK = {"ROLLBACK", ""};
static const struct statement SAVEPOINT = {"SAVEPOINT command", ""};
static const struct statement SAVEPOINT_RELEASE = {"RELEASE command", ""};
static const struct statement SAVEPOINT_ROLLBACK = {"ROLLBACK TO command", ""};

static struct sqlite_store *store_of(struct store *store) {
    return (struct sqlite_store *)store;
}

static struct sqlite_session *session_of(struct session *session) {
    return (struct sqlite_session *)session;
}

static enum error_kind kind_of(int result) {
    switch (result & 0xff) {
    case SQLITE_CONSTRAINT:
        return ERROR_CONFLICT;
    case SQLITE_TOOBIG:
        return ERROR_EXHAUSTED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
        return ERROR_UNAVAILABLE;
    default:
        return ERROR_INVALID;
    }
}

static bool failed(sqlite3 *db, struct error *err) {
    int result = db == NULL ? SQLITE_NOMEM : sqlite3_extended_errcode(db);
    return error_set(err, kind_of(result), "SQLite: %s (%d)",
                     db == NULL ? "out of memory" : sqlite3_errmsg(db), result);
}

static void finalize(void *handle) {
    (void)sqlite3_finalize(handle);
}

static bool prepare(struct sqlite_session *session, const struct statement *statement,
                    struct prepared **ret_prepared, struct error *err) {
    struct prepared *prepared = prepared_find(session->prepared, statement, false);
    if (prepared->sql != statement->sql) {
        sqlite3_stmt *handle = NULL;
        const char *rest = NULL;
        if (sqlite3_prepare_v3(session->db, statement->sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, &rest) !=
            SQLITE_OK)
            return failed(session->db, err);
        ASSERT(handle != NULL && *rest == '\0'); // exactly one statement
        finalize(prepared->handle);
        prepared->handle = handle;
        prepared->sql = statement->sql;
        for (int i = 0; i < STATEMENT_VALUES_MAX; i++) {
            char name[PLACE_NAME_SIZE];
            (void)snprintf(name, sizeof name, "$%d", i + 1);
            prepared->places[i] = (uint8_t)sqlite3_bind_parameter_index(handle, name);
        }
    }
    *ret_prepared = prepared;
    return true;
}

static int bind_value(sqlite3_stmt *handle, int place, const struct value *value) {
    static const char empty[] = "";
    const char *bytes = value->bytes == NULL ? empty : value->bytes;
    switch (value->type) {
    case VALUE_INT:
        return sqlite3_bind_int64(handle, place, value->number);
    case VALUE_REAL:
        return sqlite3_bind_double(handle, place, value->real);
    case VALUE_TEXT:
        return sqlite3_bind_text64(handle, place, bytes, value->length, SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BLOB:
        return sqlite3_bind_blob64(handle, place, bytes, value->length, SQLITE_STATIC);
    default:
        return sqlite3_bind_null(handle, place);
    }
}

static bool bind(struct sqlite_session *session, const struct prepared *prepared, const struct step *step,
                 struct error *err) {
    for (size_t i = 0; i < step->values_count; i++)
        if (prepared->places[i] != 0 &&
            bind_value(prepared->handle, prepared->places[i], &step->values[i]) != SQLITE_OK)
            return failed(session->db, err);
    return true;
}

// The cell as it lies in SQLite's memory, valid until the next step.
static struct value cell_of(sqlite3_stmt *handle, int column) {
    switch (sqlite3_column_type(handle, column)) {
    case SQLITE_INTEGER:
        return value_int(sqlite3_column_int64(handle, column));
    case SQLITE_FLOAT:
        return value_real(sqlite3_column_double(handle, column));
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_column_text(handle, column);
        size_t length = (size_t)sqlite3_column_bytes(handle, column);
        return (struct value){.type = VALUE_TEXT, .bytes = text, .length = length};
    }
    case SQLITE_BLOB: {
        const void *bytes = sqlite3_column_blob(handle, column);
        return value_blob(bytes, (size_t)sqlite3_column_bytes(handle, column));
    }
    default:
        return value_null();
    }
}

static bool collect_row(sqlite3_stmt *handle, struct row_collector *collector, struct error *err) {
    struct value *row = row_collector_add(collector);
    for (size_t column = 0; row != NULL && column < collector->columns; column++) {
        row[column] = cell_of(handle, (int)column);
        if (row[column].type != VALUE_TEXT && row[column].type != VALUE_BLOB)
            continue;
        row[column].bytes = arena_copy_bytes(collector->arena, row[column].bytes, row[column].length);
        if (row[column].bytes == NULL)
            row = NULL;
    }
    return row != NULL ||
           error_set(err, ERROR_EXHAUSTED, "the result does not fit into the request's memory");
}

static bool run_rows(struct sqlite_session *session, sqlite3_stmt *handle, struct row_collector *collector,
                     struct error *err) {
    for (;;) {
        int result = sqlite3_step(handle);
        if (result == SQLITE_DONE)
            return true;
        if (result != SQLITE_ROW)
            return failed(session->db, err);
        if (!collect_row(handle, collector, err))
            return false;
    }
}

static bool run_step(struct sqlite_session *session, const struct step_run *run, struct error *err) {
    struct prepared *prepared = NULL;
    struct step *step = run->step;
    if (!prepare(session, step->statement, &prepared, err) || !bind(session, prepared, step, err))
        return false;
    struct row_collector collector = {.arena = run->arena,
                                      .columns = (size_t)sqlite3_column_count(prepared->handle)};
    ASSERT(collector.columns == 0 || run->arena != NULL);
    bool ok = run_rows(session, prepared->handle, &collector, err);
    bool reads_only = sqlite3_stmt_readonly(prepared->handle) != 0;
    (void)sqlite3_reset(prepared->handle);
    if (!ok)
        return false;
    step->rows = (struct rows){.count = collector.count,
                               .columns = collector.columns,
                               .values = collector.values,
                               .changed = reads_only ? 0 : sqlite3_changes64(session->db)};
    if (step->must_change && step->rows.changed == 0)
        return error_set(err, ERROR_EXHAUSTED, "a change that must happen was not possible");
    return true;
}

// BEGIN, COMMIT and the like.
static bool run_word(struct sqlite_session *session, const struct statement *statement, struct error *err) {
    struct step step = {.statement = statement};
    return run_step(session, &(struct step_run){.step = &step}, err);
}

static void read_starts(struct sqlite_session *session) {
    if (!session->session.in_transaction)
        session->reading_since_us = clock_monotonic_us();
}

static bool sqlite_begin(struct session *base, struct error *err) {
    struct sqlite_session *session = session_of(base);
    read_starts(session);
    if (base->kind == SESSION_READ)
        return run_word(session, &BEGIN_READ, err);
    if (!checkpointer_enter(session->checkpointer, session->wait_ms_max))
        return error_set(err, ERROR_UNAVAILABLE, "another transaction holds the database");
    if (run_word(session, &BEGIN_WRITE, err))
        return true;
    checkpointer_leave(session->checkpointer);
    return false;
}

// A full disk or a failing one may have ended the transaction already.
static void sqlite_rollback(struct session *base) {
    struct sqlite_session *session = session_of(base);
    struct error ignored;
    if (sqlite3_get_autocommit(session->db) == 0)
        ASSERT(run_word(session, &ROLLBACK, &ignored) || sqlite3_get_autocommit(session->db) != 0);
    if (base->kind == SESSION_WRITE)
        checkpointer_leave(session->checkpointer);
}

static bool sqlite_savepoint(struct session *base, struct error *err) {
    return run_word(session_of(base), &SAVEPOINT, err);
}

static bool sqlite_rollback_to_savepoint(struct session *base, struct error *err) {
    struct sqlite_session *session = session_of(base);
    if (sqlite3_get_autocommit(session->db) != 0)
        return error_set(err, ERROR_UNAVAILABLE, "SQLite has ended the transaction");
    return run_word(session, &SAVEPOINT_ROLLBACK, err) && run_word(session, &SAVEPOINT_RELEASE, err);
}

static bool sqlite_run(struct session *base, const struct step_run *runs, size_t runs_count, enum run_end end,
                       struct error *err) {
    struct sqlite_session *session = session_of(base);
    read_starts(session);
    for (size_t i = 0; i < runs_count; i++)
        if (!run_step(session, &runs[i], err))
            return false;
    if (end == RUN_RELEASES)
        return run_word(session, &SAVEPOINT_RELEASE, err);
    if (end == RUN_STAYS)
        return true;
    // Not committing what SQLite has already rolled back by itself.
    if (sqlite3_get_autocommit(session->db) != 0)
        return error_set(err, ERROR_UNAVAILABLE, "SQLite has ended the transaction");
    if (!run_word(session, &COMMIT, err))
        return false;
    if (base->kind == SESSION_WRITE)
        checkpointer_leave(session->checkpointer);
    return true;
}

static bool each_row(struct sqlite_session *session, sqlite3_stmt *handle, session_row_fn *row_fn,
                     void *context, struct error *err) {
    struct value row[COLUMNS_MAX];
    int columns = sqlite3_column_count(handle);
    ASSERT(columns <= COLUMNS_MAX);
    for (;;) {
        int result = sqlite3_step(handle);
        if (result == SQLITE_DONE)
            return true;
        if (result != SQLITE_ROW)
            return failed(session->db, err);
        for (int i = 0; i < columns; i++)
            row[i] = cell_of(handle, i);
        if (!row_fn(context, row, (size_t)columns, err))
            return false;
    }
}

static bool sqlite_each(struct session *base, const struct step *step, session_row_fn *row_fn, void *context,
                        struct error *err) {
    struct sqlite_session *session = session_of(base);
    struct prepared *prepared = NULL;
    read_starts(session);
    if (!prepare(session, step->statement, &prepared, err) || !bind(session, prepared, step, err))
        return false;
    bool ok = each_row(session, prepared->handle, row_fn, context, err);
    (void)sqlite3_reset(prepared->handle);
    return ok;
}

static bool sqlite_script(struct session *base, const char *sql, struct error *err) {
    struct sqlite_session *session = session_of(base);
    return sqlite3_exec(session->db, sql, NULL, NULL, NULL) == SQLITE_OK || failed(session->db, err);
}

// Writing the version that is there already changes nothing, but goes through log and disk.
static bool sqlite_probe(struct session *base, struct error *err) {
    struct sqlite_session *session = session_of(base);
    sqlite3_stmt *version = NULL;
    if (sqlite3_prepare_v2(session->db, "PRAGMA user_version", -1, &version, NULL) != SQLITE_OK)
        return failed(session->db, err);
    int number = sqlite3_step(version) == SQLITE_ROW ? sqlite3_column_int(version, 0) : -1;
    (void)sqlite3_finalize(version);
    if (number < 0)
        return failed(session->db, err);
    char sql[64];
    (void)snprintf(sql, sizeof sql, "PRAGMA user_version = %d", number);
    return sqlite_script(base, sql, err);
}

static void sqlite_set_patience(struct session *base, int wait_ms_max) {
    struct sqlite_session *session = session_of(base);
    session->wait_ms_max = wait_ms_max;
    (void)sqlite3_busy_timeout(session->db, wait_ms_max);
}

static int note_log(void *context, sqlite3 *db, const char *name, int pages) {
    checkpointer_note(context, pages);
    return SQLITE_OK;
}

static int end_long_reader(void *context) {
    const struct sqlite_session *session = context;
    return checkpointer_presses(session->checkpointer) &&
           clock_monotonic_us() - session->reading_since_us > READ_US_MAX;
}

static void sqlite_session_close(struct session *base) {
    struct sqlite_session *session = session_of(base);
    prepared_table_free(session->prepared, finalize);
    int result = sqlite3_close(session->db);
    ASSERT(result == SQLITE_OK); // every statement was finalized
    free(session);
}

static bool settings_apply(sqlite3 *db, enum session_kind kind, struct error *err) {
    (void)sqlite3_extended_result_codes(db, 1);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    const char *settings =
        kind == SESSION_WRITE ? SESSION_SETTINGS WRITE_SETTINGS : SESSION_SETTINGS READ_SETTINGS;
    return (sqlite_functions_add(db) && sqlite3_exec(db, settings, NULL, NULL, NULL) == SQLITE_OK) ||
           failed(db, err);
}

static bool sqlite_session_open(struct store *base, enum session_kind kind, struct session **ret_session,
                                struct error *err) {
    struct sqlite_store *store = store_of(base);
    struct sqlite_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return failed(NULL, err);
    session->session = (struct session){.store = base, .kind = kind};
    session->checkpointer = store->checkpointer;
    session->prepared = prepared_table_new();
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    bool ok = session->prepared != NULL || failed(NULL, err);
    ok = ok &&
         (sqlite3_open_v2(store->path, &session->db, flags, NULL) == SQLITE_OK || failed(session->db, err));
    if (ok)
        sqlite_set_patience(&session->session, BUSY_MS_MAX);
    if (!ok || !settings_apply(session->db, kind, err)) {
        sqlite_session_close(&session->session);
        return false;
    }
    // The hook takes the place of SQLite's own checkpoint at every thousandth page.
    (void)sqlite3_wal_hook(session->db, note_log, store->checkpointer);
    if (kind == SESSION_READ)
        sqlite3_progress_handler(session->db, PROGRESS_STEPS, end_long_reader, session);
    *ret_session = &session->session;
    return true;
}

static void sqlite_close(struct store *base) {
    checkpointer_stop(store_of(base)->checkpointer);
    free(base);
}

static void sqlite_figures(struct store *base, struct store_figures *ret_figures) {
    checkpointer_figures(store_of(base)->checkpointer, ret_figures);
}

// Makes an empty file that only its owner may read. An existing one is never opened by hand: closing it would
// drop the locks that SQLite holds on it.
static bool file_make(const char *path) {
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, FILE_MODE);
    return fd >= 0 ? close(fd) == 0 : access(path, F_OK) == 0;
}

static bool sqlite_backup(struct store *base, const char *path, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    return sqlite_session_open(base, SESSION_READ, &session, err) &&
           sqlite_backup_make(session_of(session)->db, store_of(base)->path, path, err);
}

static const struct backend SQLITE = {
    .session_open = sqlite_session_open,
    .session_close = sqlite_session_close,
    .begin = sqlite_begin,
    .rollback = sqlite_rollback,
    .savepoint = sqlite_savepoint,
    .rollback_to_savepoint = sqlite_rollback_to_savepoint,
    .run = sqlite_run,
    .each = sqlite_each,
    .script = sqlite_script,
    .probe = sqlite_probe,
    .set_patience = sqlite_set_patience,
    .backup = sqlite_backup,
    .figures = sqlite_figures,
    .close = sqlite_close,
};

// Readers may then come and go without ever seeing another kind of journal.
static bool use_write_ahead_log(const char *path, struct error *err) {
    sqlite3 *db = NULL;
    sqlite3_stmt *mode = NULL;
    bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
              sqlite3_busy_timeout(db, BUSY_MS_MAX) == SQLITE_OK &&
              sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &mode, NULL) == SQLITE_OK &&
              sqlite3_step(mode) == SQLITE_ROW;
    if (!ok)
        (void)failed(db, err);
    else if (strcmp((const char *)sqlite3_column_text(mode, 0), "wal") != 0)
        ok = error_set(err, ERROR_INVALID, "SQLite cannot keep a write-ahead log beside this file");
    (void)sqlite3_finalize(mode);
    (void)sqlite3_close(db);
    return ok;
}

// Counting every allocation takes a lock that all sessions share. Too late once SQLite is in use: no matter.
static void do_not_count_memory(void) {
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

bool sqlite_open(const char *path, struct store **ret_store, struct error *err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, do_not_count_memory);
    if (*path == '\0' || *path == ':' || strlen(path) >= PATH_SIZE)
        return error_set(err, ERROR_INVALID, "the store needs the path of a file: sqlite:FILE");
    if (sqlite3_threadsafe() == 0)
        return error_set(err, ERROR_INVALID, "this SQLite was built without threads");
    if (!file_make(path))
        return error_set(err, ERROR_UNAVAILABLE, "%s cannot be made: %m", path);
    struct sqlite_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return failed(NULL, err);
    store->store.backend = &SQLITE;
    (void)snprintf(store->path, sizeof store->path, "%s", path);
    (void)snprintf(store->store.name, sizeof store->store.name, "sqlite:%s", path);
    if (use_write_ahead_log(path, err) &&
        checkpointer_start(path, &CHECKPOINT_OPTIONS, &store->checkpointer, err)) {
        *ret_store = &store->store;
        return true;
    }
    free(store);
    return false;
}
