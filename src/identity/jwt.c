// jwt.c - tokens on libcjose, with its leniency taken away.
#include "identity/jwt.h"

#include <string.h>

#include <cjose/cjose.h>
#include <sodium.h>

#include "base/json.h"
#include "base/text.h"
#include "identity/key_internal.h"

#define HEADER_BYTES_MAX      4096
#define ASSERTION_ID_BYTES    16
#define ES256_SIGNATURE_BYTES 64

struct parts {
    const char *header, *payload, *signature;
    size_t header_length, payload_length, signature_length;
};

static bool split(const char *token, struct parts *ret_parts, struct error *err) {
    size_t length = strlen(token);
    if (length > JWT_BYTES_MAX)
        return error_set(err, ERROR_INVALID, "token: longer than %d bytes", JWT_BYTES_MAX);
    const char *first = strchr(token, '.');
    const char *second = first == NULL ? NULL : strchr(first + 1, '.');
    if (second == NULL || strchr(second + 1, '.') != NULL)
        return error_set(err, ERROR_INVALID, "token: not three parts");
    *ret_parts = (struct parts){.header = token,
                                .header_length = (size_t)(first - token),
                                .payload = first + 1,
                                .payload_length = (size_t)(second - first - 1),
                                .signature = second + 1,
                                .signature_length = length - (size_t)(second + 1 - token)};
    if (ret_parts->header_length == 0 || ret_parts->signature_length == 0)
        return error_set(err, ERROR_INVALID, "token: an empty part");
    return true;
}

// Decodes a part of a token; the decoder refuses padding, other characters and bits that say nothing.
static bool decode(const char *part, size_t length, char *target, size_t size, size_t *ret_length) {
    char text[JWT_BYTES_MAX + 1];
    memcpy(text, part, length);
    text[length] = '\0';
    return text_base64url_decode(text, target, size - 1, ret_length) && (target[*ret_length] = '\0', true);
}

bool jwt_read_header(const char *token, struct jwt_header *ret_header, struct error *err) {
    struct parts parts;
    char text[HEADER_BYTES_MAX];
    size_t length = 0;
    if (!split(token, &parts, err))
        return false;
    if (parts.header_length >= HEADER_BYTES_MAX ||
        !decode(parts.header, parts.header_length, text, sizeof text, &length))
        return error_set(err, ERROR_INVALID, "token: the header is too long or no base64url");
    CLEANUP(json_cleanup) json_t *header = NULL;
    if (!json_parse_object(text, length, &header, err)) {
        error_prefix(err, "token header: ");
        return false;
    }
    // No extension is understood here, and RFC 7515 wants a token that insists on one refused.
    if (json_object_get(header, "crit") != NULL)
        return error_set(err, ERROR_DENIED, "token: the header asks for extensions");
    struct jwt_header result = {0};
    const char *algorithm = json_string_value(json_object_get(header, "alg"));
    if (algorithm == NULL || !key_algorithm_parse(algorithm, &result.algorithm))
        return error_set(err, ERROR_DENIED, "token: the algorithm is neither ES256 nor RS256");
    const json_t *id = json_object_get(header, "kid");
    if (id != NULL &&
        (!json_is_string(id) || !text_copy(result.key_id, sizeof result.key_id, json_string_value(id))))
        return error_set(err, ERROR_INVALID, "token: the key id is not a text of at most 255 bytes");
    *ret_header = result;
    return true;
}

static void release(cjose_jws_t **jws) {
    if (*jws != NULL)
        cjose_jws_release(*jws);
}

static bool signature_fits(const char *token, const struct key *key) {
    CLEANUP(release) cjose_jws_t *jws = cjose_jws_import(token, strlen(token), NULL);
    return jws != NULL && cjose_jws_verify(jws, key->jwk, NULL);
}

bool jwt_open(const char *token, const struct key *key, struct arena *arena, const char **ret_payload,
              size_t *ret_length, struct error *err) {
    struct jwt_header header;
    struct parts parts;
    if (!jwt_read_header(token, &header, err) || !split(token, &parts, err))
        return false;
    if (header.algorithm != key->algorithm)
        return error_set(err, ERROR_DENIED, "token: the algorithm is not the key's");
    if (header.key_id[0] != '\0' && key->id[0] != '\0' && strcmp(header.key_id, key->id) != 0)
        return error_set(err, ERROR_DENIED, "token: the key id is not the key's");
    size_t payload_length = 0, signature_length = 0;
    char signature[HEADER_BYTES_MAX];
    char *payload = arena_alloc(arena, parts.payload_length + 1);
    if (payload == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for a token");
    if (!decode(parts.payload, parts.payload_length, payload, parts.payload_length + 1, &payload_length) ||
        parts.signature_length >= sizeof signature ||
        !decode(parts.signature, parts.signature_length, signature, sizeof signature, &signature_length))
        return error_set(err, ERROR_INVALID, "token: a part is too long or no base64url");
    // libcjose reads the first 64 bytes of an ES256 signature and would not mind more.
    if (key->algorithm == KEY_ES256 && signature_length != ES256_SIGNATURE_BYTES)
        return error_set(err, ERROR_DENIED, "token: the signature has not 64 bytes");
    if (!signature_fits(token, key))
        return error_set(err, ERROR_DENIED, "token: the signature does not fit");
    *ret_payload = payload;
    *ret_length = payload_length;
    return true;
}

bool jwt_verify(const char *token, const struct key *key, struct arena *arena, json_t **ret_claims,
                struct error *err) {
    const char *payload = NULL;
    size_t length = 0;
    if (!jwt_open(token, key, arena, &payload, &length, err))
        return false;
    bool ok = json_parse_object(payload, length, ret_claims, err);
    sodium_memzero((char *)payload, length);
    // The parser's words quote what it read, and what it read may be a claim.
    return ok || error_set(err, ERROR_INVALID, "token: the payload is not one JSON object");
}

static bool sign(const char *payload, size_t length, cjose_header_t *header, const struct key *key,
                 struct arena *arena, const char **ret_token) {
    const char *exported = NULL;
    CLEANUP(release)
    cjose_jws_t *jws = cjose_jws_sign(key->jwk, header, (const uint8_t *)payload, length, NULL);
    if (jws == NULL || !cjose_jws_export(jws, &exported, NULL))
        return false;
    *ret_token = arena_copy_text(arena, exported);
    return *ret_token != NULL;
}

bool jwt_sign(const json_t *claims, const char *type, const struct key *key, struct arena *arena,
              const char **ret_token, struct error *err) {
    const char *token = NULL;
    char *payload = json_dumps(claims, JSON_COMPACT);
    cjose_header_t *header = cjose_header_new(NULL);
    bool ok = payload != NULL && header != NULL &&
              cjose_header_set(header, CJOSE_HDR_ALG, key_algorithm_name(key->algorithm), NULL) &&
              (key->id[0] == '\0' || cjose_header_set(header, CJOSE_HDR_KID, key->id, NULL)) &&
              cjose_header_set(header, "typ", type, NULL) &&
              sign(payload, strlen(payload), header, key, arena, &token);
    if (header != NULL)
        cjose_header_release(header);
    if (payload != NULL)
        sodium_memzero(payload, strlen(payload));
    free(payload);
    if (!ok)
        return error_set(err, ERROR_UNAVAILABLE, "a token could not be signed");
    *ret_token = token;
    return true;
}

void jwt_at_hash(char target[JWT_AT_HASH_SIZE], const char *access_token) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)access_token, strlen(access_token));
    text_base64url(target, JWT_AT_HASH_SIZE, hash, sizeof hash / 2);
}

bool jwt_audience_has(const json_t *claims, const char *audience) {
    const json_t *aud = json_object_get(claims, "aud");
    if (json_is_string(aud))
        return strcmp(json_string_value(aud), audience) == 0;
    bool found = false;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach((json_t *)aud, index, item) {
        if (!json_is_string(item))
            return false;
        found = found || strcmp(json_string_value(item), audience) == 0;
    }
    return found;
}

static bool refuse(struct error *err, const char *claim, const char *words) {
    return error_set_field(err, ERROR_DENIED, claim, "ID token: %s %s", claim, words);
}

static bool text_is(const json_t *claims, const char *name, const char *expected) {
    const json_t *value = json_object_get(claims, name);
    return json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value) &&
           strcmp(json_string_value(value), expected) == 0;
}

// NumericDate (RFC 7519) in milliseconds; false when it is missing, no number or far outside any calendar.
static bool time_of(const json_t *claims, const char *name, int64_t *ret_ms) {
    const json_t *value = json_object_get(claims, name);
    if (!json_is_number(value))
        return false;
    double seconds = json_number_value(value);
    if (!(seconds > 0 && seconds < 1e11))
        return false;
    *ret_ms = (int64_t)(seconds * 1000);
    return true;
}

static bool times_are_right(const json_t *claims, int64_t now_ms, struct error *err) {
    int64_t expires_ms = 0, issued_ms = 0, begins_ms = 0;
    if (!time_of(claims, "exp", &expires_ms) || expires_ms <= now_ms - JWT_LEEWAY_MS)
        return refuse(err, "exp", "is missing or past");
    if (!time_of(claims, "iat", &issued_ms) || issued_ms > now_ms + JWT_LEEWAY_MS ||
        issued_ms < now_ms - JWT_ID_TOKEN_AGE_MS)
        return refuse(err, "iat", "is missing, in the future or too old");
    if (json_object_get(claims, "nbf") != NULL &&
        (!time_of(claims, "nbf", &begins_ms) || begins_ms > now_ms + JWT_LEEWAY_MS))
        return refuse(err, "nbf", "is no time or in the future");
    return true;
}

static bool audience_is_right(const json_t *claims, const char *client_id, struct error *err) {
    if (!jwt_audience_has(claims, client_id))
        return refuse(err, "aud", "is not this client");
    bool several = json_array_size(json_object_get(claims, "aud")) > 1;
    if ((several || json_object_get(claims, "azp") != NULL) && !text_is(claims, "azp", client_id))
        return refuse(err, "azp", "is not this client");
    return true;
}

static bool subject_is_right(const json_t *subject) {
    if (!json_is_string(subject) || json_string_length(subject) == 0 ||
        json_string_length(subject) > JWT_SUBJECT_MAX)
        return false;
    for (const char *c = json_string_value(subject); *c != '\0'; c++)
        if (*c < 0x20 || *c > 0x7e)
            return false;
    return strlen(json_string_value(subject)) == json_string_length(subject);
}

bool id_token_check(const json_t *claims, const struct id_token_expectation *expectation,
                    const char **ret_subject, struct error *err) {
    if (!text_is(claims, "iss", expectation->issuer))
        return refuse(err, "iss", "is not the issuer, character by character");
    if (!audience_is_right(claims, expectation->client_id, err) ||
        !times_are_right(claims, expectation->now_ms, err))
        return false;
    if (!text_is(claims, "nonce", expectation->nonce))
        return refuse(err, "nonce", "is not this jump's");
    char at_hash[JWT_AT_HASH_SIZE];
    jwt_at_hash(at_hash, expectation->access_token);
    if (json_object_get(claims, "at_hash") != NULL && !text_is(claims, "at_hash", at_hash))
        return refuse(err, "at_hash", "is not the access token's");
    const json_t *subject = json_object_get(claims, "sub");
    if (!subject_is_right(subject))
        return refuse(err, "sub", "is not 1 to 255 ASCII characters");
    *ret_subject = json_string_value(subject);
    return true;
}

bool jwt_client_assertion(const struct jwt_client *client, int64_t now_ms, struct arena *arena,
                          const char **ret_token, struct error *err) {
    unsigned char random[ASSERTION_ID_BYTES];
    char id[2 * ASSERTION_ID_BYTES];
    randombytes_buf(random, sizeof random);
    text_base64url(id, sizeof id, random, sizeof random);
    CLEANUP(json_cleanup)
    json_t *claims =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "iss", client->client_id, "sub", client->client_id, "aud",
                  client->audience, "jti", id, "iat", (json_int_t)(now_ms / 1000), "exp",
                  (json_int_t)((now_ms + JWT_ASSERTION_MS) / 1000));
    if (claims == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for a client assertion");
    return jwt_sign(claims, "JWT", client->key, arena, ret_token, err);
}
