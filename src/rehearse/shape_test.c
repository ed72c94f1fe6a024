#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/clock.h"
#include "rehearse/shape.h"

static struct shape shape_of(const char *text) {
    struct plan plan;
    struct shape shape = {0};
    struct error err = {0};
    struct holidays holidays;
    assert_true(plan_parse(text, "plan", &plan, &err));
    assert_true(holidays_of_japan(&holidays, &err));
    bool ok = shape_new(&plan.campaign, &holidays, &shape, &err);
    holidays_done(&holidays);
    if (!ok)
        fail_msg("%s", err.message);
    return shape;
}

#define DAYS                                                      \
    "weekday = 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n" \
    "weekend = 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2\n"

static void shares_sum_to_one_and_part_hours_count_in_part(void **state) {
    struct shape shape = shape_of("[campaign]\nresidents = 10\nopens = 2026-02-02T13:30:00+09:00\n"
                                  "closes = 2026-02-06T18:00:00+09:00\n"
                                  "[shape]\nlaunch = 0.001 1\ndeadline = 0.001 1\n" DAYS);
    double sum = 0;
    assert_int_equal(shape.hours, 4 * 24 + 5);
    for (size_t i = 0; i < shape.hours; i++)
        sum += shape.shares[i];
    assert_true(fabs(sum - 1) < 1e-9);
    assert_true(fabs(shape.shares[1] / shape.shares[0] - 2) < 0.01);
    shape_done(&shape);
}

static void the_ends_are_high_and_holidays_are_weekends(void **state) {
    struct shape shape = shape_of("[campaign]\nresidents = 10\nopens = 2026-02-02T00:00:00+09:00\n"
                                  "closes = 2026-02-22T00:00:00+09:00\n"
                                  "[shape]\nlaunch = 3 1\ndeadline = 2 1\n" DAYS);
    double day[20] = {0};
    for (size_t i = 0; i < shape.hours; i++)
        day[i / 24] += shape.shares[i];
    assert_true(day[0] > 1.5 * day[1] && day[1] > day[3]);
    assert_true(day[19] > day[12]);
    assert_true(day[9] > 1.9 * day[8]); // 11 February, a holiday in mid-week
    shape_done(&shape);
}

static void a_plan_without_a_campaign_is_refused(void **state) {
    struct plan plan;
    struct shape shape;
    struct error err = {0};
    struct holidays holidays = holidays_none();
    plan_default(&plan);
    assert_false(shape_new(&plan.campaign, &holidays, &shape, &err));
    assert_string_equal(err.field, "residents");
    plan.campaign.residents = 1;
    assert_false(shape_new(&plan.campaign, &holidays, &shape, &err));
    assert_string_equal(err.field, "closes");
    plan.campaign.opens_ms = CLOCK_DAY_MS;
    plan.campaign.closes_ms = 2 * CLOCK_DAY_MS;
    assert_false(shape_new(&plan.campaign, &holidays, &shape, &err));
    assert_string_equal(err.field, "weekday");
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_sum_to_one_and_part_hours_count_in_part),
        cmocka_unit_test(the_ends_are_high_and_holidays_are_weekends),
        cmocka_unit_test(a_plan_without_a_campaign_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
