// covers: sqlite_backup.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "store/checkpoint.h"
#include "store/testbed.h"

#define PATIENCE_US 60000000 // how long a test waits for the checkpointer's thread

static const struct statement FILL = {"INSERT INTO thing (bytes) VALUES (randomblob($1))", "i"};
static const struct statement COUNT = {"SELECT count(*) FROM thing", ""};
static const struct checkpoint_options QUICK = {.log_bytes_restart = 65536,
                                                .log_bytes_pressed = 1048576,
                                                .interval_ms = 2,
                                                .restart_interval_ms = 5,
                                                .stall_ms_max = 50};

static void fill(struct session *session, int rows_count) {
    struct rows rows;
    struct error err;
    for (int i = 0; i < rows_count; i++)
        assert_true(SESSION_QUERY(session, &FILL, NULL, &rows, &err, value_int(4000)));
}

static const char *path_of(const struct testbed *testbed) {
    return testbed->url + sizeof "sqlite:" - 1;
}

// The testbed's own checkpointer looks rarely; this one looks all the time.
static struct checkpointer *start_quick(struct testbed *testbed) {
    struct checkpointer *checkpointer = NULL;
    struct error err;
    assert_true(checkpointer_start(path_of(testbed), &QUICK, &checkpointer, &err));
    checkpointer_note(checkpointer, 1000000); // so that it looks although nobody tells it
    return checkpointer;
}

static void the_log_begins_anew_while_writing_goes_on(void **state) {
    struct testbed *testbed = *state;
    struct session *session = NULL;
    struct store_figures figures = {.restarts = 0};
    struct error err;
    testbed_script(testbed, "CREATE TABLE thing (id INTEGER PRIMARY KEY, bytes BLOB) STRICT");
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    struct checkpointer *checkpointer = start_quick(testbed);
    int64_t give_up_us = clock_monotonic_us() + PATIENCE_US;
    while (figures.restarts < 3 && clock_monotonic_us() < give_up_us) {
        fill(session, 10);
        checkpointer_figures(checkpointer, &figures);
    }
    assert_true(figures.restarts >= 3);
    assert_true(figures.checkpoints > 0);
    checkpointer_stop(checkpointer);
    session_close(session);
}

static void a_long_reader_lets_the_log_grow_but_not_unseen(void **state) {
    struct testbed *testbed = *state;
    struct session *session = NULL, *reader = NULL;
    struct store_figures figures;
    struct rows rows;
    struct error err;
    testbed_script(testbed, "CREATE TABLE thing (id INTEGER PRIMARY KEY, bytes BLOB) STRICT");
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    assert_true(session_open(testbed->store, SESSION_READ, &reader, &err));
    assert_true(session_begin(reader, &err));
    assert_true(session_query(reader, &COUNT, NULL, 0, testbed->arena, &rows, &err));
    struct checkpointer *checkpointer = start_quick(testbed);
    int64_t give_up_us = clock_monotonic_us() + PATIENCE_US;
    while (!checkpointer_presses(checkpointer) && clock_monotonic_us() < give_up_us)
        fill(session, 10);
    checkpointer_figures(checkpointer, &figures);
    assert_true(figures.log_bytes >= QUICK.log_bytes_pressed);
    session_rollback(reader);
    while (checkpointer_presses(checkpointer) && clock_monotonic_us() < give_up_us)
        fill(session, 1);
    assert_false(checkpointer_presses(checkpointer));
    checkpointer_stop(checkpointer);
    session_close(reader);
    session_close(session);
}

static void the_door_lets_one_in_at_a_time(void **state) {
    struct testbed *testbed = *state;
    struct checkpointer *checkpointer = start_quick(testbed);
    assert_true(checkpointer_enter(checkpointer, 10000));
    assert_false(checkpointer_enter(checkpointer, 1));
    checkpointer_leave(checkpointer);
    assert_true(checkpointer_enter(checkpointer, 10000));
    checkpointer_leave(checkpointer);
    checkpointer_stop(checkpointer);
}

static void a_database_is_for_its_owner_alone(void **state) {
    struct testbed *testbed = *state;
    struct stat status;
    char log[TESTBED_PATH_SIZE * 3];
    testbed_script(testbed, "CREATE TABLE thing (id INTEGER PRIMARY KEY, bytes BLOB) STRICT");
    assert_int_equal(stat(path_of(testbed), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    (void)snprintf(log, sizeof log, "%s-wal", path_of(testbed));
    assert_int_equal(stat(log, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_backup_holds_what_was_there(void **state) {
    struct testbed *testbed = *state;
    struct session *session = NULL;
    struct stat status;
    char path[TESTBED_PATH_SIZE * 3], url[TESTBED_PATH_SIZE * 4];
    struct error err;
    testbed_script(testbed, "CREATE TABLE thing (id INTEGER PRIMARY KEY, bytes BLOB) STRICT");
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    fill(session, 300);
    assert_true(session_begin(session, &err)); // a writer is at work meanwhile
    fill(session, 5);
    (void)snprintf(path, sizeof path, "%s/backup.db", testbed->directory);
    assert_true(store_backup(testbed->store, path, &err));
    assert_true(store_backup(testbed->store, path, &err)); // again, over the last one
    session_close(session);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_false(store_backup(testbed->store, "/nowhere/at/all", &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    // Never over the database that is in use, by whatever name.
    (void)snprintf(url, sizeof url, "%s/./%s", testbed->directory, strrchr(path_of(testbed), '/') + 1);
    assert_false(store_backup(testbed->store, url, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    struct testbed copy = {.arena = testbed->arena};
    (void)snprintf(url, sizeof url, "sqlite:%s", path);
    assert_true(store_open(url, &copy.store, &err));
    assert_int_equal(testbed_number(&copy, &COUNT), 300);
    store_close(copy.store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_begins_anew_while_writing_goes_on),
        cmocka_unit_test(a_long_reader_lets_the_log_grow_but_not_unseen),
        cmocka_unit_test(the_door_lets_one_in_at_a_time),
        cmocka_unit_test(a_database_is_for_its_owner_alone),
        cmocka_unit_test(a_backup_holds_what_was_there),
    };
    return testbed_run_kind(tests, sizeof tests / sizeof *tests, TESTBED_SQLITE);
}
