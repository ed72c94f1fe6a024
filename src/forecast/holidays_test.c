// covers: holidays_japan.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "forecast/holidays.h"

static struct holidays japan(void) {
    struct holidays holidays;
    struct error err = {0};
    assert_true(holidays_of_japan(&holidays, &err));
    return holidays;
}

static bool has(const struct holidays *holidays, int year, int month, int day) {
    return holidays_has(holidays, clock_day_number(year, month, day));
}

static void the_equinoxes_fall_where_the_formula_says(void **state) {
    struct holidays holidays = japan();
    for (int year = 1980; year <= 2027; year++) {
        double leap = (year - 1980) / 4;
        assert_true(has(&holidays, year, 3, (int)(20.8431 + 0.242194 * (year - 1980) - leap)));
        assert_true(has(&holidays, year, 9, (int)(23.2488 + 0.242194 * (year - 1980) - leap)));
    }
    holidays_done(&holidays);
}

static void substitutes_and_days_between_holidays_are_off(void **state) {
    struct holidays holidays = japan();
    assert_true(has(&holidays, 2026, 2, 11) && has(&holidays, 2026, 2, 23));
    assert_true(has(&holidays, 2026, 5, 6));  // substitute
    assert_true(has(&holidays, 2026, 9, 22)); // between two holidays
    assert_false(has(&holidays, 2026, 2, 12));
    assert_false(has(&holidays, 2026, 12, 23)); // the old Emperor's birthday
    assert_true(has(&holidays, 2018, 12, 23));
    assert_int_equal(holidays.count, 1067);
    holidays_done(&holidays);
}

static void days_of_the_week_are_right_also_before_1970(void **state) {
    assert_int_equal(holidays_weekday(clock_day_number(2026, 2, 2)), 1);
    assert_int_equal(holidays_weekday(clock_day_number(1969, 7, 20)), 0);
    struct holidays none = holidays_none();
    assert_true(holidays_is_off(&none, clock_day_number(2026, 2, 7)));
    assert_false(holidays_is_off(&none, clock_day_number(2026, 2, 11)));
}

static bool read_bytes(const char *bytes, size_t length, struct holidays *holidays, struct error *err) {
    FILE *file = fmemopen((void *)(uintptr_t)bytes, length, "r");
    bool good = holidays_read(file, holidays, err);
    fclose(file);
    return good;
}

static void a_list_is_read_in_both_encodings_and_refused_in_others(void **state) {
    static const char sjis[] = "\x8d\x91\x96\xaf,\x96\xbc\r\n2027/1/1,\x8c\xb3\x93\xfa\r\n2026/12/31,x\r\n";
    static const char utf8[] = "日,名\n2027-01-01,元日\n";
    static const char neither[] = "\xff\xfe,x\n2027/1/1,x\n";
    struct holidays holidays;
    struct error err = {0};
    assert_true(read_bytes(sjis, sizeof sjis - 1, &holidays, &err));
    assert_int_equal(holidays.count, 2);
    assert_true(has(&holidays, 2027, 1, 1) && has(&holidays, 2026, 12, 31));
    holidays_done(&holidays);
    assert_true(read_bytes(utf8, sizeof utf8 - 1, &holidays, &err));
    assert_true(has(&holidays, 2027, 1, 1));
    holidays_done(&holidays);
    assert_false(read_bytes(neither, sizeof neither - 1, &holidays, &err));
    assert_string_equal(err.message, "the list of holidays is neither in Shift_JIS nor in UTF-8");
    assert_false(read_bytes("a,b\n2027/13/1,x\n", 16, &holidays, &err));
    assert_string_equal(err.message, "line 2: '2027/13/1' is not a date");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_equinoxes_fall_where_the_formula_says),
        cmocka_unit_test(substitutes_and_days_between_holidays_are_off),
        cmocka_unit_test(days_of_the_week_are_right_also_before_1970),
        cmocka_unit_test(a_list_is_read_in_both_encodings_and_refused_in_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
