#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate/guard.h"

static int take_all(struct guard *guard) {
    int taken = 0;
    while (guard_take(guard))
        taken++;
    return taken;
}

static void five_seconds_of_throughput_may_be_outstanding(void **state) {
    struct guard guard;
    guard_init(&guard, 20);
    assert_int_equal(take_all(&guard), 100);
    for (int i = 0; i < 30; i++)
        guard_answered(&guard);
    assert_int_equal(take_all(&guard), 30);
    guard_tick(&guard, 10); // slower now: nothing until the surplus is answered
    assert_int_equal(take_all(&guard), 0);
    for (int i = 0; i < 60; i++)
        guard_answered(&guard);
    assert_int_equal(take_all(&guard), 10);
}

static void a_stage_that_stopped_is_still_asked(void **state) {
    struct guard guard;
    guard_init(&guard, 0);
    assert_int_equal(take_all(&guard), 4);
}

static void a_request_given_up_keeps_its_room_for_half_a_minute(void **state) {
    struct guard guard;
    guard_init(&guard, 20);
    take_all(&guard);
    for (int i = 0; i < 40; i++)
        guard_gave_up(&guard);
    assert_int_equal(guard.outstanding, 60);
    for (int second = 0; second < GUARD_GIVEN_UP_S - 1; second++) {
        assert_int_equal(take_all(&guard), 0);
        guard_tick(&guard, 20);
    }
    assert_int_equal(take_all(&guard), 0);
    guard_tick(&guard, 20);
    assert_int_equal(take_all(&guard), 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_seconds_of_throughput_may_be_outstanding),
        cmocka_unit_test(a_stage_that_stopped_is_still_asked),
        cmocka_unit_test(a_request_given_up_keeps_its_room_for_half_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
