// key.c - keys on libcjose; what libcjose does not check about a key is checked here.
#include "identity/key.h"

#include <stdio.h>
#include <string.h>

#include <cjose/cjose.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

#include "base/json.h"
#include "base/private_file.h"
#include "base/text.h"
#include "identity/key_internal.h"

#define RSA_BITS         2048
#define RSA_BITS_MAX     8192
#define RSA_BYTES_MAX    (RSA_BITS_MAX / 8)
#define COORDINATE_BYTES 32
#define THUMBPRINT_BYTES crypto_hash_sha256_BYTES

static const char *const algorithm_names[] = {[KEY_ES256] = "ES256", [KEY_RS256] = "RS256"};

const char *key_algorithm_name(enum key_algorithm algorithm) {
    return algorithm_names[algorithm];
}

bool key_algorithm_parse(const char *name, enum key_algorithm *ret_algorithm) {
    for (int i = KEY_ES256; i <= KEY_RS256; i++) {
        if (strcmp(name, algorithm_names[i]) != 0)
            continue;
        *ret_algorithm = (enum key_algorithm)i;
        return true;
    }
    return false;
}

void key_free(struct key *key) {
    if (key == NULL)
        return;
    if (key->jwk != NULL)
        (void)cjose_jwk_release(key->jwk);
    free(key);
}

void key_cleanup(struct key **key) {
    key_free(*key);
    *key = NULL;
}

enum key_algorithm key_algorithm_of(const struct key *key) {
    return key->algorithm;
}

const char *key_id(const struct key *key) {
    return key->id;
}

// Takes over `jwk`, also when it fails.
static struct key *key_of(cjose_jwk_t *jwk, enum key_algorithm algorithm) {
    struct key *key = jwk == NULL ? NULL : calloc(1, sizeof *key);
    if (key == NULL) {
        if (jwk != NULL)
            (void)cjose_jwk_release(jwk);
        return NULL;
    }
    key->jwk = jwk;
    key->algorithm = algorithm;
    return key;
}

static json_t *public_parts(const struct key *key) {
    char *text = cjose_jwk_to_json(key->jwk, false, NULL);
    json_t *json = text == NULL ? NULL : json_loads(text, 0, NULL);
    free(text);
    return json;
}

// RFC 7638: SHA-256 over the members that are needed, in the order of their names.
static bool set_thumbprint(struct key *key) {
    CLEANUP(json_cleanup) json_t *parts = public_parts(key);
    char text[2 * RSA_BYTES_MAX];
    int length = -1;
    if (parts != NULL && key->algorithm == KEY_ES256)
        length = snprintf(text, sizeof text, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
                          json_string_value(json_object_get(parts, "x")),
                          json_string_value(json_object_get(parts, "y")));
    else if (parts != NULL)
        length = snprintf(text, sizeof text, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
                          json_string_value(json_object_get(parts, "e")),
                          json_string_value(json_object_get(parts, "n")));
    if (length < 0 || (size_t)length >= sizeof text)
        return false;
    unsigned char hash[THUMBPRINT_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)text, (unsigned long long)length);
    text_base64url(key->id, sizeof key->id, hash, sizeof hash);
    return true;
}

// Without its first bit a number of 256 bits is below the order of the curve.
struct key *key_derive(const unsigned char seed[KEY_SEED_SIZE]) {
    unsigned char d[KEY_SEED_SIZE];
    memcpy(d, seed, sizeof d);
    d[0] &= 0x7f;
    const cjose_jwk_ec_keyspec spec = {.crv = CJOSE_JWK_EC_P_256, .d = d, .dlen = sizeof d};
    CLEANUP(key_cleanup) struct key *key = key_of(cjose_jwk_create_EC_spec(&spec, NULL), KEY_ES256);
    sodium_memzero(d, sizeof d);
    if (key == NULL || !set_thumbprint(key))
        return NULL;
    struct key *result = key;
    key = NULL;
    return result;
}

struct key *key_generate(enum key_algorithm algorithm) {
    static const uint8_t exponent[] = {1, 0, 1};
    cjose_jwk_t *jwk = algorithm == KEY_ES256
                           ? cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, NULL)
                           : cjose_jwk_create_RSA_random(RSA_BITS, exponent, sizeof exponent, NULL);
    CLEANUP(key_cleanup) struct key *key = key_of(jwk, algorithm);
    if (key == NULL || !set_thumbprint(key))
        return NULL;
    struct key *result = key;
    key = NULL;
    return result;
}

json_t *key_public_jwk(const struct key *key) {
    CLEANUP(json_cleanup) json_t *json = public_parts(key);
    if (json == NULL ||
        json_object_set_new(json, "alg", json_string(key_algorithm_name(key->algorithm))) != 0 ||
        json_object_set_new(json, "use", json_string("sig")) != 0)
        return NULL;
    if (key->id[0] != '\0' && json_object_set_new(json, "kid", json_string(key->id)) != 0)
        return NULL;
    return json_incref(json);
}

// Keys of Infineon's ROCA library (CVE-2017-15361) give themselves away: modulo each small prime their
// modulus is a power of 65537. Another modulus passes all of these primes with a chance of about 2^-28.
static bool is_roca(const BIGNUM *modulus) {
    static const unsigned primes[] = {11, 13, 17,  19,  37,  53,  61,  71, 73,
                                      79, 97, 103, 107, 109, 127, 151, 157};
    for (size_t i = 0; i < sizeof primes / sizeof primes[0]; i++) {
        unsigned remainder = (unsigned)BN_mod_word(modulus, primes[i]);
        unsigned power = 1;
        do
            power = power * (65537 % primes[i]) % primes[i];
        while (power != remainder && power != 1);
        if (power != remainder)
            return false;
    }
    return true;
}

static BIGNUM *member_number(const json_t *jwk, const char *name) {
    unsigned char bytes[RSA_BYTES_MAX + 1];
    size_t length = 0;
    const char *text = json_string_value(json_object_get(jwk, name));
    if (text == NULL || !text_base64url_decode(text, bytes, sizeof bytes, &length))
        return NULL;
    return BN_bin2bn(bytes, (int)length, NULL);
}

static bool check_rsa(const json_t *jwk, struct error *err) {
    BIGNUM *modulus = member_number(jwk, "n");
    BIGNUM *exponent = member_number(jwk, "e");
    const char *fault = NULL;
    if (modulus == NULL || exponent == NULL)
        fault = "n or e is missing or no base64url";
    else if (BN_num_bits(modulus) < RSA_BITS || BN_num_bits(modulus) > RSA_BITS_MAX)
        fault = "the modulus must have 2048 to 8192 bits";
    else if (!BN_is_odd(exponent) || BN_is_one(exponent))
        fault = "the exponent must be odd and more than 1";
    else if (is_roca(modulus))
        fault = "the modulus is of the ROCA kind (CVE-2017-15361)";
    BN_free(modulus);
    BN_free(exponent);
    return fault == NULL || error_set(err, ERROR_INVALID, "RSA key: %s", fault);
}

static bool check_ec(const json_t *jwk, struct error *err) {
    const char *curve = json_string_value(json_object_get(jwk, "crv"));
    if (curve == NULL || strcmp(curve, "P-256") != 0)
        return error_set(err, ERROR_INVALID, "EC key: the curve is not P-256");
    static const char *const names[] = {"x", "y"};
    for (size_t i = 0; i < 2; i++) {
        unsigned char bytes[COORDINATE_BYTES + 1];
        size_t length = 0;
        const char *text = json_string_value(json_object_get(jwk, names[i]));
        if (text == NULL || !text_base64url_decode(text, bytes, sizeof bytes, &length) ||
            length != COORDINATE_BYTES)
            return error_set(err, ERROR_INVALID, "EC key: %s is not 32 bytes in base64url", names[i]);
    }
    return true;
}

static bool text_among(const json_t *array, const char *text) {
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach((json_t *)array, index, item) {
        if (json_is_string(item) && strcmp(json_string_value(item), text) == 0)
            return true;
    }
    return false;
}

// `use`, `key_ops` and `alg` may be absent; what they say must allow signatures by our algorithm.
static bool check_purpose(const json_t *jwk, enum key_algorithm algorithm, struct error *err) {
    const json_t *use = json_object_get(jwk, "use");
    if (use != NULL && (!json_is_string(use) || strcmp(json_string_value(use), "sig") != 0))
        return error_set(err, ERROR_INVALID, "the key's use is not sig");
    const json_t *operations = json_object_get(jwk, "key_ops");
    if (operations != NULL && !text_among(operations, "verify") && !text_among(operations, "sign"))
        return error_set(err, ERROR_INVALID, "the key's operations are not sign or verify");
    const json_t *name = json_object_get(jwk, "alg");
    if (name != NULL &&
        (!json_is_string(name) || strcmp(json_string_value(name), key_algorithm_name(algorithm)) != 0))
        return error_set(err, ERROR_INVALID, "the key is for another algorithm than %s",
                         key_algorithm_name(algorithm));
    return true;
}

bool key_from_jwk(const json_t *jwk, struct key **ret_key, struct error *err) {
    const char *type = json_string_value(json_object_get(jwk, "kty"));
    if (type == NULL || (strcmp(type, "EC") != 0 && strcmp(type, "RSA") != 0))
        return error_set(err, ERROR_INVALID, "the key's type is neither EC nor RSA");
    enum key_algorithm algorithm = strcmp(type, "EC") == 0 ? KEY_ES256 : KEY_RS256;
    if (!check_purpose(jwk, algorithm, err) ||
        !(algorithm == KEY_ES256 ? check_ec(jwk, err) : check_rsa(jwk, err)))
        return false;
    cjose_err fault = {0};
    cjose_jwk_t *imported = cjose_jwk_import_json((cjose_header_t *)jwk, &fault);
    CLEANUP(key_cleanup) struct key *key = key_of(imported, algorithm);
    if (key == NULL)
        return error_set(err, ERROR_INVALID, "the key is broken: %s",
                         fault.message ? fault.message : "no memory");
    const json_t *id = json_object_get(jwk, "kid");
    if (id != NULL && (!json_is_string(id) || !text_copy(key->id, sizeof key->id, json_string_value(id))))
        return error_set(err, ERROR_INVALID, "the key's id is not a text of at most %d bytes",
                         KEY_ID_SIZE - 1);
    *ret_key = key;
    key = NULL;
    return true;
}

// Big-endian bytes of one number of a private key, at least `width` of them; NULL when it has no such number.
static uint8_t *key_number(const EVP_PKEY *pkey, const char *name, size_t width, size_t *ret_length) {
    BIGNUM *number = NULL;
    if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1)
        return NULL;
    size_t length = (size_t)BN_num_bytes(number);
    *ret_length = length > width ? length : width;
    uint8_t *bytes = malloc(*ret_length);
    if (bytes != NULL && BN_bn2binpad(number, bytes, (int)*ret_length) < 0) {
        free(bytes);
        bytes = NULL;
    }
    BN_clear_free(number);
    return bytes;
}

static void wipe(uint8_t *bytes, size_t length) {
    if (bytes != NULL)
        sodium_memzero(bytes, length);
    free(bytes);
}

static cjose_jwk_t *jwk_of_ec(const EVP_PKEY *pkey) {
    char curve[32] = "";
    if (EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof curve, NULL) != 1 ||
        strcmp(curve, "prime256v1") != 0)
        return NULL;
    cjose_jwk_ec_keyspec spec = {.crv = CJOSE_JWK_EC_P_256};
    spec.d = key_number(pkey, OSSL_PKEY_PARAM_PRIV_KEY, COORDINATE_BYTES, &spec.dlen);
    spec.x = key_number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, COORDINATE_BYTES, &spec.xlen);
    spec.y = key_number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, COORDINATE_BYTES, &spec.ylen);
    cjose_jwk_t *jwk = NULL;
    if (spec.d != NULL && spec.x != NULL && spec.y != NULL)
        jwk = cjose_jwk_create_EC_spec(&spec, NULL);
    wipe(spec.d, spec.dlen);
    wipe(spec.x, spec.xlen);
    wipe(spec.y, spec.ylen);
    return jwk;
}

static cjose_jwk_t *jwk_of_rsa(const EVP_PKEY *pkey) {
    cjose_jwk_rsa_keyspec spec = {0};
    struct {
        const char *name;
        uint8_t **bytes;
        size_t *length;
    } parts[] = {
        {OSSL_PKEY_PARAM_RSA_N, &spec.n, &spec.nlen},
        {OSSL_PKEY_PARAM_RSA_E, &spec.e, &spec.elen},
        {OSSL_PKEY_PARAM_RSA_D, &spec.d, &spec.dlen},
        {OSSL_PKEY_PARAM_RSA_FACTOR1, &spec.p, &spec.plen},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, &spec.q, &spec.qlen},
        {OSSL_PKEY_PARAM_RSA_EXPONENT1, &spec.dp, &spec.dplen},
        {OSSL_PKEY_PARAM_RSA_EXPONENT2, &spec.dq, &spec.dqlen},
        {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &spec.qi, &spec.qilen},
    };
    bool whole = EVP_PKEY_get_bits(pkey) >= RSA_BITS && EVP_PKEY_get_bits(pkey) <= RSA_BITS_MAX;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        *parts[i].bytes = key_number(pkey, parts[i].name, 0, parts[i].length);
        whole = whole && *parts[i].bytes != NULL;
    }
    cjose_jwk_t *jwk = whole ? cjose_jwk_create_RSA_spec(&spec, NULL) : NULL;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        wipe(*parts[i].bytes, *parts[i].length);
    return jwk;
}

// An encrypted key must not make the program stop and ask for a password on its terminal.
static int no_password(char *buffer, int size, int writing, void *context) {
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

// A file that begins as JSON is a private JSON Web Key; anything else is tried as PEM.
static bool load_jwk(FILE *file, struct key **ret_key, struct error *err) {
    json_t *jwk = json_loadf(file, JSON_REJECT_DUPLICATES, NULL);
    bool ok = jwk != NULL && json_object_get(jwk, "d") != NULL;
    if (!ok)
        (void)error_set(err, ERROR_INVALID, "the key file holds no private JSON Web Key");
    else
        ok = key_from_jwk(jwk, ret_key, err);
    json_decref(jwk);
    return ok;
}

static bool load_pem(const char *path, FILE *file, struct key **ret_key, struct error *err) {
    EVP_PKEY *pkey = PEM_read_PrivateKey(file, NULL, no_password, NULL);
    if (pkey == NULL)
        return error_set(err, ERROR_INVALID, "\"%.80s\" holds no private key in PEM without a password",
                         path);
    bool is_ec = EVP_PKEY_is_a(pkey, "EC");
    cjose_jwk_t *jwk = is_ec ? jwk_of_ec(pkey) : EVP_PKEY_is_a(pkey, "RSA") ? jwk_of_rsa(pkey) : NULL;
    EVP_PKEY_free(pkey);
    CLEANUP(key_cleanup) struct key *key = key_of(jwk, is_ec ? KEY_ES256 : KEY_RS256);
    if (key == NULL)
        return error_set(err, ERROR_INVALID,
                         "the key in \"%.70s\" is neither P-256 nor RSA of 2048 to 8192 bits", path);
    *ret_key = key;
    key = NULL;
    return true;
}

bool key_load(const char *path, const char *id, struct key **ret_key, struct error *err) {
    CLEANUP(key_cleanup) struct key *key = NULL;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, ERROR_MISSING, "the key file \"%.80s\" cannot be read", path);
    if (!private_file_check(fileno(file))) {
        (void)fclose(file);
        return error_set(err, ERROR_DENIED, "the key file \"%.80s\" may be read by others: chmod 600", path);
    }
    int first = getc(file);
    rewind(file);
    bool ok = first == '{' ? load_jwk(file, &key, err) : load_pem(path, file, &key, err);
    (void)fclose(file);
    if (!ok)
        return false;
    bool named = key->id[0] != '\0' && id == NULL;
    if (!named && (id == NULL ? !set_thumbprint(key) : !text_copy(key->id, sizeof key->id, id)))
        return error_set(err, ERROR_INVALID, "the key's id is longer than %d bytes", KEY_ID_SIZE - 1);
    *ret_key = key;
    key = NULL;
    return true;
}
