#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/random.h"
#include "measure/devices.h"

#define SEED          5
#define MODEL_DEVICES 3000
#define MODEL_STEPS   400000

// The naive rule: the last second of every device, for ever.
static void the_table_agrees_with_a_list_of_everybody(void **state) {
    static int64_t last_s[MODEL_DEVICES];
    struct random random;
    struct devices devices;
    int64_t now_s = 1770000000;
    uint64_t accesses = 0;
    random_init_seeded(&random, SEED);
    print_message("seed %d\n", SEED);
    assert_true(devices_init(&devices));
    for (int step = 0; step < MODEL_STEPS; step++) {
        if (random_below(&random, 10) == 0)
            now_s += (int64_t)random_below(&random, 30);
        if (random_below(&random, 20000) == 0)
            now_s += 1 << (10 + random_below(&random, 14)); // a night, a month
        uint64_t device = random_below(&random, MODEL_DEVICES);
        int64_t time_s = now_s - (int64_t)random_below(&random, 5); // lines are a little out of order
        bool expected = last_s[device] == 0 || time_s - last_s[device] > DEVICES_QUIET_S;
        uint64_t hash = (device + 1) * UINT64_C(0x9e3779b97f4a7c15);
        assert_int_equal(devices_see(&devices, hash, time_s), expected);
        accesses += expected;
        if (time_s > last_s[device])
            last_s[device] = time_s;
    }
    assert_true(accesses > MODEL_DEVICES * 5);
    assert_int_equal(devices.late, 0);
    assert_int_equal(devices.forgotten, 0);
    devices_done(&devices);
}

static void thirty_minutes_are_not_yet_quiet_enough_and_a_second_more_is(void **state) {
    struct devices devices;
    assert_true(devices_init(&devices));
    assert_true(devices_see(&devices, 7 << 20, 1000000));
    assert_false(devices_see(&devices, 7 << 20, 1000000 + DEVICES_QUIET_S));
    assert_true(devices_see(&devices, 7 << 20, 1000000 + 2 * DEVICES_QUIET_S + 1));
    devices_done(&devices);
}

static void a_late_request_begins_nothing_until_time_has_begun_anew(void **state) {
    struct devices devices;
    const int64_t now_s = 1770000000, before_s = now_s - 86400;
    assert_true(devices_init(&devices));
    assert_true(devices_see(&devices, UINT64_C(7) << 20, now_s));
    for (uint64_t i = 0; i < DEVICES_LATE_RUN - 1; i++)
        assert_false(devices_see(&devices, (100 + i) << 20, before_s));
    assert_int_equal(devices.late, DEVICES_LATE_RUN - 1);
    assert_true(devices_see(&devices, UINT64_C(9) << 20, before_s)); // another server's log begins here
    assert_false(devices_see(&devices, UINT64_C(9) << 20, before_s + 1));
    assert_true(devices_see(&devices, UINT64_C(7) << 20, now_s));
    devices_done(&devices);
}

static void more_active_devices_than_fit_are_told(void **state) {
    struct devices devices;
    struct random random;
    uint64_t accesses = 0;
    random_init_seeded(&random, SEED);
    assert_true(devices_init(&devices));
    for (uint64_t i = 0; i < DEVICES_ACTIVE_MAX; i++)
        accesses += devices_see(&devices, random_uint64(&random), 1000000);
    assert_int_equal(accesses, DEVICES_ACTIVE_MAX);
    assert_int_equal(devices.forgotten, 0);
    assert_int_equal(devices.size, DEVICES_SLOTS_MAX);
    for (uint64_t i = 0; i < 1000; i++)
        accesses += devices_see(&devices, random_uint64(&random), 1000001);
    assert_int_equal(accesses, DEVICES_ACTIVE_MAX + 1000);
    assert_int_equal(devices.forgotten, 1000);
    // Half an hour later they have all left, and there is room again.
    assert_true(devices_see(&devices, random_uint64(&random), 1000002 + DEVICES_QUIET_S));
    assert_int_equal(devices.forgotten, 1000);
    assert_true(devices.used < 10);
    devices_done(&devices);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_agrees_with_a_list_of_everybody),
        cmocka_unit_test(thirty_minutes_are_not_yet_quiet_enough_and_a_second_more_is),
        cmocka_unit_test(a_late_request_begins_nothing_until_time_has_begun_anew),
        cmocka_unit_test(more_active_devices_than_fit_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
