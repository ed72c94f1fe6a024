#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "measure/participants.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

static void numbers_rise_from_day_to_day_and_small_places_are_hidden(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct participants found;
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    testbed_script(
        testbed, "INSERT INTO step_count (hour_ms, campaign_id, step, outcome, count) VALUES "
                 "(1769994000000, 1, 6, 1, 120), (1770080400000, 1, 6, 1, 30), (1769994000000, 1, 5, 1, 50),"
                 "(1770080400000, 1, 5, 2, 49), (1770080400000, 1, 8, 1, 48), "
                 "(1769994000000, 1, 9, 1, 200), (1770080400000, 1, 9, 1, 41), (1770080400000, 2, 6, 1, 9);"
                 "INSERT INTO journey (resident_id, campaign_id, state, verified_ms, age_band, municipality)"
                 " VALUES (1, 1, 6, 1770080400000, 3, 134023), (2, 1, 6, 1770080400001, 3, 131016), "
                 "(3, 1, 6, 1770080400002, 4, 131016), (4, 1, 1, NULL, 0, 0), (5, 2, 6, 5, 1, 131016);");
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    struct participants_query query = {.campaign_id = 1, .suppress_below = 2};
    if (!participants_read(session, &query, testbed->arena, &found, &err))
        fail_msg("%s", err.message);
    assert_int_equal(found.days_count, 2);
    assert_int_equal(found.days[0].users, 120);
    assert_int_equal(found.days[1].users, 150);
    assert_int_equal(found.days[0].verified, 50);
    assert_int_equal(found.days[1].applied, 49);
    assert_int_equal(found.granted, 48);
    assert_int_equal(found.days[0].openings, 200);
    assert_int_equal(found.openings, 241);
    assert_int_equal(found.by_band[3], 2);
    assert_int_equal(found.places_count, 2);
    assert_int_equal(found.places[0].code, 131016);
    assert_int_equal(found.places[0].verified, 2);
    assert_true(found.places[1].hidden && found.places[0].hidden); // one alone could be computed
    assert_true(participants_per_thousand(&found.places[1]) > 5.8);
    query = (struct participants_query){.campaign_id = 1, .to_ms = 1769994000001};
    assert_true(participants_read(session, &query, testbed->arena, &found, &err));
    assert_int_equal(found.users, 120);
    assert_int_equal(found.places_count, 0);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_rise_from_day_to_day_and_small_places_are_hidden),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
