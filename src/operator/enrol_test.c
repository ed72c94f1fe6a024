#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "operator/enrol.h"
#include "operator/password.h"

static void a_drawn_password_is_strong_and_another_each_time(void **state) {
    char one[ENROL_PASSWORD_SIZE], other[ENROL_PASSWORD_SIZE];
    struct random random;
    struct error err = {0};
    random_init_seeded(&random, 1);
    enrol_draw_password(&random, one);
    enrol_draw_password(&random, other);
    assert_int_equal(strlen(one), 23);
    assert_int_equal(strspn(one, "abcdefghijkmnpqrstuvwxyz23456789-"), 23);
    assert_true(one[5] == '-' && one[11] == '-' && one[17] == '-');
    assert_string_not_equal(one, other);
    assert_true(password_check_strength(one, &err));
}

static void what_is_kept_opens_for_its_name_and_key_only(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    unsigned char key[TOTP_KEY_SIZE] = {1}, wrong[TOTP_KEY_SIZE] = {2};
    struct enrolment enrolment = {.name = "yamada", .password = "three windows at noon", .key = key};
    struct operator_secrets secrets;
    struct totp_secret secret;
    struct random random;
    struct error err = {0};
    const char *uri = NULL;
    random_init_seeded(&random, 2);
    assert_true(enrol(&enrolment, &random, arena, &secrets, &uri, &err));
    assert_true(password_matches(secrets.password, "three windows at noon"));
    assert_true(totp_open(secrets.totp, sizeof secrets.totp, key, "yamada", &secret));
    assert_string_equal(uri, totp_uri(&secret, "Juncho", "yamada", arena));
    assert_false(totp_open(secrets.totp, sizeof secrets.totp, key, "abe", &secret));
    assert_false(totp_open(secrets.totp, sizeof secrets.totp, wrong, "yamada", &secret));
}

static void without_memory_nothing_is_given(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(PASSWORD_HASH_SIZE + 8);
    unsigned char key[TOTP_KEY_SIZE] = {1};
    struct enrolment enrolment = {.name = "yamada", .password = "three windows at noon", .key = key};
    struct operator_secrets secrets = {.password = ""};
    struct random random;
    struct error err = {0};
    const char *uri = NULL;
    random_init_seeded(&random, 3);
    assert_false(enrol(&enrolment, &random, arena, &secrets, &uri, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_null(uri);
    assert_string_equal(secrets.password, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drawn_password_is_strong_and_another_each_time),
        cmocka_unit_test(what_is_kept_opens_for_its_name_and_key_only),
        cmocka_unit_test(without_memory_nothing_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
