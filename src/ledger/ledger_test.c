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

#define CAMPAIGN 1
#define RESIDENT INT64_C(4000000000001)
#define BUDGET   INT64_C(30000)

static void open_ledger(struct testbed *testbed, int64_t budget_points) {
    struct error err = {0};
    struct session *session = NULL;
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    assert_true(ledger_fund(session, CAMPAIGN, budget_points, 1, &err));
    session_close(session);
}

static struct ledger_budget budget_of(struct testbed *testbed) {
    struct error err = {0};
    struct session *session = NULL;
    struct ledger_budget budget;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(ledger_budget(session, CAMPAIGN, &budget, &err));
    session_close(session);
    return budget;
}

static bool balances_agree(struct testbed *testbed) {
    struct error err = {0};
    struct session *session = NULL;
    struct audit audit = {.arena = testbed->arena};
    int64_t transfers = 0;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(ledger_audit(&audit, session, &transfers, &err));
    session_close(session);
    return audit.faults_count == 0;
}

// A two-phase grant without a journey around it: reserve, then resolve.
static const struct statement RESERVE_TRANSFER = {LEDGER_RESERVE_TRANSFER("1 = 1"), "iibiiii"};
static const struct statement RESERVE_ACCOUNT = {LEDGER_RESERVE_ACCOUNT("1 = 1"), "iibi"};
static const struct statement RESOLVE_TRANSFER = {LEDGER_RESOLVE_TRANSFER("$6", "1 = 1"), "iibiib"};
static const struct statement RESOLVE_ACCOUNT = {LEDGER_RESOLVE_ACCOUNT("1 = 1"), "ibi"};

struct grant {
    struct command command;
    struct step *step;
    int64_t points;
    enum transfer_phase phase;
};

static void settle(struct command *command, struct tallies *tallies) {
    struct grant *grant = command->context;
    if (grant->step->rows.changed == 0)
        return;
    if (grant->phase == TRANSFER_PENDING)
        ledger_tally_reserve(tallies, CAMPAIGN, grant->points);
    else if (grant->phase == TRANSFER_POST)
        ledger_tally_post(tallies, CAMPAIGN, grant->points);
    else
        ledger_tally_release(tallies, CAMPAIGN, grant->points);
}

static bool run(struct testbed *testbed, struct command *command, struct error *err) {
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    assert_true(writer_start(testbed->store, &options, &writer, err));
    bool ok = writer_run(writer, command, err);
    writer_stop(writer);
    return ok;
}

static bool reserve(struct testbed *testbed, int64_t number, int64_t points, struct error *err) {
    struct grant grant = {.points = points, .phase = TRANSFER_PENDING};
    struct transfer_id id = transfer_id_of(TRANSFER_GRANT, TRANSFER_PENDING, CAMPAIGN, RESIDENT, number);
    struct value bytes = value_blob(id.bytes, sizeof id.bytes);
    command_init(&grant.command, testbed->arena);
    grant.command.context = &grant;
    grant.command.settle = settle;
    grant.step =
        COMMAND_ADD(&grant.command, &RESERVE_TRANSFER, value_int(RESIDENT), value_int(CAMPAIGN), bytes,
                    value_int(points), value_int(5), value_int(100), value_int(account_budget(CAMPAIGN)));
    COMMAND_ADD(&grant.command, &RESERVE_ACCOUNT, value_int(RESIDENT), value_int(CAMPAIGN), bytes,
                value_int(points));
    return run(testbed, &grant.command, err);
}

// True when the reservation was resolved now; false when it had been resolved before.
static bool resolve(struct testbed *testbed, int64_t number, int64_t points, enum transfer_phase phase) {
    struct error err = {0};
    struct grant grant = {.points = points, .phase = phase};
    struct transfer_id pending = transfer_id_of(TRANSFER_GRANT, TRANSFER_PENDING, CAMPAIGN, RESIDENT, number);
    struct transfer_id id = transfer_id_of(TRANSFER_GRANT, phase, CAMPAIGN, RESIDENT, number);
    struct value bytes = value_blob(id.bytes, sizeof id.bytes);
    command_init(&grant.command, testbed->arena);
    grant.command.context = &grant;
    grant.command.settle = settle;
    grant.step =
        COMMAND_ADD(&grant.command, &RESOLVE_TRANSFER, value_int(RESIDENT), value_int(CAMPAIGN), bytes,
                    value_int(6), value_int(phase), value_blob(pending.bytes, sizeof pending.bytes));
    assert_true(run(testbed, &grant.command, &err));
    if (grant.step->rows.changed == 0)
        return false;
    struct command account;
    command_init(&account, testbed->arena);
    COMMAND_ADD(&account, &RESOLVE_ACCOUNT, value_int(RESIDENT), bytes, value_int(CAMPAIGN));
    assert_true(run(testbed, &account, &err));
    return true;
}

static void a_posted_reservation_becomes_a_grant(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    open_ledger(testbed, BUDGET);
    assert_true(reserve(testbed, 0, 11000, &err));
    assert_int_equal(budget_of(testbed).reserved, 11000);
    assert_true(resolve(testbed, 0, 11000, TRANSFER_POST));
    assert_int_equal(budget_of(testbed).reserved, 0);
    assert_int_equal(budget_of(testbed).granted, 11000);
    assert_true(balances_agree(testbed));
}

static void voided_and_expired_reservations_go_back_to_the_budget(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    const enum transfer_phase phases[] = {TRANSFER_VOID, TRANSFER_EXPIRE};
    for (int64_t i = 0; i < 2; i++) {
        open_ledger(testbed, BUDGET);
        assert_true(reserve(testbed, i, 11000, &err));
        assert_true(resolve(testbed, i, 11000, phases[i]));
        assert_int_equal(budget_of(testbed).reserved, 0);
        assert_int_equal(budget_of(testbed).granted, 0);
        assert_true(balances_agree(testbed));
    }
}

static void a_reservation_is_resolved_once(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    open_ledger(testbed, BUDGET);
    assert_true(reserve(testbed, 0, 11000, &err));
    assert_true(resolve(testbed, 0, 11000, TRANSFER_POST));
    assert_false(resolve(testbed, 0, 11000, TRANSFER_POST));
    assert_false(resolve(testbed, 0, 11000, TRANSFER_VOID));
    assert_int_equal(budget_of(testbed).granted, 11000);
    assert_true(balances_agree(testbed));
}

static void a_budget_refuses_the_first_point_too_many(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    open_ledger(testbed, BUDGET);
    assert_true(reserve(testbed, 0, 20000, &err));
    assert_false(reserve(testbed, 1, 10001, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    assert_true(reserve(testbed, 2, 10000, &err));
    assert_int_equal(budget_of(testbed).reserved, BUDGET);
    assert_true(balances_agree(testbed));
}

static void a_budget_can_grow_and_shrink_to_what_is_given_away(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct session *session = NULL;
    struct ledger_budget budget;
    const int64_t budgets[] = {500000, 500000, 20000, 0, 132000};
    open_ledger(testbed, BUDGET);
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        assert_true(ledger_fund(session, CAMPAIGN, budgets[i], 2, &err));
        assert_true(ledger_budget(session, CAMPAIGN, &budget, &err));
        assert_int_equal(budget.points, budgets[i]);
        assert_int_equal(budget.granted, 0);
    }
    session_close(session);
    assert_true(balances_agree(testbed));
}

static enum error_kind set_budget(struct testbed *testbed, int64_t points, struct ledger_budget *before) {
    struct error err = {0};
    struct session *session = NULL;
    struct command command;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(ledger_budget(session, CAMPAIGN, before, &err));
    session_close(session);
    command_init(&command, testbed->arena);
    ledger_change_budget(&command, CAMPAIGN, before, points, 7);
    return command.steps_count == 0 || run(testbed, &command, &err) ? ERROR_NONE : err.kind;
}

static void a_command_changes_the_budget_down_to_what_is_given_away(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    struct ledger_budget budget;
    open_ledger(testbed, BUDGET);
    assert_true(reserve(testbed, 0, 11000, &err));
    assert_int_equal(set_budget(testbed, 50000, &budget), ERROR_NONE);
    assert_int_equal(set_budget(testbed, 10999, &budget), ERROR_EXHAUSTED);
    assert_int_equal(budget.points, 50000);
    assert_int_equal(set_budget(testbed, 11000, &budget), ERROR_NONE);
    assert_int_equal(set_budget(testbed, 11000, &budget), ERROR_NONE);
    assert_false(reserve(testbed, 1, 1, &err));
    assert_int_equal(set_budget(testbed, 22000, &budget), ERROR_NONE);
    assert_int_equal(budget.points, 11000);
    assert_int_equal(budget.reserved, 11000);
    assert_true(balances_agree(testbed));
}

static void an_id_follows_from_what_the_transfer_is_for(void **state) {
    struct transfer_id a = transfer_id_of(TRANSFER_GRANT, TRANSFER_POST, 1, 2, 0);
    struct transfer_id same = transfer_id_of(TRANSFER_GRANT, TRANSFER_POST, 1, 2, 0);
    struct transfer_id other = transfer_id_of(TRANSFER_GRANT, TRANSFER_POST, 1, 3, 0);
    assert_memory_equal(a.bytes, same.bytes, sizeof a.bytes);
    assert_memory_not_equal(a.bytes, other.bytes, sizeof a.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_posted_reservation_becomes_a_grant),
        cmocka_unit_test(voided_and_expired_reservations_go_back_to_the_budget),
        cmocka_unit_test(a_reservation_is_resolved_once),
        cmocka_unit_test(a_budget_refuses_the_first_point_too_many),
        cmocka_unit_test(a_budget_can_grow_and_shrink_to_what_is_given_away),
        cmocka_unit_test(a_command_changes_the_budget_down_to_what_is_given_away),
        cmocka_unit_test(an_id_follows_from_what_the_transfer_is_for),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
