#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "measure/figures.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

static void figures_are_the_sums_of_what_was_counted(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct session *session = NULL;
    struct figures figures;
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    testbed_script(
        testbed,
        "INSERT INTO access_count (hour_ms, count) VALUES (1769994000000, 5), (1770033600000, 7), "
        "(1770080400000, 11);" // 2 February 10:00 and 21:00, 3 February 10:00
        "INSERT INTO step_count (hour_ms, campaign_id, step, outcome, count) VALUES "
        "(1769994000000, 1, 1, 1, 100), (1769994000000, 1, 1, 2, 93), (1769994000000, 1, 6, 1, 120), "
        "(1770080400000, 1, 5, 1, 50), (1770080400000, 1, 8, 1, 49), (1770080400000, 1, 7, 105, 3), "
        "(1770080400000, 2, 1, 1, 999);"
        "INSERT INTO journey (resident_id, campaign_id, state, verified_ms, age_band, municipality) VALUES "
        "(1, 1, 6, 1770080400000, 3, 131041), (2, 1, 6, 1770080400001, 3, 131016), "
        "(3, 1, 6, 1770080400002, 4, 131016), (4, 1, 1, NULL, 0, 0);"
        "INSERT INTO request_count (hour_ms, status_class, node, count) VALUES (1769994000000, 2, 1, 1000);");
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    if (!figures_read(session, &(struct figures_span){.campaign_id = 1, .from_ms = 0, .to_ms = 0},
                      testbed->arena, &figures, &err))
        fail_msg("%s", err.message);
    assert_int_equal(figures.accesses, 23);
    assert_int_equal(figures.days_count, 2);
    assert_int_equal(figures.days[0].hours[10], 5);
    assert_int_equal(figures.days[0].hours[21], 7);
    assert_int_equal(figures.days[1].accesses, 11);
    assert_int_equal(figures.users, 120);
    assert_int_equal(figures.verified, 50);
    assert_int_equal(figures.granted, 49);
    assert_int_equal(figures.reached[1], 100);
    assert_int_equal(figures.went_on[1], 93);
    assert_int_equal(figures.outcomes[5], 3);
    assert_int_equal(figures.days[1].verified_hours[10], 50);
    assert_int_equal(figures.verified_hour_max, 50);
    assert_int_equal(figures.requests, 1000);
    figures_done(&figures);
    session_close(session);
}

static void an_hour_is_a_logs_or_the_services_own(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct figures figures;
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    testbed_script(testbed,
                   "INSERT INTO access_count (hour_ms, count) VALUES (1769994000000, 5);" // 2 February 10:00
                   "INSERT INTO imported_hour (hour_ms, import_id, accesses, requests_1xx, requests_2xx, "
                   "requests_3xx, requests_4xx, requests_5xx, bytes) VALUES "
                   "(1769990400000, 1, 3, 0, 9, 0, 0, 0, 0), (1769994000000, 1, 4, 0, 9, 0, 0, 0, 0), "
                   "(1770080400000, 1, 2, 0, 9, 0, 0, 0, 0), (1770080400000, 2, 6, 0, 9, 0, 0, 0, 0), "
                   "(1770166800000, 2, 0, 0, 9, 0, 0, 0, 0);");
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    if (!figures_read(session, &(struct figures_span){.campaign_id = 1}, testbed->arena, &figures, &err))
        fail_msg("%s", err.message);
    assert_int_equal(figures.from_ms, 1769990400000); // the span is that of both
    assert_int_equal(figures.to_ms, 1770084000000);
    assert_int_equal(figures.accesses, 5);
    assert_int_equal(figures.imported, 11);
    assert_int_equal(figures.days[0].imported_hours[9], 3);
    assert_int_equal(figures.days[0].imported_hours[10], 0); // the service counted itself
    assert_int_equal(figures.days[1].imported_hours[10], 8); // two files
    assert_int_equal(figures.days[1].imported, 8);
    assert_int_equal(figures.days[1].accesses, 0);
    figures_done(&figures);
}

static void a_span_that_ends_before_it_begins_is_refused(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct session *session = NULL;
    struct figures figures;
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_false(figures_read(session,
                              &(struct figures_span){.campaign_id = 1, .from_ms = 2000, .to_ms = 1000},
                              testbed->arena, &figures, &err));
    assert_string_equal(err.field, "to");
    assert_false(figures_read(
        session, &(struct figures_span){.campaign_id = 1, .from_ms = 1, .to_ms = INT64_C(1) << 50},
        testbed->arena, &figures, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    session_close(session);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_the_sums_of_what_was_counted),
        cmocka_unit_test(an_hour_is_a_logs_or_the_services_own),
        cmocka_unit_test(a_span_that_ends_before_it_begins_is_refused),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
