#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "measure/arrivals_file.h"

// Real counts that are not part of the project: the test runs where they lie beside it.
#define REAL_DAY \
    SOURCE_ROOT  \
    "/../shared/data/arrivals/uk-register-to-vote/Register_To_Vote_live_usage_18_Jun_2024.csv"

static int64_t at(const char *text) {
    int64_t time_ms = 0;
    struct error err = {0};
    assert_true(clock_parse(text, &time_ms, &err));
    return time_ms;
}

static bool reads(const char *text, struct arrivals *ret_arrivals, struct error *err) {
    FILE *file = fmemopen((void *)text, strlen(text), "r");
    assert_non_null(file);
    bool ok = arrivals_read(file, at("2024-06-18T12:00"), ret_arrivals, err);
    (void)fclose(file);
    return ok;
}

static void starts_and_counts_come_out_by_time(void **state) {
    struct arrivals arrivals = {0};
    struct error err = {0};
    assert_true(reads("count,start\r\n5,2026-02-02T10:15:00+09:00\r\n3,2026-02-02T10:00\r\n"
                      "4,2026-02-02T01:30:00Z\r\n",
                      &arrivals, &err));
    assert_int_equal(arrivals.count, 3);
    assert_int_equal(arrivals.slots[0].start_ms, at("2026-02-02T10:00:00+09:00"));
    assert_int_equal(arrivals.slots[2].count, 4);
    assert_int_equal(arrivals.slot_ms, 15 * CLOCK_MINUTE_MS);
    assert_int_equal(arrivals_total(&arrivals, at("2026-02-02T10:15"), at("2026-02-02T10:30")), 5);
    arrivals_done(&arrivals);
}

static void a_lone_row_lasts_an_hour(void **state) {
    struct arrivals arrivals = {0};
    struct error err = {0};
    assert_true(reads("start,count\n2026-02-02,7", &arrivals, &err));
    assert_int_equal(arrivals.slot_ms, CLOCK_HOUR_MS);
    arrivals_done(&arrivals);
}

static void a_twelve_hour_clock_that_runs_backwards_is_understood(void **state) {
    struct arrivals arrivals = {0};
    struct error err = {0};
    assert_true(reads("Time,Online Applications\n12:00 am,9\n11:55 pm,8\n12:05 pm,7\n12:00 pm,6\n"
                      "11:55 am,5\n12:05 am,4\n12:00 am,3\n",
                      &arrivals, &err));
    assert_int_equal(arrivals.count, 7);
    assert_int_equal(arrivals.slots[0].start_ms, at("2024-06-18T00:00"));
    assert_int_equal(arrivals.slots[0].count, 3);
    assert_int_equal(arrivals.slots[4].start_ms, at("2024-06-18T12:05"));
    assert_int_equal(arrivals.slots[6].start_ms, at("2024-06-19T00:00"));
    assert_int_equal(arrivals.slots[6].count, 9);
    assert_int_equal(arrivals.slot_ms, 5 * CLOCK_MINUTE_MS);
    arrivals_done(&arrivals);
}

static void bad_rows_are_named_by_their_line(void **state) {
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"when,people\n1,2\n", "header"},
        {"start,count\n", "no rows"},
        {"start,count\n2026-02-02T10:00,1\n2026-02-30T10:00,2\n", "line 3"},
        {"start,count\n2026-02-02T10:00,-1\n", "line 2"},
        {"start,count\n2026-02-02T10:00,1\n2026-02-02T11:00,1.5\n", "line 3"},
        {"start,count\n2026-02-02T10:00,1\n2026-02-02T11:00,1\n2026-02-02T10:00,4\n", "line 4: the same"},
        {"start,count\n2026-02-02T10:00,1,9\n", "line 2"},
        {"Time,Online Applications\n11:55 pm,8\n13:05 pm,7\n", "line 3"},
        {"Time,Online Applications\n11:55 pm,8\n11:50,7\n", "line 3"},
        {"Time,Online Applications\n12:00 am,8\n11:50 pm,7\n11:55 pm,7\n", "line 4"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arrivals arrivals = {0};
        struct error err = {0};
        assert_false(reads(bad[i].text, &arrivals, &err));
        if (strstr(err.message, bad[i].words) == NULL)
            fail_msg("%s: %s", bad[i].words, err.message);
        assert_null(arrivals.slots);
    }
}

static void a_missing_file_is_named(void **state) {
    struct arrivals arrivals = {0};
    struct error err = {0};
    assert_false(arrivals_read_file("no-such-file.csv", 0, &arrivals, &err));
    assert_int_equal(err.kind, ERROR_MISSING);
    assert_non_null(strstr(err.message, "no-such-file.csv"));
}

static void a_real_deadline_day_has_the_figures_that_were_published(void **state) {
    if (access(REAL_DAY, R_OK) != 0) {
        print_message("skipped: the published counts are not on this machine\n");
        skip();
    }
    struct arrivals arrivals = {0};
    struct error err = {0};
    assert_true(arrivals_read_file(REAL_DAY, at("2024-06-18"), &arrivals, &err));
    assert_int_equal(arrivals.count, 288);
    assert_int_equal(arrivals_total(&arrivals, at("2024-06-18"), at("2024-06-19")), 629476);
    assert_int_equal(arrivals_total(&arrivals, at("2024-06-19"), at("2024-06-20")), 879);
    assert_int_equal(arrivals_total(&arrivals, at("2024-06-18T19:00"), at("2024-06-18T20:00")), 59839);
    arrivals_done(&arrivals);
}

int main(void) {
    struct error err = {0};
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_counts_come_out_by_time),
        cmocka_unit_test(a_lone_row_lasts_an_hour),
        cmocka_unit_test(a_twelve_hour_clock_that_runs_backwards_is_understood),
        cmocka_unit_test(bad_rows_are_named_by_their_line),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(a_real_deadline_day_has_the_figures_that_were_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
