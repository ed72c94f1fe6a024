// jwks.h - a provider's public keys, and when to fetch them again.
//
// Keys are found by id. An id that is not there asks for a new set, at most once a minute, so that a stranger
// with invented ids cannot make this server call the provider again and again.
// Not for several threads at once.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "identity/jwt.h"

#define JWKS_KEYS_MAX         32
#define JWKS_FETCH_PAUSE_MS   60000
#define JWKS_FAILURE_PAUSE_MS 5000    // after a fetch that failed
#define JWKS_AGE_MS           3600000 // then a set is fetched anew, so that a key that was withdrawn goes

struct jwks {
    struct key *keys[JWKS_KEYS_MAX];
    size_t count;
    bool fetched;
    int64_t fetch_allowed_ms;
};

// Empty: the first token asks for keys.
void jwks_init(struct jwks *jwks);
void jwks_done(struct jwks *jwks);

// Takes over the keys of a set (RFC 7517); those of other kinds are passed over. ERROR_INVALID, and the old
// keys stay, when it is no set or none of its keys can be used.
MUST_CHECK bool jwks_take(struct jwks *jwks, const char *text, size_t length, struct error *err);

// The one key for this header, NULL when there is none or more than one. A header without an id finds the
// only key of its algorithm.
const struct key *jwks_find(const struct jwks *jwks, const struct jwt_header *header);

// True when a fetch may begin now; it then counts as begun. jwks_fetch_failed allows the next one sooner.
bool jwks_may_fetch(struct jwks *jwks, int64_t now_ms);
// True when the last fetch began more than JWKS_AGE_MS ago.
bool jwks_is_old(const struct jwks *jwks, int64_t now_ms);
void jwks_fetch_failed(struct jwks *jwks, int64_t now_ms);
