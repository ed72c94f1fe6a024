#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static int64_t parsed(const char *text) {
    struct error err = {0};
    int64_t time_ms = 0;
    assert_true(clock_parse(text, &time_ms, &err));
    return time_ms;
}

static void times_are_read_in_every_usual_form(void **state) {
    int64_t opening_ms = parsed("2026-02-02T13:00:00+09:00");
    assert_int_equal(opening_ms, INT64_C(1770004800000));
    assert_int_equal(parsed("2026-02-02T04:00:00Z"), opening_ms);
    assert_int_equal(parsed("2026-02-02T13:00"), opening_ms);
    assert_int_equal(parsed("2026-02-02 13:00:00.250"), opening_ms);
    assert_int_equal(parsed("2026-02-02T13:00+0900"), opening_ms);
    assert_int_equal(parsed("2026-02-02"), opening_ms - 13 * CLOCK_HOUR_MS);
}

static void times_that_are_none_are_refused(void **state) {
    const char *bad[] = {"",
                         "today",
                         "2026-02-30",
                         "2025-02-29",
                         "2026-13-01",
                         "2026-02-02T24:00",
                         "2026-02-02T13",
                         "2026-02-02T13:00+99:00",
                         "2026-02-02T13:00:00+09:00x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = {0};
        int64_t time_ms = 5;
        assert_false(clock_parse(bad[i], &time_ms, &err));
        assert_int_equal(time_ms, 5);
        assert_int_equal(err.kind, ERROR_INVALID);
    }
}

static void times_are_written_in_the_zone(void **state) {
    char text[CLOCK_RFC3339_SIZE];
    clock_rfc3339(text, INT64_C(1770004800000));
    assert_string_equal(text, "2026-02-02T13:00:00+09:00");
}

static void hours_and_days_begin_where_the_zone_says(void **state) {
    int64_t time_ms = parsed("2026-02-02T00:30:59.9+09:00") + 999;
    assert_int_equal(clock_hour_start_ms(time_ms), parsed("2026-02-02T00:00:00+09:00"));
    assert_int_equal(clock_day_start_ms(time_ms), parsed("2026-02-02T00:00:00+09:00"));
    assert_int_equal(clock_civil(time_ms).weekday, 1);
    assert_int_equal(clock_day_number(1970, 1, 2), 1);
    assert_int_equal(clock_day_number(2026, 2, 2) - clock_day_number(2024, 2, 2), 731);
}

static void what_is_remembered_of_a_minute_ends_with_it_and_with_the_zone(void **state) {
    int64_t time_ms = parsed("2026-02-02T13:59:00+09:00");
    struct error err = {0};
    for (int64_t second = -61; second <= 121; second++) {
        struct civil civil = clock_civil(time_ms + second * 1000);
        int64_t of_day = (13 * 60 + 59) * 60 + second;
        assert_int_equal((civil.hour * 60 + civil.minute) * 60 + civil.second, of_day);
    }
    assert_int_equal(clock_civil(time_ms).hour, 13);
    assert_true(clock_set_zone("UTC", &err));
    assert_int_equal(clock_civil(time_ms).hour, 4);
    assert_true(clock_set_zone("Asia/Tokyo", &err));
    assert_int_equal(clock_civil(time_ms).hour, 13);
}

static void a_rehearsal_clock_starts_elsewhere_and_runs_faster(void **state) {
    struct clock clock = clock_rehearsal(1000000, 1000);
    clock.wall_start_ms -= 5; // as if 5 ms had passed
    int64_t now_ms = clock_now_ms(&clock);
    assert_true(now_ms >= 1005000);
    assert_true(now_ms < 1005000 + 1000 * 60000);
    assert_int_equal(clock_at_ms(&clock, clock.wall_start_ms), 1000000);
    assert_int_equal(clock_at_ms(&clock, clock.wall_start_ms + 7), 1007000);
}

static void unknown_zones_are_refused(void **state) {
    struct error err = {0};
    assert_false(clock_set_zone("Asia/Atlantis", &err));
    assert_false(clock_set_zone("../../etc/passwd", &err));
    assert_true(clock_set_zone("Asia/Tokyo", &err));
}

int main(void) {
    struct error err = {0};
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_in_every_usual_form),
        cmocka_unit_test(times_that_are_none_are_refused),
        cmocka_unit_test(times_are_written_in_the_zone),
        cmocka_unit_test(hours_and_days_begin_where_the_zone_says),
        cmocka_unit_test(what_is_remembered_of_a_minute_ends_with_it_and_with_the_zone),
        cmocka_unit_test(a_rehearsal_clock_starts_elsewhere_and_runs_faster),
        cmocka_unit_test(unknown_zones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
