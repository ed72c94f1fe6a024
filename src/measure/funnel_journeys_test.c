#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "measure/funnel_journeys.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

static struct session *prepared(struct testbed *testbed, const char *script) {
    struct error err = {0};
    struct session *session = NULL;
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    testbed_script(testbed, script);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    return session;
}

static void journeys_become_a_funnel_with_exits_by_kind(void **state) {
    CLEANUP(session_cleanup)
    struct session *session = prepared(
        *state,
        "INSERT INTO journey (resident_id, campaign_id, state, began_ms, consented_ms, informed_ms, "
        "intended_ms, authenticating_ms, verified_ms, granted_ms, outcome, outcome_ms) VALUES "
        "(1, 1, 8, 1000, 21000, 51000, 61000, 62000, 161000, 171000, 1, 161000),"
        "(2, 1, 8, 2000, 2000, 32000, 42000, 43000, 142000, 152000, 1, 142000)," // never said it had begun
        "(3, 1, 5, 3000, 23000, 53000, 63000, 64000, NULL, NULL, 0, NULL),"      // never came back
        "(4, 1, 5, 4000, 24000, 54000, 64000, 65000, NULL, NULL, 5, 99000),"     // cancelled
        "(5, 1, 9, 5000, 25000, 55000, 65000, 66000, NULL, NULL, 3, 99000),"     // lives elsewhere
        "(6, 1, 4, 6000, 26000, 56000, 66000, NULL, NULL, NULL, 0, NULL),"       // stopped before the jump
        "(7, 1, 1, 7000, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL),"
        "(8, 1, 6, 8000, 28000, 58000, 68000, 69000, 90000000, NULL, 1, 90000000)," // a day later
        "(9, 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL),"
        "(10, 2, 1, 7000, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL);");
    struct funnel_result result;
    struct error err = {0};
    if (!funnel_journeys_read(session, &(struct funnel_journeys){.campaign_id = 1}, &result, &err))
        fail_msg("%s", err.message);
    static const int64_t reached[] = {8, 7, 7, 7, 2, 2};
    for (size_t i = 0; i < FUNNEL_JOURNEY_STEPS; i++)
        assert_int_equal(result.steps[i].reached, reached[i]);
    const struct funnel_step *hop = &result.steps[3];
    assert_int_equal(hop->left, 5);
    assert_int_equal(hop->exits[FUNNEL_EXIT_NEVER_RETURNED], 1);
    assert_int_equal(hop->exits[FUNNEL_EXIT_CANCELLED], 1);
    assert_int_equal(hop->exits[FUNNEL_EXIT_NOT_ELIGIBLE], 1);
    assert_int_equal(hop->exits[FUNNEL_EXIT_STOPPED], 1);
    assert_int_equal(hop->exits[FUNNEL_EXIT_RETURNED_LATE], 1);
    assert_in_range(hop->to_next_median_ms, 100000, 100100);
    struct funnel_journeys early = {.campaign_id = 1, .as_of_ms = 86404001};
    assert_true(funnel_journeys_read(session, &early, &result, &err));
    assert_int_equal(result.steps[3].under_way, 3); // those who began at 4 s or later have time left
    assert_int_equal(result.steps[3].left, 2);
}

static void every_jump_is_an_attempt_of_its_own(void **state) {
    CLEANUP(session_cleanup)
    struct session *session =
        prepared(*state, "INSERT INTO identity_transaction (state_hash, resident_id, campaign_id, began_ms, "
                         "returned_ms, outcome) VALUES (x'01', 1, 1, 1000, 61000, 6), "
                         "(x'02', 1, 1, 70000, 160000, 1), (x'03', 2, 1, 1000, NULL, 0);");
    struct funnel_result result;
    struct error err = {0};
    if (!funnel_hops_read(session, &(struct funnel_journeys){.campaign_id = 1}, &result, &err))
        fail_msg("%s", err.message);
    assert_int_equal(result.steps[0].reached, 3);
    assert_int_equal(result.steps[1].reached, 2);
    assert_int_equal(result.steps[2].reached, 1);
    assert_int_equal(result.steps[0].exits[FUNNEL_EXIT_NEVER_RETURNED], 1);
    assert_int_equal(result.steps[1].exits[FUNNEL_EXIT_CARD], 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(journeys_become_a_funnel_with_exits_by_kind),
        cmocka_unit_test(every_jump_is_an_attempt_of_its_own),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
