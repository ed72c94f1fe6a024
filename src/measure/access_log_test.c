#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "measure/access_log.h"

#define NOW_MS INT64_C(1770100000000) // 2026-02-03

static void append(char **text, const char *host, const char *stamp, int status) {
    size_t length = *text == NULL ? 0 : strlen(*text);
    char *grown = realloc(*text, length + 300);
    assert_non_null(grown);
    (void)snprintf(grown + length, 300, "%s - - [%s] \"GET / HTTP/1.1\" %d 100 \"-\" \"agent\"\n", host,
                   stamp, status);
    *text = grown;
}

// Fed in pieces of every size up to a line, the counts must be the same.
static struct access_log *reads(const char *text, size_t piece, struct import_result *result) {
    struct access_log *log = access_log_new(NOW_MS);
    struct error err = {0};
    size_t length = strlen(text);
    *result = (struct import_result){.read = 0};
    access_log_begin(log, result);
    for (size_t at = 0; at < length; at += piece)
        assert_true(access_log_feed(log, text + at, length - at < piece ? length - at : piece, &err));
    assert_true(access_log_finish(log, &err));
    return log;
}

static void requests_and_openings_fall_into_their_civil_hours(void **state) {
    char *text = NULL;
    append(&text, "a", "02/Feb/2026:23:50:00 +0900", 200);
    append(&text, "b", "02/Feb/2026:14:55:00 +0000", 404);
    append(&text, "a", "03/Feb/2026:00:10:00 +0900", 200); // still the same opening
    append(&text, "a", "03/Feb/2026:00:40:01 +0900", 503); // a new one
    (void)strcat(text, "no line\n\nlast");
    for (size_t piece = 1; piece < 200; piece += 7) {
        struct import_result result;
        struct access_log *log = reads(text, piece, &result);
        size_t hours_count = 0, days_count = 0;
        const struct access_hour *hours = access_log_hours(log, &hours_count);
        struct access_day *const *days = access_log_days(log, &days_count);
        assert_int_equal(result.read, 7);
        assert_int_equal(result.taken, 4);
        assert_int_equal(result.bad, 3);
        assert_int_equal(result.bad_listed[0].line, 5);
        assert_int_equal(result.bad_listed[1].line, 6);
        assert_int_equal(result.bad_listed[2].line, 7);
        assert_int_equal(hours_count, 2);
        assert_int_equal(hours[0].accesses, 2);
        assert_int_equal(hours[0].requests[2], 1);
        assert_int_equal(hours[0].requests[4], 1);
        assert_int_equal(hours[1].accesses, 1);
        assert_int_equal(hours[1].requests[5], 1);
        assert_int_equal(hours[1].bytes, 200);
        assert_int_equal(days_count, 2);
        assert_int_equal(lround(hyperloglog_estimate(&days[0]->devices)), 2);
        assert_int_equal(lround(hyperloglog_estimate(&days[1]->devices)), 1);
        access_log_free(log);
    }
    free(text);
}

static void a_visit_over_two_files_of_one_log_counts_once(void **state) {
    struct access_log *log = access_log_new(NOW_MS);
    struct import_result first = {.read = 0}, second = {.read = 0};
    struct error err = {0};
    char *before = NULL, *after = NULL;
    size_t count = 0;
    append(&before, "a", "02/Feb/2026:23:59:00 +0900", 200);
    append(&after, "a", "03/Feb/2026:00:01:00 +0900", 200);
    access_log_begin(log, &first);
    assert_true(access_log_feed(log, before, strlen(before), &err) && access_log_finish(log, &err));
    assert_int_equal(access_log_hours(log, &count)[0].accesses, 1);
    access_log_begin(log, &second);
    assert_true(access_log_feed(log, after, strlen(after), &err) && access_log_finish(log, &err));
    assert_int_equal(access_log_hours(log, &count)[0].accesses, 0);
    assert_int_equal(count, 1);
    assert_int_equal(second.taken, 1);
    access_log_free(log);
    free(before);
    free(after);
}

static void a_line_that_is_too_long_is_one_bad_line(void **state) {
    size_t length = ACCESS_LOG_LINE_BYTES_MAX + 100;
    char *text = calloc(1, length + 400);
    memset(text, 'x', length);
    text[length] = '\n';
    char *tail = NULL;
    append(&tail, "a", "02/Feb/2026:23:59:00 +0900", 200);
    (void)strcat(text, tail);
    static const size_t pieces[] = {1000, 65536, 65537, 1 << 20};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct import_result result;
        struct access_log *log = reads(text, pieces[i], &result);
        assert_int_equal(result.read, 2);
        assert_int_equal(result.bad, 1);
        assert_int_equal(result.bad_listed[0].line, 1);
        assert_int_equal(result.taken, 1);
        access_log_free(log);
    }
    free(tail);
    free(text);
}

static void lines_from_the_future_are_bad_and_late_ones_are_told(void **state) {
    char *text = NULL;
    struct import_result result;
    append(&text, "a", "02/Feb/2027:12:00:00 +0900", 200);
    append(&text, "a", "02/Feb/2026:12:00:00 +0900", 200);
    append(&text, "b", "02/Feb/2026:11:00:00 +0900", 200);
    struct access_log *log = reads(text, 4096, &result);
    assert_int_equal(result.bad, 1);
    assert_non_null(strstr(result.bad_listed[0].reason, "future"));
    assert_int_equal(result.taken, 2);
    assert_int_equal(result.notes_count, 1);
    assert_int_equal(result.notes[0].count, 1);
    access_log_free(log);
    free(text);
}

static void more_days_than_are_kept_are_an_error(void **state) {
    struct access_log *log = access_log_new(NOW_MS);
    struct import_result result = {.read = 0};
    struct error err = {0};
    bool ok = true;
    access_log_begin(log, &result);
    for (int day = 0; ok && day <= ACCESS_LOG_DAYS_MAX; day++) {
        struct civil civil = clock_civil(NOW_MS - (ACCESS_LOG_DAYS_MAX + 10 - day) * CLOCK_DAY_MS);
        static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        char stamp[64];
        char *text = NULL;
        (void)snprintf(stamp, sizeof stamp, "%02d/%s/%04d:12:00:00 +0900", civil.day, months[civil.month - 1],
                       civil.year);
        append(&text, "a", stamp, 200);
        ok = access_log_feed(log, text, strlen(text), &err);
        assert_int_equal(ok, day < ACCESS_LOG_DAYS_MAX);
        free(text);
    }
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    access_log_free(log);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_openings_fall_into_their_civil_hours),
        cmocka_unit_test(a_visit_over_two_files_of_one_log_counts_once),
        cmocka_unit_test(a_line_that_is_too_long_is_one_bad_line),
        cmocka_unit_test(lines_from_the_future_are_bad_and_late_ones_are_told),
        cmocka_unit_test(more_days_than_are_kept_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
