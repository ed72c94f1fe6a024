// draw.h - the lottery for everyone who came before the opening, which anybody can check afterwards.
//
// Before the opening the gate publishes the SHA-256 of a secret, afterwards the secret itself. A
// resident's rank is the first four bytes of HMAC-SHA-256(secret, campaign LF pseudonym): whoever has
// a receipt (it carries the pseudonym) recomputes it with `openssl dgst -sha256 -mac HMAC`, or in a browser.
// HMAC rather than the BLAKE2b of the tickets, for browsers and openssl know it.
#pragma once

#include <stdint.h>

#define DRAW_SECRET_SIZE     32
#define DRAW_COMMITMENT_SIZE 32

// What is published before the opening.
void draw_commitment(unsigned char target[DRAW_COMMITMENT_SIZE],
                     const unsigned char secret[DRAW_SECRET_SIZE]);

// The rank of one person; the lowest enters first. The same person always draws the same rank.
uint32_t draw_rank(const unsigned char secret[DRAW_SECRET_SIZE], const char *campaign, const char *pseudonym);
