#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ledger/ledger.h"
#include "ledger/ledger_audit.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

static size_t faults_after(struct testbed *testbed, const char *sql, const char **ret_detail) {
    struct error err = {0};
    struct session *session = NULL;
    struct audit audit = {0};
    int64_t transfers = 0;
    int applied = 0;
    testbed_fresh(testbed);
    audit.arena = testbed->arena;
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    assert_true(ledger_fund(session, 1, 5000, 1, &err));
    session_close(session);
    if (sql != NULL)
        testbed_script(testbed, sql);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(ledger_audit(&audit, session, &transfers, &err));
    session_close(session);
    assert_int_equal(transfers, 1);
    *ret_detail = audit.faults_count == 0 ? "" : audit.faults[0].detail;
    return audit.faults_count;
}

static void a_fresh_ledger_is_in_order(void **state) {
    const char *detail = NULL;
    assert_int_equal(faults_after(*state, NULL, &detail), 0);
}

static void a_changed_balance_is_told_in_figures(void **state) {
    const char *detail = NULL;
    assert_true(faults_after(*state, "UPDATE account SET credits_posted = 5001 WHERE kind = 2", &detail) > 0);
    assert_string_equal(detail, "debits 5000, credits 5001");
}

static void a_changed_transfer_is_noticed(void **state) {
    const char *detail = NULL;
    assert_true(faults_after(*state, "UPDATE transfer SET points = 4999", &detail) > 0);
    assert_non_null(strstr(detail, "more than its transfers say"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_ledger_is_in_order),
        cmocka_unit_test(a_changed_balance_is_told_in_figures),
        cmocka_unit_test(a_changed_transfer_is_noticed),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
