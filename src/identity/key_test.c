// key_test.c - which keys are taken and which are not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "identity/key.h"

// The example of RFC 7638 section 3.1.
#define RSA_N                                                                                        \
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"        \
    "BJECPebWKRXjBZCi"                                                                               \
    "FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"                       \
    "FDW2QvzqY368QQMicAtaSqzs8KJZgnY"                                                                \
    "b9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_" \
    "xBniIqbw0"                                                                                      \
    "Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
#define EC_X "04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY"
#define EC_Y "UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw"

static bool take(const char *text, struct key **ret_key) {
    struct error err = {0};
    CLEANUP(json_cleanup) json_t *jwk = NULL;
    assert_true(json_parse_object(text, strlen(text), &jwk, &err));
    bool ok = key_from_jwk(jwk, ret_key, &err);
    assert_int_equal(err.kind, ok ? ERROR_NONE : ERROR_INVALID);
    return ok;
}

static void public_keys_of_both_kinds_are_taken(void **state) {
    (void)state;
    CLEANUP(key_cleanup) struct key *rsa = NULL;
    CLEANUP(key_cleanup) struct key *ec = NULL;
    assert_true(take("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"kid\":\"2011-04-29\",\"alg\":\"RS256\",\"n\":\"" RSA_N
                     "\"}",
                     &rsa));
    assert_int_equal(key_algorithm_of(rsa), KEY_RS256);
    assert_string_equal(key_id(rsa), "2011-04-29");
    assert_true(take("{\"kty\":\"EC\",\"crv\":\"P-256\",\"key_ops\":[\"verify\"],\"x\":\"" EC_X
                     "\",\"y\":\"" EC_Y "\"}",
                     &ec));
    assert_int_equal(key_algorithm_of(ec), KEY_ES256);
    assert_string_equal(key_id(ec), "");
}

static void weak_broken_and_foreign_keys_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "{}",
        "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
        "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"AQAB\"}",
        "{\"kty\":\"RSA\",\"e\":\"AQ\",\"n\":\"" RSA_N "\"}",
        "{\"kty\":\"RSA\",\"e\":\"Ag\",\"n\":\"" RSA_N "\"}",
        "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N "==\"}",
        "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\"}",
        "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"use\":\"enc\",\"n\":\"" RSA_N "\"}",
        "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"alg\":\"PS256\",\"n\":\"" RSA_N "\"}",
        "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"key_ops\":[\"encrypt\"],\"n\":\"" RSA_N "\"}",
        "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"kid\":7,\"n\":\"" RSA_N "\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_X "\"}", // not on the curve
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"AAAA\"}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct key *key = NULL;
        if (take(wrong[i], &key))
            fail_msg("taken: %s", wrong[i]);
        assert_null(key);
    }
}

static void generated_keys_show_their_public_half_only(void **state) {
    (void)state;
    for (int algorithm = KEY_ES256; algorithm <= KEY_RS256; algorithm++) {
        CLEANUP(key_cleanup) struct key *key = key_generate((enum key_algorithm)algorithm);
        assert_non_null(key);
        assert_int_equal(strlen(key_id(key)), 43);
        CLEANUP(json_cleanup) json_t *jwk = key_public_jwk(key);
        assert_null(json_object_get(jwk, "d"));
        assert_null(json_object_get(jwk, "p"));
        assert_string_equal(json_string_value(json_object_get(jwk, "use")), "sig");
        assert_string_equal(json_string_value(json_object_get(jwk, "kid")), key_id(key));
        CLEANUP(key_cleanup) struct key *again = NULL;
        struct error err = {0};
        assert_true(key_from_jwk(jwk, &again, &err));
        assert_int_equal(key_algorithm_of(again), algorithm);
    }
}

// Made for this test with openssl genpkey; it protects nothing.
static const char ec_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                             "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjcueYuqo9I9jl/27\n"
                             "zqI3M1wUJITmeS9cy8cp+rGR4M6hRANCAATrXgNQA1H67rYDCLucVfKUDMUWsqDm\n"
                             "FCYtdH0b9+gcP2tz5mVLI7B7IRERhrxdedSWQcPXtPv0LM2I8h4Z2usm\n"
                             "-----END PRIVATE KEY-----\n";

static char *write_file(const char *text, char path[64]) {
    (void)snprintf(path, 64, "/tmp/juncho-key-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
    return path;
}

static void a_private_key_is_read_from_pem_and_named_by_its_thumbprint(void **state) {
    (void)state;
    char path[64];
    struct error err = {0};
    CLEANUP(key_cleanup) struct key *key = NULL;
    CLEANUP(key_cleanup) struct key *named = NULL;
    (void)write_file(ec_pem, path);
    assert_true(key_load(path, NULL, &key, &err));
    assert_true(key_load(path, "our-key", &named, &err));
    key_cleanup(&named);
    assert_int_equal(chmod(path, 0644), 0);
    assert_false(key_load(path, "our-key", &named, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_int_equal(chmod(path, 0600), 0);
    assert_true(key_load(path, "our-key", &named, &err));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(key_algorithm_of(key), KEY_ES256);
    assert_string_equal(key_id(key), "ktCvGDMddVQdPMYfxs3wMAWFt0JBdOpcU0u8igrqAAM");
    assert_string_equal(key_id(named), "our-key");
}

static void a_private_json_web_key_is_read_with_its_own_id_and_a_public_one_is_not(void **state) {
    (void)state;
    char path[64];
    struct error err = {0};
    CLEANUP(key_cleanup) struct key *key = NULL;
    // The key of RFC 7515 appendix A.3.
    (void)write_file("{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a3\","
                     "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                     "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\","
                     "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}",
                     path);
    assert_true(key_load(path, NULL, &key, &err));
    assert_int_equal(unlink(path), 0);
    assert_string_equal(key_id(key), "a3");
    struct key *none = NULL;
    (void)write_file("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}", path);
    assert_false(key_load(path, NULL, &none, &err));
    assert_int_equal(unlink(path), 0);
    assert_null(none);
}

static void files_without_a_usable_key_are_refused_with_the_reason(void **state) {
    (void)state;
    char path[64];
    struct error err = {0};
    struct key *key = NULL;
    assert_false(key_load("/nonexistent/key.pem", NULL, &key, &err));
    assert_int_equal(err.kind, ERROR_MISSING);
    (void)write_file("no key", path);
    assert_false(key_load(path, NULL, &key, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_int_equal(unlink(path), 0);
    assert_null(key);
}

static void a_derived_key_is_the_same_wherever_its_seed_is_known(void **state) {
    unsigned char seed[KEY_SEED_SIZE] = "a seed of the tests";
    CLEANUP(key_cleanup) struct key *one = key_derive(seed);
    CLEANUP(key_cleanup) struct key *again = key_derive(seed);
    seed[0] ^= 1;
    CLEANUP(key_cleanup) struct key *other = key_derive(seed);
    assert_non_null(one);
    assert_string_equal(key_id(one), key_id(again));
    assert_string_not_equal(key_id(one), key_id(other));
    CLEANUP(json_cleanup) json_t *here = key_public_jwk(one);
    CLEANUP(json_cleanup) json_t *there = key_public_jwk(again);
    assert_true(json_equal(here, there));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_derived_key_is_the_same_wherever_its_seed_is_known),
        cmocka_unit_test(public_keys_of_both_kinds_are_taken),
        cmocka_unit_test(weak_broken_and_foreign_keys_are_refused),
        cmocka_unit_test(generated_keys_show_their_public_half_only),
        cmocka_unit_test(a_private_key_is_read_from_pem_and_named_by_its_thumbprint),
        cmocka_unit_test(a_private_json_web_key_is_read_with_its_own_id_and_a_public_one_is_not),
        cmocka_unit_test(files_without_a_usable_key_are_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
