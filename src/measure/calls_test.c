// covers: call_topics.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "measure/call_topics.h"
#include "measure/calls.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define DAY_MS INT64_C(1769958000000) // 2026-02-02T00:00+09:00

static struct calls_row half_hour(int64_t day, int64_t number, int64_t offered, int64_t answered) {
    return (struct calls_row){.start_ms = DAY_MS + day * CLOCK_DAY_MS + number * CALLS_HALF_HOUR_MS,
                              .offered = offered,
                              .answered = answered,
                              .abandoned = offered - answered,
                              .answered_within = answered / 2,
                              .within_s = 20,
                              .wait_s = answered * 10,
                              .abandoned_wait_s = CALLS_UNKNOWN,
                              .talk_s = answered * 300,
                              .after_call_s = CALLS_UNKNOWN};
}

static void prepare(struct testbed *testbed) {
    struct error err = {0};
    int applied = 0;
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
}

static void store(struct testbed *testbed, int64_t import_id, bool whole, const struct calls_row *rows,
                  size_t count) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    if (!session_begin(session, &err) || !calls_store(session, import_id, whole, rows, count, &err) ||
        !session_commit(session, &err))
        fail_msg("%s", err.message);
}

static struct calls read_all(struct testbed *testbed) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct calls calls;
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    if (!calls_read(session, 0, 0, testbed->arena, &calls, &err))
        fail_msg("%s", err.message);
    return calls;
}

static void half_hours_add_up_to_days_and_the_first_two_days_have_their_share(void **state) {
    struct testbed *testbed = *state;
    const struct calls_row rows[] = {half_hour(0, 18, 100, 40), half_hour(0, 19, 100, 50),
                                     half_hour(1, 18, 200, 90), half_hour(2, 18, 50, 48),
                                     half_hour(5, 30, 550, 500)};
    prepare(testbed);
    store(testbed, 7, true, rows, 5);
    struct calls calls = read_all(testbed);
    assert_int_equal(calls.half_hours_count, 5);
    assert_int_equal(calls.days_count, 4);
    assert_int_equal(calls.days[0].start_ms, DAY_MS);
    assert_int_equal(calls.days[0].offered, 200);
    assert_true(fabs(calls_answer_rate(&calls.days[0]) - 0.45) < 1e-12);
    assert_true(fabs(calls_service_level(&calls.days[0]) - 0.225) < 1e-12);
    assert_int_equal(calls.days[0].after_call_s, CALLS_UNKNOWN);
    assert_int_equal(calls.days[0].talk_s, 90 * 300);
    assert_int_equal(calls.total.offered, 1000);
    assert_true(fabs(calls.first_two_days_share - 0.4) < 1e-12);
}

static void where_nobody_called_there_is_no_rate(void **state) {
    struct testbed *testbed = *state;
    prepare(testbed);
    struct calls calls = read_all(testbed);
    assert_int_equal(calls.half_hours_count, 0);
    assert_true(isnan(calls.first_two_days_share));
    assert_true(isnan(calls_answer_rate(&calls.total)));
}

static void the_last_statement_about_a_half_hour_holds(void **state) {
    struct testbed *testbed = *state;
    const struct calls_row first[] = {half_hour(0, 18, 100, 40), half_hour(0, 19, 100, 50)};
    const struct calls_row second[] = {half_hour(0, 19, 110, 60)};
    prepare(testbed);
    store(testbed, 7, true, first, 2);
    store(testbed, 8, true, second, 1);
    assert_int_equal(read_all(testbed).total.offered, 210);
    store(testbed, 8, true, second, 1);
    assert_int_equal(read_all(testbed).total.offered, 210);
}

static void single_calls_of_two_files_add_up_and_give_way_to_a_statement(void **state) {
    struct testbed *testbed = *state;
    const struct calls_row first[] = {half_hour(0, 18, 10, 4)}, second[] = {half_hour(0, 18, 5, 5)};
    const struct calls_row whole[] = {half_hour(0, 18, 16, 10)};
    prepare(testbed);
    store(testbed, 7, false, first, 1);
    store(testbed, 8, false, second, 1);
    assert_int_equal(read_all(testbed).total.offered, 15);
    store(testbed, 7, false, second, 1); // read in another way: replaced
    assert_int_equal(read_all(testbed).total.offered, 10);
    store(testbed, 9, true, whole, 1);
    assert_int_equal(read_all(testbed).total.offered, 16);
    assert_int_equal(read_all(testbed).half_hours_count, 1);
}

static void run(struct testbed *testbed, struct command *command) {
    const struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    struct error err = {0};
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    assert_true(writer_run(writer, command, &err));
    writer_stop(writer);
}

static void a_live_half_hour_sent_twice_counts_once(void **state) {
    struct testbed *testbed = *state;
    const struct calls_row row = half_hour(0, 20, 30, 25);
    prepare(testbed);
    for (int i = 0; i < 2; i++) {
        struct command command;
        command_init(&command, testbed->arena);
        calls_put(&command, &row);
        run(testbed, &command);
    }
    assert_int_equal(read_all(testbed).total.answered, 25);
}

// Calls of one topic in always the same half-hour, from a file; NULL: it has no topics.
static void store_topic(struct testbed *testbed, int64_t import_id, bool whole, const char *topic,
                        int64_t calls) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct error err = {0};
    const struct calls_row row = half_hour(0, 18, calls, calls);
    const struct call_topic one = {row.start_ms, topic, calls};
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    if (!session_begin(session, &err) || !calls_store(session, import_id, whole, &row, 1, &err) ||
        !call_topics_store(session, import_id, whole, &one, topic == NULL ? 0 : 1, &err) ||
        !session_commit(session, &err))
        fail_msg("%s", err.message);
}

// "topic calls, " and so on, in the order of the store.
static const char *topics_of(struct testbed *testbed) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct call_topic *topics = NULL;
    struct buffer said;
    struct error err = {0};
    size_t count = 0;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    if (!call_topics_read(session, DAY_MS, DAY_MS + CLOCK_DAY_MS, testbed->arena, &topics, &count, &err))
        fail_msg("%s", err.message);
    buffer_init(&said, testbed->arena);
    buffer_add(&said, "");
    for (size_t i = 0; i < count; i++)
        buffer_print(&said, "%s %lld, ", topics[i].topic, (long long)topics[i].calls);
    return said.text;
}

static void topics_of_single_calls_add_up_and_give_way_to_a_statement_that_names_some(void **state) {
    struct testbed *testbed = *state;
    prepare(testbed);
    store_topic(testbed, 7, false, "card", 3);
    store_topic(testbed, 8, false, "card", 2);
    store_topic(testbed, 9, false, "points", 1);
    assert_string_equal(topics_of(testbed), "card 5, points 1, ");
    store_topic(testbed, 7, false, "line", 4); // read in another way: replaced
    assert_string_equal(topics_of(testbed), "card 2, line 4, points 1, ");
    store_topic(testbed, 10, true, NULL, 30); // the telephone system counts calls and knows no topics
    assert_int_equal(read_all(testbed).total.offered, 30);
    assert_string_equal(topics_of(testbed), "card 2, line 4, points 1, ");
    store_topic(testbed, 11, true, "card", 20);
    assert_string_equal(topics_of(testbed), "card 20, ");
    store_topic(testbed, 12, true, "points", 21); // the last statement holds, with its topics
    assert_string_equal(topics_of(testbed), "points 21, ");
}

static void a_live_statement_has_topics_too(void **state) {
    struct testbed *testbed = *state;
    struct command command;
    prepare(testbed);
    store_topic(testbed, 7, true, "card", 20);
    const struct calls_row row = half_hour(0, 18, 30, 25);
    const struct call_topic topics[] = {{row.start_ms, "line", 6}, {row.start_ms, "card", 9}};
    command_init(&command, testbed->arena);
    calls_put(&command, &row);
    call_topics_put(&command, &topics[0]);
    call_topics_put(&command, &topics[1]);
    run(testbed, &command);
    assert_string_equal(topics_of(testbed), "card 9, line 6, ");
}

static void counts_that_cannot_be_are_refused_by_name(void **state) {
    struct error err = {0};
    struct calls_row row = half_hour(0, 0, 10, 5);
    assert_true(calls_row_check(&row, &err));
    row.abandoned = 6;
    assert_false(calls_row_check(&row, &err));
    assert_string_equal(err.field, "offered");
    row = half_hour(0, 0, 10, 5);
    row.answered_within = 6;
    assert_false(calls_row_check(&row, &err));
    assert_string_equal(err.field, "answered_within");
    row = half_hour(0, 0, CALLS_COUNT_MAX + 1, 5);
    assert_false(calls_row_check(&row, &err));
    row = half_hour(0, 0, 10, 5);
    row.talk_s = -5;
    assert_false(calls_row_check(&row, &err));
    assert_string_equal(err.field, "talk_s");
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_hours_add_up_to_days_and_the_first_two_days_have_their_share),
        cmocka_unit_test(where_nobody_called_there_is_no_rate),
        cmocka_unit_test(the_last_statement_about_a_half_hour_holds),
        cmocka_unit_test(single_calls_of_two_files_add_up_and_give_way_to_a_statement),
        cmocka_unit_test(a_live_half_hour_sent_twice_counts_once),
        cmocka_unit_test(topics_of_single_calls_add_up_and_give_way_to_a_statement_that_names_some),
        cmocka_unit_test(a_live_statement_has_topics_too),
        cmocka_unit_test(counts_that_cannot_be_are_refused_by_name),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
