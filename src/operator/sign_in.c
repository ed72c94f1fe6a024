// sign_in.c - a session is one row; who and until when is asked each time, so that it can be revoked.
#include "operator/sign_in.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "operator/password.h"

#define TOKEN_BYTES 32

static const struct statement USE_CODE = {
    "UPDATE operator SET totp_step = $2 WHERE id = $1 AND totp_step < $2 AND disabled_ms IS NULL", "ii"};
static const struct statement BEGIN = {
    "INSERT INTO operator_session (token_hash, operator_id, began_ms, seen_ms) SELECT $1, id, $3, $3 FROM "
    "operator WHERE id = $2 AND disabled_ms IS NULL",
    "bii"};
static const struct statement BEGIN_BY_SUBJECT = {
    "INSERT INTO operator_session (token_hash, operator_id, began_ms, seen_ms) SELECT $1, id, $3, $3 FROM "
    "operator WHERE subject = $2 AND disabled_ms IS NULL",
    "bti"};
static const struct statement PURGE = {"DELETE FROM operator_session WHERE seen_ms < $1 OR began_ms < $2",
                                       "ii"};
static const struct statement END = {"DELETE FROM operator_session WHERE token_hash = $1", "b"};
static const struct statement SET_PASSWORD = {"UPDATE operator SET password = $3, totp_step = $2 WHERE id = "
                                              "$1 AND totp_step < $2 AND disabled_ms IS NULL "
                                              "AND password <> ''",
                                              "iit"};
static const struct statement END_OTHERS = {
    "DELETE FROM operator_session WHERE operator_id = $1 AND token_hash <> $2", "ib"};
static const struct statement TOUCH = {
    "UPDATE operator_session SET seen_ms = $2 WHERE token_hash = $1 AND seen_ms < $2", "bi"};
static const struct statement READ = {
    "SELECT o.id, o.name, o.role, o.password, o.created_ms, s.began_ms, s.seen_ms, o.subject FROM "
    "operator_session s "
    "JOIN operator o ON o.id = s.operator_id WHERE s.token_hash = $1 AND s.seen_ms > $2 AND s.began_ms > $3 "
    "AND o.disabled_ms IS NULL",
    "bii"};

static void hash_token(const unsigned char bytes[TOKEN_BYTES], struct sign_in_token *token) {
    int result = crypto_generichash(token->hash, SIGN_IN_HASH_SIZE, bytes, TOKEN_BYTES, NULL, 0);
    ASSERT(result == 0);
}

void sign_in_draw(struct random *random, struct sign_in_token *ret_token) {
    unsigned char bytes[TOKEN_BYTES];
    random_bytes(random, bytes, sizeof bytes);
    text_base64url(ret_token->text, sizeof ret_token->text, bytes, sizeof bytes);
    hash_token(bytes, ret_token);
    sodium_memzero(bytes, sizeof bytes);
}

bool sign_in_parse(const char *text, struct sign_in_token *ret_token) {
    unsigned char bytes[TOKEN_BYTES];
    size_t length = 0;
    if (!text_base64url_decode(text, bytes, sizeof bytes, &length) || length != sizeof bytes ||
        !text_copy(ret_token->text, sizeof ret_token->text, text))
        return false;
    hash_token(bytes, ret_token);
    return true;
}

bool sign_in_check(struct session *session, const struct sign_in_claim *claim, struct arena *arena,
                   struct operator_proof *ret_proof, int64_t *ret_step, struct error *err) {
    struct operator_proof proof = {.password = ""};
    struct totp_secret secret;
    int64_t step = 0;
    if (!operator_find(session, claim->name, arena, &proof, err) && err->kind != ERROR_MISSING)
        return false;
    // All three are looked at whatever the first one says: the answer's time tells nothing.
    bool known = password_matches(proof.password, claim->password);
    bool sealed =
        proof.totp != NULL && totp_open(proof.totp, proof.totp_length, claim->key, claim->name, &secret);
    bool fresh = sealed && totp_check(&secret, claim->code, claim->now_ms / 1000, -1, &step);
    sodium_memzero(&secret, sizeof secret);
    if (!known || !fresh || proof.operator.disabled_ms != 0)
        return error_set(err, ERROR_DENIED, "name, password or code is not right");
    *ret_proof = proof;
    *ret_step = step;
    return true;
}

static void purge(struct command *command, int64_t now_ms) {
    (void)COMMAND_ADD(command, &PURGE, value_int(now_ms - SIGN_IN_IDLE_MS),
                      value_int(now_ms - SIGN_IN_LIFE_MS));
}

void sign_in_begin_by_subject(struct command *command, const char *subject, const struct sign_in_token *token,
                              int64_t now_ms) {
    purge(command, now_ms);
    struct step *begin = COMMAND_ADD(command, &BEGIN_BY_SUBJECT, value_blob(token->hash, SIGN_IN_HASH_SIZE),
                                     value_text(subject), value_int(now_ms));
    if (begin != NULL)
        begin->must_change = true;
}

void sign_in_begin(struct command *command, int64_t operator_id, int64_t step,
                   const struct sign_in_token *token, int64_t now_ms) {
    if (step != 0) {
        struct step *use = COMMAND_ADD(command, &USE_CODE, value_int(operator_id), value_int(step));
        if (use != NULL)
            use->must_change = true;
    }
    purge(command, now_ms);
    struct step *begin = COMMAND_ADD(command, &BEGIN, value_blob(token->hash, SIGN_IN_HASH_SIZE),
                                     value_int(operator_id), value_int(now_ms));
    if (begin != NULL)
        begin->must_change = true;
}

void sign_in_end(struct command *command, const struct sign_in_token *token) {
    (void)COMMAND_ADD(command, &END, value_blob(token->hash, SIGN_IN_HASH_SIZE));
}

void sign_in_set_password(struct command *command, int64_t operator_id, int64_t step, const char *hash,
                          const struct sign_in_token *keep) {
    struct step *set =
        COMMAND_ADD(command, &SET_PASSWORD, value_int(operator_id), value_int(step), value_text(hash));
    if (set != NULL)
        set->must_change = true;
    (void)COMMAND_ADD(command, &END_OTHERS, value_int(operator_id),
                      value_blob(keep->hash, SIGN_IN_HASH_SIZE));
}

void sign_in_touch(struct command *command, const struct sign_in_token *token, int64_t now_ms) {
    (void)COMMAND_ADD(command, &TOUCH, value_blob(token->hash, SIGN_IN_HASH_SIZE), value_int(now_ms));
}

bool sign_in_read(struct session *session, const struct sign_in_token *token, int64_t now_ms,
                  struct arena *arena, struct sign_in *ret_sign_in, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &READ, arena, &rows, err, value_blob(token->hash, SIGN_IN_HASH_SIZE),
                       value_int(now_ms - SIGN_IN_IDLE_MS), value_int(now_ms - SIGN_IN_LIFE_MS)))
        return false;
    if (rows.count == 0)
        return error_set(err, ERROR_DENIED, "the session has ended");
    bool of_organisation = rows_text(&rows, 0, 7) != NULL;
    *ret_sign_in =
        (struct sign_in){.operator= {.id = rows_int(&rows, 0, 0),
                                     .name = rows_text(&rows, 0, 1),
                                     .role = (enum operator_role)rows_int(&rows, 0, 2),
                                     .by_link = !of_organisation && rows_text(&rows, 0, 3)[0] == '\0',
                                     .by_organisation = of_organisation,
                                     .created_ms = rows_int(&rows, 0, 4)},
                         .began_ms = rows_int(&rows, 0, 5),
                         .seen_ms = rows_int(&rows, 0, 6)};
    return true;
}
