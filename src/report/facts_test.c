#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/clock.h"
#include "report/facts.h"
#include "report/testbed_report.h"

static void the_busiest_hours_and_screens_are_found(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct facts facts = facts_find(testbed_report(arena));
    assert_int_equal(facts.busiest_day, 0);
    assert_int_equal(facts.peak, 8500);
    assert_int_equal(facts.peak_hour, 20);
    assert_int_equal(facts.stretch_from, 18); // the first stretch that holds 20 o'clock
    assert_int_equal(facts.worst_screen, 4);
    assert_true(facts.worst_percent > 21.05 && facts.worst_percent < 21.06);
    assert_true(facts.finished_percent > 69.79 && facts.finished_percent < 69.81);
    assert_false(facts.ends_are_busiest || facts.start_is_busiest); // two days have no middle
    assert_true(isnan(facts.rate_after));
}

static void crowded_ends_are_seen_and_a_crowded_middle_is_not(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct report *report = testbed_report(arena);
    struct figures figures = *report->figures;
    struct figures_day days[7] = {0};
    static const int64_t accesses[7] = {90, 80, 10, 20, 10, 70, 60};
    for (int i = 0; i < 7; i++)
        days[i] =
            (struct figures_day){.start_ms = figures.from_ms + i * CLOCK_DAY_MS, .accesses = accesses[i]};
    figures.days = days;
    figures.days_count = 7;
    figures.accesses = 340;
    report->figures = &figures;
    struct facts facts = facts_find(report);
    assert_true(facts.ends_are_busiest && facts.start_is_busiest);
    assert_true(facts.ends_share > 88.2 && facts.ends_share < 88.3);
    days[3].accesses = 65;
    facts = facts_find(report);
    assert_true(!facts.ends_are_busiest && facts.start_is_busiest);
    days[3].accesses = 85;
    assert_false(facts_find(report).start_is_busiest);
}

static void calls_of_the_first_two_days_stand_against_the_others(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct report *report = testbed_report(arena);
    report->calls = testbed_calls(arena, 6);
    struct facts facts = facts_find(report);
    assert_true(fabs(facts.calls_start_share - 66.6667) < 0.001);
    assert_true(fabs(facts.rate_start - 45) < 0.001);
    assert_true(fabs(facts.rate_after - 96) < 0.001);
    assert_true(fabs(facts.rate_after_min - 96) < 0.001);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_busiest_hours_and_screens_are_found),
        cmocka_unit_test(crowded_ends_are_seen_and_a_crowded_middle_is_not),
        cmocka_unit_test(calls_of_the_first_two_days_stand_against_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
