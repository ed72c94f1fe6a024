// totp.c - RFC 4226 and RFC 6238 on OpenSSL's HMAC, and the seal of libsodium.
#include "operator/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"

#define SHA1_SIZE   20
#define BASE32_SIZE (TOTP_SECRET_SIZE * 8 / 5 + 1)
#define NONCE_SIZE  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

_Static_assert(TOTP_SEALED_SIZE == NONCE_SIZE + TOTP_SECRET_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "nonce, secret, MAC");

uint32_t totp_number(const unsigned char *secret, size_t length, int64_t step, int digits) {
    unsigned char message[8], mac[SHA1_SIZE];
    unsigned mac_length = 0;
    uint32_t modulus = 1;
    for (int i = 0; i < 8; i++)
        message[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
    unsigned char *result = HMAC(EVP_sha1(), secret, (int)length, message, sizeof message, mac, &mac_length);
    ASSERT(result != NULL && mac_length == SHA1_SIZE);
    size_t at = mac[SHA1_SIZE - 1] & 0x0f;
    uint32_t number = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
                      (uint32_t)mac[at + 2] << 8 | (uint32_t)mac[at + 3];
    for (int i = 0; i < digits; i++)
        modulus *= 10;
    return number % modulus;
}

bool totp_check(const struct totp_secret *secret, const char *code, int64_t now_s, int64_t last_step,
                int64_t *ret_step) {
    int64_t given = 0, now_step = now_s / TOTP_STEP_S;
    if (!text_is_made_of(code, "0123456789", TOTP_DIGITS, TOTP_DIGITS) ||
        !text_parse_int(code, 0, 999999, &given))
        return false;
    for (int64_t step = now_step - TOTP_DRIFT_STEPS; step <= now_step + TOTP_DRIFT_STEPS; step++) {
        uint32_t number = totp_number(secret->bytes, TOTP_SECRET_SIZE, step, TOTP_DIGITS);
        if (step > last_step && number == (uint32_t)given) {
            *ret_step = step;
            return true;
        }
    }
    return false;
}

void totp_seal(const struct totp_secret *secret, const unsigned char key[TOTP_KEY_SIZE], const char *name,
               struct random *random, unsigned char ret_sealed[TOTP_SEALED_SIZE]) {
    random_bytes(random, ret_sealed, NONCE_SIZE);
    int result = crypto_aead_xchacha20poly1305_ietf_encrypt(ret_sealed + NONCE_SIZE, NULL, secret->bytes,
                                                            TOTP_SECRET_SIZE, (const unsigned char *)name,
                                                            strlen(name), NULL, ret_sealed, key);
    ASSERT(result == 0);
}

bool totp_open(const unsigned char *sealed, size_t length, const unsigned char key[TOTP_KEY_SIZE],
               const char *name, struct totp_secret *ret_secret) {
    return length == TOTP_SEALED_SIZE &&
           crypto_aead_xchacha20poly1305_ietf_decrypt(
               ret_secret->bytes, NULL, NULL, sealed + NONCE_SIZE, TOTP_SEALED_SIZE - NONCE_SIZE,
               (const unsigned char *)name, strlen(name), sealed, key) == 0;
}

static void base32(const unsigned char bytes[TOTP_SECRET_SIZE], char target[BASE32_SIZE]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    for (size_t i = 0; i < BASE32_SIZE - 1; i++) {
        size_t bit = i * 5;
        unsigned pair = (unsigned)bytes[bit / 8] << 8;
        if (bit / 8 + 1 < TOTP_SECRET_SIZE)
            pair |= bytes[bit / 8 + 1];
        target[i] = digits[pair >> (11 - bit % 8) & 31];
    }
    target[BASE32_SIZE - 1] = '\0';
}

static void add_encoded(struct buffer *buffer, const char *text) {
    for (const char *at = text; *at != '\0'; at++) {
        if (text_is_made_of((const char[]){*at, '\0'},
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", 1, 1))
            buffer_add_bytes(buffer, at, 1);
        else
            buffer_print(buffer, "%%%02X", (unsigned char)*at);
    }
}

char *totp_uri(const struct totp_secret *secret, const char *issuer, const char *name, struct arena *arena) {
    char text[BASE32_SIZE];
    struct buffer buffer;
    buffer_init(&buffer, arena);
    base32(secret->bytes, text);
    buffer_add(&buffer, "otpauth://totp/");
    add_encoded(&buffer, issuer);
    buffer_add(&buffer, ":");
    add_encoded(&buffer, name);
    buffer_print(&buffer, "?secret=%s&issuer=", text);
    add_encoded(&buffer, issuer);
    sodium_memzero(text, sizeof text);
    return buffer.failed ? NULL : buffer.text;
}
