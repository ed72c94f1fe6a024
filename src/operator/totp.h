// totp.h - the second factor: six digits that an authenticator app computes from a shared secret and the
// time.
//
// RFC 6238 with SHA-1, 30 seconds and 6 digits: the one form that every authenticator app knows. The secret
// is sealed at rest (XChaCha20-Poly1305) under a key that is not in the store, bound to the operator's name.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/random.h"

#define TOTP_SECRET_SIZE 20
#define TOTP_KEY_SIZE    32
#define TOTP_SEALED_SIZE (TOTP_SECRET_SIZE + 24 + 16)
#define TOTP_DIGITS      6
#define TOTP_STEP_S      30
#define TOTP_DRIFT_STEPS 1 // a telephone's clock may be half a minute wrong

struct totp_secret {
    unsigned char bytes[TOTP_SECRET_SIZE];
};

// The number for a time step, of `digits` digits (6 to 8), by RFC 4226 section 5.3.
uint32_t totp_number(const unsigned char *secret, size_t length, int64_t step, int digits);

// Whether `code` is one of the steps around now that are later than `last_step`; `ret_step` is its step.
MUST_CHECK bool totp_check(const struct totp_secret *secret, const char *code, int64_t now_s,
                           int64_t last_step, int64_t *ret_step);

void totp_seal(const struct totp_secret *secret, const unsigned char key[TOTP_KEY_SIZE], const char *name,
               struct random *random, unsigned char ret_sealed[TOTP_SEALED_SIZE]);
// False when it was not sealed under this key for this name.
MUST_CHECK bool totp_open(const unsigned char *sealed, size_t length, const unsigned char key[TOTP_KEY_SIZE],
                          const char *name, struct totp_secret *ret_secret);

// "otpauth://totp/ISSUER:NAME?secret=...&issuer=ISSUER" in the arena, percent-encoded; NULL: out of memory.
char *totp_uri(const struct totp_secret *secret, const char *issuer, const char *name, struct arena *arena);
