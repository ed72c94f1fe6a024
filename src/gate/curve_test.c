#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "gate/curve.h"

static void every_point_is_within_its_tolerance(void **state) {
    int fitted = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct random random;
        struct curve curve;
        static struct curve_point points[2000];
        random_init_seeded(&random, seed);
        double x = 0, y = 0, tolerance = 50 + (double)random_below(&random, 2000);
        curve_init(&curve, CURVE_POINTS_MAX);
        for (int i = 0; i < 2000; i++) {
            x += 1 + (double)random_below(&random, 4);
            y += (double)random_below(&random, 1 + (uint64_t)i % 97);
            points[i] = (struct curve_point){x, y};
            curve_add(&curve, x, y, tolerance);
        }
        if (!curve_finish(&curve))
            continue;
        fitted++;
        for (int i = 0; i < 2000; i++)
            assert_true(fabs(curve_at(&curve, points[i].x) - points[i].y) <= tolerance + 1e-6);
        for (size_t i = 1; i < curve.length; i++) // it never falls
            assert_true(curve.points[i].y >= curve.points[i - 1].y &&
                        curve.points[i].x > curve.points[i - 1].x);
    }
    assert_in_range(fitted, 100, 200);
}

static void a_straight_row_needs_two_knots(void **state) {
    struct curve curve;
    curve_init(&curve, 2);
    for (int i = 0; i <= 1000; i++)
        curve_add(&curve, i, 3.0 * i, 0.5);
    assert_true(curve_finish(&curve));
    assert_int_equal(curve.length, 2);
    assert_true(fabs(curve_at(&curve, 500.5) - 1501.5) < 1);
    assert_true(curve_at(&curve, -10) == 0);
    assert_true(fabs(curve_at(&curve, 5000) - 3000) < 1);
}

static void too_many_corners_are_told(void **state) {
    struct curve curve;
    curve_init(&curve, 10);
    for (int i = 0; i <= 100; i++)
        curve_add(&curve, i, (i / 2) * 100, 1);
    assert_false(curve_finish(&curve));
}

static void an_empty_row_and_one_point_are_no_trouble(void **state) {
    struct curve curve;
    curve_init(&curve, 10);
    assert_true(curve_finish(&curve));
    assert_int_equal(curve.length, 0);
    assert_true(curve_at(&curve, 1) == 0);
    curve_add(&curve, 5, 7, 1);
    assert_true(curve_finish(&curve));
    assert_true(curve_at(&curve, 1) == 7 && curve_at(&curve, 9) == 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_point_is_within_its_tolerance),
        cmocka_unit_test(a_straight_row_needs_two_knots),
        cmocka_unit_test(too_many_corners_are_told),
        cmocka_unit_test(an_empty_row_and_one_point_are_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
