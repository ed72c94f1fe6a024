#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

static const struct migration STEPS[] = {
    {1, "0001_one", "CREATE TABLE one (id INTEGER NOT NULL PRIMARY KEY) STRICT;"},
    {2, "0002_two",
     "CREATE TABLE two (id INTEGER NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID; INSERT INTO two "
     "(id) VALUES (7);"},
};
static const struct statement TWO = {"SELECT id FROM two", ""};
static const struct statement APPLIED = {"SELECT count(*) FROM migration", ""};

static void each_migration_is_applied_once_and_in_order(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    int applied = -1;
    assert_false(migrate_check(testbed->store, STEPS, 2, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_true(migrate_run(testbed->store, STEPS, 1, 1000, &applied, &err));
    assert_int_equal(applied, 1);
    assert_false(migrate_check(testbed->store, STEPS, 2, &err));
    assert_true(migrate_run(testbed->store, STEPS, 2, 1000, &applied, &err));
    assert_int_equal(applied, 1);
    assert_int_equal(testbed_number(testbed, &TWO), 7);
    assert_true(migrate_check(testbed->store, STEPS, 2, &err));
    assert_true(migrate_run(testbed->store, STEPS, 2, 1000, &applied, &err));
    assert_int_equal(applied, 0);
}

static void a_history_of_another_kind_is_refused(void **state) {
    struct testbed *testbed = *state;
    struct migration edited[] = {STEPS[0], STEPS[1]};
    struct error err;
    int applied = -1;
    assert_true(migrate_run(testbed->store, STEPS, 2, 1000, &applied, &err));
    edited[1].sql = "CREATE TABLE two (id INTEGER NOT NULL PRIMARY KEY) STRICT;";
    assert_false(migrate_run(testbed->store, edited, 2, 1000, &applied, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_false(migrate_check(testbed->store, edited, 2, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_false(migrate_run(testbed->store, STEPS, 1, 1000, &applied, &err)); // an older program
    assert_int_equal(err.kind, ERROR_CONFLICT);
}

static void a_migration_that_fails_leaves_nothing_behind(void **state) {
    struct testbed *testbed = *state;
    const struct migration bad[] = {
        STEPS[0], {2, "0002_bad", "CREATE TABLE two (id INTEGER NOT NULL) STRICT; SELECT nothing;"}};
    struct error err;
    int applied = -1;
    assert_false(migrate_run(testbed->store, bad, 2, 1000, &applied, &err));
    assert_non_null(strstr(err.message, "0002_bad"));
    assert_int_equal(applied, -1);
    assert_int_equal(testbed_number(testbed, &APPLIED), 1);
    assert_true(migrate_run(testbed->store, STEPS, 2, 1000, &applied, &err));
    assert_int_equal(applied, 1);
}

static void *run_in_thread(void *context) {
    struct error err;
    int applied = -1;
    if (!migrate_run(context, STEPS, 2, 1000, &applied, &err))
        return NULL;
    return (void *)(intptr_t)(applied + 1);
}

static void nodes_that_start_at_once_share_the_work(void **state) {
    struct testbed *testbed = *state;
    pthread_t threads[4];
    intptr_t applied = 0;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_in_thread, testbed->store), 0);
    for (int i = 0; i < 4; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_non_null(result);
        applied += (intptr_t)result - 1;
    }
    assert_int_equal(applied, 2);
    assert_int_equal(testbed_number(testbed, &APPLIED), 2);
}

static void the_programs_own_migrations_apply(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    int applied = 0;
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 1000, &applied, &err));
    assert_int_equal(applied, (int)MIGRATIONS_COUNT);
    for (size_t i = 0; i < MIGRATIONS_COUNT; i++)
        assert_int_equal(MIGRATIONS[i].number, (int)i + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_migration_is_applied_once_and_in_order),
        cmocka_unit_test(a_history_of_another_kind_is_refused),
        cmocka_unit_test(a_migration_that_fails_leaves_nothing_behind),
        cmocka_unit_test(nodes_that_start_at_once_share_the_work),
        cmocka_unit_test(the_programs_own_migrations_apply),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
