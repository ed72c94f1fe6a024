#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/store.h"
#include "store/testbed.h"

static const char TABLE[] = "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY, word TEXT, bytes BLOB, "
                            "weight REAL, amount INTEGER NOT NULL DEFAULT 0 CHECK (amount >= 0)) STRICT;";
static const struct statement INSERT = {
    "INSERT INTO thing (id, word, bytes, weight, amount) VALUES ($1, $2, $3, $4, $5)", "itbri"};
static const struct statement INSERT_ID = {"INSERT INTO thing (id) VALUES ($1) ON CONFLICT DO NOTHING", "i"};
static const struct statement FIND = {"SELECT id, word, bytes, weight, amount FROM thing WHERE id = $1", "i"};
static const struct statement ALL = {"SELECT id FROM thing ORDER BY id", ""};
static const struct statement COUNT = {"SELECT count(*) FROM thing", ""};
static const struct statement TAKE = {
    "UPDATE thing SET amount = amount - $2 WHERE id = $1 AND amount >= $2 RETURNING amount", "ii"};
static const struct statement TWICE = {"SELECT $2 || $1 || $2", "tt"};

static struct session *open_session(struct testbed *testbed, enum session_kind kind) {
    struct session *session = NULL;
    struct error err;
    assert_true(session_open(testbed->store, kind, &session, &err));
    return session;
}

static bool insert_id(struct session *session, int64_t id, struct rows *rows, struct error *err) {
    return SESSION_QUERY(session, &INSERT_ID, NULL, rows, err, value_int(id));
}

static void every_type_comes_back_as_it_went(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    const unsigned char bytes[] = {0, 255, 1, 0};
    assert_true(SESSION_QUERY(session, &INSERT, testbed->arena, &rows, &err, value_int(INT64_MAX),
                              value_text("\xe6\xb7\xb3\xe9\xa0\x86"), value_blob(bytes, sizeof bytes),
                              value_real(-0.1), value_int(7)));
    assert_int_equal(rows.changed, 1);
    assert_int_equal(rows.count, 0);
    assert_true(SESSION_QUERY(session, &FIND, testbed->arena, &rows, &err, value_int(INT64_MAX)));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.columns, 5);
    assert_int_equal(rows.changed, 0);
    assert_true(rows_int(&rows, 0, 0) == INT64_MAX);
    assert_string_equal(rows_text(&rows, 0, 1), "\xe6\xb7\xb3\xe9\xa0\x86");
    assert_int_equal(rows_value(&rows, 0, 2)->length, sizeof bytes);
    assert_memory_equal(rows_value(&rows, 0, 2)->bytes, bytes, sizeof bytes);
    assert_true(fabs(rows_real(&rows, 0, 3) + 0.1) == 0);
    assert_true(SESSION_QUERY(session, &INSERT, testbed->arena, &rows, &err, value_int(2), value_text(NULL),
                              value_null(), value_null(), value_int(0)));
    assert_true(SESSION_QUERY(session, &FIND, testbed->arena, &rows, &err, value_int(2)));
    assert_null(rows_text(&rows, 0, 1));
    assert_int_equal(rows_value(&rows, 0, 2)->type, VALUE_NULL);
    assert_true(rows_real(&rows, 0, 3) == 0);
}

static void parameters_go_by_their_number(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct rows rows;
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
    assert_true(
        SESSION_QUERY(session, &TWICE, testbed->arena, &rows, &err, value_text("a"), value_text("b")));
    assert_string_equal(rows_text(&rows, 0, 0), "bab");
}

static void a_condition_that_fails_changes_nothing_and_says_so(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    testbed_script(testbed, "INSERT INTO thing (id, amount) VALUES (1, 10)");
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    assert_true(SESSION_QUERY(session, &TAKE, testbed->arena, &rows, &err, value_int(1), value_int(4)));
    assert_int_equal(rows.changed, 1);
    assert_int_equal(rows_int(&rows, 0, 0), 6);
    assert_true(SESSION_QUERY(session, &TAKE, testbed->arena, &rows, &err, value_int(1), value_int(7)));
    assert_int_equal(rows.changed, 0);
    assert_int_equal(rows.count, 0);
    assert_true(insert_id(session, 1, &rows, &err));
    assert_int_equal(rows.changed, 0);
}

static void a_constraint_is_a_conflict_and_a_bad_statement_invalid(void **state) {
    struct testbed *testbed = *state;
    static const struct statement BAD = {"SELECT nothing FROM nowhere", ""};
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    assert_false(SESSION_QUERY(session, &INSERT, NULL, &rows, &err, value_int(1), value_null(), value_null(),
                               value_null(), value_int(-1)));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_false(session_query(session, &BAD, NULL, 0, testbed->arena, &rows, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_true(insert_id(session, 1, &rows, &err));
}

static void what_is_rolled_back_never_was(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    assert_true(session_begin(session, &err));
    assert_true(insert_id(session, 1, &rows, &err));
    session_rollback(session);
    assert_int_equal(testbed_number(testbed, &COUNT), 0);
    assert_true(session_begin(session, &err));
    assert_true(insert_id(session, 2, &rows, &err));
    assert_int_equal(testbed_number(testbed, &COUNT), 0);
    assert_true(session_commit(session, &err));
    assert_int_equal(testbed_number(testbed, &COUNT), 1);
}

static void a_closed_session_rolls_back(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    struct session *session = open_session(testbed, SESSION_WRITE);
    assert_true(session_begin(session, &err));
    assert_true(insert_id(session, 1, &rows, &err));
    session_close(session);
    assert_int_equal(testbed_number(testbed, &COUNT), 0);
}

static void a_failed_statement_leaves_the_transaction_to_be_rolled_back(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    assert_true(session_begin(session, &err));
    assert_true(insert_id(session, 1, &rows, &err));
    assert_false(SESSION_QUERY(session, &INSERT, NULL, &rows, &err, value_int(1), value_null(), value_null(),
                               value_null(), value_int(0)));
    session_rollback(session);
    assert_true(session_begin(session, &err));
    assert_true(insert_id(session, 3, &rows, &err));
    assert_true(session_commit(session, &err));
    assert_int_equal(testbed_number(testbed, &COUNT), 1);
}

static void a_reading_transaction_sees_one_moment(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *reader = open_session(testbed, SESSION_READ);
    assert_true(session_begin(reader, &err));
    assert_true(session_query(reader, &COUNT, NULL, 0, testbed->arena, &rows, &err));
    testbed_script(testbed, "INSERT INTO thing (id) VALUES (1)");
    assert_true(session_query(reader, &COUNT, NULL, 0, testbed->arena, &rows, &err));
    assert_int_equal(rows_int(&rows, 0, 0), 0);
    session_rollback(reader);
    assert_true(session_query(reader, &COUNT, NULL, 0, testbed->arena, &rows, &err));
    assert_int_equal(rows_int(&rows, 0, 0), 1);
}

static void a_reading_session_cannot_write(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *reader = open_session(testbed, SESSION_READ);
    assert_false(insert_id(reader, 1, &rows, &err));
    assert_int_equal(testbed_number(testbed, &COUNT), 0);
}

#define STEPS 3000

static void many_steps_run_in_order_and_stop_at_the_first_failure(void **state) {
    struct testbed *testbed = *state;
    static struct step steps[STEPS];
    static struct step_run runs[STEPS];
    static struct value values[STEPS];
    struct error err;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    for (int i = 0; i < STEPS; i++) {
        values[i] = value_int(i);
        steps[i] = (struct step){
            .statement = i % 2 == 0 ? &INSERT_ID : &FIND, .values = &values[i - i % 2], .values_count = 1};
        runs[i] = (struct step_run){.step = &steps[i], .arena = testbed->arena};
    }
    assert_true(session_begin(session, &err));
    assert_true(session_run(session, runs, STEPS, &err));
    for (int i = 1; i < STEPS; i += 2)
        assert_int_equal(rows_int(&steps[i].rows, 0, 0), i - 1);
    session_rollback(session);

    const struct value row[] = {value_int(5), value_null(), value_null(), value_null(), value_int(-5)};
    steps[5] = (struct step){.statement = &INSERT, .values = row, .values_count = 5};
    steps[STEPS - 1].rows = (struct rows){0};
    assert_true(session_begin(session, &err));
    assert_false(session_run(session, runs, STEPS, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_int_equal(steps[STEPS - 1].rows.columns, 0);
    session_rollback(session);
    assert_int_equal(testbed_number(testbed, &COUNT), 0);
}

static void a_change_that_must_happen_fails_when_it_does_not(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    struct value id = value_int(1);
    struct step step = {.statement = &INSERT_ID, .values = &id, .values_count = 1, .must_change = true};
    struct step_run run = {.step = &step};
    assert_true(session_begin(session, &err));
    assert_true(session_run(session, &run, 1, &err));
    assert_true(step.rows.changed > 0);
    assert_true(session_commit(session, &err));
    assert_true(session_begin(session, &err));
    assert_false(session_run(session, &run, 1, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    session_rollback(session);
}

static bool count_rows(void *context, const struct value *row, size_t columns, struct error *err) {
    int64_t *count = context;
    assert_int_equal(columns, 1);
    assert_int_equal(row[0].number, *count);
    return ++*count < 20000 || error_set(err, ERROR_EXHAUSTED, "enough");
}

static void rows_stream_until_the_callback_has_enough(void **state) {
    struct testbed *testbed = *state;
    static const struct statement FILL = {"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
                                          "WHERE i < $1) INSERT INTO thing (id) SELECT i FROM n",
                                          "i"};
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    assert_true(SESSION_QUERY(session, &FILL, NULL, &rows, &err, value_int(9999)));
    int64_t count = 0;
    assert_true(session_query(session, &COUNT, NULL, 0, testbed->arena, &rows, &err));
    assert_true(session_each(session, &ALL, NULL, 0, count_rows, &count, &err));
    assert_int_equal(count, 10000);
    assert_true(
        session_query(session, &COUNT, NULL, 0, testbed->arena, &rows, &err)); // as if nothing had been
    assert_int_equal(rows_int(&rows, 0, 0), 10000);
    count = 0;
    testbed_script(testbed, "DELETE FROM thing WHERE id >= 0");
    assert_true(SESSION_QUERY(session, &FILL, NULL, &rows, &err, value_int(29999)));
    assert_true(session_begin(session, &err));
    assert_false(session_each(session, &ALL, NULL, 0, count_rows, &count, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    session_rollback(session);
    assert_true(session_query(session, &COUNT, NULL, 0, testbed->arena, &rows, &err));
    assert_int_equal(rows_int(&rows, 0, 0), 30000);
}

static void a_result_too_large_for_its_arena_is_refused(void **state) {
    struct testbed *testbed = *state;
    static const struct statement LONG = {"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                          "WHERE i < 1000) SELECT i FROM n",
                                          ""};
    CLEANUP(arena_cleanup) struct arena *small = arena_new(2048);
    struct error err;
    struct rows rows;
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
    assert_false(session_query(session, &LONG, NULL, 0, small, &rows, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    assert_true(session_query(session, &LONG, NULL, 0, testbed->arena, &rows, &err));
    assert_int_equal(rows.count, 1000);
}

static void an_injected_fault_happens_once_at_the_call_it_was_meant_for(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct rows rows;
    testbed_script(testbed, TABLE);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_WRITE);
    store_fail_after(testbed->store, 2, STORE_FAULT_UNAVAILABLE);
    assert_true(insert_id(session, 1, &rows, &err));
    assert_false(insert_id(session, 2, &rows, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_true(insert_id(session, 3, &rows, &err));
    store_fail_after(testbed->store, 3, STORE_FAULT_LOST_ANSWER);
    assert_true(session_begin(session, &err));
    assert_true(insert_id(session, 4, &rows, &err));
    assert_false(session_commit(session, &err));
    assert_int_equal(testbed_number(testbed, &COUNT), 3);
}

static void a_store_of_no_known_kind_is_refused(void **state) {
    struct store *store = NULL;
    struct error err;
    const char *bad[] = {"mysql://x", "sqlite:", "sqlite::memory:", "juncho.db", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(store_open(bad[i], &store, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_null(store);
    }
    assert_false(store_open("sqlite:/nowhere/at/all.db", &store, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_comes_back_as_it_went),
        cmocka_unit_test(parameters_go_by_their_number),
        cmocka_unit_test(a_condition_that_fails_changes_nothing_and_says_so),
        cmocka_unit_test(a_constraint_is_a_conflict_and_a_bad_statement_invalid),
        cmocka_unit_test(what_is_rolled_back_never_was),
        cmocka_unit_test(a_closed_session_rolls_back),
        cmocka_unit_test(a_failed_statement_leaves_the_transaction_to_be_rolled_back),
        cmocka_unit_test(a_reading_transaction_sees_one_moment),
        cmocka_unit_test(a_reading_session_cannot_write),
        cmocka_unit_test(many_steps_run_in_order_and_stop_at_the_first_failure),
        cmocka_unit_test(a_change_that_must_happen_fails_when_it_does_not),
        cmocka_unit_test(rows_stream_until_the_callback_has_enough),
        cmocka_unit_test(a_result_too_large_for_its_arena_is_refused),
        cmocka_unit_test(an_injected_fault_happens_once_at_the_call_it_was_meant_for),
        cmocka_unit_test(a_store_of_no_known_kind_is_refused),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
