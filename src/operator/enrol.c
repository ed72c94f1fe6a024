// enrol.c - a password's hash and a sealed second factor.
#include "operator/enrol.h"

#include <sodium.h>

#include "operator/password.h"

#define ISSUER  "Juncho"
#define LETTERS 20
#define GROUP   5

void enrol_draw_password(struct random *random, char ret_password[ENROL_PASSWORD_SIZE]) {
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; // without l, o, 0 and 1
    unsigned char bytes[LETTERS];
    size_t length = 0;
    random_bytes(random, bytes, sizeof bytes);
    for (size_t i = 0; i < LETTERS; i++) {
        if (i > 0 && i % GROUP == 0)
            ret_password[length++] = '-';
        ret_password[length++] = letters[bytes[i] % (sizeof letters - 1)];
    }
    ret_password[length] = '\0';
    ASSERT(length + 1 == ENROL_PASSWORD_SIZE);
    sodium_memzero(bytes, sizeof bytes);
}

bool enrol(const struct enrolment *enrolment, struct random *random, struct arena *arena,
           struct operator_secrets *ret_secrets, const char **ret_uri, struct error *err) {
    char *hash = arena_alloc(arena, PASSWORD_HASH_SIZE);
    struct totp_secret secret;
    if (hash == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!password_hash(enrolment->password, hash, err))
        return false;
    random_bytes(random, secret.bytes, sizeof secret.bytes);
    const char *uri = totp_uri(&secret, ISSUER, enrolment->name, arena);
    if (uri != NULL) {
        totp_seal(&secret, enrolment->key, enrolment->name, random, ret_secrets->totp);
        ret_secrets->password = hash;
        *ret_uri = uri;
    }
    sodium_memzero(&secret, sizeof secret);
    return uri != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}
