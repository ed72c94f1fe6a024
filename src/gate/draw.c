// draw.c - see draw.h.
#include "gate/draw.h"

#include <sodium.h>
#include <string.h>

void draw_commitment(unsigned char target[DRAW_COMMITMENT_SIZE],
                     const unsigned char secret[DRAW_SECRET_SIZE]) {
    crypto_hash_sha256(target, secret, DRAW_SECRET_SIZE);
}

uint32_t draw_rank(const unsigned char secret[DRAW_SECRET_SIZE], const char *campaign,
                   const char *pseudonym) {
    crypto_auth_hmacsha256_state state;
    unsigned char hash[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_init(&state, secret, DRAW_SECRET_SIZE);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)campaign, strlen(campaign));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)"\n", 1);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)pseudonym, strlen(pseudonym));
    crypto_auth_hmacsha256_final(&state, hash);
    return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}
