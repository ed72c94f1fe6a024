// testbed.h - databases for tests: the same tests run on each kind, every test on an empty database.
//
// PostgreSQL is a database of its own on the server that JUNCHO_POSTGRES_URL names (script/with-postgres), or
// else a private server in a directory of its own, reached by a socket there. The server ends with the test
// program, however that ends. Where its programs are not installed, its tests are skipped in so many words.
#pragma once

#include <sys/types.h>

#include "store/store.h"

#define TESTBED_PATH_SIZE 128
#define TESTBED_ROWS_MAX  4194304

enum testbed_kind { TESTBED_SQLITE, TESTBED_POSTGRES };

struct testbed {
    enum testbed_kind kind;
    char directory[TESTBED_PATH_SIZE];
    char url[TESTBED_PATH_SIZE * 2];
    pid_t server;      // PostgreSQL's, when it is private
    char database[32]; // on the shared server; "" when the server is private
    struct store *store;
    struct arena *arena; // of the running test
};

// Makes a directory, and an open, empty store in it; false, having said so, when that kind of database is not
// installed. Ends the test program when anything else fails.
bool testbed_init(struct testbed *testbed, enum testbed_kind kind);
void testbed_done(struct testbed *testbed); // closes the store and removes everything
// Empties the database and the arena.
void testbed_fresh(struct testbed *testbed);

// For tests that end or start the server: always a private one. To be called first.
void testbed_own_server(void);
// PostgreSQL's private server: ends it (SIGINT: in order, SIGQUIT: at once, as in a crash), and starts it
// again.
void testbed_server_stop(struct testbed *testbed, int signal);
void testbed_server_start(struct testbed *testbed);

// Runs a script, and answers the first cell of a query, in sessions of their own. End the program on failure.
void testbed_script(struct testbed *testbed, const char *sql);
int64_t testbed_number(struct testbed *testbed, const struct statement *statement);

// Runs cmocka's tests on one kind, or each kind, of database, `*state` being the testbed; returns how many
// failed.
struct CMUnitTest;
int testbed_run_kind(const struct CMUnitTest *tests, size_t count, enum testbed_kind kind);
int testbed_run(const struct CMUnitTest *tests, size_t count);
