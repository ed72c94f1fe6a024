#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "http/allowance.h"

#define SECOND_US INT64_C(1000000)

static int take_many(struct allowance *allowance, const char *peer, int64_t now_us, int count) {
    int taken = 0;
    for (int i = 0; i < count; i++)
        taken += allowance_take(allowance, peer, now_us);
    return taken;
}

static void an_address_has_a_minutes_worth_and_then_as_time_gives_it(void **state) {
    struct allowance *allowance = allowance_new(60);
    int64_t now_us = 1000 * SECOND_US;
    assert_int_equal(take_many(allowance, "192.0.2.7", now_us, 100), 60);
    assert_int_equal(take_many(allowance, "192.0.2.7", now_us + 5 * SECOND_US, 100), 5);
    assert_int_equal(take_many(allowance, "192.0.2.7", now_us + 3600 * SECOND_US, 100), 60);
    allowance_free(allowance);
}

static void others_are_not_held_up(void **state) {
    struct allowance *allowance = allowance_new(10);
    assert_int_equal(take_many(allowance, "192.0.2.7", SECOND_US, 1000), 10);
    int allowed = 0;
    char peer[16];
    for (int i = 0; i < 250; i++) {
        (void)snprintf(peer, sizeof peer, "198.51.100.%d", i);
        allowed += allowance_take(allowance, peer, SECOND_US);
    }
    assert_in_range(allowed, 248, 250); // one slot in 16,384 is the flooder's
    allowance_free(allowance);
}

static void one_ipv6_network_is_one_address(void **state) {
    struct allowance *allowance = allowance_new(3);
    assert_int_equal(take_many(allowance, "2001:db8:1:2::1", SECOND_US, 2), 2);
    assert_int_equal(take_many(allowance, "2001:db8:1:2:ffff::9", SECOND_US, 5), 1);
    assert_int_equal(take_many(allowance, "2001:db8:1:3::1", SECOND_US, 5), 3);
    allowance_free(allowance);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_a_minutes_worth_and_then_as_time_gives_it),
        cmocka_unit_test(others_are_not_held_up),
        cmocka_unit_test(one_ipv6_network_is_one_address),
    };
    return cmocka_run_group_tests_name("allowance", tests, NULL, NULL);
}
