#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "measure/hours.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define HOUR(n) ((n)*CLOCK_HOUR_MS)

static void fill(struct testbed *testbed) {
    struct error err = {0};
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    testbed_script(testbed, "INSERT INTO step_count (hour_ms, campaign_id, step, outcome, count) VALUES "
                            "(3600000, 1, 6, 1, 4), (3600000, 1, 7, 107, 2), (10800000, 1, 1, 1, 9), "
                            "(10800000, 1, 1, 2, 8), (10800000, 2, 1, 1, 100), (14400000, 1, 8, 1, 3);"
                            "INSERT INTO access_count (hour_ms, count) VALUES (7200000, 50), (10800000, 60);"
                            "INSERT INTO request_count (hour_ms, status_class, node, count) VALUES "
                            "(10800000, 2, 1, 65), (10800000, 5, 1, 1), (10800000, 2, 2, 5);");
}

static void hours_are_merged_by_time(void **state) {
    struct testbed *testbed = *state;
    struct session *session = NULL;
    struct error err = {0};
    struct hours hours;
    fill(testbed);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(hours_read(session, 1, HOUR(1), HOUR(4), testbed->arena, &hours, &err));
    assert_int_equal(hours.rows_count, 3); // the fourth begins where the span ends
    assert_int_equal(hours.rows[0].start_ms, HOUR(1));
    assert_int_equal(hours.rows[0].reached[COUNT_REGISTER], 4);
    assert_int_equal(hours.rows[0].outcomes[7], 2);
    assert_int_equal(hours.rows[1].accesses, 50);
    assert_int_equal(hours.rows[2].requests[5], 1);
    assert_int_equal(hours.rows[2].requests[2], 70); // of two nodes
    assert_int_equal(hours.rows[2].reached[COUNT_CONSENT], 9);
    assert_int_equal(hours.rows[2].went_on[COUNT_CONSENT], 8);
    session_close(session);
}

static void sums_take_what_lies_in_the_span(void **state) {
    struct testbed *testbed = *state;
    struct session *session = NULL;
    struct error err = {0};
    struct hours hours;
    fill(testbed);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(hours_read(session, 1, 0, HOUR(100), testbed->arena, &hours, &err));
    struct hours_row sum = hours_sum(&hours, HOUR(2), HOUR(4));
    assert_int_equal(sum.start_ms, HOUR(2));
    assert_int_equal(sum.accesses, 110);
    assert_int_equal(sum.requests[2], 70);
    assert_int_equal(sum.reached[COUNT_GRANT], 0);
    assert_int_equal(hours_sum(&hours, 0, HOUR(9)).reached[COUNT_GRANT], 3);
    assert_false(hours_read(session, 1, 0, HOUR(HOURS_MAX + 1), testbed->arena, &hours, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    session_close(session);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_are_merged_by_time),
        cmocka_unit_test(sums_take_what_lies_in_the_span),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
