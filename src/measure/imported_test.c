#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "measure/imported.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define NOW_MS INT64_C(1770200000000)

static void bring_in(struct testbed *testbed, int64_t import_id, const char *const *lines) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct import_result result = {.read = 0};
    struct access_log *log = access_log_new(NOW_MS);
    struct error err = {0};
    access_log_begin(log, &result);
    for (; *lines != NULL; lines++) {
        char text[200];
        int length = snprintf(text, sizeof text, "%s] \"GET / HTTP/1.1\" 200 10\n", *lines);
        assert_true(access_log_feed(log, text, (size_t)length, &err));
    }
    assert_true(access_log_finish(log, &err));
    assert_int_equal(result.bad, 0);
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    if (!session_begin(session, &err) || !imported_store_log(session, import_id, log, &err) ||
        !session_commit(session, &err))
        fail_msg("%s", err.message);
    access_log_free(log);
}

static void prepare(struct testbed *testbed) {
    struct error err = {0};
    int applied = 0;
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
}

static void files_add_up_and_devices_are_counted_once_over_days(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct imported imported;
    struct error err = {0};
    const char *const first[] = {"a - - [02/Feb/2026:10:00:00 +0900", "b - - [02/Feb/2026:10:30:00 +0900",
                                 NULL};
    const char *const second[] = {"c - - [02/Feb/2026:10:59:00 +0900", "a - - [03/Feb/2026:09:00:00 +0900",
                                  NULL};
    prepare(testbed);
    bring_in(testbed, 1, first);
    bring_in(testbed, 2, second);
    bring_in(testbed, 2, second); // again: replaced by the same
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    if (!imported_read(session, 0, 0, testbed->arena, &imported, &err))
        fail_msg("%s", err.message);
    assert_int_equal(imported.hours_count, 2);
    assert_int_equal(imported.hours[0].accesses, 3);
    assert_int_equal(imported.hours[0].requests[2], 3);
    assert_int_equal(imported.accesses, 4);
    assert_int_equal(imported.requests, 4);
    assert_int_equal(imported.bytes, 40);
    assert_int_equal(imported.days_count, 2);
    assert_int_equal(lround(imported.days[0].devices), 3);
    assert_int_equal(lround(imported.days[1].devices), 1);
    assert_int_equal(lround(imported.devices), 3);
    int64_t second_day_ms = 0;
    assert_true(clock_parse("2026-02-03", &second_day_ms, &err));
    if (!imported_read(session, second_day_ms, 0, testbed->arena, &imported, &err))
        fail_msg("%s", err.message);
    assert_int_equal(imported.accesses, 1);
    assert_int_equal(lround(imported.devices), 1);
}

static void an_empty_store_gives_nothing(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct imported imported;
    struct error err = {0};
    prepare(testbed);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(imported_read(session, 0, 0, testbed->arena, &imported, &err));
    assert_int_equal(imported.hours_count + imported.days_count, 0);
}

static void a_later_file_speaks_for_the_intervals_that_it_names(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct imported_elsewhere *hours = NULL;
    struct error err = {0};
    size_t count = 0;
    const int64_t ten_ms = 1769994000000; // 2026-02-02T10:00+09:00
    const struct series_row first[] = {{.time = ten_ms, .value = 5}, {.time = ten_ms + 1800000, .value = 7}};
    const struct series_row second[] = {{.time = ten_ms + 1800000, .value = 8},
                                        {.time = ten_ms + 3600000, .value = 1}};
    prepare(testbed);
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    assert_true(imported_store_arrivals(session, 1, first, 2, 1800000, &err));
    assert_true(imported_store_arrivals(session, 2, second, 2, 1800000, &err));
    if (!imported_elsewhere_read(session, 0, 0, testbed->arena, &hours, &count, &err))
        fail_msg("%s", err.message);
    assert_int_equal(count, 2);
    assert_int_equal(hours[0].hour_ms, ten_ms);
    assert_int_equal(hours[0].accesses, 13);
    assert_int_equal(hours[1].accesses, 1);
}

// 10:00 arrivals and a log, 11:00 arrivals and the service itself, 12:00 arrivals by the day.
static void of_an_hour_speaks_the_service_else_the_logs_else_the_arrivals(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct imported_elsewhere *hours = NULL;
    struct error err = {0};
    size_t count = 0;
    const int64_t ten_ms = 1769994000000, hour_ms = 3600000;
    const char *const log[] = {"a - - [02/Feb/2026:10:30:00 +0900", NULL};
    const struct series_row arrivals[] = {{.time = ten_ms, .value = 5},
                                          {.time = ten_ms + hour_ms, .value = 7}};
    const struct series_row days[] = {{.time = ten_ms + 2 * hour_ms, .value = 900}};
    prepare(testbed);
    bring_in(testbed, 1, log);
    testbed_script(testbed, "INSERT INTO access_count (hour_ms, count) VALUES (1769997600000, 3)");
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    assert_true(imported_store_arrivals(session, 2, arrivals, 2, hour_ms, &err));
    assert_true(imported_store_arrivals(session, 3, days, 1, 24 * hour_ms, &err));
    if (!imported_elsewhere_read(session, ten_ms, ten_ms + 4 * hour_ms, testbed->arena, &hours, &count, &err))
        fail_msg("%s", err.message);
    assert_int_equal(count, 1);
    assert_int_equal(hours[0].hour_ms, ten_ms);
    assert_int_equal(hours[0].accesses, 1);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_add_up_and_devices_are_counted_once_over_days),
        cmocka_unit_test(an_empty_store_gives_nothing),
        cmocka_unit_test(a_later_file_speaks_for_the_intervals_that_it_names),
        cmocka_unit_test(of_an_hour_speaks_the_service_else_the_logs_else_the_arrivals),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
