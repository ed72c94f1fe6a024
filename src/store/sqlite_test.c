// What happens to a file: it fills up, fails, is locked by others; and everything works again afterwards.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/migrate.h"
#include "store/testbed.h"
#include "store/writer.h"

#define FILL_BYTES  50000
#define FILLS_MAX   400
#define WAITING     5
#define BUSY_US_MIN 1500000
#define BUSY_US_MAX 6000000

static const char TABLE[] = "CREATE TABLE thing (id INTEGER PRIMARY KEY, bytes BLOB) STRICT;";
static const struct migration MIGRATION = {1, "0001_one", "CREATE TABLE one (id INTEGER) STRICT;"};
static const struct statement FILL = {"INSERT INTO thing (bytes) VALUES (zeroblob($1))", "i"};
static const struct statement COUNT = {"SELECT count(*) FROM thing", ""};
static const struct statement CACHE = {"SELECT $1 + cache_size FROM pragma_cache_size", "i"};

static const char *path_of(const struct testbed *testbed) {
    return testbed->url + sizeof "sqlite:" - 1;
}

static struct writer *start_writer(struct testbed *testbed) {
    const struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    struct error err;
    testbed_script(testbed, TABLE);
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    return writer;
}

static bool fill(struct writer *writer, struct arena *arena, struct error *err) {
    struct command command;
    arena_reset(arena);
    command_init(&command, arena);
    (void)COMMAND_ADD(&command, &FILL, value_int(FILL_BYTES));
    return writer_run(writer, &command, err);
}

// Runs commands until one fails; returns how many were answered well.
static int fill_until_it_fails(struct writer *writer, struct arena *arena, struct error *err) {
    int filled = 0;
    while (filled < FILLS_MAX && fill(writer, arena, err))
        filled++;
    assert_true(filled < FILLS_MAX);
    return filled;
}

static void limit_files(rlim_t bytes) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_disk_that_fails_and_recovers_costs_no_command_that_was_answered(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    struct writer *writer = start_writer(testbed);
    struct writer_figures figures;
    struct error err;
    (void)signal(SIGXFSZ, SIG_IGN);
    limit_files(1000000);
    int filled = fill_until_it_fails(writer, arena, &err);
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_true(filled > 0);
    assert_false(fill(writer, arena, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    writer_figures(writer, &figures);
    assert_false(figures.available);
    assert_int_equal(testbed_number(testbed, &COUNT), filled); // reading goes on
    limit_files(RLIM_INFINITY);
    do // the writer notices by itself
        writer_figures(writer, &figures);
    while (!figures.available);
    assert_true(fill(writer, arena, &err));
    writer_stop(writer);
    assert_int_equal(testbed_number(testbed, &COUNT), filled + 1);
}

static void a_full_database_refuses_and_takes_again(void **state) {
    struct testbed *testbed = *state;
    struct session *session = NULL;
    struct rows rows;
    struct error err;
    int filled = 0;
    testbed_script(testbed, TABLE);
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    assert_true(session_script(session, "PRAGMA max_page_count = 100", &err));
    for (;; filled++) {
        assert_true(session_begin(session, &err));
        if (!SESSION_QUERY(session, &FILL, NULL, &rows, &err, value_int(FILL_BYTES)))
            break;
        assert_true(session_commit(session, &err));
    }
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    // Whether or not SQLite has ended the transaction, it cannot be committed as if nothing had happened.
    session_rollback(session);
    assert_int_equal(testbed_number(testbed, &COUNT), filled);
    assert_true(session_script(session, "PRAGMA max_page_count = 1000000", &err));
    assert_true(session_begin(session, &err));
    assert_true(SESSION_QUERY(session, &FILL, NULL, &rows, &err, value_int(FILL_BYTES)));
    assert_true(session_commit(session, &err));
    session_close(session);
    assert_int_equal(testbed_number(testbed, &COUNT), filled + 1);
}

// This program as another process: holds the database, says so, and lets go when its input ends.
static int hold(const char *path) {
    char byte = 0;
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
        write(STDOUT_FILENO, &byte, 1) != 1)
        return 1;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}

struct holder {
    pid_t pid;
    int input;
};

static void holder_start(struct holder *holder, const char *path) {
    int ready[2], release[2];
    char byte = 0;
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    assert_int_equal(pipe2(release, O_CLOEXEC), 0);
    holder->pid = fork();
    if (holder->pid == 0) {
        if (dup2(release[0], STDIN_FILENO) >= 0 && dup2(ready[1], STDOUT_FILENO) >= 0)
            (void)execl("/proc/self/exe", "sqlite_test", path, NULL);
        _exit(1);
    }
    assert_true(holder->pid > 0);
    (void)close(ready[1]);
    (void)close(release[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    holder->input = release[1];
}

static void holder_stop(struct holder *holder) {
    int status = -1;
    (void)close(holder->input);
    assert_int_equal(waitpid(holder->pid, &status, 0), holder->pid);
    assert_int_equal(status, 0);
}

static void another_process_that_writes_for_long_makes_the_store_unavailable(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    struct holder holder;
    struct error err;
    struct writer *writer = start_writer(testbed);
    holder_start(&holder, path_of(testbed));
    int64_t start_us = clock_monotonic_us();
    assert_false(fill(writer, arena, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_in_range(clock_monotonic_us() - start_us, BUSY_US_MIN, BUSY_US_MAX);
    holder_stop(&holder);
    assert_true(fill(writer, arena, &err));
    writer_stop(writer);
}

struct patient {
    struct testbed *testbed;
    bool written;
    int migrations;
};

static void *write_and_migrate(void *context) {
    struct patient *patient = context;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    const struct writer_options options = {.queue_max = 10, .batch_max = 1, .wait_ms_max = 120000};
    struct writer *writer = NULL;
    struct command command;
    struct error err;
    command_init(&command, arena);
    (void)COMMAND_ADD(&command, &FILL, value_int(1));
    patient->written = writer_start(patient->testbed->store, &options, &writer, &err) &&
                       writer_run(writer, &command, &err) &&
                       migrate_run(patient->testbed->store, &MIGRATION, 1, 1, &patient->migrations, &err);
    writer_stop(writer);
    return NULL;
}

// The holder lets go when whoever nobody waits for would long have given up otherwise.
static void a_patient_writer_and_a_migration_wait_for_another_process(void **state) {
    struct testbed *testbed = *state;
    struct patient patient = {.testbed = testbed};
    struct holder holder;
    struct error err;
    pthread_t thread;
    struct writer *writer = start_writer(testbed);
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    holder_start(&holder, path_of(testbed));
    assert_int_equal(pthread_create(&thread, NULL, write_and_migrate, &patient), 0);
    assert_false(fill(writer, arena, &err)); // the impatient one, after its two seconds
    holder_stop(&holder);
    assert_int_equal(pthread_join(thread, NULL), 0);
    writer_stop(writer);
    assert_true(patient.written);
    assert_int_equal(patient.migrations, 1);
}

static void who_waited_meanwhile_is_answered_with_the_first(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    const struct writer_options options = {.queue_max = 10, .batch_max = 1};
    struct command commands[WAITING];
    struct writer *writer = NULL;
    struct writer_figures figures;
    struct holder holder;
    struct error err;
    testbed_script(testbed, TABLE);
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    holder_start(&holder, path_of(testbed));
    int64_t start_us = clock_monotonic_us();
    for (int i = 0; i < WAITING; i++) {
        command_init(&commands[i], arena);
        (void)COMMAND_ADD(&commands[i], &FILL, value_int(1));
        assert_true(writer_submit(writer, &commands[i], &err));
    }
    do
        writer_figures(writer, &figures);
    while (figures.commands < WAITING);
    assert_true(clock_monotonic_us() - start_us < BUSY_US_MAX); // not so many times the first one's wait
    assert_int_equal(figures.commands_failed, WAITING);
    holder_stop(&holder);
    writer_stop(writer);
    assert_int_equal(testbed_number(testbed, &COUNT), 0);
}

static void a_file_that_is_no_database_is_refused(void **state) {
    struct testbed *testbed = *state;
    char path[TESTBED_PATH_SIZE * 2], url[TESTBED_PATH_SIZE * 3];
    struct store *store = NULL;
    struct error err;
    (void)snprintf(path, sizeof path, "%s/other", testbed->directory);
    (void)snprintf(url, sizeof url, "sqlite:%s", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        (void)fprintf(file, "this is not a database\n");
    (void)fclose(file);
    assert_false(store_open(url, &store, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_null(store);
}

static void a_session_keeps_little_in_memory(void **state) {
    struct testbed *testbed = *state;
    struct session *session = NULL;
    struct rows rows;
    struct error err;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(SESSION_QUERY(session, &CACHE, testbed->arena, &rows, &err, value_int(0)));
    assert_int_equal(rows_int(&rows, 0, 0), -2048); // kibibytes, at most
    session_close(session);
}

int main(int count, char **arguments) {
    if (count == 2)
        return hold(arguments[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_that_fails_and_recovers_costs_no_command_that_was_answered),
        cmocka_unit_test(a_full_database_refuses_and_takes_again),
        cmocka_unit_test(another_process_that_writes_for_long_makes_the_store_unavailable),
        cmocka_unit_test(a_patient_writer_and_a_migration_wait_for_another_process),
        cmocka_unit_test(who_waited_meanwhile_is_answered_with_the_first),
        cmocka_unit_test(a_file_that_is_no_database_is_refused),
        cmocka_unit_test(a_session_keeps_little_in_memory),
    };
    return testbed_run_kind(tests, sizeof tests / sizeof *tests, TESTBED_SQLITE);
}
