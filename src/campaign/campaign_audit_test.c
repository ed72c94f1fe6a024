#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "campaign/campaign_audit.h"
#include "campaign/testbed_campaign.h"
#include "ledger/ledger_audit.h"

// How many faults the audit of the campaign, or of the ledger, finds.
static size_t faults(struct testbed *testbed, bool of_ledger, const char **ret_check) {
    struct error err = {0};
    struct session *session = NULL;
    struct audit audit = {.arena = testbed->arena};
    int64_t count = 0;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    bool ok = of_ledger ? ledger_audit(&audit, session, &count, &err)
                        : campaign_audit(&audit, session, &count, &err);
    if (!ok)
        fail_msg("%s", err.message);
    session_close(session);
    *ret_check = audit.faults_count == 0 ? "" : audit.faults[0].check;
    return audit.faults_count;
}

struct meddling {
    const char *sql;
    bool of_ledger;
    const char *words; // in the name of the check that must speak first
};

static const struct meddling meddlings[] = {
    {"UPDATE account SET credits_posted = credits_posted + 1 WHERE kind = 2", true, "debits equal credits"},
    {"UPDATE account SET credits_pending = credits_pending + 1, debits_posted = debits_posted + 1 WHERE kind "
     "= 3",
     true, "balances equal"},
    {"UPDATE transfer SET points = 1 WHERE phase = 3", true, "balances equal"},
    {"UPDATE transfer SET phase = 9 WHERE phase = 3", true, "balances equal"},
    {"INSERT INTO resident (id, created_ms, language) VALUES (7, 1, 'ja')", false, "every resident"},
    {"UPDATE journey SET state = 6 WHERE state = 8", false, "granted journeys"},
    {"DELETE FROM application", false, "granted journeys"},
    {"UPDATE application SET points = 1", false, "granted journeys"},
    {"UPDATE journey SET reservation = NULL WHERE state = 6", false, "open reservations"},
    {"DELETE FROM person", false, "verified journeys"},
    {"UPDATE journey SET consented_ms = NULL WHERE state = 8", false, "states and times"},
    {"UPDATE step_count SET count = count + 1 WHERE step = 3 AND outcome = 2", false, "counts agree"},
    {"DELETE FROM step_count WHERE step = 8", false, "counts agree"},
};

static void whatever_somebody_changes_by_hand_is_named(void **state) {
    struct testbed *testbed = *state;
    for (size_t i = 0; i < sizeof meddlings / sizeof *meddlings; i++) {
        struct campaign campaign = testbed_campaign(testbed, 10);
        const char *check = NULL;
        struct error err = {0};
        struct command command;
        (void)testbed_resident(testbed, &campaign, JOURNEY_VERIFIED);
        int64_t resident = testbed_resident(testbed, &campaign, JOURNEY_VERIFIED);
        struct application application = {
            .change = {.campaign = &campaign, .resident_id = resident, .now_ms = 2000}, .receipt = 3};
        command_init(&command, testbed->arena);
        application_apply(&command, &application);
        assert_true(testbed_command(testbed, &command, &err));
        assert_int_equal(faults(testbed, true, &check) + faults(testbed, false, &check), 0);
        testbed_script(testbed, meddlings[i].sql);
        assert_true(faults(testbed, meddlings[i].of_ledger, &check) > 0);
        if (strncmp(check, meddlings[i].words, strlen(meddlings[i].words)) != 0)
            fail_msg("%s: the audit said \"%s\"", meddlings[i].sql, check);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_somebody_changes_by_hand_is_named),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
