#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "forecast/levels.h"

#define DAY 20486 // 2026-02-02

static void bands_follow_the_clock_and_midnight_belongs_to_the_evening(void **state) {
    static const size_t expected[24] = {2, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0,
                                        1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2};
    for (int hour = 0; hour < 24; hour++) {
        bool day_before;
        assert_int_equal(levels_band(hour, &day_before), expected[hour]);
        assert_int_equal(day_before, hour == 0);
    }
}

static void the_fullest_hour_gives_a_band_its_level(void **state) {
    struct demand_slot slots[48];
    for (size_t i = 0; i < 48; i++)
        slots[i] = (struct demand_slot){.time = DAY + (double)i / 24, .p90 = 500};
    slots[9].p90 = 700;   // busy morning
    slots[21].p90 = 850;  // busy evening, and
    slots[24].p90 = 1000; // very busy after midnight: still the first day's evening
    struct levels_options options = {.capacity_per_hour = 1000};
    struct levels_day days[2];
    struct error err = {0};
    assert_true(levels_of(slots, 48, 60, &options, DAY, 2, days, &err));
    assert_int_equal(days[0].band[0], LEVEL_BUSY);
    assert_int_equal(days[0].band[1], LEVEL_SMOOTH);
    assert_int_equal(days[0].band[2], LEVEL_VERY_BUSY);
    assert_int_equal(days[0].band[3], LEVEL_SMOOTH);
    assert_int_equal(days[1].band[2], LEVEL_SMOOTH);
    assert_true(days[0].share[0] == 0.7);
}

static void half_hours_count_twice_and_bands_without_forecast_are_unknown(void **state) {
    struct demand_slot slot = {.time = DAY + 8.0 / 24, .p90 = 450};
    struct levels_options options = {.capacity_per_hour = 1000};
    struct levels_day day;
    struct error err = {0};
    assert_true(levels_of(&slot, 1, 30, &options, DAY, 1, &day, &err));
    assert_int_equal(day.band[0], LEVEL_VERY_BUSY);
    assert_int_equal(day.band[1], LEVEL_UNKNOWN);
    options.capacity_per_hour = 0;
    assert_false(levels_of(&slot, 1, 30, &options, DAY, 1, &day, &err));
    assert_string_equal(err.field, "capacity");
    options = (struct levels_options){.capacity_per_hour = 1, .busy = 0.9, .very_busy = 0.5};
    assert_false(levels_of(&slot, 1, 30, &options, DAY, 1, &day, &err));
    assert_string_equal(err.field, "very_busy");
}

static void what_was_said_is_scored_and_false_smooth_named(void **state) {
    struct levels_day said = {.band = {LEVEL_SMOOTH, LEVEL_BUSY, LEVEL_SMOOTH, LEVEL_UNKNOWN}};
    struct levels_day was = {.band = {LEVEL_SMOOTH, LEVEL_VERY_BUSY, LEVEL_VERY_BUSY, LEVEL_BUSY}};
    struct levels_score score = {0};
    levels_score_add(&score, &said, &was, 1);
    assert_int_equal(score.compared, 3);
    assert_int_equal(score.exact, 1);
    assert_int_equal(score.within_one, 2);
    assert_int_equal(score.false_smooth, 1);
    assert_int_equal(score.cells[LEVEL_BUSY][LEVEL_VERY_BUSY], 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_follow_the_clock_and_midnight_belongs_to_the_evening),
        cmocka_unit_test(the_fullest_hour_gives_a_band_its_level),
        cmocka_unit_test(half_hours_count_twice_and_bands_without_forecast_are_unknown),
        cmocka_unit_test(what_was_said_is_scored_and_false_smooth_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
