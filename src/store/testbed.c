// testbed.c - directories under the system's place for temporary files.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/testbed.h"

#define TESTS_MAX 64

static _Noreturn void give_up(const char *what, const char *why) {
    (void)fprintf(stderr, "testbed: %s: %s\n", what, why);
    exit(1);
}

static void directory_make(struct testbed *testbed) {
    const char *root = getenv("TMPDIR");
    (void)snprintf(testbed->directory, sizeof testbed->directory, "%s/juncho-XXXXXX",
                   root == NULL ? "/tmp" : root);
    if (mkdtemp(testbed->directory) == NULL)
        give_up("no directory", testbed->directory);
}

static void directory_empty(const struct testbed *testbed) {
    DIR *directory = opendir(testbed->directory);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        (void)unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory != NULL)
        (void)closedir(directory);
}

static void open_store(struct testbed *testbed) {
    struct error err;
    if (!store_open(testbed->url, &testbed->store, &err))
        give_up(testbed->url, err.message);
}

void testbed_init(struct testbed *testbed, enum testbed_kind kind) {
    *testbed = (struct testbed){.kind = kind, .arena = arena_new(TESTBED_ROWS_MAX)};
    directory_make(testbed);
    (void)snprintf(testbed->url, sizeof testbed->url, "sqlite:%s/juncho.db", testbed->directory);
    open_store(testbed);
}

void testbed_done(struct testbed *testbed) {
    store_close(testbed->store);
    arena_free(testbed->arena);
    directory_empty(testbed);
    (void)rmdir(testbed->directory);
}

void testbed_fresh(struct testbed *testbed) {
    store_close(testbed->store);
    arena_reset(testbed->arena);
    directory_empty(testbed);
    open_store(testbed);
}

void testbed_script(struct testbed *testbed, const char *sql) {
    struct error err;
    CLEANUP(session_cleanup) struct session *session = NULL;
    if (!session_open(testbed->store, SESSION_WRITE, &session, &err) || !session_script(session, sql, &err))
        give_up(sql, err.message);
}

int64_t testbed_number(struct testbed *testbed, const struct statement *statement) {
    struct error err;
    struct rows rows;
    CLEANUP(session_cleanup) struct session *session = NULL;
    if (!session_open(testbed->store, SESSION_READ, &session, &err) ||
        !session_query(session, statement, NULL, 0, testbed->arena, &rows, &err))
        give_up(statement->sql, err.message);
    return rows_int(&rows, 0, 0);
}

static int setup_test(void **state) {
    testbed_fresh(*state);
    return 0;
}

int testbed_run_kind(const struct CMUnitTest *tests, size_t count, enum testbed_kind kind) {
    static struct testbed testbed;
    struct CMUnitTest copies[TESTS_MAX];
    ASSERT(count <= TESTS_MAX);
    testbed_init(&testbed, kind);
    for (size_t i = 0; i < count; i++) {
        copies[i] = tests[i];
        copies[i].setup_func = setup_test;
        copies[i].initial_state = &testbed;
    }
    int failures =
        _cmocka_run_group_tests(kind == TESTBED_SQLITE ? "SQLite" : "PostgreSQL", copies, count, NULL, NULL);
    testbed_done(&testbed);
    return failures;
}

int testbed_run(const struct CMUnitTest *tests, size_t count) {
    return testbed_run_kind(tests, count, TESTBED_SQLITE);
}
