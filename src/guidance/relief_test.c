// relief_test.c - what may be said of answers and calls, on counts whose truth is known.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/clock.h"
#include "guidance/relief.h"

#define HOURS (24 * 14)
#define SEED  20260202

static uint64_t state;

// A value in [0, 1), the same in every run.
static double drawn(void) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(state >> 11) / 9007199254740992.0;
}

// Openings, reads and calls all follow the time of day; `effect` of what reads are above their usual comes
// off the calls `lag` hours later.
static void fill(struct relief_hour hours[HOURS], double effect, size_t lag) {
    double above[HOURS];
    state = SEED;
    for (size_t i = 0; i < HOURS; i++) {
        double day = 1 + sin((double)(i % 24) / 24 * 2 * 3.14159265);
        above[i] = drawn() - 0.5;
        int64_t openings = 400 + (int64_t)(800 * day);
        double later = i < lag ? 0 : above[i - lag];
        hours[i] = (struct relief_hour){
            .start_ms = (int64_t)i * CLOCK_HOUR_MS,
            .openings = openings,
            .reads = (int64_t)((0.3 + 0.1 * day + 0.2 * above[i]) * (double)openings),
            .calls =
                (int64_t)((0.1 + 0.03 * day - effect * later + 0.02 * (drawn() - 0.5)) * (double)openings)};
    }
}

static void hours_that_only_share_the_time_of_day_say_nothing(void **unused) {
    struct relief_hour hours[HOURS];
    struct relief relief;
    fill(hours, 0, 0);
    relief_find(hours, HOURS, &relief);
    assert_int_equal(relief.verdict, RELIEF_NONE);
    for (size_t lag = 0; lag < RELIEF_LAGS; lag++) {
        assert_true(relief.lags[lag].low < 0 && relief.lags[lag].high > 0);
        assert_int_equal(relief.lags[lag].pairs, HOURS - lag);
    }
}

static void fewer_calls_an_hour_later_are_found_at_that_hour(void **unused) {
    struct relief_hour hours[HOURS];
    struct relief relief;
    fill(hours, 0.05, 1);
    relief_find(hours, HOURS, &relief);
    assert_int_equal(relief.verdict, RELIEF_FEWER);
    assert_int_equal(relief.lag, 1);
    assert_true(relief.lags[1].high < 0 && relief.lags[1].r < -0.8);
}

static void more_calls_at_once_are_said_as_such(void **unused) {
    struct relief_hour hours[HOURS];
    struct relief relief;
    fill(hours, -0.05, 0);
    relief_find(hours, HOURS, &relief);
    assert_int_equal(relief.verdict, RELIEF_MORE);
    assert_int_equal(relief.lag, 0);
}

static void a_day_or_uncounted_calls_or_quiet_hours_are_too_little(void **unused) {
    struct relief_hour hours[HOURS];
    struct relief relief;
    fill(hours, 0.05, 0);
    relief_find(hours, 24, &relief);
    assert_int_equal(relief.verdict, RELIEF_TOO_LITTLE);
    for (size_t i = 0; i < HOURS; i++)
        hours[i].calls = -1;
    relief_find(hours, HOURS, &relief);
    assert_int_equal(relief.verdict, RELIEF_TOO_LITTLE);
    assert_true(isnan(relief.lags[0].r));
    fill(hours, 0.05, 0);
    for (size_t i = 0; i < HOURS; i++)
        hours[i].openings = RELIEF_OPENINGS_MIN - 1;
    relief_find(hours, HOURS, &relief);
    assert_int_equal(relief.verdict, RELIEF_TOO_LITTLE);
    relief_find(NULL, 0, &relief);
    assert_string_equal(relief_verdict_name(relief.verdict), "too-little");
}

static void hours_that_are_missing_pair_with_nobody(void **unused) {
    struct relief_hour hours[HOURS];
    struct relief relief;
    fill(hours, 0.05, 1);
    for (size_t i = 0; i < HOURS; i++)
        hours[i].start_ms = (int64_t)i * 2 * CLOCK_HOUR_MS;
    relief_find(hours, HOURS, &relief);
    assert_int_equal(relief.lags[1].pairs, 0);
    assert_int_equal(relief.lags[2].pairs, HOURS - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_that_only_share_the_time_of_day_say_nothing),
        cmocka_unit_test(fewer_calls_an_hour_later_are_found_at_that_hour),
        cmocka_unit_test(more_calls_at_once_are_said_as_such),
        cmocka_unit_test(a_day_or_uncounted_calls_or_quiet_hours_are_too_little),
        cmocka_unit_test(hours_that_are_missing_pair_with_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
