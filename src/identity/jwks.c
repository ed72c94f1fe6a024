// jwks.c - the set of keys.
#include "identity/jwks.h"

#include <string.h>

#include "base/json.h"

void jwks_init(struct jwks *jwks) {
    *jwks = (struct jwks){0};
}

void jwks_done(struct jwks *jwks) {
    for (size_t i = 0; i < jwks->count; i++)
        key_free(jwks->keys[i]);
    *jwks = (struct jwks){0};
}

bool jwks_take(struct jwks *jwks, const char *text, size_t length, struct error *err) {
    CLEANUP(json_cleanup) json_t *set = NULL;
    if (!json_parse_object(text, length, &set, err)) {
        error_prefix(err, "key set: ");
        return false;
    }
    const json_t *array = json_object_get(set, "keys");
    if (!json_is_array(array) || json_array_size(array) > JWKS_KEYS_MAX)
        return error_set(err, ERROR_INVALID, "key set: \"keys\" is not an array of at most %d",
                         JWKS_KEYS_MAX);
    struct jwks taken = {.fetched = true, .fetch_allowed_ms = jwks->fetch_allowed_ms};
    size_t index = 0;
    json_t *jwk = NULL;
    struct error unusable = {0};
    json_array_foreach((json_t *)array, index, jwk) {
        if (key_from_jwk(jwk, &taken.keys[taken.count], &unusable))
            taken.count++;
    }
    if (taken.count == 0)
        return error_set(err, ERROR_INVALID, "key set: no key for ES256 or RS256 (%.80s)", unusable.message);
    jwks_done(jwks);
    *jwks = taken;
    return true;
}

const struct key *jwks_find(const struct jwks *jwks, const struct jwt_header *header) {
    const struct key *found = NULL;
    for (size_t i = 0; i < jwks->count; i++) {
        if (header->key_id[0] != '\0' ? strcmp(key_id(jwks->keys[i]), header->key_id) != 0
                                      : key_algorithm_of(jwks->keys[i]) != header->algorithm)
            continue;
        if (found != NULL)
            return NULL; // two keys of one name: nobody can say which one is meant
        found = jwks->keys[i];
    }
    return found != NULL && key_algorithm_of(found) == header->algorithm ? found : NULL;
}

bool jwks_may_fetch(struct jwks *jwks, int64_t now_ms) {
    if (now_ms < jwks->fetch_allowed_ms)
        return false;
    jwks->fetch_allowed_ms = now_ms + JWKS_FETCH_PAUSE_MS;
    return true;
}

bool jwks_is_old(const struct jwks *jwks, int64_t now_ms) {
    return jwks->fetched && now_ms > jwks->fetch_allowed_ms - JWKS_FETCH_PAUSE_MS + JWKS_AGE_MS;
}

void jwks_fetch_failed(struct jwks *jwks, int64_t now_ms) {
    jwks->fetch_allowed_ms = now_ms + JWKS_FAILURE_PAUSE_MS;
}
