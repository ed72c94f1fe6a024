#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/clock.h"
#include "forecast/holidays_store.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

static void bring_in(struct testbed *testbed, int64_t import_id, int64_t *days, size_t count) {
    struct holidays list = {days, count};
    struct error err;
    CLEANUP(session_cleanup) struct session *session = NULL;
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    assert_true(session_begin(session, &err));
    assert_true(holidays_store(session, import_id, &list, &err));
    assert_true(session_commit(session, &err));
}

static struct holidays renewed(struct testbed *testbed, const char *which) {
    struct holidays holidays;
    struct error err;
    CLEANUP(session_cleanup) struct session *session = NULL;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(holidays_of_japan(&holidays, &err));
    assert_true(holidays_renew(session, which, &holidays, &err));
    return holidays;
}

static bool has(const struct holidays *holidays, int year, int month, int day) {
    return holidays_has(holidays, clock_day_number(year, month, day));
}

static void a_list_speaks_for_its_years_and_the_others_stay(void **state) {
    struct testbed *testbed = *state;
    int64_t two_years[] = {clock_day_number(2027, 1, 1), clock_day_number(2027, 6, 15),
                           clock_day_number(2027, 6, 15), clock_day_number(2028, 1, 1)};
    int64_t corrected[] = {clock_day_number(2027, 6, 16)};
    struct error err;
    int applied;
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 1, &applied, &err));
    struct holidays own = renewed(testbed, "japan");
    bring_in(testbed, 1, two_years, 4);
    struct holidays holidays = renewed(testbed, NULL);
    assert_true(has(&holidays, 2027, 6, 15) && has(&holidays, 2028, 1, 1));
    assert_false(has(&holidays, 2027, 5, 3)); // this list does not name it
    assert_true(has(&holidays, 2026, 2, 11) && has(&holidays, 1955, 1, 1));
    for (size_t i = 1; i < holidays.count; i++)
        assert_true(holidays.days[i - 1] < holidays.days[i]);
    holidays_done(&holidays);
    bring_in(testbed, 2, corrected, 1);
    holidays = renewed(testbed, "japan");
    assert_true(has(&holidays, 2027, 6, 16) && has(&holidays, 2028, 1, 1));
    assert_false(has(&holidays, 2027, 6, 15));
    holidays_done(&holidays);
    holidays = renewed(testbed, "holidays.csv"); // the settings name a list of their own
    assert_int_equal(holidays.count, own.count);
    holidays_done(&holidays);
    holidays_done(&own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_speaks_for_its_years_and_the_others_stay),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
