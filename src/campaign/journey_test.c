#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "campaign/testbed_campaign.h"

static void screens_are_done_in_order_and_only_once(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    int64_t resident = testbed_resident(testbed, &campaign, JOURNEY_REGISTERED);
    struct error err = {0};
    struct command command;
    const enum journey_screen screens[] = {JOURNEY_INTENT, JOURNEY_CONSENT, JOURNEY_CONSENT,
                                           JOURNEY_PROCEDURE};
    const bool changes[] = {false, true, false, true};
    const enum journey_state states[] = {JOURNEY_REGISTERED, JOURNEY_CONSENTED, JOURNEY_CONSENTED,
                                         JOURNEY_INFORMED};
    for (int i = 0; i < 4; i++) {
        struct journey_change change = {.campaign = &campaign, .resident_id = resident, .now_ms = 5000 + i};
        command_init(&command, testbed->arena);
        journey_go_on(&command, &change, screens[i]);
        assert_true(testbed_command(testbed, &command, &err));
        assert_int_equal(change.changed, changes[i]);
        assert_int_equal(change.state, states[i]);
    }
}

static struct journey_return come_back(struct testbed *testbed, const struct campaign *campaign,
                                       int64_t resident_id, enum journey_outcome outcome, int person) {
    struct error err = {0};
    struct command command;
    struct journey_return result = {
        .change = {.campaign = campaign, .resident_id = resident_id, .now_ms = 9000}, .outcome = outcome};
    result.person_hash[0] = (unsigned char)person;
    command_init(&command, testbed->arena);
    journey_return(&command, &result);
    assert_true(testbed_command(testbed, &command, &err));
    return result;
}

static void one_person_is_verified_in_one_account(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    int64_t older = testbed_resident(testbed, &campaign, JOURNEY_AUTHENTICATING);
    int64_t newer = testbed_resident(testbed, &campaign, JOURNEY_AUTHENTICATING);
    struct journey_return first = come_back(testbed, &campaign, older, JOURNEY_OUTCOME_VERIFIED, 1);
    struct journey_return second = come_back(testbed, &campaign, newer, JOURNEY_OUTCOME_VERIFIED, 1);
    assert_int_equal(first.outcome, JOURNEY_OUTCOME_VERIFIED);
    assert_int_equal(second.outcome, JOURNEY_OUTCOME_LINKED_ELSEWHERE);
    assert_int_equal(second.holder, older);
    assert_int_equal(testbed_state(testbed, newer), JOURNEY_AUTHENTICATING);
}

static void a_failed_jump_keeps_the_place_and_a_refusal_can_be_tried_again(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    int64_t resident = testbed_resident(testbed, &campaign, JOURNEY_AUTHENTICATING);
    (void)come_back(testbed, &campaign, resident, JOURNEY_OUTCOME_CANCELLED, 0);
    assert_int_equal(testbed_state(testbed, resident), JOURNEY_AUTHENTICATING);
    (void)come_back(testbed, &campaign, resident, JOURNEY_OUTCOME_OUTSIDE, 1);
    assert_int_equal(testbed_state(testbed, resident), JOURNEY_REFUSED);
    struct error err = {0};
    struct command command;
    struct journey_change change = {.campaign = &campaign, .resident_id = resident, .now_ms = 9500};
    command_init(&command, testbed->arena);
    journey_authenticate(&command, &change);
    assert_true(testbed_command(testbed, &command, &err));
    assert_true(change.changed);
    (void)come_back(testbed, &campaign, resident, JOURNEY_OUTCOME_VERIFIED, 1);
    assert_int_equal(testbed_state(testbed, resident), JOURNEY_VERIFIED);
}

static void a_return_that_comes_too_late_changes_nothing(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    int64_t resident = testbed_resident(testbed, &campaign, JOURNEY_VERIFIED);
    (void)come_back(testbed, &campaign, resident, JOURNEY_OUTCOME_AGE, 9);
    (void)come_back(testbed, &campaign, resident, JOURNEY_OUTCOME_CANCELLED, 0);
    assert_int_equal(testbed_state(testbed, resident), JOURNEY_VERIFIED);
}

static void every_state_and_outcome_has_a_name(void **state) {
    for (int i = JOURNEY_REGISTERED; i <= JOURNEY_REFUSED; i++)
        assert_non_null(journey_state_name((enum journey_state)i));
    assert_null(journey_outcome_name(0));
    for (int i = JOURNEY_OUTCOME_VERIFIED; i <= JOURNEY_OUTCOME_OTHER; i++)
        assert_non_null(journey_outcome_name((enum journey_outcome)i));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_done_in_order_and_only_once),
        cmocka_unit_test(one_person_is_verified_in_one_account),
        cmocka_unit_test(a_failed_jump_keeps_the_place_and_a_refusal_can_be_tried_again),
        cmocka_unit_test(a_return_that_comes_too_late_changes_nothing),
        cmocka_unit_test(every_state_and_outcome_has_a_name),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
