#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ledger/balance.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

// Resident 9: a grant of 7 that was reserved and posted, and a later reservation of 5.
static const char GRANTS[] =
    "INSERT INTO account (id, kind, campaign_id, credits_pending, credits_posted) VALUES (9, 3, 1, 5, 7);"
    "INSERT INTO transfer (id, kind, phase, debit_account_id, credit_account_id, points, campaign_id, "
    "resident_id, at_ms) SELECT CAST('a' AS BLOB), 2, 2, 1, 9, 7, 1, 9, 100;"
    "INSERT INTO transfer (id, kind, phase, pending_id, debit_account_id, credit_account_id, points, "
    "campaign_id, resident_id, at_ms) SELECT CAST('b' AS BLOB), 2, 3, CAST('a' AS BLOB), 1, 9, 7, 1, 9, 200;"
    "INSERT INTO transfer (id, kind, phase, debit_account_id, credit_account_id, points, campaign_id, "
    "resident_id, at_ms) SELECT CAST('c' AS BLOB), 2, 2, 1, 9, 5, 1, 9, 300;";

static void migrate(struct testbed *testbed, size_t count) {
    struct error err = {0};
    int applied = 0;
    if (!migrate_run(testbed->store, MIGRATIONS, count, 0, &applied, &err))
        fail_msg("%s", err.message);
}

static void check_grants(struct testbed *testbed) {
    struct error err = {0};
    struct session *session = NULL;
    struct balance balance;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(balance_read(session, 9, true, testbed->arena, &balance, &err));
    session_close(session);
    assert_int_equal(balance.points, 7);
    assert_int_equal(balance.pending, 5);
    assert_int_equal(balance.entries_count, 2);
    assert_int_equal(balance.entries[0].phase, TRANSFER_PENDING);
    assert_int_equal(balance.entries[1].phase, TRANSFER_POST);
    assert_int_equal(balance.entries[1].at_ms, 200);
    assert_string_equal(transfer_phase_name(balance.entries[1].phase), "posted");
    assert_string_equal(transfer_kind_name(balance.entries[1].kind), "grant");
}

static void a_grant_and_its_reservation_are_one_entry(void **state) {
    struct testbed *testbed = *state;
    testbed_fresh(testbed);
    migrate(testbed, MIGRATIONS_COUNT);
    testbed_script(testbed, GRANTS);
    check_grants(testbed);
}

static void transfers_of_an_older_store_come_along(void **state) {
    struct testbed *testbed = *state;
    testbed_fresh(testbed);
    migrate(testbed, 1);
    testbed_script(testbed, GRANTS);
    migrate(testbed, MIGRATIONS_COUNT);
    check_grants(testbed);
}

static void whoever_has_nothing_has_zero(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct session *session = NULL;
    struct balance balance;
    testbed_fresh(testbed);
    migrate(testbed, MIGRATIONS_COUNT);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(balance_read(session, 9, true, testbed->arena, &balance, &err));
    session_close(session);
    assert_int_equal(balance.points, 0);
    assert_int_equal(balance.entries_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grant_and_its_reservation_are_one_entry),
        cmocka_unit_test(transfers_of_an_older_store_come_along),
        cmocka_unit_test(whoever_has_nothing_has_zero),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
