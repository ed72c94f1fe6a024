// password.c - libsodium's crypto_pwhash_str.
#include "operator/password.h"

#include <sodium.h>
#include <string.h>

// RFC 9106 section 4, the second recommended choice: 3 passes over 64 MiB.
#define PASSES       3
#define MEMORY_BYTES ((size_t)64 << 20)

_Static_assert(crypto_pwhash_STRBYTES <= PASSWORD_HASH_SIZE, "the hash fits");

static size_t characters_of(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

bool password_check_strength(const char *password, struct error *err) {
    size_t length = strlen(password);
    if (characters_of(password) < PASSWORD_CHARACTERS_MIN)
        return error_set_field(err, ERROR_INVALID, "password", "at least %d characters are needed",
                               PASSWORD_CHARACTERS_MIN);
    if (length > PASSWORD_BYTES_MAX)
        return error_set_field(err, ERROR_INVALID, "password", "at most %d bytes are taken",
                               PASSWORD_BYTES_MAX);
    if (strspn(password, (const char[]){password[0], '\0'}) == length)
        return error_set_field(err, ERROR_INVALID, "password",
                               "one character again and again is no password");
    return true;
}

bool password_hash(const char *password, char ret_hash[PASSWORD_HASH_SIZE], struct error *err) {
    if (crypto_pwhash_str_alg(ret_hash, password, strlen(password), PASSES, MEMORY_BYTES,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the password's hash");
    return true;
}

bool password_matches(const char *hash, const char *password) {
    unsigned char wasted[32];
    static const unsigned char salt[crypto_pwhash_SALTBYTES] = {0};
    if (strlen(password) > PASSWORD_BYTES_MAX)
        return false;
    if (hash[0] != '\0')
        return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
    bool wasted_well = crypto_pwhash(wasted, sizeof wasted, password, strlen(password), salt, PASSES,
                                     MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0;
    return wasted_well && false;
}
