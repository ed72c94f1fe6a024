// balance.c - two queries.
#include "ledger/balance.h"

#include <string.h>

static const struct statement ACCOUNT = {
    "SELECT credits_posted - debits_posted - debits_pending, credits_pending FROM account WHERE id = $1",
    "i"};
static const struct statement ENTRIES = {
    "SELECT p.id, COALESCE(r.at_ms, p.at_ms), p.points, p.kind, COALESCE(r.phase, p.phase) "
    "FROM transfer p LEFT JOIN transfer r ON r.resident_id = p.resident_id AND r.pending_id = p.id "
    "WHERE p.resident_id = $1 AND p.pending_id IS NULL ORDER BY 2 DESC, p.id LIMIT $2",
    "ii"};

const char *transfer_kind_name(enum transfer_kind kind) {
    static const char *const names[] = {NULL, "fund", "grant", "return"};
    ASSERT(kind > 0 && (size_t)kind < sizeof names / sizeof *names);
    return names[kind];
}

const char *transfer_phase_name(enum transfer_phase phase) {
    static const char *const names[] = {NULL, "posted", "pending", "posted", "voided", "expired"};
    ASSERT(phase > 0 && (size_t)phase < sizeof names / sizeof *names);
    return names[phase];
}

static bool read_entries(struct session *session, int64_t resident_id, struct arena *arena,
                         struct balance *balance, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &ENTRIES, arena, &rows, err, value_int(resident_id),
                       value_int(BALANCE_ENTRIES_MAX)))
        return false;
    balance->entries = arena_alloc(arena, (rows.count + 1) * sizeof *balance->entries);
    if (balance->entries == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t row = 0; row < rows.count; row++) {
        struct balance_entry *entry = &balance->entries[row];
        const struct value *id = rows_value(&rows, row, 0);
        memcpy(entry->id, id->bytes, id->length < sizeof entry->id ? id->length : sizeof entry->id);
        entry->at_ms = rows_int(&rows, row, 1);
        entry->points = rows_int(&rows, row, 2);
        entry->kind = (enum transfer_kind)rows_int(&rows, row, 3);
        entry->phase = (enum transfer_phase)rows_int(&rows, row, 4);
    }
    balance->entries_count = rows.count;
    return true;
}

bool balance_read(struct session *session, int64_t resident_id, bool with_entries, struct arena *arena,
                  struct balance *ret_balance, struct error *err) {
    struct rows rows;
    struct balance balance = {0};
    if (!SESSION_QUERY(session, &ACCOUNT, arena, &rows, err, value_int(resident_id)))
        return false;
    if (rows.count > 0) {
        balance.points = rows_int(&rows, 0, 0);
        balance.pending = rows_int(&rows, 0, 1);
    }
    if (with_entries && !read_entries(session, resident_id, arena, &balance, err))
        return false;
    *ret_balance = balance;
    return true;
}
