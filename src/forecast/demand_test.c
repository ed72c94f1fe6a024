// covers: columns.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "forecast/demand.h"
#include "forecast/score.h"

#define FIRST_DAY 20486 // 2026-02-02, a Monday

static void near(double actual, double expected, double tolerance) {
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", actual, tolerance, expected);
}

static double profile(int64_t day, double part) {
    bool off = holidays_weekday(day) % 6 == 0;
    return 300 * (1 + 0.8 * sin(2 * M_PI * (part - 0.4))) * (off ? 0.5 : 1);
}

static double noisy(struct random *random, double mean) {
    return round(fmax(random_gamma(random, mean, mean / 5) + sqrt(mean) * random_normal(random), 0));
}

static struct series make_series(uint64_t seed, size_t days, int minutes) {
    struct random random;
    random_init_seeded(&random, seed);
    size_t per_day = (size_t)(SERIES_MINUTES_DAY / minutes), count = days * per_day;
    double *counts = malloc((count + 1) * sizeof *counts);
    for (size_t i = 0; i < count; i++)
        counts[i] = noisy(
            &random, profile(FIRST_DAY + (int64_t)(i / per_day), (double)(i % per_day) / (double)per_day));
    struct series series;
    struct error err = {0};
    assert_true(series_from(counts, count, FIRST_DAY, minutes, &series, &err));
    free(counts);
    return series;
}

static struct holidays no_holidays;
static struct occasions no_occasions;

static struct demand *learn(const struct series *series, const struct occasions *occasions) {
    struct demand_options options = {.holidays = &no_holidays, .occasions = occasions};
    struct demand *demand = NULL;
    struct error err = {0};
    assert_true(demand_new(series, SIZE_MAX, &options, &demand, &err));
    return demand;
}

static void the_profile_is_found_in_hours_half_hours_and_days(void **state) {
    static const int minutes[] = {60, 30, 1440};
    for (size_t i = 0; i < 3; i++) {
        struct series series = make_series(11, 42, minutes[i]);
        struct demand_options options = {.holidays = &no_holidays, .occasions = &no_occasions};
        struct backtest result;
        struct error err = {0};
        assert_true(backtest_run(&series, &options, 14, 7, &result, NULL, &err));
        assert_int_equal(result.origins, 2);
        assert_true(result.juncho.wape < result.seasonal_naive.wape);
        assert_true(result.juncho.wape < result.same_hour_mean.wape);
        if (minutes[i] < 1440)
            assert_true(result.juncho.coverage80 > 0.7 && result.juncho.coverage80 < 0.93);
        series_done(&series);
    }
}

static void an_event_is_learned_and_expected_again(void **state) {
    struct series series = make_series(12, 35, 60);
    struct occasions occasions = {.event = calloc(1, sizeof *occasions.event), .events = 1};
    occasions.event[0] = (struct occasion){.hours = 2, .count = 5};
    static const int days[] = {3, 9, 17, 24, 36};
    for (size_t i = 0; i < 5; i++) {
        occasions.event[0].from[i] = FIRST_DAY + days[i] + 19.0 / 24;
        if (days[i] < 35)
            series.counts[days[i] * 24 + 19] *= 4;
    }
    struct demand *demand = learn(&series, &occasions);
    struct demand_slot slots[48];
    struct error err = {0};
    assert_true(demand_forecast(demand, 35 * 24, 48, slots, &err));
    double expected = profile(FIRST_DAY + 36, 19.0 / 24);
    near(slots[24 + 19].p50 / expected, 4, 1.5);
    near(slots[19].p50 / expected, 1, 0.4);
    demand_free(demand);
    free(occasions.event);
    series_done(&series);
}

static void people_hurry_before_a_deadline_that_was_never_seen(void **state) {
    struct series series = make_series(13, 28, 1440);
    struct occasions occasions = {.deadlines = 1, .deadline = {FIRST_DAY + 35}};
    struct demand *demand = learn(&series, &occasions);
    struct demand_slot slots[8];
    struct error err = {0};
    assert_true(demand_forecast(demand, 28, 8, slots, &err));
    assert_true(slots[4].p50 > slots[3].p50 * 0.9);
    assert_true(slots[6].p50 > 1.8 * 0.5 * 300); // a Sunday, yet far above a Sunday's
    assert_true(slots[6].p90 > 1.3 * slots[6].p50);
    assert_false(demand_summarize(demand).shift_fitted);
    demand_free(demand);
    series_done(&series);
}

static void an_earlier_deadline_teaches_the_next_one(void **state) {
    struct series series = make_series(14, 70, 1440);
    struct occasions occasions = {.deadlines = 2, .deadline = {FIRST_DAY + 31, FIRST_DAY + 73}};
    series.counts[30] *= 6;
    series.counts[29] *= 1.7;
    struct demand *demand = learn(&series, &occasions);
    struct demand_slot slots[4];
    struct error err = {0};
    assert_true(demand_summarize(demand).shift_fitted);
    assert_true(demand_forecast(demand, 70, 4, slots, &err));
    near(slots[2].p50 / 300, 5, 2.5);
    assert_true(slots[3].p50 < slots[2].p50 / 3); // over
    demand_free(demand);
    series_done(&series);
}

static void missing_and_censored_hours_are_not_low_demand(void **state) {
    struct series series = make_series(15, 35, 60), full = make_series(15, 35, 60);
    full.censored = calloc(full.count, sizeof *full.censored);
    for (size_t day = 21; day < 35; day++)
        for (size_t hour = 12; hour < 15; hour++) {
            size_t slot = day * 24 + hour;
            series.counts[slot] = NAN;
            full.counts[slot] = 100; // the gate let no more in
            full.censored[slot] = true;
        }
    const struct series *both[] = {&series, &full};
    for (size_t i = 0; i < 2; i++) {
        struct demand *demand = learn(both[i], &no_occasions);
        struct demand_slot slots[24];
        struct error err = {0};
        assert_true(demand_forecast(demand, 35 * 24, 24, slots, &err));
        near(slots[13].p50 / profile(FIRST_DAY + 35, 13.0 / 24), 1, 0.25);
        demand_free(demand);
    }
    series_done(&series);
    series_done(&full);
}

static void before_any_count_it_expects_and_says_how_little_it_knows(void **state) {
    struct series series;
    struct error err = {0};
    assert_true(series_from(NULL, 0, FIRST_DAY, 60, &series, &err));
    struct demand_options options = {.holidays = &no_holidays, .occasions = &no_occasions};
    struct demand *demand = NULL;
    assert_false(demand_new(&series, SIZE_MAX, &options, &demand, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    options.expected_per_day = 24000;
    assert_true(demand_new(&series, SIZE_MAX, &options, &demand, &err));
    struct demand_slot slots[24];
    assert_true(demand_forecast(demand, 0, 24, slots, &err));
    double sum = 0;
    for (size_t i = 0; i < 24; i++)
        sum += slots[i].p50;
    near(sum / 24000, 1, 0.05);
    assert_true(slots[21].p50 > 5 * slots[3].p50);
    assert_true(slots[21].p90 > 4 * slots[21].p10);
    demand_free(demand);
    series_done(&series);
}

static void another_campaign_lends_its_profile(void **state) {
    struct series other = make_series(16, 35, 60), empty;
    struct error err = {0};
    struct demand *teacher = learn(&other, &no_occasions), *demand = NULL;
    assert_true(series_from(NULL, 0, FIRST_DAY + 100, 60, &empty, &err));
    struct demand_options options = {
        .holidays = &no_holidays, .occasions = &no_occasions, .prior = teacher, .expected_per_day = 72000};
    assert_true(demand_new(&empty, SIZE_MAX, &options, &demand, &err));
    struct demand_slot slots[24];
    assert_true(demand_forecast(demand, 0, 24, slots, &err));
    near(slots[16].p50 / slots[4].p50,
         profile(FIRST_DAY + 100, 16.0 / 24) / profile(FIRST_DAY + 100, 4.0 / 24), 3);
    demand_free(demand);
    demand_free(teacher);
    series_done(&empty);
    series_done(&other);
}

static void one_day_or_nothing_but_zeros_still_give_a_forecast(void **state) {
    struct series series = make_series(17, 1, 60);
    struct demand *demand = learn(&series, &no_occasions);
    struct demand_slot slots[24];
    struct error err = {0};
    assert_true(demand_forecast(demand, 24, 24, slots, &err));
    for (size_t i = 0; i < 24; i++)
        assert_true(isfinite(slots[i].p90) && slots[i].p10 <= slots[i].p50 && slots[i].p50 <= slots[i].p90);
    demand_free(demand);
    for (size_t i = 0; i < series.count; i++)
        series.counts[i] = 0;
    demand = learn(&series, &no_occasions);
    assert_true(demand_forecast(demand, 24, 24, slots, &err));
    for (size_t i = 0; i < 24; i++)
        assert_true(slots[i].p50 < 1);
    demand_free(demand);
    series_done(&series);
}

static void quantiles_are_those_of_the_distribution(void **state) {
    near(demand_quantile(log(1000), 0, INFINITY, 0.5), 1000, 1e-6);
    near(demand_quantile(log(10000), 0.04, INFINITY, 0.9) / 10000, exp(1.28155 * sqrt(0.04 + 1e-4)), 1e-3);
    near(demand_quantile(log(3), 1e-9, 1e9, 0.5), 3, 0); // Poisson
    near(demand_quantile(log(3), 1e-9, 1e9, 0.9), 5, 0);
    near(demand_quantile(log(0.01), 0.1, 5, 0.9), 0, 0);
}

static void the_pressure_of_a_deadline_grows_towards_it(void **state) {
    double last = columns_pressure(0, 1, 0.25), before = columns_pressure(1, 2, 0.25);
    assert_true(last > before && before > columns_pressure(6, 7, 0.25));
    near(exp(last), 1 + 2 * (2 - 1 / sqrt(1.25)), 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_profile_is_found_in_hours_half_hours_and_days),
        cmocka_unit_test(an_event_is_learned_and_expected_again),
        cmocka_unit_test(people_hurry_before_a_deadline_that_was_never_seen),
        cmocka_unit_test(an_earlier_deadline_teaches_the_next_one),
        cmocka_unit_test(missing_and_censored_hours_are_not_low_demand),
        cmocka_unit_test(before_any_count_it_expects_and_says_how_little_it_knows),
        cmocka_unit_test(another_campaign_lends_its_profile),
        cmocka_unit_test(one_day_or_nothing_but_zeros_still_give_a_forecast),
        cmocka_unit_test(quantiles_are_those_of_the_distribution),
        cmocka_unit_test(the_pressure_of_a_deadline_grows_towards_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
