// audit.c - a chain of hashes that the database itself computes, in the transaction that appends.
#include "operator/audit.h"

// The lengths keep apart what the fields alone would let flow together ("a" + "bc", "ab" + "c").
#define FIELD(column) " || length(" column ") || ':' || " column
#define DIGEST(previous, sequence, at, who, action, subject, before, after, reason)                   \
    "encode(sha256(convert_to(" previous " || ':' || " sequence " || ':' || " at " || ':'" FIELD(who) \
        FIELD(action) FIELD(subject) FIELD(before) FIELD(after) FIELD(reason) ", 'UTF8')), 'hex')"

static const struct statement LOCK = {"UPDATE audit_head SET sequence = sequence WHERE id = 1", ""};
static const struct statement ADVANCE = {"UPDATE audit_head SET sequence = sequence + 1 WHERE id = 1", ""};
static const struct statement APPEND = {
    "INSERT INTO audit_entry (sequence, at_ms, operator, action, subject, value_before, value_after, reason, "
    "previous, hash) SELECT h.sequence, $1, $2, $3, $4, $5, $6, $7, h.hash, " DIGEST(
        "h.hash", "h.sequence", "CAST($1 AS BIGINT)", "$2", "$3", "$4", "$5", "$6",
        "$7") " FROM audit_head h WHERE h.id = 1",
    "itttttt"};
static const struct statement CLOSE = {
    "UPDATE audit_head SET hash = (SELECT e.hash FROM audit_entry e WHERE e.sequence = audit_head.sequence) "
    "WHERE id = 1",
    ""};

static const struct statement PAGE = {
    "SELECT sequence, at_ms, operator, action, subject, value_before, value_after, reason, "
    "(SELECT h.sequence FROM audit_head h WHERE h.id = 1) AS total FROM audit_entry "
    "WHERE sequence < $1 AND substr(action, 1, length($2)) = $2 AND ($4 = '' OR subject = $4) "
    "ORDER BY sequence DESC LIMIT $3",
    "itit"};
static const struct statement END = {"SELECT sequence, hash FROM audit_head WHERE id = 1", ""};

static struct value text_or_empty(const char *text) {
    return value_text(text == NULL ? "" : text);
}

void audit_lock(struct command *command) {
    (void)command_add(command, &LOCK, NULL, 0);
}

void audit_add(struct command *command, const struct audit_entry *entry) {
    ASSERT(entry->operator_name != NULL && entry->action != NULL);
    (void)command_add(command, &ADVANCE, NULL, 0);
    (void)COMMAND_ADD(command, &APPEND, value_int(entry->at_ms), value_text(entry->operator_name),
                      value_text(entry->action), text_or_empty(entry->subject), text_or_empty(entry->before),
                      text_or_empty(entry->after), text_or_empty(entry->reason));
    (void)command_add(command, &CLOSE, NULL, 0);
}

bool audit_read(struct session *session, struct audit_page *page, struct arena *arena, struct error *err) {
    struct rows rows;
    const char *from = page->action_prefix == NULL ? "" : page->action_prefix;
    int64_t before = page->before_sequence == 0 ? INT64_MAX : page->before_sequence;
    if (!SESSION_QUERY(session, &PAGE, arena, &rows, err, value_int(before), value_text(from),
                       value_int(page->count_max), text_or_empty(page->subject)))
        return false;
    struct audit_entry *entries = arena_alloc(arena, (rows.count + 1) * sizeof *entries);
    if (entries == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t row = 0; row < rows.count; row++)
        entries[row] = (struct audit_entry){.sequence = rows_int(&rows, row, 0),
                                            .at_ms = rows_int(&rows, row, 1),
                                            .operator_name = rows_text(&rows, row, 2),
                                            .action = rows_text(&rows, row, 3),
                                            .subject = rows_text(&rows, row, 4),
                                            .before = rows_text(&rows, row, 5),
                                            .after = rows_text(&rows, row, 6),
                                            .reason = rows_text(&rows, row, 7)};
    page->entries = entries;
    page->entries_count = rows.count;
    page->total = rows.count == 0 ? 0 : rows_int(&rows, 0, 8);
    return true;
}

static const struct audit_check checks[] = {
    {"entries of the audit log are as they were written",
     "SELECT 'entry ' || sequence || ' of ' || operator || ', ' || action || ': its hash does not fit its "
     "content' FROM audit_entry WHERE hash <> " DIGEST("previous", "sequence", "at_ms", "operator", "action",
                                                       "subject", "value_before", "value_after",
                                                       "reason") " ORDER BY sequence" AUDIT_LIMIT},
    {"the audit log is one chain",
     "SELECT 'entry ' || e.sequence || ': does not follow entry ' || (e.sequence - 1) FROM audit_entry e "
     "LEFT JOIN audit_entry p ON p.sequence = e.sequence - 1 "
     "WHERE e.previous <> COALESCE(p.hash, '') OR (p.sequence IS NULL AND e.sequence <> 1) "
     "ORDER BY e.sequence" AUDIT_LIMIT},
    {"the audit log has its end",
     "SELECT 'entry ' || h.sequence || ' was the last and is not there' FROM audit_head h "
     "WHERE h.sequence <> (SELECT COALESCE(MAX(sequence), 0) FROM audit_entry) OR h.hash <> "
     "COALESCE((SELECT e.hash FROM audit_entry e WHERE e.sequence = h.sequence), '')"},
};

bool audit_chain_check(struct audit *audit, struct session *session, struct audit_end *ret_end,
                       struct error *err) {
    struct rows rows;
    if (!session_query(session, &END, NULL, 0, audit->arena, &rows, err) ||
        !audit_run(audit, session, checks, sizeof checks / sizeof *checks, err))
        return false;
    *ret_end = (struct audit_end){rows_int(&rows, 0, 0), rows_text(&rows, 0, 1)};
    return true;
}
