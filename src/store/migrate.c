// migrate.c - one transaction a migration, each under the lock that keeps other nodes waiting.
#include "store/migrate.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#define CHECKSUM_SIZE  32
#define LIST_BYTES_MAX 1048576
#define LOCK_WAIT_MS   120000 // for another node's migration, or another program's long transaction
#define LOCK_PAUSE_MS  100
#define LOCK_TRIES_MAX (LOCK_WAIT_MS / LOCK_PAUSE_MS)
#define LOCK_NUMBER    INT64_C(0x6a756e63686f) // "juncho"

static const char TABLE[] = "CREATE TABLE IF NOT EXISTS migration ("
                            "number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
                            "checksum BLOB NOT NULL, applied_ms INTEGER NOT NULL) STRICT";
static const struct statement LOCK = {"SELECT CASE WHEN pg_try_advisory_xact_lock($1) THEN 1 ELSE 0 END",
                                      "i"};
static const struct statement TABLE_FIND_SQLITE = {
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migration'", ""};
static const struct statement TABLE_FIND_POSTGRES = {
    "SELECT CASE WHEN to_regclass('migration') IS NULL THEN 0 ELSE 1 END", ""};
static const struct statement LIST = {"SELECT number, name, checksum FROM migration ORDER BY number", ""};
static const struct statement INSERT = {
    "INSERT INTO migration (number, name, checksum, applied_ms) VALUES ($1, $2, $3, $4)", "itbi"};

static void checksum_of(const struct migration *migration, unsigned char checksum[CHECKSUM_SIZE]) {
    (void)crypto_generichash(checksum, CHECKSUM_SIZE, (const unsigned char *)migration->sql,
                             strlen(migration->sql), NULL, 0);
}

// Compares what the database has with what the program knows; counts the former.
static bool compare(const struct rows *rows, const struct migration *migrations, size_t count,
                    size_t *ret_known, struct error *err) {
    for (size_t i = 0; i < rows->count; i++) {
        unsigned char checksum[CHECKSUM_SIZE];
        int64_t number = rows_int(rows, i, 0);
        const struct value *kept = rows_value(rows, i, 2);
        if (i >= count || migrations[i].number != number)
            return error_set(err, ERROR_CONFLICT,
                             "the database has migration %s, which this program does not know",
                             rows_text(rows, i, 1));
        checksum_of(&migrations[i], checksum);
        if (kept->length != CHECKSUM_SIZE || memcmp(kept->bytes, checksum, CHECKSUM_SIZE) != 0)
            return error_set(err, ERROR_CONFLICT, "the database had another content of migration %s applied",
                             rows_text(rows, i, 1));
    }
    *ret_known = rows->count;
    return true;
}

static bool list(struct session *session, const struct migration *migrations, size_t count, size_t *ret_known,
                 struct error *err) {
    struct rows rows;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(LIST_BYTES_MAX);
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory to read the list of migrations");
    return session_query(session, &LIST, NULL, 0, arena, &rows, err) &&
           compare(&rows, migrations, count, ret_known, err);
}

static bool lock_try(struct session *session, bool *ret_locked, struct error *err) {
    struct rows rows;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(LIST_BYTES_MAX);
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory to lock the migrations");
    if (!SESSION_QUERY(session, &LOCK, arena, &rows, err, value_int(LOCK_NUMBER)))
        return false;
    *ret_locked = rows_int(&rows, 0, 0) == 1;
    return true;
}

// Begins a transaction in which no other node migrates. SQLite's writing transaction is that already.
static bool begin_locked(struct store *store, struct session *session, struct error *err) {
    for (int i = 0; i < LOCK_TRIES_MAX; i++) {
        bool locked = !store_is_postgres(store);
        if (!session_begin(session, err) || (!locked && !lock_try(session, &locked, err)))
            return false;
        if (locked)
            return true;
        session_rollback(session);
        struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
        (void)nanosleep(&pause, NULL);
    }
    return error_set(err, ERROR_UNAVAILABLE, "another node has been migrating for too long");
}

static bool apply(struct session *session, const struct migration *migration, int64_t now_ms,
                  struct error *err) {
    unsigned char checksum[CHECKSUM_SIZE];
    struct rows rows;
    checksum_of(migration, checksum);
    if (session_script(session, migration->sql, err) &&
        SESSION_QUERY(session, &INSERT, NULL, &rows, err, value_int(migration->number),
                      value_text(migration->name), value_blob(checksum, sizeof checksum), value_int(now_ms)))
        return true;
    error_prefix(err, "migration %s: ", migration->name);
    return false;
}

// What the program knows, to be applied at one time.
struct plan {
    const struct migration *migrations;
    size_t count;
    int64_t now_ms;
};

// Applies the next migration that is missing; `*ret_more` says whether there was one.
static bool step(struct store *store, struct session *session, const struct plan *plan, bool *ret_more,
                 struct error *err) {
    size_t known = 0;
    if (!begin_locked(store, session, err) || !session_script(session, TABLE, err) ||
        !list(session, plan->migrations, plan->count, &known, err))
        return false;
    *ret_more = known < plan->count;
    if (known < plan->count && !apply(session, &plan->migrations[known], plan->now_ms, err))
        return false;
    return session_commit(session, err);
}

bool migrate_run(struct store *store, const struct migration *migrations, size_t count, int64_t now_ms,
                 int *ret_applied, struct error *err) {
    const struct plan plan = {.migrations = migrations, .count = count, .now_ms = now_ms};
    CLEANUP(session_cleanup) struct session *session = NULL;
    if (!session_open(store, SESSION_WRITE, &session, err))
        return false;
    session_set_patience(session, LOCK_WAIT_MS);
    int applied = 0;
    for (bool more = true; more; applied += more)
        if (!step(store, session, &plan, &more, err))
            return false;
    *ret_applied = applied;
    return true;
}

static bool table_exists(struct store *store, struct session *session, bool *ret_exists, struct error *err) {
    struct rows rows;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(LIST_BYTES_MAX);
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory to look for the list of migrations");
    const struct statement *find = store_is_postgres(store) ? &TABLE_FIND_POSTGRES : &TABLE_FIND_SQLITE;
    if (!session_query(session, find, NULL, 0, arena, &rows, err))
        return false;
    *ret_exists = rows_int(&rows, 0, 0) > 0;
    return true;
}

bool migrate_check(struct store *store, const struct migration *migrations, size_t count, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    bool exists = false;
    size_t known = 0;
    if (!session_open(store, SESSION_READ, &session, err) || !table_exists(store, session, &exists, err) ||
        (exists && !list(session, migrations, count, &known, err)))
        return false;
    return known == count ||
           error_set(err, ERROR_CONFLICT, "migration %s has not been applied to this database",
                     migrations[known].name);
}
