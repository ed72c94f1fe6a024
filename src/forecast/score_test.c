#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "forecast/score.h"

static void near(double actual, double expected, double tolerance) {
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", actual, tolerance, expected);
}

static void errors_are_measured_as_in_the_books(void **state) {
    static const double train[] = {10, 12, 14, 13, 15, 18}, actual[] = {20, 22};
    struct demand_slot forecast[] = {{.p10 = 15, .p50 = 19, .p90 = 21}, {.p10 = 23, .p50 = 25, .p90 = 26}};
    double scale = score_season_scale(train, 6, 1);
    near(scale, 2, 0);
    struct score_sum sum = {0};
    score_add(&sum, actual, forecast, 2, scale);
    struct score score = score_of(&sum);
    near(score.mase, 1, 0);
    near(score.wape, 0.0952381, 1e-7);
    near(score.coverage80, 0.5, 0);
    near(score_pinball(20, 15, 0.9), 4.5, 1e-12);
    near(score_pinball(20, 25, 0.9), 0.5, 1e-12);
    near(score.pinball, ((0.5 + 0.5 + 0.1) + (0.9 + 1.5 + 0.4)) / 6, 1e-12);
}

static void what_is_missing_is_not_scored(void **state) {
    double actual[] = {NAN, 22};
    struct demand_slot forecast[] = {{.p10 = 1, .p50 = 1, .p90 = 1}, {.p10 = 20, .p50 = NAN, .p90 = 26}};
    struct score_sum sum = {0};
    score_add(&sum, actual, forecast, 2, 1);
    struct score score = score_of(&sum);
    assert_int_equal(score.slots, 0);
    assert_true(isnan(score.wape) && isnan(score.coverage80));
}

static void baselines_look_only_at_what_was_before(void **state) {
    double counts[28];
    for (size_t i = 0; i < 28; i++)
        counts[i] = (double)i;
    counts[15] = NAN;
    struct series series;
    struct error err = {0};
    assert_true(series_from(counts, 28, 100, 1440, &series, &err));
    struct demand_slot slots[14];
    score_seasonal_naive(&series, 16, 9, slots);
    near(slots[0].p50, 9, 0);
    near(slots[6].p50, 8, 0); // a week before is missing: two weeks before
    near(slots[7].p50, 9, 0); // a week before is not yet known
    score_same_hour_mean(&series, 4, 2, slots);
    near(slots[1].p50, 1.5, 0);
    series_done(&series);
}

static void too_short_a_series_is_said_so(void **state) {
    double counts[10] = {0};
    struct series series;
    struct error err = {0};
    struct backtest result;
    struct demand_options options = {0};
    assert_true(series_from(counts, 10, 100, 1440, &series, &err));
    assert_false(backtest_run(&series, &options, 7, 7, &result, NULL, &err));
    assert_string_equal(err.message, "10 days are too few to hold out 7 of them and learn from a week");
    series_done(&series);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_measured_as_in_the_books),
        cmocka_unit_test(what_is_missing_is_not_scored),
        cmocka_unit_test(baselines_look_only_at_what_was_before),
        cmocka_unit_test(too_short_a_series_is_said_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
