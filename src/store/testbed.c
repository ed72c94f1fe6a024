// testbed.c - directories under the system's place for temporary files, and a server as a child.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/testbed.h"

#define TESTS_MAX       64
#define OPEN_FILES_MAX  16
#define START_US_MAX    60000000
#define PING_PAUSE_NS   10000000
#define PROGRAMS        "/usr/lib/postgresql/*/bin"
#define SERVER_USER     "postgres" // as whom a server runs when the tests are root: it refuses to be that
#define PATH_LENGTH_MAX (TESTBED_PATH_SIZE * 3)

static _Noreturn void give_up(const char *what, const char *why) {
    (void)fprintf(stderr, "testbed: %s: %s\n", what, why);
    exit(1);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw) {
    return ftw->level == 0 ? 0 : remove(path);
}

static void directory_empty(const struct testbed *testbed) {
    (void)nftw(testbed->directory, remove_entry, OPEN_FILES_MAX, FTW_DEPTH | FTW_PHYS);
}

static void directory_make(struct testbed *testbed) {
    const char *root = getenv("TMPDIR");
    (void)snprintf(testbed->directory, sizeof testbed->directory, "%s/juncho-XXXXXX",
                   root == NULL ? "/tmp" : root);
    if (mkdtemp(testbed->directory) == NULL)
        give_up("no directory", testbed->directory);
    const struct passwd *user = geteuid() == 0 ? getpwnam(SERVER_USER) : NULL;
    if (testbed->kind == TESTBED_POSTGRES && user != NULL &&
        chown(testbed->directory, user->pw_uid, user->pw_gid) != 0)
        give_up("no owner for", testbed->directory);
}

// In the child: another user when it is root, its words into a file, and an end when the tests end.
static _Noreturn void become(const struct testbed *testbed, const char *const arguments[]) {
    char log[PATH_LENGTH_MAX];
    const struct passwd *user = geteuid() == 0 ? getpwnam(SERVER_USER) : NULL;
    if (user != NULL && (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
                         setuid(user->pw_uid) != 0))
        _exit(1);
    (void)prctl(PR_SET_PDEATHSIG, SIGQUIT);
    (void)snprintf(log, sizeof log, "%s/log", testbed->directory);
    int fd = open(log, O_CREAT | O_WRONLY | O_APPEND, 0600);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0 ||
        chdir(testbed->directory) != 0)
        _exit(1);
    (void)execv(arguments[0], (char *const *)arguments);
    _exit(1);
}

static pid_t start(const struct testbed *testbed, const char *const arguments[]) {
    pid_t child = fork();
    if (child < 0)
        give_up("no child", arguments[0]);
    if (child == 0)
        become(testbed, arguments);
    return child;
}

// The path of one of PostgreSQL's programs, of its newest version; false when there is none.
static bool find_program(const char *name, char path[PATH_LENGTH_MAX]) {
    char pattern[PATH_LENGTH_MAX];
    glob_t found = {.gl_pathc = 0};
    (void)snprintf(pattern, sizeof pattern, PROGRAMS "/%s", name);
    bool ok = glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc > 0;
    if (ok)
        (void)snprintf(path, PATH_LENGTH_MAX, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    return ok;
}

static void wait_until_it_answers(const struct testbed *testbed) {
    int64_t give_up_us = clock_monotonic_us() + START_US_MAX;
    while (PQping(testbed->url) != PQPING_OK) {
        if (clock_monotonic_us() > give_up_us || waitpid(testbed->server, NULL, WNOHANG) != 0)
            give_up("PostgreSQL does not start", testbed->directory);
        (void)nanosleep(&(struct timespec){.tv_nsec = PING_PAUSE_NS}, NULL);
    }
}

void testbed_server_start(struct testbed *testbed) {
    char postgres[PATH_LENGTH_MAX];
    if (!find_program("postgres", postgres))
        give_up("PostgreSQL", "it has gone");
    const char *const arguments[] = {
        postgres, "-D", "data", "-k", testbed->directory,
        // What a test needs to be durable survives a crash of the server without fsync.
        "-c", "listen_addresses=", "-c", "fsync=off", "-c", "deadlock_timeout=20ms", NULL};
    testbed->server = start(testbed, arguments);
    wait_until_it_answers(testbed);
}

void testbed_server_stop(struct testbed *testbed, int signal) {
    if (kill(testbed->server, signal) != 0 || waitpid(testbed->server, NULL, 0) != testbed->server)
        give_up("PostgreSQL", "it does not stop");
    testbed->server = 0;
}

static bool server_make(struct testbed *testbed) {
    char initdb[PATH_LENGTH_MAX];
    int status = 0;
    if (!find_program("initdb", initdb))
        return false;
    const char *const arguments[] = {initdb,   "-D", "data", "-A",         "trust",     "-U",
                                     "juncho", "-E", "UTF8", "--locale=C", "--no-sync", NULL};
    pid_t child = start(testbed, arguments);
    if (waitpid(child, &status, 0) != child || status != 0)
        give_up("initdb failed", testbed->directory);
    testbed_server_start(testbed);
    return true;
}

// A shared server, where script/with-postgres started one: making a database takes less than making a server.
static bool own_server_wanted;

void testbed_own_server(void) {
    own_server_wanted = true;
}

static void run_on(const char *url, const char *format, const char *database) {
    char sql[PATH_LENGTH_MAX];
    (void)snprintf(sql, sizeof sql, format, database);
    PGconn *connection = PQconnectdb(url);
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        give_up(sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

static bool database_make(struct testbed *testbed) {
    const char *url = getenv("JUNCHO_POSTGRES_URL"), *slash = url == NULL ? NULL : strrchr(url, '/');
    if (slash == NULL || own_server_wanted)
        return false;
    (void)snprintf(testbed->database, sizeof testbed->database, "juncho_unit_%ld", (long)getpid());
    (void)snprintf(testbed->url, sizeof testbed->url, "%.*s/%s", (int)(slash - url), url, testbed->database);
    run_on(url, "CREATE DATABASE %s", testbed->database);
    run_on(url, "ALTER DATABASE %s SET synchronous_commit = off", testbed->database);
    run_on(url, "ALTER DATABASE %s SET deadlock_timeout = 20", testbed->database);
    return true;
}

static void open_store(struct testbed *testbed) {
    struct error err;
    if (!store_open(testbed->url, &testbed->store, &err))
        give_up(testbed->url, err.message);
}

bool testbed_init(struct testbed *testbed, enum testbed_kind kind) {
    *testbed = (struct testbed){.kind = kind, .arena = arena_new(TESTBED_ROWS_MAX)};
    directory_make(testbed);
    const char *form =
        kind == TESTBED_SQLITE ? "sqlite:%s/juncho.db" : "postgresql:///postgres?host=%s&user=juncho";
    (void)snprintf(testbed->url, sizeof testbed->url, form, testbed->directory);
    if (kind == TESTBED_POSTGRES && !database_make(testbed) && !server_make(testbed)) {
        (void)fprintf(stderr, "SKIPPED: PostgreSQL is not installed (%s)\n", PROGRAMS);
        testbed_done(testbed);
        return false;
    }
    open_store(testbed);
    return true;
}

void testbed_done(struct testbed *testbed) {
    store_close(testbed->store);
    arena_free(testbed->arena);
    if (testbed->server != 0)
        testbed_server_stop(testbed, SIGQUIT);
    if (testbed->database[0] != '\0')
        run_on(getenv("JUNCHO_POSTGRES_URL"), "DROP DATABASE %s WITH (FORCE)", testbed->database);
    directory_empty(testbed);
    (void)rmdir(testbed->directory);
}

void testbed_fresh(struct testbed *testbed) {
    store_close(testbed->store);
    arena_reset(testbed->arena);
    if (testbed->kind == TESTBED_SQLITE)
        directory_empty(testbed);
    open_store(testbed);
    if (testbed->kind == TESTBED_POSTGRES)
        testbed_script(testbed, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
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
    if (!testbed_init(&testbed, kind))
        return 0;
    for (size_t i = 0; i < count; i++) {
        copies[i] = tests[i];
        copies[i].setup_func = setup_test;
        copies[i].initial_state = &testbed;
    }
    const char *name = kind == TESTBED_SQLITE ? "SQLite" : "PostgreSQL";
    int failures = _cmocka_run_group_tests(name, copies, count, NULL, NULL);
    testbed_done(&testbed);
    return failures;
}

int testbed_run(const struct CMUnitTest *tests, size_t count) {
    int failures = testbed_run_kind(tests, count, TESTBED_SQLITE);
    return failures + testbed_run_kind(tests, count, TESTBED_POSTGRES);
}
