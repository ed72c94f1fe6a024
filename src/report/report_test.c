#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "report/testbed_report.h"

static void both_readings_of_abandonment_name_their_denominator(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    const struct figures *figures = testbed_report(arena)->figures;
    struct report_shares hop = report_shares(figures, 4);
    assert_int_equal((int64_t)(hop.of_reached * 100), 2105);  // 188 of 893
    assert_int_equal((int64_t)(hop.of_entrants * 100), 1880); // 188 of 1,000
    struct figures nobody = {0};
    assert_true(report_shares(&nobody, 1).of_reached == 0);
}

static void days_are_written_with_their_weekday(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    const struct report *report = testbed_report(arena);
    assert_string_equal(report_day(report, report->figures->days[0].start_ms), "2月2日(月)");
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_readings_of_abandonment_name_their_denominator),
        cmocka_unit_test(days_are_written_with_their_weekday),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
