// import.c - one row a file.
#include "measure/import.h"

#include <stdio.h>
#include <string.h>

#define ARENA_BYTES_MAX 4096

static const struct statement FIND = {
    "SELECT rows_taken FROM import_file WHERE id = $1 AND digest = $2 AND options = $3", "ibt"};
static const struct statement SAVE = {
    "INSERT INTO import_file (id, kind, digest, options, name, at_ms, rows_read, rows_taken, rows_bad) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET options = excluded.options, "
    "name = excluded.name, at_ms = excluded.at_ms, rows_read = excluded.rows_read, "
    "rows_taken = excluded.rows_taken, rows_bad = excluded.rows_bad",
    "iibttiiii"};

const char *import_kind_name(enum import_kind kind) {
    static const char *const names[IMPORT_KINDS] = {NULL,    "access-log", "arrivals", "daily",
                                                    "calls", "survey",     "holidays"};
    return (size_t)kind < IMPORT_KINDS ? names[kind] : NULL;
}

bool import_check_moment(const struct import_result *result, int64_t moment_ms, struct error *err) {
    return result->latest_ms == 0 || moment_ms <= result->latest_ms ||
           error_set_field(err, ERROR_INVALID, "start", "the time lies in the future");
}

void import_add_bad(struct import_result *result, uint64_t line, const char *reason) {
    result->bad++;
    if (result->bad_listed_count == IMPORT_BAD_LISTED_MAX)
        return;
    struct import_bad *bad = &result->bad_listed[result->bad_listed_count++];
    bad->line = line;
    (void)snprintf(bad->reason, sizeof bad->reason, "%s", reason);
}

void import_add_note(struct import_result *result, const char *words, uint64_t count) {
    if (count == 0)
        return;
    for (size_t i = 0; i < result->notes_count; i++) {
        if (strcmp(result->notes[i].words, words) == 0) {
            result->notes[i].count += count;
            return;
        }
    }
    ASSERT(result->notes_count < IMPORT_NOTES_MAX);
    result->notes[result->notes_count++] = (struct import_note){count, words};
}

int64_t import_id(const struct import *import) {
    uint64_t id = 0;
    memcpy(&id, import->digest, sizeof id);
    // Kinds apart: the same file may be read as two of them. 62 bits, never 0.
    id = __builtin_bswap64(id) >> 2;
    id ^= (uint64_t)import->kind << 56;
    return (int64_t)(id | 1);
}

bool import_find(struct session *session, const struct import *import, int64_t *ret_taken,
                 struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES_MAX);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &FIND, arena, &rows, err, value_int(import_id(import)),
                       value_blob(import->digest, sizeof import->digest), value_text(import->options)))
        return false;
    *ret_taken = rows.count == 0 ? -1 : rows_int(&rows, 0, 0);
    return true;
}

bool import_save(struct session *session, const struct import *import, const struct import_result *result,
                 struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES_MAX);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    return SESSION_QUERY(session, &SAVE, arena, &rows, err, value_int(import_id(import)),
                         value_int(import->kind), value_blob(import->digest, sizeof import->digest),
                         value_text(import->options), value_text(import->name), value_int(import->now_ms),
                         value_int((int64_t)result->read), value_int((int64_t)result->taken),
                         value_int((int64_t)result->bad));
}
