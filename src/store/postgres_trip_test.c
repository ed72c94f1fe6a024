// Round trips, on a server that ends connections, goes silent and sends more than a socket holds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "store/testbed.h"

#define SILENT_US  6000000
#define ECHOES     1000
#define ECHO_BYTES 20000
#define ECHO_ARENA 67108864

static const char TABLE[] = "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY) STRICT";
static const struct statement INSERT = {"INSERT INTO thing (id) VALUES ($1) ON CONFLICT (id) DO NOTHING",
                                        "i"};
static const struct statement THINGS = {"SELECT count(*) FROM thing", ""};
static const struct statement PID = {"SELECT pg_backend_pid()", ""};
static const struct statement END = {"SELECT pg_terminate_backend($1::int)", "i"};
static const struct statement ALIVE = {"SELECT count(*) FROM pg_stat_activity WHERE pid = $1", "i"};
static const struct statement ECHO = {"SELECT $1", "t"};
static const struct statement SLEEP = {"SELECT 1 FROM pg_sleep($1)", "r"};

static struct session *open_session(struct testbed *testbed, enum session_kind kind) {
    struct session *session = NULL;
    struct error err;
    assert_true(session_open(testbed->store, kind, &session, &err));
    return session;
}

static int64_t pid_of(struct testbed *testbed, struct session *session) {
    struct rows rows;
    struct error err;
    assert_true(session_query(session, &PID, NULL, 0, testbed->arena, &rows, &err));
    return rows_int(&rows, 0, 0);
}

static void large_batches_flow_both_ways_at_once(void **state) {
    struct testbed *testbed = *state;
    static char text[ECHO_BYTES + 1];
    static struct step steps[ECHOES];
    static struct step_run runs[ECHOES];
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ECHO_ARENA);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    struct error err;
    memset(text, 'x', ECHO_BYTES);
    const struct value value = value_text(text);
    for (size_t i = 0; i < ECHOES; i++) {
        steps[i] = (struct step){.statement = &ECHO, .values = &value, .values_count = 1};
        runs[i] = (struct step_run){.step = &steps[i], .arena = arena};
    }
    assert_true(session_begin(session, &err));
    assert_true(session_run(session, runs, ECHOES, &err));
    assert_true(session_commit(session, &err));
    for (size_t i = 0; i < ECHOES; i++)
        assert_int_equal(rows_value(&steps[i].rows, 0, 0)->length, ECHO_BYTES);
}

static void a_connection_that_was_ended_meanwhile_is_replaced(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *idle = open_session(testbed, SESSION_WRITE);
    CLEANUP(session_cleanup) struct session *other = open_session(testbed, SESSION_WRITE);
    struct rows rows;
    struct error err;
    int64_t pid = pid_of(testbed, idle);
    assert_true(SESSION_QUERY(other, &END, testbed->arena, &rows, &err, value_int(pid)));
    do
        assert_true(SESSION_QUERY(other, &ALIVE, testbed->arena, &rows, &err, value_int(pid)));
    while (rows_int(&rows, 0, 0) > 0);
    assert_true(session_begin(idle, &err));
    assert_true(pid_of(testbed, idle) != pid);
    assert_true(session_commit(idle, &err));
}

static void a_connection_that_ends_in_a_transaction_ends_that_too(void **state) {
    struct testbed *testbed = *state;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    CLEANUP(session_cleanup) struct session *other = open_session(testbed, SESSION_WRITE);
    struct rows rows;
    struct error err;
    assert_true(session_begin(session, &err));
    assert_true(SESSION_QUERY(session, &INSERT, NULL, &rows, &err, value_int(1)));
    int64_t pid = pid_of(testbed, session);
    assert_true(SESSION_QUERY(other, &END, testbed->arena, &rows, &err, value_int(pid)));
    assert_false(session_commit(session, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_int_equal(testbed_number(testbed, &THINGS), 0);
    assert_true(session_begin(session, &err));
    assert_true(SESSION_QUERY(session, &INSERT, NULL, &rows, &err, value_int(2)));
    assert_true(session_commit(session, &err));
    assert_int_equal(testbed_number(testbed, &THINGS), 1);
}

static void a_server_that_goes_silent_is_given_up(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    struct rows rows;
    struct error err;
    pid_t pid = (pid_t)pid_of(testbed, session);
    int64_t start_us = clock_monotonic_us();
    assert_int_equal(kill(pid, SIGSTOP), 0);
    bool answered = session_query(session, &PID, NULL, 0, testbed->arena, &rows, &err);
    int64_t waited_us = clock_monotonic_us() - start_us;
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_false(answered);
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_in_range(waited_us, SILENT_US - 100000, SILENT_US * 2);
    assert_true(pid_of(testbed, session) != pid);
}

static void a_statement_that_takes_too_long_is_ended(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    struct rows rows;
    struct error err;
    assert_true(session_script(session, "SET statement_timeout = 50", &err));
    assert_false(SESSION_QUERY(session, &SLEEP, testbed->arena, &rows, &err, value_real(60)));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_true(pid_of(testbed, session) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_batches_flow_both_ways_at_once),
        cmocka_unit_test(a_connection_that_was_ended_meanwhile_is_replaced),
        cmocka_unit_test(a_connection_that_ends_in_a_transaction_ends_that_too),
        cmocka_unit_test(a_server_that_goes_silent_is_given_up),
        cmocka_unit_test(a_statement_that_takes_too_long_is_ended),
    };
    return testbed_run_kind(tests, sizeof tests / sizeof *tests, TESTBED_POSTGRES);
}
