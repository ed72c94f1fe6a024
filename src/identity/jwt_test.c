// jwt_test.c - tokens that must be believed and, many more, those that must not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "identity/jwt.h"

#define NOW_MS INT64_C(1770000000000)
#define NOW_S  INT64_C(1770000000)

static struct key *ec_key, *rsa_key, *other_key;
static struct arena *arena;

static int prepare(void **state) {
    (void)state;
    ec_key = key_generate(KEY_ES256);
    rsa_key = key_generate(KEY_RS256);
    other_key = key_generate(KEY_ES256);
    arena = arena_new(4u << 20);
    return ec_key == NULL || rsa_key == NULL || other_key == NULL || arena == NULL;
}

static int clean_up(void **state) {
    (void)state;
    key_free(ec_key);
    key_free(rsa_key);
    key_free(other_key);
    arena_free(arena);
    return 0;
}

static const char *sign_with(const struct key *key) {
    struct error err = {0};
    const char *token = NULL;
    CLEANUP(json_cleanup) json_t *claims = json_pack("{s:s}", "hello", "world");
    assert_true(jwt_sign(claims, "JWT", key, arena, &token, &err));
    return token;
}

static bool opens(const char *token, const struct key *key) {
    struct error err = {0};
    const char *payload = NULL;
    size_t length = 0;
    return jwt_open(token, key, arena, &payload, &length, &err);
}

static void what_was_signed_verifies_with_the_same_key_only(void **state) {
    (void)state;
    const struct key *const keys[] = {ec_key, rsa_key};
    for (size_t i = 0; i < 2; i++) {
        struct error err = {0};
        CLEANUP(json_cleanup) json_t *claims = NULL;
        const char *token = sign_with(keys[i]);
        assert_true(jwt_verify(token, keys[i], arena, &claims, &err));
        assert_string_equal(json_string_value(json_object_get(claims, "hello")), "world");
        assert_false(opens(token, other_key));
        assert_false(opens(token, keys[1 - i]));
    }
}

static void a_token_with_any_one_character_changed_is_refused(void **state) {
    (void)state;
    const char *token = sign_with(ec_key);
    size_t length = strlen(token);
    for (size_t i = 0; i < length; i++) {
        char *changed = arena_copy_text(arena, token);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (opens(changed, ec_key))
            fail_msg("character %zu of %zu does not matter", i, length);
    }
}

static void tokens_that_are_cut_or_extended_are_refused(void **state) {
    (void)state;
    const char *token = sign_with(ec_key);
    for (size_t i = 0; i < strlen(token); i++)
        assert_false(opens(arena_print(arena, "%.*s", (int)i, token), ec_key));
    static const char *const tails[] = {"=", ".", ".x", " ", "\n", "A", "AA", "AAAA"};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++)
        assert_false(opens(arena_print(arena, "%s%s", token, tails[i]), ec_key));
    assert_false(opens(arena_print(arena, " %s", token), ec_key));
}

// A token with this header and our payload, under a signature that fits it when the header lets it.
static const char *with_header(const char *header) {
    char text[1024];
    const char *token = sign_with(ec_key);
    text_base64url(text, sizeof text, header, strlen(header));
    return arena_print(arena, "%s%s", text, strchr(token, '.'));
}

static void headers_that_ask_for_other_things_are_refused_before_the_signature_is_looked_at(void **state) {
    (void)state;
    static const char *const headers[] = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"ES384\"}",
        "{\"alg\":\"PS256\"}",
        "{\"alg\":\"es256\"}",
        "{\"alg\":[\"ES256\"]}",
        "{\"typ\":\"JWT\"}",
        "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}",
        "{\"alg\":\"ES256\",\"crit\":[]}",
        "{\"alg\":\"ES256\",\"alg\":\"none\"}",
        "{\"alg\":\"ES256\",\"kid\":5}",
        "[]",
        "ES256",
        "",
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct error err = {0};
        struct jwt_header header;
        if (jwt_read_header(with_header(headers[i]), &header, &err))
            fail_msg("accepted: %s", headers[i]);
    }
}

static void a_token_that_is_too_long_is_refused_unread(void **state) {
    (void)state;
    char *token = arena_alloc(arena, JWT_BYTES_MAX + 10);
    memset(token, 'A', JWT_BYTES_MAX + 5);
    token[100] = token[200] = '.';
    assert_false(opens(token, ec_key));
    token[JWT_BYTES_MAX - 5] = '\0';
    assert_false(opens(token, ec_key));
}

static void a_payload_that_is_no_object_or_says_things_twice_is_refused(void **state) {
    (void)state;
    struct error err = {0};
    json_t *claims = NULL;
    const char *token = NULL;
    CLEANUP(json_cleanup) json_t *array = json_pack("[s]", "secret");
    assert_true(jwt_sign(array, "JWT", ec_key, arena, &token, &err));
    assert_false(jwt_verify(token, ec_key, arena, &claims, &err));
    assert_null(strstr(err.message, "secret"));
    assert_null(claims);
}

// Claims that are right, with one of them changed: `json` NULL takes it out.
static json_t *claims_with(const char *name, const char *json) {
    char at_hash[JWT_AT_HASH_SIZE];
    jwt_at_hash(at_hash, "the-access-token");
    json_t *claims = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "iss", "https://op.example/realms/main",
                               "aud", "RP1", "sub", "a-b-c", "nonce", "n-1", "at_hash", at_hash, "iat",
                               (json_int_t)NOW_S, "exp", (json_int_t)(NOW_S + 300));
    assert_non_null(claims);
    if (name != NULL && json == NULL)
        assert_int_equal(json_object_del(claims, name), 0);
    if (name != NULL && json != NULL)
        assert_int_equal(json_object_set_new(claims, name, json_loads(json, JSON_DECODE_ANY, NULL)), 0);
    return claims;
}

static bool check(json_t *claims, struct error *err) {
    const struct id_token_expectation expectation = {.issuer = "https://op.example/realms/main",
                                                     .client_id = "RP1",
                                                     .nonce = "n-1",
                                                     .access_token = "the-access-token",
                                                     .now_ms = NOW_MS};
    const char *subject = NULL;
    bool ok = id_token_check(claims, &expectation, &subject, err);
    if (ok)
        assert_non_null(subject);
    json_decref(claims);
    return ok;
}

static void an_id_token_that_is_right_is_believed(void **state) {
    (void)state;
    static const struct {
        const char *name, *json;
    } right[] = {
        {NULL, NULL},          {"at_hash", NULL},        {"aud", "[\"RP1\"]"},
        {"azp", "\"RP1\""},    {"exp", "1769999941"},    {"iat", "1770000059"},
        {"nbf", "1770000000"}, {"iat", "1770000000.25"}, {"email", "\"ignored\""},
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        struct error err = {0};
        if (!check(claims_with(right[i].name, right[i].json), &err))
            fail_msg("refused: %s", err.message);
    }
    struct error err = {0};
    json_t *several = claims_with("aud", "[\"RP2\",\"RP1\"]");
    assert_int_equal(json_object_set_new(several, "azp", json_string("RP1")), 0);
    assert_true(check(several, &err));
}

static void an_id_token_with_one_claim_wrong_is_refused_by_its_name(void **state) {
    (void)state;
    static const struct {
        const char *name, *json;
    } wrong[] = {
        {"iss", NULL},
        {"iss", "\"https://op.example/realms/main/\""},
        {"iss", "\"HTTPS://op.example/realms/main\""},
        {"iss", "\"https://op.example/realms/other\""},
        {"iss", "\"https://op.example/realms/main\\u0000\""},
        {"iss", "[\"https://op.example/realms/main\"]"},
        {"aud", NULL},
        {"aud", "\"RP2\""},
        {"aud", "[]"},
        {"aud", "[\"RP2\"]"},
        {"aud", "[\"RP1\",7]"},
        {"aud", "{\"RP1\":1}"},
        {"azp", "\"RP2\""},
        {"azp", "7"},
        {"exp", NULL},
        {"exp", "1769999940"},
        {"exp", "\"1770000300\""},
        {"exp", "1e300"},
        {"exp", "-1"},
        {"iat", NULL},
        {"iat", "1770000061"},
        {"iat", "1769999399"},
        {"nbf", "1770000061"},
        {"nbf", "\"now\""},
        {"nonce", NULL},
        {"nonce", "\"n-2\""},
        {"nonce", "\"\""},
        {"nonce", "null"},
        {"at_hash", "\"AAAAAAAAAAAAAAAAAAAAAA\""},
        {"at_hash", "1"},
        {"sub", NULL},
        {"sub", "\"\""},
        {"sub", "7"},
        {"sub", "\"\\u3042\""},
        {"sub", "\"a\\u0000b\""},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error err = {0};
        CLEANUP(json_cleanup)
        json_t *value =
            json_loads(wrong[i].json == NULL ? "0" : wrong[i].json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        json_t *claims = claims_with(wrong[i].name, wrong[i].json == NULL ? NULL : "0");
        if (wrong[i].json != NULL)
            assert_int_equal(json_object_set(claims, wrong[i].name, value), 0);
        if (check(claims, &err))
            fail_msg("believed: %s = %s", wrong[i].name, wrong[i].json);
        assert_int_equal(err.kind, ERROR_DENIED);
        assert_string_equal(err.field, wrong[i].name);
    }
    struct error err = {0};
    assert_false(check(claims_with("aud", "[\"RP2\",\"RP1\"]"), &err)); // several, and no azp
    assert_string_equal(err.field, "azp");
    char subject[JWT_SUBJECT_MAX + 4] = "\"";
    memset(subject + 1, 's', JWT_SUBJECT_MAX + 1);
    subject[JWT_SUBJECT_MAX + 2] = '"';
    assert_false(check(claims_with("sub", subject), &err));
}

static void a_client_assertion_says_who_for_whom_once_and_for_five_minutes(void **state) {
    (void)state;
    struct error err = {0};
    const struct jwt_client client = {
        .key = rsa_key, .client_id = "RP1", .audience = "https://op.example/token"};
    char first[64] = "";
    for (int round = 0; round < 2; round++) {
        const char *token = NULL;
        CLEANUP(json_cleanup) json_t *claims = NULL;
        assert_true(jwt_client_assertion(&client, NOW_MS, arena, &token, &err));
        assert_true(jwt_verify(token, rsa_key, arena, &claims, &err));
        assert_string_equal(json_string_value(json_object_get(claims, "iss")), "RP1");
        assert_string_equal(json_string_value(json_object_get(claims, "sub")), "RP1");
        assert_string_equal(json_string_value(json_object_get(claims, "aud")), "https://op.example/token");
        assert_int_equal(json_integer_value(json_object_get(claims, "exp")), NOW_S + 300);
        assert_int_equal(json_integer_value(json_object_get(claims, "iat")), NOW_S);
        const char *id = json_string_value(json_object_get(claims, "jti"));
        assert_string_not_equal(first, id);
        assert_true(text_copy(first, sizeof first, id));
    }
}

static void the_access_token_hash_is_the_one_of_the_standard(void **state) {
    (void)state;
    // OpenID Connect Core, appendix A.3.
    char hash[JWT_AT_HASH_SIZE];
    jwt_at_hash(hash, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
    assert_string_equal(hash, "77QmUPtjPfzWtF2AnpK9RQ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_signed_verifies_with_the_same_key_only),
        cmocka_unit_test(a_token_with_any_one_character_changed_is_refused),
        cmocka_unit_test(tokens_that_are_cut_or_extended_are_refused),
        cmocka_unit_test(headers_that_ask_for_other_things_are_refused_before_the_signature_is_looked_at),
        cmocka_unit_test(a_token_that_is_too_long_is_refused_unread),
        cmocka_unit_test(a_payload_that_is_no_object_or_says_things_twice_is_refused),
        cmocka_unit_test(an_id_token_that_is_right_is_believed),
        cmocka_unit_test(an_id_token_with_one_claim_wrong_is_refused_by_its_name),
        cmocka_unit_test(a_client_assertion_says_who_for_whom_once_and_for_five_minutes),
        cmocka_unit_test(the_access_token_hash_is_the_one_of_the_standard),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
