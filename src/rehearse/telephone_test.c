#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "rehearse/telephone.h"

static const struct plan_calls plan = {.per_access = 0.02,
                                       .profile = {[9] = 2, [10] = 1, [11] = 1},
                                       .handle_min = 6,
                                       .patience_min = 3,
                                       .redial = 0.5,
                                       .learnt = {2, 0.4}};

static void calls_follow_the_accesses_in_the_open_hours(void **state) {
    double sum = 0;
    for (int half_hour = 0; half_hour < 48; half_hour++)
        sum += telephone_expected(&plan, 10000, 0, half_hour);
    assert_true(fabs(sum - 200) < 1e-9);
    assert_true(telephone_expected(&plan, 10000, 0, 18) == 2 * telephone_expected(&plan, 10000, 0, 20));
    assert_true(telephone_expected(&plan, 10000, 0, 17) == 0);
    assert_true(
        fabs(telephone_expected(&plan, 10000, 2, 18) - 0.4 * telephone_expected(&plan, 10000, 0, 18)) < 1e-9);
}

// 50 people, 15 first calls a minute of 5 minutes each, patience 3 minutes, every other caller dials again:
// 20 calls a minute, half of them answered.
static void what_is_answered_comes_from_the_queue(void **state) {
    struct plan_calls known = plan;
    struct random random;
    struct error err = {0};
    int64_t offered = 0, answered = 0;
    known.handle_min = 5;
    random_init_seeded(&random, 5);
    for (int i = 0; i < 100; i++) {
        struct calls_row row;
        assert_true(telephone_half_hour(&known, 50, 15 * 30, &random, &row, &err));
        assert_int_equal(row.offered, row.answered + row.abandoned);
        assert_true(row.answered_within <= row.answered);
        assert_true(calls_row_check(&row, &err));
        offered += row.offered;
        answered += row.answered;
    }
    assert_in_range(offered, 59000, 61000);
    assert_in_range(answered * 1000 / offered, 490, 510);
}

static void nobody_calls_when_nobody_is_expected(void **state) {
    struct random random;
    struct calls_row row;
    struct error err = {0};
    random_init_seeded(&random, 5);
    assert_true(telephone_half_hour(&plan, 5, 0, &random, &row, &err));
    assert_int_equal(row.offered, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_follow_the_accesses_in_the_open_hours),
        cmocka_unit_test(what_is_answered_comes_from_the_queue),
        cmocka_unit_test(nobody_calls_when_nobody_is_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
