#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "operator/password.h"

static void a_hash_knows_its_password_and_no_other(void **state) {
    char hash[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];
    struct error err = {0};
    assert_true(password_hash("受付を ひらく 三月の朝", hash, &err));
    assert_true(strncmp(hash, "$argon2id$v=19$m=65536,t=3,p=1$", 31) == 0);
    assert_true(password_matches(hash, "受付を ひらく 三月の朝"));
    assert_false(password_matches(hash, "受付を ひらく 三月の夜"));
    assert_true(password_hash("受付を ひらく 三月の朝", again, &err));
    assert_string_not_equal(hash, again); // a salt of its own
}

static void nobody_has_no_password(void **state) {
    assert_false(password_matches("", ""));
    assert_false(password_matches("", "anything at all"));
}

static void weak_passwords_are_refused_in_words(void **state) {
    struct error err = {0};
    char long_one[PASSWORD_BYTES_MAX + 2];
    assert_false(password_check_strength("eleven char", &err));
    assert_string_equal(err.field, "password");
    assert_false(password_check_strength("aaaaaaaaaaaaaaaa", &err));
    memset(long_one, 'a', sizeof long_one);
    long_one[0] = 'b';
    long_one[sizeof long_one - 1] = '\0';
    assert_false(password_check_strength(long_one, &err));
    assert_true(password_check_strength("しんじゅくのまどぐち三番", &err)); // twelve characters
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_knows_its_password_and_no_other),
        cmocka_unit_test(nobody_has_no_password),
        cmocka_unit_test(weak_passwords_are_refused_in_words),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
