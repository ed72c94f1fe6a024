// sign_in.h - sessions of operators: begun by password and code, ended by leaving, by quiet, or by the day.
//
// The browser holds a random token, the store its hash. A session ends after IDLE without a sign of life, at
// the latest after LIFE, when its operator is disabled, and when it is revoked.
#pragma once

#include <stdint.h>

#include "base/random.h"
#include "operator/operator.h"

#define SIGN_IN_TOKEN_SIZE 44 // 32 bytes in base64url, and the NUL
#define SIGN_IN_HASH_SIZE  32
#define SIGN_IN_IDLE_MS    (INT64_C(30) * 60 * 1000)
#define SIGN_IN_LIFE_MS    (INT64_C(12) * 60 * 60 * 1000)
#define SIGN_IN_TOUCH_MS   (INT64_C(60) * 1000) // signs of life are written at most this often

struct sign_in_token {
    char text[SIGN_IN_TOKEN_SIZE];
    unsigned char hash[SIGN_IN_HASH_SIZE];
};
// 32 random bytes: the text goes into the cookie, only the hash into the store.
void sign_in_draw(struct random *random, struct sign_in_token *ret_token);
// False for a text that cannot be a token.
MUST_CHECK bool sign_in_parse(const char *text, struct sign_in_token *ret_token);

// Whether name, password and code fit; takes as long when there is nobody of that name, so call it on a
// thread that may wait. ERROR_DENIED: they do not. On success `ret_step` is the time step of the code, for
// sign_in_begin.
struct sign_in_claim {
    const char *name, *password, *code;
    const unsigned char *key; // TOTP_KEY_SIZE bytes: what second factors are sealed under
    int64_t now_ms;           // by the wall: telephones know no other time
};
MUST_CHECK bool sign_in_check(struct session *session, const struct sign_in_claim *claim, struct arena *arena,
                              struct operator_proof *ret_proof, int64_t *ret_step, struct error *err);

// Begins a session and uses the code up: ERROR_EXHAUSTED when a code of this step or a later one was used
// before, or the operator has been disabled. `step` 0: by a sandbox's link, without a code.
void sign_in_begin(struct command *command, int64_t operator_id, int64_t step,
                   const struct sign_in_token *token, int64_t now_ms);
// The same for who has just entered by their organisation (operator_enter).
void sign_in_begin_by_subject(struct command *command, const char *subject, const struct sign_in_token *token,
                              int64_t now_ms);
void sign_in_end(struct command *command, const struct sign_in_token *token);
// Sets a password (password_hash) and uses the code of `step` up, as sign_in_begin; every other session ends.
void sign_in_set_password(struct command *command, int64_t operator_id, int64_t step, const char *hash,
                          const struct sign_in_token *keep);
// Writes a sign of life.
void sign_in_touch(struct command *command, const struct sign_in_token *token, int64_t now_ms);

struct sign_in {
    struct operator_account operator;
    int64_t began_ms, seen_ms;
};
// ERROR_DENIED: there is no such session, or it has ended.
MUST_CHECK bool sign_in_read(struct session *session, const struct sign_in_token *token, int64_t now_ms,
                             struct arena *arena, struct sign_in *ret_sign_in, struct error *err);
