// jwks_test.c - keys found by id, and a provider that is not called too often.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "identity/jwks.h"

// Takes a set of these keys and some that are of no use.
static void take(struct jwks *jwks, const struct key *const *keys, size_t count) {
    struct error err = {0};
    CLEANUP(json_cleanup)
    json_t *set = json_pack("{s:[{s:s},{s:s,s:s}]}", "keys", "kty", "oct", "kty", "RSA", "use", "enc");
    for (size_t i = 0; i < count; i++)
        assert_int_equal(json_array_append_new(json_object_get(set, "keys"), key_public_jwk(keys[i])), 0);
    char *text = json_dumps(set, 0);
    assert_true(jwks_take(jwks, text, strlen(text), &err));
    free(text);
    assert_int_equal(jwks->count, count);
}

static struct jwt_header header(enum key_algorithm algorithm, const char *id) {
    struct jwt_header result = {.algorithm = algorithm};
    assert_true(text_copy(result.key_id, sizeof result.key_id, id));
    return result;
}

static void a_key_is_found_by_its_id_and_only_for_its_algorithm(void **state) {
    (void)state;
    CLEANUP(key_cleanup) struct key *ec = key_generate(KEY_ES256);
    CLEANUP(key_cleanup) struct key *rsa = key_generate(KEY_RS256);
    struct jwks jwks;
    jwks_init(&jwks);
    take(&jwks, (const struct key *const[]){ec, rsa}, 2);
    struct jwt_header wanted = header(KEY_ES256, key_id(ec));
    assert_non_null(jwks_find(&jwks, &wanted));
    wanted = header(KEY_RS256, key_id(ec));
    assert_null(jwks_find(&jwks, &wanted));
    wanted = header(KEY_ES256, "another");
    assert_null(jwks_find(&jwks, &wanted));
    wanted = header(KEY_RS256, "");
    assert_string_equal(key_id(jwks_find(&jwks, &wanted)), key_id(rsa));
    jwks_done(&jwks);
}

static void keys_that_cannot_be_told_apart_are_not_used(void **state) {
    (void)state;
    CLEANUP(key_cleanup) struct key *one = key_generate(KEY_ES256);
    CLEANUP(key_cleanup) struct key *two = key_generate(KEY_ES256);
    struct jwks jwks;
    jwks_init(&jwks);
    take(&jwks, (const struct key *const[]){one, two}, 2);
    struct jwt_header wanted = header(KEY_ES256, "");
    assert_null(jwks_find(&jwks, &wanted));
    take(&jwks, (const struct key *const[]){one, one}, 2);
    wanted = header(KEY_ES256, key_id(one));
    assert_null(jwks_find(&jwks, &wanted));
    jwks_done(&jwks);
}

static void a_set_that_is_none_leaves_the_old_keys(void **state) {
    (void)state;
    CLEANUP(key_cleanup) struct key *key = key_generate(KEY_ES256);
    struct jwks jwks;
    jwks_init(&jwks);
    take(&jwks, (const struct key *const[]){key}, 1);
    static const char *const wrong[] = {"",
                                        "[]",
                                        "{}",
                                        "{\"keys\":{}}",
                                        "{\"keys\":[]}",
                                        "{\"keys\":[1,null]}",
                                        "{\"keys\":[{\"kty\":\"oct\"}]}",
                                        "<html>"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error err = {0};
        assert_false(jwks_take(&jwks, wrong[i], strlen(wrong[i]), &err));
        assert_int_equal(err.kind, ERROR_INVALID);
    }
    struct jwt_header wanted = header(KEY_ES256, key_id(key));
    assert_non_null(jwks_find(&jwks, &wanted));
    jwks_done(&jwks);
}

static void unknown_ids_fetch_at_most_once_a_minute(void **state) {
    (void)state;
    struct jwks jwks;
    jwks_init(&jwks);
    int fetched = 0;
    for (int64_t now_ms = 1000000; now_ms < 1000000 + 600000; now_ms += 50)
        fetched += jwks_may_fetch(&jwks, now_ms);
    assert_int_equal(fetched, 10);
}

static void a_fetch_that_failed_may_be_tried_again_sooner(void **state) {
    (void)state;
    struct jwks jwks;
    jwks_init(&jwks);
    assert_true(jwks_may_fetch(&jwks, 1000000));
    jwks_fetch_failed(&jwks, 1000100);
    assert_false(jwks_may_fetch(&jwks, 1000100 + JWKS_FAILURE_PAUSE_MS - 1));
    assert_true(jwks_may_fetch(&jwks, 1000100 + JWKS_FAILURE_PAUSE_MS));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_found_by_its_id_and_only_for_its_algorithm),
        cmocka_unit_test(keys_that_cannot_be_told_apart_are_not_used),
        cmocka_unit_test(a_set_that_is_none_leaves_the_old_keys),
        cmocka_unit_test(unknown_ids_fetch_at_most_once_a_minute),
        cmocka_unit_test(a_fetch_that_failed_may_be_tried_again_sooner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
