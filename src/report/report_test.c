#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "migrations_list.h"
#include "report/report.h"
#include "store/migrate.h"
#include "store/testbed.h"

static void everything_is_read_in_one_go(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct report report;
    int applied = 0;
    size_t length = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    testbed_script(
        testbed,
        "INSERT INTO campaign (id, code, name, points, opens_ms, closes_ms, age_min, prefecture) VALUES "
        "(1, 'a', 'A', 100, 1769994000000, 1770080400000, 15, '東京都');"
        "INSERT INTO daily_figure (day, name, value, import_id) VALUES (20480, 'downloads', 100, 1), "
        "(20486, 'downloads', 30, 1), (20487, 'downloads', 7, 1);"
        "INSERT INTO access_count (hour_ms, count) VALUES (1769990400000, 5), (1769994000000, 7);"
        "INSERT INTO step_count (hour_ms, campaign_id, step, outcome, count) VALUES "
        "(1769907600000, 1, 6, 1, 3), (1769994000000, 1, 6, 1, 2), (1769994000000, 1, 5, 1, 1);"
        "INSERT INTO journey (resident_id, campaign_id, state, began_ms, consented_ms, verified_ms, "
        "age_band, municipality) VALUES (1, 1, 6, 1769994000000, 1769994001000, NULL, 3, 131041);");
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    struct report_query query = {.heat_levels = {3, 2, 1}};
    if (!report_read(session, &query, testbed->arena, &report, &err))
        fail_msg("%s", err.message);
    assert_int_equal(report.figures->from_ms, 1769994000000); // what was before the opening is left out
    assert_int_equal(report.figures->accesses, 7);
    assert_int_equal(report.people->users, 5); // but those who registered before it take part
    assert_int_equal(report.funnel->entered, 1);
    assert_int_equal(report.funnel->steps[1].under_way, 1);
    assert_int_equal(report.downloads, 130); // up to 2 February, the day on which the span ends
    assert_null(report.calls);
    assert_non_null(report_html(&report, &length));
    assert_non_null(report_json(&report, &length));
    report_done(&report);
}

static void days_are_written_with_their_weekday(void **state) {
    struct testbed *testbed = *state;
    struct holidays holidays;
    struct error err = {0};
    assert_true(holidays_of_japan(&holidays, &err));
    struct report report = {.arena = testbed->arena, .holidays = &holidays};
    assert_string_equal(report_day(&report, 1769958000000), "2月2日(月)");
    assert_false(report_day_is_off(&report, 1769958000000));
    assert_true(report_day_is_off(&report, 1769958000000 + 9 * CLOCK_DAY_MS)); // 11 February
    holidays_done(&holidays);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read_in_one_go),
        cmocka_unit_test(days_are_written_with_their_weekday),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
