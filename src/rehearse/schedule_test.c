#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "rehearse/schedule.h"

#define START_MS INT64_C(1718636400000)

static struct arrivals_slot slots[] = {
    {START_MS, 100},
    {START_MS + CLOCK_HOUR_MS, 0},
    {START_MS + 2 * CLOCK_HOUR_MS, 300},
    {START_MS + 30 * CLOCK_HOUR_MS, 50}, // another day
};
static const struct arrivals arrivals = {slots, 4, CLOCK_HOUR_MS};

static struct plan plan_with(double scale, double speed, bool even) {
    struct plan plan;
    plan_default(&plan);
    plan.start_ms = START_MS;
    plan.scale = scale;
    plan.speed = speed;
    plan.even = even;
    return plan;
}

// How many arrive in each of the first `hours` hours of the service's time.
static void count_hours(const struct plan *plan, const struct arrivals *source, int *ret_counts, int hours) {
    struct schedule *schedule = NULL;
    struct error err = {0};
    assert_true(schedule_new(plan, source, &schedule, &err));
    memset(ret_counts, 0, (size_t)hours * sizeof *ret_counts);
    int64_t wall_us = 0, before_us = 0;
    while (schedule_next(schedule, &wall_us)) {
        assert_true(wall_us >= before_us);
        before_us = wall_us;
        int hour = (int)((double)wall_us * plan->speed / 3.6e9);
        assert_true(hour >= 0 && hour < hours);
        ret_counts[hour]++;
    }
    schedule_free(schedule);
}

static void even_arrivals_are_exactly_as_many_as_planned(void **state) {
    int counts[3];
    struct plan plan = plan_with(1, 360, true);
    count_hours(&plan, &arrivals, counts, 3);
    assert_int_equal(counts[0], 100);
    assert_int_equal(counts[1], 0);
    assert_int_equal(counts[2], 300);
    plan = plan_with(0.5, 1, true);
    count_hours(&plan, &arrivals, counts, 3);
    assert_int_equal(counts[0] + counts[2], 200);
}

static void random_arrivals_vary_as_a_poisson_process_does(void **state) {
    int counts[3];
    struct plan plan = plan_with(100, 3600, false);
    count_hours(&plan, &arrivals, counts, 3);
    assert_true(fabs(counts[0] - 10000.0) < 5 * sqrt(10000));
    assert_true(fabs(counts[2] - 30000.0) < 5 * sqrt(30000));
    assert_int_equal(counts[1], 0);
    assert_true(counts[0] != 10000 || counts[2] != 30000);
}

static void the_same_seed_gives_the_same_times(void **state) {
    struct plan plan = plan_with(1, 360, false);
    struct schedule *a = NULL, *b = NULL;
    struct error err = {0};
    assert_true(schedule_new(&plan, &arrivals, &a, &err));
    assert_true(schedule_new(&plan, &arrivals, &b, &err));
    int64_t at_a = 0, at_b = 0;
    while (schedule_next(a, &at_a)) {
        assert_true(schedule_next(b, &at_b));
        assert_int_equal(at_a, at_b);
    }
    assert_false(schedule_next(b, &at_b));
    schedule_free(a);
    schedule_free(b);
}

static void a_ramp_brings_half_of_its_top_rate(void **state) {
    struct plan plan = plan_with(1, 1, true);
    plan.stages[0] = (struct plan_stage){60, 0, 1000};
    plan.stages[1] = (struct plan_stage){60, 1000, 1000};
    plan.stages_count = 2;
    int counts[2];
    count_hours(&plan, NULL, counts, 2);
    assert_int_equal(counts[0], 500);
    assert_int_equal(counts[1], 1000);
}

static void a_plan_without_anybody_is_refused(void **state) {
    struct plan plan = plan_with(1, 1, true);
    plan.start_ms += 100 * CLOCK_HOUR_MS;
    struct schedule *schedule = NULL;
    struct error err = {0};
    assert_false(schedule_new(&plan, &arrivals, &schedule, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_null(schedule);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(even_arrivals_are_exactly_as_many_as_planned),
        cmocka_unit_test(random_arrivals_vary_as_a_poisson_process_does),
        cmocka_unit_test(the_same_seed_gives_the_same_times),
        cmocka_unit_test(a_ramp_brings_half_of_its_top_rate),
        cmocka_unit_test(a_plan_without_anybody_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
