#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plant.h"

#define DROP 0

static void juncho_comes_through_the_drop(void **state) {
    struct policy policy;
    struct plant_result result;
    policy_init(&policy, POLICY_JUNCHO, 25);
    plant_run(plant_named(DROP), &policy, true, 1, &result);
    policy_done(&policy);
    double share = (double)result.completed / result.possible;
    print_message("completed %.1f %%, P95 %.1f s, most at the provider %d\n", 100 * share, result.wait_p95_s,
                  (int)result.backlog_max);
    assert_true(share >= 0.95);
    assert_true(result.wait_p95_s < 30);
    assert_int_equal(result.lost, 0);
    plant_result_done(&result);
}

// The plant itself: the rivals fail on it in the ways that are known of them.
static void without_a_guard_a_pace_that_is_too_high_collapses(void **state) {
    struct policy policy;
    struct plant_result result;
    policy_init(&policy, POLICY_FIXED_HIGH, 25);
    plant_run(plant_named(DROP), &policy, false, 1, &result);
    policy_done(&policy);
    assert_true((double)result.completed / result.possible < 0.2);
    assert_true(result.wasted > result.completed);
    plant_result_done(&result);
}

static void the_plant_serves_no_more_than_its_capacity(void **state) {
    struct policy policy;
    struct plant_result result;
    policy_init(&policy, POLICY_FIXED, 25);
    plant_run(plant_named(DROP), &policy, true, 1, &result);
    policy_done(&policy);
    assert_true((double)(result.completed + result.wasted) <= result.possible + 1);
    assert_true((double)result.completed > 0.97 * result.possible); // always busy, once people have come
    assert_true(result.wait_p50_s > 300);                           // and they wait inside, for long
    plant_result_done(&result);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(juncho_comes_through_the_drop),
        cmocka_unit_test(without_a_guard_a_pace_that_is_too_high_collapses),
        cmocka_unit_test(the_plant_serves_no_more_than_its_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
