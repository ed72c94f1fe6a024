// testbed.h - databases for tests: the same tests run on each kind, every test on an empty database.
#pragma once

#include "store/store.h"

#define TESTBED_PATH_SIZE 128
#define TESTBED_ROWS_MAX  1048576

enum testbed_kind { TESTBED_SQLITE };

struct testbed {
    enum testbed_kind kind;
    char directory[TESTBED_PATH_SIZE];
    char url[TESTBED_PATH_SIZE * 2];
    struct store *store;
    struct arena *arena; // of the running test
};

// Makes a directory, and an open, empty store in it. Ends the test program when that is not possible.
void testbed_init(struct testbed *testbed, enum testbed_kind kind);
void testbed_done(struct testbed *testbed); // closes the store and removes everything
// Empties the database and the arena.
void testbed_fresh(struct testbed *testbed);

// Runs a script, and answers the first cell of a query, in sessions of their own. End the program on failure.
void testbed_script(struct testbed *testbed, const char *sql);
int64_t testbed_number(struct testbed *testbed, const struct statement *statement);

// Runs cmocka's tests on each kind of database, `*state` being the testbed; returns how many failed.
struct CMUnitTest;
int testbed_run(const struct CMUnitTest *tests, size_t count);
int testbed_run_kind(const struct CMUnitTest *tests, size_t count, enum testbed_kind kind);
