// What only a server does: it restarts under load, is away, and lets nodes meet.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/testbed.h"
#include "store/writer.h"

#define SUBMITTERS 4
#define PATIENCE_S 30
#define CROSSINGS  40

static const char TABLES[] =
    "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY) STRICT;"
    "CREATE TABLE count (id INTEGER NOT NULL PRIMARY KEY, count INTEGER NOT NULL) STRICT;"
    "INSERT INTO count (id, count) VALUES (1, 0), (2, 0);";
static const struct statement INSERT = {"INSERT INTO thing (id) VALUES ($1) ON CONFLICT (id) DO NOTHING",
                                        "i"};
static const struct statement ADD = {"UPDATE count SET count = count + $2 WHERE id = $1", "ii"};
static const struct statement COUNTED = {"SELECT count FROM count WHERE id = 1", ""};
static const struct statement COUNTED_TWO = {"SELECT count FROM count WHERE id = 2", ""};
static const struct statement THINGS = {"SELECT count(*) FROM thing", ""};
static const struct statement NUMERIC = {"SELECT sum(i) FROM generate_series($1, 10::bigint) AS n (i)", "i"};
static const struct statement TYPES = {
    "SELECT 1::smallint, (-2)::int, true, 'x'::varchar, NULL::int, 'y'::name", ""};

static struct session *open_session(struct testbed *testbed, enum session_kind kind) {
    struct session *session = NULL;
    struct error err;
    assert_true(session_open(testbed->store, kind, &session, &err));
    return session;
}

static void small_types_are_read_and_numeric_is_refused(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
    struct rows rows;
    struct error err;
    assert_true(session_query(session, &TYPES, NULL, 0, testbed->arena, &rows, &err));
    assert_int_equal(rows_int(&rows, 0, 0), 1);
    assert_int_equal(rows_int(&rows, 0, 1), -2);
    assert_int_equal(rows_int(&rows, 0, 2), 1);
    assert_string_equal(rows_text(&rows, 0, 3), "x");
    assert_int_equal(rows_value(&rows, 0, 4)->type, VALUE_NULL);
    assert_string_equal(rows_text(&rows, 0, 5), "y");
    assert_false(SESSION_QUERY(session, &NUMERIC, testbed->arena, &rows, &err, value_int(1)));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_true(session_query(session, &TYPES, NULL, 0, testbed->arena, &rows, &err));
}

// What the submitters and the test tell one another, under the mutex.
struct crowd {
    pthread_mutex_t mutex;
    pthread_cond_t changed; // any of the following, or a submitter's numbers
    bool server_is_up, stop;
};

// One submitter: inserts one thing after the other, each until it is answered well.
struct submitter {
    struct crowd *crowd;
    struct writer *writer;
    int64_t id_first;
    int inserted, failures;
    struct step *insert;
};

static void count_new(struct command *command, struct tallies *tallies) {
    const struct submitter *submitter = command->context;
    if (submitter->insert->rows.changed > 0)
        tallies_add(tallies, &(struct tally){.statement = &ADD, .keys = {1}, .keys_count = 1, .amount = 1});
}

// Notes how a try ended; after a failure waits until the server is there. False: it is time to stop.
static bool note_try(struct submitter *submitter, bool ok) {
    struct crowd *crowd = submitter->crowd;
    (void)pthread_mutex_lock(&crowd->mutex);
    submitter->inserted += ok;
    submitter->failures += !ok;
    (void)pthread_cond_broadcast(&crowd->changed);
    while (!ok && !crowd->server_is_up && !crowd->stop)
        (void)pthread_cond_wait(&crowd->changed, &crowd->mutex);
    bool go_on = !crowd->stop;
    (void)pthread_mutex_unlock(&crowd->mutex);
    return go_on;
}

static void *submit_until_stopped(void *context) {
    struct submitter *submitter = context;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    bool ok = false;
    int64_t done = 0;
    do {
        struct command command;
        struct error err;
        arena_reset(arena);
        command_init(&command, arena);
        command.context = submitter;
        command.settle = count_new;
        submitter->insert = COMMAND_ADD(&command, &INSERT, value_int(submitter->id_first + done));
        ok = writer_run(submitter->writer, &command, &err);
        assert_true(ok || err.kind == ERROR_UNAVAILABLE);
        done += ok;
    } while (note_try(submitter, ok));
    return NULL;
}

// Waits until every submitter has inserted so many more.
static void wait_for_progress(struct submitter *submitters, int more) {
    struct crowd *crowd = submitters[0].crowd;
    struct timespec deadline;
    (void)clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += PATIENCE_S;
    (void)pthread_mutex_lock(&crowd->mutex);
    for (int i = 0; i < SUBMITTERS; i++)
        for (int goal = submitters[i].inserted + more; submitters[i].inserted < goal;)
            assert_int_equal(pthread_cond_timedwait(&crowd->changed, &crowd->mutex, &deadline), 0);
    (void)pthread_mutex_unlock(&crowd->mutex);
}

static void tell(struct crowd *crowd, bool server_is_up, bool stop) {
    (void)pthread_mutex_lock(&crowd->mutex);
    crowd->server_is_up = server_is_up;
    crowd->stop = stop;
    (void)pthread_cond_broadcast(&crowd->changed);
    (void)pthread_mutex_unlock(&crowd->mutex);
}

static void restart(struct testbed *testbed, struct submitter *submitters, int signal) {
    tell(submitters[0].crowd, false, false);
    testbed_server_stop(testbed, signal);
    testbed_server_start(testbed);
    tell(submitters[0].crowd, true, false);
    wait_for_progress(submitters, 20);
}

static void restarts_under_load_lose_and_repeat_nothing(void **state) {
    struct testbed *testbed = *state;
    const struct writer_options options = {.queue_max = 100, .batch_max = 100};
    struct crowd crowd = {
        .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .server_is_up = true};
    struct submitter submitters[SUBMITTERS];
    pthread_t threads[SUBMITTERS];
    struct writer *writer = NULL;
    struct error err;
    int64_t inserted = 0, failures = 0;
    testbed_script(testbed, TABLES);
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    for (int i = 0; i < SUBMITTERS; i++) {
        submitters[i] =
            (struct submitter){.crowd = &crowd, .writer = writer, .id_first = i * INT64_C(1000000)};
        assert_int_equal(pthread_create(&threads[i], NULL, submit_until_stopped, &submitters[i]), 0);
    }
    wait_for_progress(submitters, 20);
    restart(testbed, submitters, SIGINT);
    restart(testbed, submitters, SIGQUIT);
    tell(&crowd, true, true);
    for (int i = 0; i < SUBMITTERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        inserted += submitters[i].inserted;
        failures += submitters[i].failures;
    }
    writer_stop(writer);
    assert_true(failures > 0); // the restarts were felt
    // A last attempt may have been written although its answer was lost.
    assert_in_range(testbed_number(testbed, &THINGS), inserted, inserted + SUBMITTERS);
    assert_int_equal(testbed_number(testbed, &COUNTED), testbed_number(testbed, &THINGS));
}

struct node {
    struct writer *writer;
    int64_t first, second; // rows in the order in which this node takes them
    int succeeded;
};

static void *cross(void *context) {
    struct node *node = context;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    for (int i = 0; i < CROSSINGS; i++) {
        struct command command;
        struct error err;
        arena_reset(arena);
        command_init(&command, arena);
        (void)COMMAND_ADD(&command, &ADD, value_int(node->first), value_int(1));
        (void)COMMAND_ADD(&command, &ADD, value_int(node->second), value_int(1));
        if (writer_run(node->writer, &command, &err))
            node->succeeded++;
        else
            assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    }
    return NULL;
}

static void nodes_that_deadlock_try_again(void **state) {
    struct testbed *testbed = *state;
    const struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct node nodes[2] = {{.first = 1, .second = 2}, {.first = 2, .second = 1}};
    pthread_t threads[2];
    struct error err;
    testbed_script(testbed, TABLES);
    for (int i = 0; i < 2; i++)
        assert_true(writer_start(testbed->store, &options, &nodes[i].writer, &err));
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, cross, &nodes[i]), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        writer_stop(nodes[i].writer);
    }
    int succeeded = nodes[0].succeeded + nodes[1].succeeded;
    assert_true(succeeded > CROSSINGS); // most do, at the second or third try
    assert_int_equal(testbed_number(testbed, &COUNTED), succeeded);
    assert_int_equal(testbed_number(testbed, &COUNTED_TWO), succeeded);
}

static void a_server_that_is_away_is_said_to_be_so_quickly(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    struct session *none = NULL;
    struct error err;
    testbed_server_stop(testbed, SIGINT);
    int64_t start_us = clock_monotonic_us();
    for (int i = 0; i < 20; i++) {
        assert_false(session_begin(session, &err));
        assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    }
    assert_false(session_open(testbed->store, SESSION_READ, &none, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_true(clock_monotonic_us() - start_us < 1000000);
    testbed_server_start(testbed);
    int64_t give_up_us = clock_monotonic_us() + INT64_C(10000000);
    while (!session_begin(session, &err))
        assert_true(clock_monotonic_us() < give_up_us);
    assert_true(session_commit(session, &err));
}

static void a_name_for_logs_has_no_password(void **state) {
    struct store *store = NULL;
    struct error err;
    assert_true(
        store_open("postgresql://juncho:secret@db.example:5433/points?sslmode=verify-full", &store, &err));
    assert_string_equal(store_name(store), "postgresql://juncho@db.example:5433/points");
    assert_false(store_backup(store, "x", &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    store_close(store);
    store = NULL;
    assert_false(store_open("postgresql://host/db?what=secret", &store, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_null(strstr(err.message, "secret"));
}

int main(void) {
    testbed_own_server();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_types_are_read_and_numeric_is_refused),
        cmocka_unit_test(restarts_under_load_lose_and_repeat_nothing),
        cmocka_unit_test(nodes_that_deadlock_try_again),
        cmocka_unit_test(a_server_that_is_away_is_said_to_be_so_quickly),
        cmocka_unit_test(a_name_for_logs_has_no_password),
    };
    return testbed_run_kind(tests, sizeof tests / sizeof *tests, TESTBED_POSTGRES);
}
