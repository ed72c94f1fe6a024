// jwt.c - what comes from a provider never strays, and no token is believed that its key did not sign.
//
// The first byte says what the rest is read as: t a token, k a key set, c claims.
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "identity/eligibility.h"
#include "identity/jwks.h"
#include "identity/municipality.h"

#define ARENA_BYTES (1u << 17)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The public key of Wycheproof's ES256 group: its one genuine token is in the corpus.
static const char jwk[] = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"kid-ec-sign\","
                          "\"x\":\"04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY\","
                          "\"y\":\"UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw\"}";

static void read_token(const char *text) {
    struct error err = {0};
    CLEANUP(json_cleanup) json_t *json = json_loads(jwk, 0, NULL);
    CLEANUP(key_cleanup) struct key *key = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    if (arena == NULL || !key_from_jwk(json, &key, &err))
        abort();
    const char *payload = NULL;
    size_t length = 0;
    if (jwt_open(text, key, arena, &payload, &length, &err) &&
        (length != 3 || memcmp(payload, "foo", 3) != 0))
        abort();
}

static void read_key_set(const char *text, size_t size) {
    struct error err = {0};
    struct jwks jwks;
    jwks_init(&jwks);
    bool ok = jwks_take(&jwks, text, size, &err);
    if (ok != (jwks.count > 0) || jwks.count > JWKS_KEYS_MAX)
        abort();
    jwks_done(&jwks);
}

static void read_claims(const char *text, size_t size) {
    static const struct eligibility_rules rules = {.age_min = 15, .prefecture = "東京都"};
    static const struct id_token_expectation expectation = {
        .issuer = "i", .client_id = "c", .nonce = "n", .access_token = "a", .now_ms = INT64_C(1770000000000)};
    struct error err = {0};
    CLEANUP(json_cleanup) json_t *claims = NULL;
    if (!json_parse_object(text, size, &claims, &err))
        return;
    const char *subject = NULL;
    if (id_token_check(claims, &expectation, &subject, &err) && (subject == NULL || subject[0] == '\0'))
        abort();
    struct civil day = {.year = 2026, .month = 2, .day = 2};
    struct eligibility eligibility = {0};
    if (!eligibility_judge(&rules, claims, &day, &eligibility, &err))
        return;
    if (eligibility.municipality != 0 && municipality_name(eligibility.municipality) == NULL)
        abort();
    if (eligibility.outcome == IDENTITY_VERIFIED &&
        (eligibility.municipality == 0 || eligibility.age_band == AGE_BAND_NONE))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    char *text = malloc(size);
    if (text == NULL)
        abort();
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (data[0] == 't')
        read_token(text);
    else if (data[0] == 'k')
        read_key_set(text, size - 1);
    else if (data[0] == 'c')
        read_claims(text, size - 1);
    free(text);
    return 0;
}
