#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "campaign/testbed_campaign.h"

static struct application apply(struct testbed *testbed, const struct campaign *campaign, int64_t resident_id,
                                int key, int body) {
    struct error err = {0};
    struct command command;
    struct application application = {
        .change = {.campaign = campaign, .resident_id = resident_id, .now_ms = 2000},
        .receipt = 42 + resident_id};
    application.key_hash[0] = (unsigned char)key;
    application.body_hash[0] = (unsigned char)body;
    command_init(&command, testbed->arena);
    application_apply(&command, &application);
    assert_true(testbed_command(testbed, &command, &err));
    return application;
}

static void applying_grants_once_and_repeats_the_receipt(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    int64_t resident = testbed_resident(testbed, &campaign, JOURNEY_VERIFIED);
    struct application first = apply(testbed, &campaign, resident, 1, 1);
    assert_int_equal(first.result, APPLICATION_GRANTED);
    assert_int_equal(first.points, 11000);
    assert_int_equal(first.change.state, JOURNEY_GRANTED);
    for (int key = 1; key <= 2; key++) {
        struct application again = apply(testbed, &campaign, resident, key, 1);
        assert_int_equal(again.result, APPLICATION_REPEATED);
        assert_int_equal(again.receipt, first.receipt);
        assert_int_equal(again.at_ms, 2000);
    }
}

static void the_same_key_for_something_else_is_a_mismatch(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    int64_t resident = testbed_resident(testbed, &campaign, JOURNEY_VERIFIED);
    (void)apply(testbed, &campaign, resident, 1, 1);
    assert_int_equal(apply(testbed, &campaign, resident, 1, 2).result, APPLICATION_MISMATCH);
}

static void nobody_applies_before_the_identity_check(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    for (int reached = JOURNEY_REGISTERED; reached <= JOURNEY_AUTHENTICATING; reached++) {
        int64_t resident = testbed_resident(testbed, &campaign, (enum journey_state)reached);
        assert_int_equal(apply(testbed, &campaign, resident, 1, 1).result, APPLICATION_OUT_OF_ORDER);
        assert_int_equal(testbed_state(testbed, resident), reached);
    }
    assert_int_equal(apply(testbed, &campaign, 77, 1, 1).change.state, 0); // nobody
}

static void looking_changes_nothing(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    int64_t resident = testbed_resident(testbed, &campaign, JOURNEY_VERIFIED);
    struct application look = {.change = {.campaign = &campaign, .resident_id = resident, .now_ms = 1}};
    struct command command;
    struct error err = {0};
    command_init(&command, testbed->arena);
    application_look(&command, &look);
    assert_true(testbed_command(testbed, &command, &err));
    assert_int_equal(look.result, APPLICATION_NOT_RESERVED); // nothing was applied for
    assert_int_equal(testbed_state(testbed, resident), JOURNEY_VERIFIED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(applying_grants_once_and_repeats_the_receipt),
        cmocka_unit_test(the_same_key_for_something_else_is_a_mismatch),
        cmocka_unit_test(nobody_applies_before_the_identity_check),
        cmocka_unit_test(looking_changes_nothing),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
