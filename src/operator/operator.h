// operator.h - those who run the campaign: their names, roles and what they prove themselves with.
//
// A role includes those below it: a viewer sees, an operator steers, an admin changes settings and decides
// who is an operator. Every function that changes something adds steps to a command; the caller adds the
// entry of the audit log (operator/audit.h) to the same command.
#pragma once

#include <stdint.h>

#include "operator/totp.h"
#include "store/writer.h"

#define OPERATOR_NAME_BYTES_MAX 60
#define OPERATORS_MAX           500 // read at once

enum operator_role { OPERATOR_VIEWER = 1, OPERATOR_OPERATOR = 2, OPERATOR_ADMIN = 3 };

const char *operator_role_name(enum operator_role role); // "viewer", "operator", "admin"
// False: there is no role of that name.
MUST_CHECK bool operator_role_parse(const char *name, enum operator_role *ret_role);
// ERROR_INVALID: empty, too long, blanks or control characters.
MUST_CHECK bool operator_name_check(const char *name, struct error *err);

struct operator_account {
    int64_t id;
    const char *name; // in the arena it was read into
    enum operator_role role;
    bool by_link;         // has no password: enters by a sandbox's link only
    bool by_organisation; // enters by their organisation's identity provider only
    int64_t created_ms;   //
    int64_t disabled_ms;  // 0: may sign in
    int64_t last_seen_ms; // of the sessions that are there; 0: none
};

// What a sign-in is checked against; never leaves the process.
struct operator_proof {
    struct operator_account operator;
    const char *password; // Argon2id's text
    const unsigned char *totp;
    size_t totp_length;
    int64_t totp_step;
};

struct operator_secrets {
    const char *password; // password_hash; "" for one who enters by link
    unsigned char totp[TOTP_SEALED_SIZE];
};

// Refused with ERROR_EXHAUSTED when the name is taken.
void operator_add(struct command *command, const char *name, enum operator_role role,
                  const struct operator_secrets *secrets, int64_t now_ms);
// The sandbox's own operator, who enters by a link: made once, harmless when it is there.
void operator_add_by_link(struct command *command, const char *name, enum operator_role role, int64_t now_ms);
// Who comes by their organisation's provider: made at the first time, the role is what is said now. Refused
// with ERROR_EXHAUSTED when somebody with a password has the name, or this one was disabled here.
void operator_enter(struct command *command, const char *subject, const char *name, enum operator_role role,
                    int64_t now_ms);
// New password and second factor, may sign in again; every session ends. ERROR_EXHAUSTED: no such operator,
// or one of the organisation.
void operator_reset(struct command *command, const char *name, const struct operator_secrets *secrets);
// May no longer sign in, and every session ends. ERROR_EXHAUSTED: no such operator, disabled already, or the
// last admin that could sign in.
void operator_disable(struct command *command, const char *name, int64_t now_ms);
// ERROR_EXHAUSTED: nobody of that name has the role `before`, or the last admin would be none.
void operator_set_role(struct command *command, const char *name, enum operator_role before,
                       enum operator_role role);

// Everybody, by name; arrays in the arena.
MUST_CHECK bool operator_list(struct session *session, struct arena *arena,
                              struct operator_account **ret_operators, size_t *ret_count, struct error *err);
// Who has entered by this subject before; id 0: nobody.
MUST_CHECK bool operator_find_by_subject(struct session *session, const char *subject, struct arena *arena,
                                         struct operator_account *ret_operator, struct error *err);
// ERROR_MISSING: nobody of that name.
MUST_CHECK bool operator_find(struct session *session, const char *name, struct arena *arena,
                              struct operator_proof *ret_proof, struct error *err);
