#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "measure/daily.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

static void bring_in(struct testbed *testbed, int64_t import_id, const char *text) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct import_result result = {.read = 0};
    struct series_file *file = NULL;
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    if (!series_file_new(SERIES_DAILY, NULL, &result, &file, &err) ||
        !series_file_feed(file, text, strlen(text), &err) || !series_file_finish(file, &err) ||
        !session_begin(session, &err) || !daily_store(session, import_id, file, &err) ||
        !session_commit(session, &err))
        fail_msg("%s", err.message);
    series_file_free(file);
}

static void stores_are_added_unless_somebody_knows_the_sum(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct error err = {0};
    struct daily_row *rows = NULL;
    size_t count = 0;
    int applied = 0;
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    bring_in(testbed, 1, "date,downloads_ios\n2026-02-02,100\n2026-02-03,10\n");
    bring_in(testbed, 2, "date,downloads_android\n2026-02-02,50\n2026-02-03,5\n");
    bring_in(testbed, 3, "date,downloads\n2026-02-03,16\n");
    bring_in(testbed, 4, "date,downloads_ios\n2026-02-02,101\n"); // a correction
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    int64_t day = clock_day_number(2026, 2, 2);
    assert_true(daily_read_downloads(session, day, day + 5, testbed->arena, &rows, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].day, day);
    assert_int_equal(rows[0].value, 151);
    assert_int_equal(rows[1].value, 16);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_are_added_unless_somebody_knows_the_sum),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
