// jwt.h - signed tokens: strict reading, ID tokens, client assertions.
//
// A token is believed only when its three parts are canonical base64url, its header names the algorithm of
// the very key that is used, asks for no extension, and its signature fits. Nothing in a header can bring a
// key of its own. Messages never hold a token or a claim's value.
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "identity/key.h"

#define JWT_BYTES_MAX       16384
#define JWT_SUBJECT_MAX     255
#define JWT_LEEWAY_MS       60000 // how far two clocks may differ
#define JWT_ASSERTION_MS    300000
#define JWT_ID_TOKEN_AGE_MS 600000 // an ID token fresh from the token endpoint is younger than this

// What an unverified header says, to find the key by.
struct jwt_header {
    enum key_algorithm algorithm;
    char key_id[256]; // "" when it names none
};
MUST_CHECK bool jwt_read_header(const char *token, struct jwt_header *ret_header, struct error *err);

// Checks the signature and gives the payload's bytes, NUL-terminated in the arena.
MUST_CHECK bool jwt_open(const char *token, const struct key *key, struct arena *arena,
                         const char **ret_payload, size_t *ret_length, struct error *err);
// As jwt_open, and the payload must be one JSON object without double members.
MUST_CHECK bool jwt_verify(const char *token, const struct key *key, struct arena *arena, json_t **ret_claims,
                           struct error *err);
// Signs claims; `type` is the header's typ.
MUST_CHECK bool jwt_sign(const json_t *claims, const char *type, const struct key *key, struct arena *arena,
                         const char **ret_token, struct error *err);

struct id_token_expectation {
    const char *issuer;
    const char *client_id;
    const char *nonce;
    const char *access_token; // for at_hash, when the token has one
    int64_t now_ms;
};
// OpenID Connect Core 3.1.3.7 over claims whose signature was checked: iss, aud, azp, exp, nbf, iat, nonce,
// at_hash and sub. ERROR_DENIED names the claim. The subject is borrowed from the claims.
MUST_CHECK bool id_token_check(const json_t *claims, const struct id_token_expectation *expectation,
                               const char **ret_subject, struct error *err);
// The left half of SHA-256 in base64url, for ES256 and RS256 alike; `target` takes 23 bytes.
#define JWT_AT_HASH_SIZE 24
void jwt_at_hash(char target[JWT_AT_HASH_SIZE], const char *access_token);

// private_key_jwt (RFC 7523): iss = sub = client id, aud = the token endpoint, a unique id, five minutes.
struct jwt_client {
    const struct key *key;
    const char *client_id;
    const char *audience;
};
MUST_CHECK bool jwt_client_assertion(const struct jwt_client *client, int64_t now_ms, struct arena *arena,
                                     const char **ret_token, struct error *err);
// True when `aud` is this text or an array that holds it.
bool jwt_audience_has(const json_t *claims, const char *audience);
