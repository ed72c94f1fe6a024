#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>

#include "operator/throttle.h"

static void the_wait_doubles_and_has_an_end(void **state) {
    struct throttle *throttle = throttle_new();
    int64_t now_ms = 1000, last_ms = 0;
    assert_non_null(throttle);
    for (int i = 0; i < THROTTLE_FREE_TRIES; i++) {
        assert_int_equal(throttle_wait_ms(throttle, "yamada|192.0.2.1", now_ms), 0);
        throttle_failed(throttle, "yamada|192.0.2.1", now_ms);
    }
    last_ms = throttle_wait_ms(throttle, "yamada|192.0.2.1", now_ms);
    assert_int_equal(last_ms, 1000);
    for (int i = 0; i < 20; i++) {
        now_ms += last_ms;
        assert_int_equal(throttle_wait_ms(throttle, "yamada|192.0.2.1", now_ms), 0);
        throttle_failed(throttle, "yamada|192.0.2.1", now_ms);
        int64_t wait_ms = throttle_wait_ms(throttle, "yamada|192.0.2.1", now_ms);
        assert_true(wait_ms == last_ms * 2 || wait_ms == THROTTLE_WAIT_MS_MAX);
        last_ms = wait_ms;
    }
    assert_int_equal(last_ms, THROTTLE_WAIT_MS_MAX);
    throttle_free(throttle);
}

static void one_key_does_not_keep_another_out(void **state) {
    struct throttle *throttle = throttle_new();
    for (int i = 0; i < 100; i++)
        throttle_failed(throttle, "yamada|192.0.2.1", 1000);
    assert_true(throttle_wait_ms(throttle, "yamada|192.0.2.1", 1000) > 0);
    assert_int_equal(throttle_wait_ms(throttle, "yamada|192.0.2.2", 1000), 0);
    throttle_free(throttle);
}

static void success_and_an_hour_of_quiet_forget(void **state) {
    struct throttle *throttle = throttle_new();
    for (int i = 0; i < 8; i++)
        throttle_failed(throttle, "a", 1000);
    throttle_succeeded(throttle, "a");
    assert_int_equal(throttle_wait_ms(throttle, "a", 1000), 0);
    for (int i = 0; i < 100; i++)
        throttle_failed(throttle, "a", 1000);
    assert_true(throttle_wait_ms(throttle, "a", 1000) > 0);
    throttle_failed(throttle, "a", 1000 + THROTTLE_KEEP_MS + 1);
    assert_int_equal(throttle_wait_ms(throttle, "a", 1000 + THROTTLE_KEEP_MS + 1), 0);
    throttle_free(throttle);
}

static void a_flood_of_keys_is_bounded_and_the_newest_counts(void **state) {
    struct throttle *throttle = throttle_new();
    char key[32];
    for (int i = 0; i < THROTTLE_KEYS_MAX * 4; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        throttle_failed(throttle, key, 1000 + i);
    }
    for (int i = 0; i < THROTTLE_FREE_TRIES; i++)
        throttle_failed(throttle, "last", 100000);
    assert_int_equal(throttle_wait_ms(throttle, "last", 100000), 1000);
    throttle_free(throttle);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wait_doubles_and_has_an_end),
        cmocka_unit_test(one_key_does_not_keep_another_out),
        cmocka_unit_test(success_and_an_hour_of_quiet_forget),
        cmocka_unit_test(a_flood_of_keys_is_bounded_and_the_newest_counts),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
