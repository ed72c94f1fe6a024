#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "forecast/planner.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define CAMPAIGN  7
#define MONDAY    20486 // 2026-02-02
#define MONDAY_MS INT64_C(1769958000000)
#define PER_HOUR  50
#define HOURS     24
#define DAYS      7

static void near(double actual, double expected, double tolerance) {
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", actual, tolerance, expected);
}

static struct planner_settings settings = {.rules = {.levels = {4000, 0.6, 0.9}, .closes_hour = 24}};

static void prepare(struct testbed *testbed) {
    struct error err;
    int applied;
    assert_true(clock_set_zone("Asia/Tokyo", &err));
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 1, &applied, &err));
}

// `days` days up to `until_day`, the same every day: nobody by night, and a rush of `rush` times as many in
// the first two and on the last.
static void count_days(struct testbed *testbed, int64_t until_day, int days, int rush) {
    struct buffer sql;
    buffer_init(&sql, testbed->arena);
    buffer_add(&sql, "INSERT INTO access_count (hour_ms, count) VALUES ");
    for (int hour = 0; hour < days * HOURS; hour++) {
        int day = hour / HOURS, many = day < 2 || day == days - 1 ? rush : 1;
        int64_t at_ms = calendar_hour_ms(until_day - days, 0) + hour * CLOCK_HOUR_MS;
        buffer_print(&sql, "%s(%lld, %d)", hour == 0 ? "" : ", ", (long long)at_ms,
                     hour % HOURS < 6 ? 1 : PER_HOUR * many);
    }
    testbed_script(testbed, sql.text);
}

// A week from `day` on, as seen that day by a campaign that opened on MONDAY.
static bool forecast(struct testbed *testbed, int64_t day, struct demand_slot slots[DAYS * HOURS],
                     struct error *err) {
    struct planner_campaign campaign = {CAMPAIGN, MONDAY_MS, MONDAY_MS + 400 * CLOCK_DAY_MS};
    struct planner planner;
    CLEANUP(session_cleanup) struct session *session = NULL;
    assert_true(session_open(testbed->store, SESSION_READ, &session, err));
    if (!planner_init(&planner, session, CALENDAR_APP, &campaign, &settings, calendar_hour_ms(day, 0), err))
        return false;
    assert_true(planner_forecast(&planner, day, DAYS, slots, err));
    planner_done(&planner);
    return true;
}

static double day_sum(const struct demand_slot *slots) {
    double sum = 0;
    for (size_t i = 0; i < HOURS; i++)
        sum += slots[i].p50;
    return sum;
}

static void whoever_booked_is_expected_in_the_booked_hour_and_nowhere_else(void **state) {
    struct testbed *testbed = *state;
    struct demand_slot before[DAYS * HOURS], after[DAYS * HOURS];
    int64_t day = MONDAY + 28;
    prepare(testbed);
    struct planner_load loads[] = {{calendar_hour_ms(day + 1, 3), 100},
                                   {calendar_hour_ms(day + 1, 4), 50},
                                   {calendar_hour_ms(day + 3, 3), 100000}};
    struct error err;
    count_days(testbed, day, 28, 1);
    assert_true(forecast(testbed, day, before, &err));
    settings.loads = loads;
    settings.loads_count = 3;
    assert_true(forecast(testbed, day, after, &err));
    settings.loads_count = 0;
    assert_memory_equal(before, after, HOURS * sizeof *before); // a day without bookings
    const struct demand_slot *was = before + HOURS, *is = after + HOURS;
    double left = 1 - 150 / day_sum(was);
    assert_true(left > 0.5 && left < 0.95);
    near(day_sum(is), day_sum(was), 1e-6); // they come at another time, not as well
    near(is[3].p50, was[3].p50 * left + 100, 1e-9);
    near(is[4].p90, was[4].p90 * left + 50, 1e-9);
    near(is[12].p90, was[12].p90 * left, 1e-9);
    is = after + (size_t)3 * HOURS; // more than one expected
    near(is[3].p50, 100000, 1e-9);
    near(is[12].p90, 0, 1e-9);
}

static void the_rush_of_an_earlier_campaign_is_not_continued_but_its_hours_are(void **state) {
    struct testbed *testbed = *state;
    struct demand_slot slots[DAYS * HOURS];
    int64_t day = MONDAY + 200; // long after the opening: its own rush is over
    struct error err;
    prepare(testbed);
    count_days(testbed, MONDAY - 100, 12, 40);
    assert_true(forecast(testbed, day, slots, &err)); // what an hour held on its median day
    for (size_t hour = 8; hour < 24; hour++)
        assert_true(slots[hour].p50 > PER_HOUR * 0.4 && slots[hour].p50 < PER_HOUR * 2.5);
    assert_true(slots[3].p50 < slots[12].p50 / 5); // nobody came by night
    settings.expected_per_day = 18.0 * PER_HOUR * 10;
    assert_true(forecast(testbed, day, slots, &err));
    settings.expected_per_day = 0;
    assert_true(slots[12].p50 > PER_HOUR * 4 && slots[12].p50 < PER_HOUR * 25); // but scaled
    assert_true(slots[3].p50 < slots[12].p50 / 5);
    settings.expected_otherwise = 18.0 * PER_HOUR * 10; // a guess, and somebody came before: it is not needed
    assert_true(forecast(testbed, day, slots, &err));
    settings.expected_otherwise = 0;
    assert_true(slots[12].p50 < PER_HOUR * 2.5);
}

// Twelve days from MONDAY - 112 on: a rush that is `times` the usual at its beginning and fades within days.
static void count_a_fading_rush(struct testbed *testbed, double times) {
    struct buffer sql;
    buffer_init(&sql, testbed->arena);
    buffer_add(&sql, "INSERT INTO access_count (hour_ms, count) VALUES ");
    for (int hour = 0; hour < 12 * HOURS; hour++)
        buffer_print(&sql, "%s(%lld, %.0f)", hour == 0 ? "" : ", ",
                     (long long)(calendar_hour_ms(MONDAY - 112, 0) + hour * CLOCK_HOUR_MS),
                     PER_HOUR * (1 + (times - 1) * exp(-hour / 40.0)));
    testbed_script(testbed, sql.text);
}

static void the_first_days_have_the_rush_that_an_earlier_campaign_had(void **state) {
    struct testbed *testbed = *state;
    struct demand_slot slots[DAYS * HOURS];
    struct error err;
    prepare(testbed);
    count_a_fading_rush(testbed, 6);
    assert_true(forecast(testbed, MONDAY, slots, &err));
    double first = slots[6].p50, last = slots[6 * HOURS + 6].p50;
    assert_true(first > PER_HOUR * 3 && first < PER_HOUR * 9);
    assert_true(last > PER_HOUR * 0.6 && last < PER_HOUR * 2);
    assert_true(slots[6].p90 < first * 2.2); // what was counted is surer than a guess
}

static void an_earlier_campaign_without_a_rush_does_not_promise_a_quiet_beginning(void **state) {
    struct testbed *testbed = *state;
    struct demand_slot slots[DAYS * HOURS];
    struct error err;
    prepare(testbed);
    count_a_fading_rush(testbed, 1);
    assert_true(forecast(testbed, MONDAY, slots, &err));
    assert_true(slots[6].p50 > 1.5 * slots[6 * HOURS + 6].p50);
}

static void counts_of_this_campaign_outweigh_those_of_an_earlier_one(void **state) {
    struct testbed *testbed = *state;
    struct demand_slot slots[DAYS * HOURS];
    struct error err;
    prepare(testbed);
    count_days(testbed, MONDAY - 100, 12, 40);
    count_days(testbed, MONDAY + 60, 40, 1);
    assert_true(forecast(testbed, MONDAY + 60, slots, &err));
    assert_true(slots[12].p50 > PER_HOUR * 0.6 && slots[12].p50 < PER_HOUR * 1.6);
}

static void a_plan_says_what_it_stands_on(void **state) {
    struct testbed *testbed = *state;
    struct planner_campaign campaign = {CAMPAIGN, MONDAY_MS, MONDAY_MS + 400 * CLOCK_DAY_MS};
    struct planner planner;
    struct error err;
    CLEANUP(session_cleanup) struct session *session = NULL;
    prepare(testbed);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    settings.expected_otherwise = 1000;
    assert_true(planner_init(&planner, session, CALENDAR_APP, &campaign, &settings, MONDAY_MS, &err));
    struct planner_basis basis = planner_basis(&planner);
    planner_done(&planner);
    settings.expected_otherwise = 0;
    assert_int_equal(basis.days_seen, 0);
    assert_int_equal(basis.profile, PLANNER_NO_PROFILE);
    assert_float_equal(basis.expected_per_day, 1000, 0);
    count_days(testbed, MONDAY - 100, 12, 40);
    count_days(testbed, MONDAY + 3, 3, 1);
    assert_true(planner_init(&planner, session, CALENDAR_APP, &campaign, &settings,
                             MONDAY_MS + 3 * CLOCK_DAY_MS, &err));
    basis = planner_basis(&planner);
    planner_done(&planner);
    assert_int_equal(basis.days_seen, 3);
    assert_int_equal(basis.profile, PLANNER_EARLIER_CAMPAIGN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_booked_is_expected_in_the_booked_hour_and_nowhere_else),
        cmocka_unit_test(the_rush_of_an_earlier_campaign_is_not_continued_but_its_hours_are),
        cmocka_unit_test(the_first_days_have_the_rush_that_an_earlier_campaign_had),
        cmocka_unit_test(an_earlier_campaign_without_a_rush_does_not_promise_a_quiet_beginning),
        cmocka_unit_test(counts_of_this_campaign_outweigh_those_of_an_earlier_one),
        cmocka_unit_test(a_plan_says_what_it_stands_on),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
