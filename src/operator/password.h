// password.h - passwords of operators, kept as Argon2id and never in another form.
#pragma once

#include "base/error.h"

#define PASSWORD_CHARACTERS_MIN 12
#define PASSWORD_BYTES_MAX      256
#define PASSWORD_HASH_SIZE      128

// ERROR_INVALID, with what is wrong: too short, too long, or all one character. No rules about kinds of
// characters: length is what counts (NIST SP 800-63B section 5.1.1.2).
MUST_CHECK bool password_check_strength(const char *password, struct error *err);

// Takes about a tenth of a second and 64 MiB on purpose: never on an event loop.
MUST_CHECK bool password_hash(const char *password, char ret_hash[PASSWORD_HASH_SIZE], struct error *err);
// Takes as long for an empty hash (nobody of that name), so that time does not tell names.
MUST_CHECK bool password_matches(const char *hash, const char *password);
