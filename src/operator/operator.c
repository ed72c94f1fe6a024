// operator.c - one row an operator; the last admin cannot be taken away.
#include "operator/operator.h"

#include <string.h>

#include "base/text.h"
#include "operator/audit.h"

static const struct statement ADD = {
    "INSERT INTO operator (id, name, role, password, totp, created_ms) "
    "SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5 FROM operator WHERE 1 = 1 ON CONFLICT (name) DO "
    "NOTHING",
    "titbi"};
static const struct statement RESET = {"UPDATE operator SET password = $2, totp = $3, totp_step = 0, "
                                       "disabled_ms = NULL WHERE name = $1 AND subject "
                                       "IS NULL",
                                       "ttb"};
static const struct statement ENTER_FIRST = {
    "INSERT INTO operator (id, name, role, password, totp, created_ms, subject) "
    "SELECT COALESCE(MAX(id), 0) + 1, $1, $2, '', $3, $4, $5 FROM operator WHERE NOT EXISTS (SELECT 1 FROM "
    "operator o WHERE o.subject = $5) ON CONFLICT (name) DO NOTHING",
    "tibit"};
static const struct statement ENTER = {
    "UPDATE operator SET role = $2 WHERE subject = $1 AND disabled_ms IS NULL", "ti"};
// Another admin who may sign in with a password is there.
#define NOT_THE_LAST                                                                                \
    "(role < 3 OR EXISTS (SELECT 1 FROM operator o WHERE o.role = 3 AND o.disabled_ms IS NULL AND " \
    "o.password <> '' AND o.name <> $1))"
static const struct statement DISABLE = {
    "UPDATE operator SET disabled_ms = $2 WHERE name = $1 AND disabled_ms IS NULL AND " NOT_THE_LAST, "ti"};
static const struct statement SET_ROLE = {
    "UPDATE operator SET role = $3 WHERE name = $1 AND role = $2 AND ($3 = 3 OR " NOT_THE_LAST ")", "tii"};
static const struct statement END_SESSIONS = {
    "DELETE FROM operator_session WHERE operator_id = (SELECT id FROM operator WHERE name = $1)", "t"};

#define COLUMNS                                                                              \
    "SELECT id, name, role, password, created_ms, disabled_ms, (SELECT MAX(s.seen_ms) FROM " \
    "operator_session s WHERE s.operator_id = operator.id), totp, totp_step, subject FROM operator "
static const struct statement LIST = {COLUMNS "ORDER BY name LIMIT $1", "i"};
static const struct statement FIND = {COLUMNS "WHERE name = $1", "t"};
static const struct statement FIND_BY_SUBJECT = {COLUMNS "WHERE subject = $1", "t"};

static const char *const role_names[] = {"", "viewer", "operator", "admin"};

const char *operator_role_name(enum operator_role role) {
    ASSERT(role >= OPERATOR_VIEWER && role <= OPERATOR_ADMIN);
    return role_names[role];
}

bool operator_role_parse(const char *name, enum operator_role *ret_role) {
    for (enum operator_role role = OPERATOR_VIEWER; role <= OPERATOR_ADMIN; role++) {
        if (strcmp(name, role_names[role]) == 0) {
            *ret_role = role;
            return true;
        }
    }
    return false;
}

bool operator_name_check(const char *name, struct error *err) {
    size_t length = strlen(name);
    if (length == 0 || length > OPERATOR_NAME_BYTES_MAX)
        return error_set_field(err, ERROR_INVALID, "name", "a name has 1 to %d bytes",
                               OPERATOR_NAME_BYTES_MAX);
    if (!text_is_clean_utf8(name, length) || strpbrk(name, " \t") != NULL)
        return error_set_field(err, ERROR_INVALID, "name", "a name has no blanks or control characters");
    return true;
}

static void add_must_change(struct command *command, const struct statement *statement,
                            const struct value *values, size_t count) {
    struct step *step = command_add(command, statement, values, count);
    if (step != NULL)
        step->must_change = true;
}

void operator_add(struct command *command, const char *name, enum operator_role role,
                  const struct operator_secrets *secrets, int64_t now_ms) {
    const struct value values[] = {value_text(name), value_int(role), value_text(secrets->password),
                                   value_blob(secrets->totp, sizeof secrets->totp), value_int(now_ms)};
    add_must_change(command, &ADD, values, sizeof values / sizeof *values);
}

void operator_add_by_link(struct command *command, const char *name, enum operator_role role,
                          int64_t now_ms) {
    (void)COMMAND_ADD(command, &ADD, value_text(name), value_int(role), value_text(""), value_blob("", 0),
                      value_int(now_ms));
}

void operator_enter(struct command *command, const char *subject, const char *name, enum operator_role role,
                    int64_t now_ms) {
    const struct value values[] = {value_text(subject), value_int(role)};
    (void)COMMAND_ADD(command, &ENTER_FIRST, value_text(name), value_int(role), value_blob("", 0),
                      value_int(now_ms), value_text(subject));
    add_must_change(command, &ENTER, values, sizeof values / sizeof *values);
}

void operator_reset(struct command *command, const char *name, const struct operator_secrets *secrets) {
    const struct value values[] = {value_text(name), value_text(secrets->password),
                                   value_blob(secrets->totp, sizeof secrets->totp)};
    add_must_change(command, &RESET, values, sizeof values / sizeof *values);
    (void)COMMAND_ADD(command, &END_SESSIONS, value_text(name));
}

void operator_disable(struct command *command, const char *name, int64_t now_ms) {
    const struct value values[] = {value_text(name), value_int(now_ms)};
    audit_lock(command); // two admins who disable each other on two nodes
    add_must_change(command, &DISABLE, values, sizeof values / sizeof *values);
    (void)COMMAND_ADD(command, &END_SESSIONS, value_text(name));
}

void operator_set_role(struct command *command, const char *name, enum operator_role before,
                       enum operator_role role) {
    const struct value values[] = {value_text(name), value_int(before), value_int(role)};
    audit_lock(command);
    add_must_change(command, &SET_ROLE, values, sizeof values / sizeof *values);
}

static struct operator_account operator_of(const struct rows *rows, size_t row) {
    const char *password = rows_text(rows, row, 3);
    bool of_organisation = rows_text(rows, row, 9) != NULL;
    return (struct operator_account){.id = rows_int(rows, row, 0),
                                     .name = rows_text(rows, row, 1),
                                     .role = (enum operator_role)rows_int(rows, row, 2),
                                     .by_link = !of_organisation && (password == NULL || password[0] == '\0'),
                                     .by_organisation = of_organisation,
                                     .created_ms = rows_int(rows, row, 4),
                                     .disabled_ms = rows_int(rows, row, 5),
                                     .last_seen_ms = rows_int(rows, row, 6)};
}

bool operator_list(struct session *session, struct arena *arena, struct operator_account **ret_operators,
                   size_t *ret_count, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &LIST, arena, &rows, err, value_int(OPERATORS_MAX)))
        return false;
    struct operator_account *operators = arena_alloc(arena, (rows.count + 1) * sizeof *operators);
    if (operators == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t row = 0; row < rows.count; row++)
        operators[row] = operator_of(&rows, row);
    *ret_operators = operators;
    *ret_count = rows.count;
    return true;
}

bool operator_find_by_subject(struct session *session, const char *subject, struct arena *arena,
                              struct operator_account *ret_operator, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &FIND_BY_SUBJECT, arena, &rows, err, value_text(subject)))
        return false;
    *ret_operator = rows.count == 0 ? (struct operator_account){0} : operator_of(&rows, 0);
    return true;
}

bool operator_find(struct session *session, const char *name, struct arena *arena,
                   struct operator_proof *ret_proof, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &FIND, arena, &rows, err, value_text(name)))
        return false;
    if (rows.count == 0)
        return error_set_field(err, ERROR_MISSING, "name", "there is no operator of that name");
    const struct value *totp = rows_value(&rows, 0, 7);
    *ret_proof = (struct operator_proof){.operator= operator_of(&rows, 0),
                                         .password = rows_text(&rows, 0, 3),
                                         .totp = (const unsigned char *)totp->bytes,
                                         .totp_length = totp->length,
                                         .totp_step = rows_int(&rows, 0, 8)};
    return true;
}
