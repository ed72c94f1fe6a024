#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "campaign/campaign_audit.h"
#include "campaign/chronicle.h"
#include "campaign/testbed_campaign.h"
#include "ledger/ledger_audit.h"
#include "measure/count.h"

#define LIVES 9

struct story {
    struct campaign campaign;
    struct chronicle_life lives[LIVES];
};

// One life for every way in which it can stop, in their order; the last two go all the way.
static void tell(struct story *story) {
    static const enum journey_outcome outcomes[LIVES] = {
        [5] = JOURNEY_OUTCOME_CANCELLED, [6] = JOURNEY_OUTCOME_OUTSIDE, [7] = 1, [8] = 1};
    for (int i = 0; i < LIVES; i++) {
        int64_t at_ms = 1000000 * (i + 1);
        story->lives[i] = (struct chronicle_life){.resident_id = (INT64_C(1) << 41) + i,
                                                  .created_ms = at_ms,
                                                  .began_ms = i >= 1 ? at_ms + 1000 : 0,
                                                  .consented_ms = i >= 2 ? at_ms + 2000 : 0,
                                                  .informed_ms = i >= 3 ? at_ms + 3000 : 0,
                                                  .intended_ms = i >= 4 ? at_ms + 4000 : 0,
                                                  .jumped_ms = i >= 4 ? at_ms + 5000 : 0,
                                                  .attempts = i >= 4 ? 1 : 0,
                                                  .returned_ms = i >= 5 ? at_ms + 60000 : 0,
                                                  .outcome = outcomes[i],
                                                  .age_band = i >= 6 ? 3 : 0,
                                                  .municipality = i >= 7 ? 131016 : 0,
                                                  .granted_ms = i == 8 ? at_ms + 70000 : 0,
                                                  .receipt = i};
        memset(story->lives[i].person_hash, i, sizeof story->lives[i].person_hash);
    }
    story->lives[8].attempts = 2;
    story->lives[8].before = JOURNEY_OUTCOME_CARD_TROUBLE;
}

static void settle(struct command *command, struct tallies *tallies) {
    struct story *story = command->context;
    for (int i = 0; i < LIVES; i++)
        chronicle_count(tallies, &story->campaign, &story->lives[i]);
}

static bool write_story(struct testbed *testbed, struct story *story, struct error *err) {
    struct command command;
    command_init(&command, testbed->arena);
    command.context = story;
    command.settle = settle;
    for (int i = 0; i < LIVES; i++)
        chronicle_add(&command, &story->campaign, &story->lives[i]);
    return testbed_command(testbed, &command, err);
}

static void a_chronicle_leaves_what_the_commands_would_have_left(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct story story = {.campaign = testbed_campaign(testbed, 10)};
    struct error err = {0};
    struct audit audit = {.arena = testbed->arena};
    struct count_sums sums;
    int64_t transfers = 0, residents = 0;
    tell(&story);
    if (!write_story(testbed, &story, &err))
        fail_msg("%s", err.message);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(ledger_audit(&audit, session, &transfers, &err));
    assert_true(campaign_audit(&audit, session, &residents, &err));
    for (size_t i = 0; i < audit.faults_count; i++)
        print_error("%s: %s\n", audit.faults[i].check, audit.faults[i].detail);
    assert_int_equal(audit.faults_count, 0);
    assert_int_equal(residents, LIVES);
    assert_int_equal(transfers, 4); // the fund, two reservations, one grant
    static const int states[LIVES] = {1, 1, 2, 3, 5, 5, 9, 6, 8};
    for (int i = 0; i < LIVES; i++)
        assert_int_equal(testbed_state(testbed, story.lives[i].resident_id), states[i]);
    assert_true(count_read(session, story.campaign.id, &sums, &err));
    static const int64_t reached[] = {0, 8, 7, 6, 5, 2, LIVES, 6, 1};
    for (int step = 1; step <= COUNT_GRANT; step++)
        assert_int_equal(sums.reached[step], reached[step]);
}

static void a_budget_that_is_too_small_writes_nothing(void **state) {
    struct testbed *testbed = *state;
    static const struct statement RESIDENTS = {"SELECT COUNT(*) FROM resident", ""};
    struct story story = {.campaign = testbed_campaign(testbed, 1)};
    struct error err = {0};
    tell(&story);
    assert_false(write_story(testbed, &story, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    assert_int_equal(testbed_number(testbed, &RESIDENTS), 0);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chronicle_leaves_what_the_commands_would_have_left),
        cmocka_unit_test(a_budget_that_is_too_small_writes_nothing),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
