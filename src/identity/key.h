// key.h - keys that sign and check JSON Web Signatures: P-256 for ES256, RSA from 2048 bits for RS256.
//
// A key knows its one algorithm, so that a token can never choose another for it.
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum key_algorithm { KEY_ES256, KEY_RS256 };
// "ES256", "RS256".
const char *key_algorithm_name(enum key_algorithm algorithm);
MUST_CHECK bool key_algorithm_parse(const char *name, enum key_algorithm *ret_algorithm);

struct key;

// A fresh private key; its id is the RFC 7638 thumbprint. NULL when memory is exhausted.
struct key *key_generate(enum key_algorithm algorithm);
// The ES256 key that follows from 32 secret bytes, the same on every node that knows them. NULL when memory
// is exhausted.
#define KEY_SEED_SIZE 32
struct key *key_derive(const unsigned char seed[KEY_SEED_SIZE]);
// Reads a private key in PEM (PKCS #8, SEC 1, PKCS #1, not encrypted) or a private JSON Web Key. `id` NULL:
// the key's own kid, else the RFC 7638 thumbprint. ERROR_MISSING: no such file; ERROR_DENIED: others may read
// it; ERROR_INVALID: it is something else.
MUST_CHECK bool key_load(const char *path, const char *id, struct key **ret_key, struct error *err);
// Reads a key from a JSON Web Key; ERROR_INVALID for another type, curve or use, a weak or a broken key.
MUST_CHECK bool key_from_jwk(const json_t *jwk, struct key **ret_key, struct error *err);
void key_free(struct key *key); // NULL is fine; secrets are wiped
void key_cleanup(struct key **key);

enum key_algorithm key_algorithm_of(const struct key *key);
const char *key_id(const struct key *key); // "" when a JSON Web Key had none
// The public half as a JSON Web Key with kid, alg and use: what a provider is given. New reference; NULL when
// memory is exhausted.
json_t *key_public_jwk(const struct key *key);
