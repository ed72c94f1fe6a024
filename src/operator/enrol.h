// enrol.h - what a new operator is given to prove themselves with: a password and a second factor.
#pragma once

#include "base/arena.h"
#include "base/random.h"
#include "operator/operator.h"

#define ENROL_PASSWORD_SIZE 24 // with its end

struct enrolment {
    const char *name, *password;
    const unsigned char *key; // TOTP_KEY_SIZE bytes that seal the second factor
};

// Four groups of five letters and digits that are not mistaken for one another: 100 bits.
void enrol_draw_password(struct random *random, char ret_password[ENROL_PASSWORD_SIZE]);

// Hashes the password (slow on purpose, see password.h), draws a second factor, and writes its otpauth://
// address; all in the arena. The address is not kept anywhere else: it is shown once.
MUST_CHECK bool enrol(const struct enrolment *enrolment, struct random *random, struct arena *arena,
                      struct operator_secrets *ret_secrets, const char **ret_uri, struct error *err);
