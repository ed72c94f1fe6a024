#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "measure/traffic.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define HOUR_MS INT64_C(1770004800000)

static const struct statement REQUESTS = {"SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM request_count",
                                          ""};
static const struct statement FIRST_HOUR = {
    "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM request_count WHERE hour_ms = 1770004800000", ""};
static const struct statement LATENCIES = {"SELECT COUNT(*) FROM latency", ""};

static struct writer *open_writer(struct testbed *testbed) {
    struct error err = {0};
    struct writer *writer = NULL;
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    return writer;
}

static void what_is_recorded_is_written_once_and_by_its_hour(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct writer *writer = open_writer(testbed);
    struct traffic *traffic = traffic_new(5);
    for (int i = 0; i < 100; i++)
        traffic_record(traffic, HOUR_MS + i, "/a", i % 10 == 0 ? 404 : 200, 1000 + i);
    assert_true(traffic_flush(traffic, writer, &err));
    assert_true(traffic_flush(traffic, writer, &err)); // nothing new
    assert_int_equal(testbed_number(testbed, &REQUESTS), 100);
    traffic_record(traffic, HOUR_MS + 5, "/a", 200, 1);
    traffic_record(traffic, HOUR_MS + CLOCK_HOUR_MS, "/b", 200, 1);
    for (int i = 0; i < 2; i++)
        assert_true(traffic_flush(traffic, writer, &err));
    assert_int_equal(testbed_number(testbed, &REQUESTS), 102);
    assert_int_equal(testbed_number(testbed, &FIRST_HOUR), 101);
    assert_int_equal(testbed_number(testbed, &LATENCIES), 2);
    struct traffic_totals totals;
    traffic_totals(traffic, &totals);
    assert_int_equal(totals.by_class[2], 92);
    assert_int_equal(totals.by_class[4], 10);
    writer_stop(writer);
    traffic_free(traffic);
}

static void many_hours_are_written_by_one_command(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct writer *writer = open_writer(testbed);
    struct traffic *traffic = traffic_new(5);
    struct command command;
    command_init(&command, testbed->arena);
    for (int hour = 0; hour < 5; hour++) {
        traffic_record(traffic, HOUR_MS + hour * CLOCK_HOUR_MS, "/a", 200, 1000);
        traffic_record(traffic, HOUR_MS + hour * CLOCK_HOUR_MS, "/b", 200, 1000);
        traffic_add(traffic, &command);
    }
    traffic_add(traffic, &command); // the hour before the last
    traffic_add(traffic, &command); // the last
    assert_true(writer_run(writer, &command, &err));
    assert_int_equal(testbed_number(testbed, &REQUESTS), 10);
    assert_int_equal(testbed_number(testbed, &FIRST_HOUR), 2);
    assert_int_equal(testbed_number(testbed, &LATENCIES), 10);
    traffic_free(traffic);
    writer_stop(writer);
}

// As when PostgreSQL commits and its answer is lost: what was written counts as not written, and comes again.
static void a_second_that_is_written_twice_counts_once(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct writer *writer = open_writer(testbed);
    struct traffic *traffic = traffic_new(5);
    traffic_record(traffic, HOUR_MS, "/a", 200, 10);
    store_fail_after(testbed->store, 3, STORE_FAULT_LOST_ANSWER); // begin, steps, commit
    assert_false(traffic_flush(traffic, writer, &err));
    assert_int_equal(testbed_number(testbed, &REQUESTS), 1);
    traffic_record(traffic, HOUR_MS, "/a", 200, 10);
    bool written = false;
    for (int tries = 0; tries < 1000000 && !written; tries++) // the writer looks again by itself
        written = traffic_flush(traffic, writer, &err);
    assert_true(written);
    assert_int_equal(testbed_number(testbed, &REQUESTS), 2);
    writer_stop(writer);
    traffic_free(traffic);
}

static void an_hour_that_comes_twice_keeps_both_counts(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct writer *writer = open_writer(testbed);
    struct traffic *traffic = traffic_new(5);
    for (int step = 0; step < 3; step++) { // the clock is set back by an hour
        traffic_record(traffic, HOUR_MS + (step == 1 ? CLOCK_HOUR_MS : 0), "/a", 200, 10);
        for (int i = 0; i < 2; i++)
            assert_true(traffic_flush(traffic, writer, &err));
    }
    assert_int_equal(testbed_number(testbed, &REQUESTS), 3);
    assert_int_equal(testbed_number(testbed, &FIRST_HOUR), 2);
    assert_int_equal(testbed_number(testbed, &LATENCIES), 3);
    writer_stop(writer);
    traffic_free(traffic);
}

static void a_failed_flush_loses_nothing(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct writer *writer = open_writer(testbed);
    struct traffic *traffic = traffic_new(5);
    traffic_record(traffic, HOUR_MS, "/a", 200, 10);
    store_fail_after(testbed->store, 1, STORE_FAULT_UNAVAILABLE);
    assert_false(traffic_flush(traffic, writer, &err));
    assert_int_equal(testbed_number(testbed, &REQUESTS), 0);
    traffic_record(traffic, HOUR_MS + CLOCK_HOUR_MS, "/a", 200, 10);
    bool written = false;
    for (int tries = 0; tries < 1000 && testbed_number(testbed, &REQUESTS) < 2; tries++)
        written = traffic_flush(traffic, writer, &err);
    assert_true(written);
    assert_int_equal(testbed_number(testbed, &REQUESTS), 2);
    assert_int_equal(testbed_number(testbed, &FIRST_HOUR), 1);
    writer_stop(writer);
    traffic_free(traffic);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_recorded_is_written_once_and_by_its_hour),
        cmocka_unit_test(many_hours_are_written_by_one_command),
        cmocka_unit_test(a_failed_flush_loses_nothing),
        cmocka_unit_test(a_second_that_is_written_twice_counts_once),
        cmocka_unit_test(an_hour_that_comes_twice_keeps_both_counts),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
