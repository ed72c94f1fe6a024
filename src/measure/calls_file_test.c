#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "measure/calls_file.h"

// Real calls that are not part of the project: the test runs where they lie beside it.
#define REAL       SOURCE_ROOT "/../shared/data/calls/"
#define REAL_CALLS REAL "anonymous-bank-january-1999.txt.gz"
#define REAL_TABLE REAL "anonymous-bank-january-1999-30min.csv"
#define REAL_MAP   "anonymous-bank"
#define TABLE_MAP                                                                                         \
    "start=start_local,wait_s=sum_wait_answered_s,talk_s=sum_talk_s,answered_within=answered_within_20s," \
    "abandoned_wait_s=sum_wait_abandoned_s"

static struct calls_file *reads(const char *text, const char *map, struct import_result *result) {
    struct calls_file *file = NULL;
    struct error err = {0};
    const struct calls_file_options options = {.map = map, .within_s = 20};
    *result = (struct import_result){.read = 0};
    if (!calls_file_new(&options, result, &file, &err) || !calls_file_feed(file, text, strlen(text), &err) ||
        !calls_file_finish(file, &err))
        fail_msg("%s", err.message);
    return file;
}

static int64_t at(const char *text) {
    int64_t time_ms = 0;
    struct error err = {0};
    assert_true(clock_parse(text, &time_ms, &err));
    return time_ms;
}

static void quarter_hours_add_up_and_what_is_missing_is_the_difference(void **state) {
    struct import_result result;
    size_t count = 0;
    bool whole = false;
    struct calls_file *file = reads("start,offered,answered,talk_s\n2026-02-02T09:15,10,8,800\n"
                                    "2026-02-02T09:00,5,5,500\n2026-02-02T10:00,1,0,\n",
                                    NULL, &result);
    const struct calls_row *rows = calls_file_rows(file, &count, &whole);
    assert_true(whole);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].start_ms, at("2026-02-02T09:00"));
    assert_int_equal(rows[0].offered, 15);
    assert_int_equal(rows[0].abandoned, 2);
    assert_int_equal(rows[0].talk_s, 1300);
    assert_int_equal(rows[0].wait_s, CALLS_UNKNOWN);
    assert_int_equal(rows[1].talk_s, CALLS_UNKNOWN);
    assert_int_equal(result.taken, 3);
    calls_file_free(file);
}

static void the_same_interval_twice_and_counts_that_cannot_be_are_bad_lines(void **state) {
    struct import_result result;
    struct calls_file *file = reads("start,offered,answered\n2026-02-02T09:00,5,5\n2026-02-02T09:00,6,6\n"
                                    "2026-02-02T09:30,5,6\nnever,1,1\n2026-02-02T10:00,,\n",
                                    NULL, &result);
    assert_int_equal(result.read, 5);
    assert_int_equal(result.taken, 1);
    assert_int_equal(result.bad, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(result.bad_listed[i].line, 3 + i);
    calls_file_free(file);
}

static void single_calls_are_told_by_their_outcome(void **state) {
    struct import_result result;
    size_t count = 0;
    bool whole = true;
    struct calls_file *file =
        reads("type\tdate\tentry\tqueue\twait\tend\ttalk\r\nA\t990101\t7:41:16\t0:00:00\t0\tAGENT\t208\r\n"
              "B\t990101\t7:45:00\t7:45:03\t25\tAGENT\t10\r\nB\t990101\t7:59:59\t8:00:01\t50\tHANG\t0\r\n"
              "A\t990101\t7:50:00\t0:00:00\t0\tHANG\t0\r\nA\t990101\t7:50:00\t0:00:00\t0\tPHANTOM\t0\r\n"
              "A0\t990101\t7:50:00\t0:00:00\t0\tHANG\t0\r\nA\t990101\t7:50:00\t0:00:00\t0\tGONE\t0\r\n",
              "date=date,time=entry,queued=queue,wait_s=wait,outcome=end,talk_s=talk,kind=type,kinds=A|B,"
              "answered=AGENT,abandoned=HANG,ignored=PHANTOM",
              &result);
    const struct calls_row *rows = calls_file_rows(file, &count, &whole);
    assert_false(whole);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].start_ms, at("1999-01-01T07:30"));
    assert_int_equal(rows[0].offered, 3);
    assert_int_equal(rows[0].answered, 2);
    assert_int_equal(rows[0].answered_within, 1);
    assert_int_equal(rows[0].wait_s, 25);
    assert_int_equal(rows[0].abandoned_wait_s, 50);
    assert_int_equal(rows[0].talk_s, 218);
    assert_int_equal(result.passed_over, 2);
    assert_int_equal(result.notes_count, 2);
    assert_int_equal(result.bad, 2);
    assert_int_equal(result.bad_listed[0].line, 7);
    assert_non_null(strstr(result.bad_listed[0].reason, "\"A0\""));
    assert_int_equal(result.bad_listed[1].line, 8);
    assert_int_equal(result.read, result.taken + result.passed_over + result.bad);
    calls_file_free(file);
}

static void says(const struct calls_file *file, size_t index, const char *start, const char *topic,
                 int64_t calls) {
    size_t count = 0;
    const struct call_topic *topics = calls_file_topics(file, &count);
    assert_true(index < count);
    assert_int_equal(topics[index].start_ms, at(start));
    assert_string_equal(topics[index].topic, topic);
    assert_int_equal(topics[index].calls, calls);
}

static void intervals_may_have_a_row_for_every_topic(void **state) {
    struct import_result result;
    size_t count = 0;
    bool whole = false;
    struct calls_file *file = reads("start,What,offered,answered\n2026-02-02T09:00,PIN, 5,5\n"
                                    "2026-02-02T09:00,points,3,2\n2026-02-02T09:00,,2,1\n"
                                    "2026-02-02T09:15, PIN ,4,4\n2026-02-02T09:15,PIN,4,4\n"
                                    "2026-02-02T09:30,points,0,0\n2026-02-02T08:30,points,1,1\n",
                                    "topic=What", &result);
    const struct calls_row *rows = calls_file_rows(file, &count, &whole);
    assert_int_equal(count, 3);
    assert_int_equal(rows[1].offered, 14);
    assert_int_equal(result.bad, 1);
    assert_int_equal(result.bad_listed[0].line, 6);
    assert_string_equal(result.bad_listed[0].reason, "an earlier line has the same start and topic");
    (void)calls_file_topics(file, &count);
    assert_int_equal(count, 3); // neither what nobody said nor what nobody called about
    says(file, 0, "2026-02-02T08:30", "points", 1);
    says(file, 1, "2026-02-02T09:00", "PIN", 9);
    says(file, 2, "2026-02-02T09:00", "points", 3);
    calls_file_free(file);
}

static void single_calls_have_topics_and_those_that_are_passed_over_have_none(void **state) {
    struct import_result result;
    size_t count = 0;
    struct calls_file *file = reads("start,outcome,wait_s,topic\n2026-02-02T09:01,answered,3,暗証番号\n"
                                    "2026-02-02T09:02,abandoned,90,\n2026-02-02T09:29,answered,3,暗証番号\n"
                                    "2026-02-02T09:29,ignored,3,暗証番号\n",
                                    NULL, &result);
    (void)calls_file_topics(file, &count);
    assert_int_equal(count, 1);
    says(file, 0, "2026-02-02T09:00", "暗証番号", 2);
    calls_file_free(file);
}

static void a_column_that_the_map_names_must_be_there_and_once(void **state) {
    static const struct {
        const char *text, *map, *field;
        enum error_kind kind;
    } cases[] = {{"start,offered,answered\n", "talk_s=Talk", "talk_s", ERROR_MISSING},
                 {"begin,offered,answered\n", NULL, "start", ERROR_MISSING},
                 {"start,offered\n", NULL, "offered", ERROR_MISSING},
                 {"start,outcome\n", NULL, "wait_s", ERROR_MISSING},
                 {"start,offered,answered,Offered\n", NULL, "offered", ERROR_CONFLICT},
                 {"start,Calls,Calls,answered\n", "offered=Calls", "Calls", ERROR_CONFLICT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct import_result result = {.read = 0};
        struct calls_file *file = NULL;
        struct error err = {0};
        const struct calls_file_options options = {.map = cases[i].map, .within_s = 20};
        assert_true(calls_file_new(&options, &result, &file, &err));
        assert_false(calls_file_feed(file, cases[i].text, strlen(cases[i].text), &err) &&
                     calls_file_finish(file, &err));
        assert_int_equal(err.kind, cases[i].kind);
        assert_string_equal(err.field, cases[i].field);
        calls_file_free(file);
    }
}

static struct calls_file *read_real(const char *path, const char *map, struct import_result *result) {
    CLEANUP(source_cleanup) struct source *source = NULL;
    struct calls_file *file = NULL;
    struct error err = {0};
    const struct calls_file_options options = {.map = map, .within_s = 20};
    const char *bytes = NULL;
    size_t length = 1;
    bool ok = source_open(path, &source, &err) && calls_file_new(&options, result, &file, &err);
    while (ok && length > 0)
        ok = source_read(source, &bytes, &length, &err) && calls_file_feed(file, bytes, length, &err);
    if (!ok || !calls_file_finish(file, &err))
        fail_msg("%s", err.message);
    return file;
}

static void a_month_of_real_calls_equals_its_table_to_the_call(void **state) {
    FILE *there = fopen(REAL_CALLS, "rb");
    if (there == NULL) {
        print_message("SKIPPED: the real calls are not beside the source tree\n");
        skip();
    }
    (void)fclose(there);
    struct import_result result = {.read = 0}, table_result = {.read = 0};
    struct calls_file *calls = read_real(REAL_CALLS, REAL_MAP, &result);
    struct calls_file *table = read_real(REAL_TABLE, TABLE_MAP, &table_result);
    size_t count = 0, table_count = 0;
    bool whole = false;
    const struct calls_row *rows = calls_file_rows(calls, &count, &whole);
    const struct calls_row *expected = calls_file_rows(table, &table_count, &whole);
    assert_int_equal(result.read, 31599);
    assert_int_equal(result.taken, 30161);
    assert_int_equal(result.passed_over, 1436);
    assert_int_equal(result.bad, 2); // two lines whose fields have shifted
    assert_int_equal(result.bad_listed[0].line, 21553);
    assert_int_equal(result.bad_listed[1].line, 29008);
    assert_int_equal(count, table_count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(rows[i].start_ms, expected[i].start_ms);
        assert_int_equal(rows[i].offered, expected[i].offered);
        assert_int_equal(rows[i].answered, expected[i].answered);
        assert_int_equal(rows[i].abandoned, expected[i].abandoned);
        assert_int_equal(rows[i].answered_within, expected[i].answered_within);
        assert_int_equal(rows[i].wait_s, expected[i].wait_s);
        assert_int_equal(rows[i].abandoned_wait_s, expected[i].abandoned_wait_s);
        assert_int_equal(rows[i].talk_s, expected[i].talk_s);
    }
    calls_file_free(calls);
    calls_file_free(table);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quarter_hours_add_up_and_what_is_missing_is_the_difference),
        cmocka_unit_test(the_same_interval_twice_and_counts_that_cannot_be_are_bad_lines),
        cmocka_unit_test(single_calls_are_told_by_their_outcome),
        cmocka_unit_test(intervals_may_have_a_row_for_every_topic),
        cmocka_unit_test(single_calls_have_topics_and_those_that_are_passed_over_have_none),
        cmocka_unit_test(a_column_that_the_map_names_must_be_there_and_once),
        cmocka_unit_test(a_month_of_real_calls_equals_its_table_to_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
