#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "campaign/testbed_campaign.h"

static void a_campaign_has_a_before_a_while_and_an_after(void **state) {
    struct campaign campaign = {.opens_ms = 100, .closes_ms = 200};
    assert_int_equal(campaign_phase(&campaign, 99), CAMPAIGN_BEFORE);
    assert_int_equal(campaign_phase(&campaign, 100), CAMPAIGN_OPEN);
    assert_int_equal(campaign_phase(&campaign, 199), CAMPAIGN_OPEN);
    assert_int_equal(campaign_phase(&campaign, 200), CAMPAIGN_CLOSED);
    assert_string_equal(campaign_phase_name(CAMPAIGN_OPEN), "open");
}

static void saving_again_changes_the_settings_and_keeps_the_number(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10), loaded;
    struct session *session = NULL;
    struct error err = {0};
    int64_t id = campaign.id;
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    campaign.points = 500;
    campaign.budget_points = 70000;
    strcpy(campaign.name, "別の名前");
    assert_true(campaign_save(session, &campaign, 5, &err));
    assert_true(campaign_load(session, NULL, &loaded, &err));
    assert_int_equal(loaded.id, id);
    assert_int_equal(loaded.points, 500);
    assert_int_equal(loaded.budget_points, 70000);
    assert_string_equal(loaded.name, "別の名前");
    assert_false(campaign_load(session, "another", &loaded, &err));
    assert_int_equal(err.kind, ERROR_MISSING);
    session_close(session);
}

static void a_budget_below_what_is_promised_is_refused(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    struct session *session = NULL;
    struct error err = {0};
    (void)testbed_resident(testbed, &campaign, JOURNEY_VERIFIED);
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    campaign.budget_points = 10999;
    assert_false(campaign_save(session, &campaign, 5, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    assert_string_equal(err.field, "campaign.budget_points");
    campaign.budget_points = 11000;
    assert_true(campaign_save(session, &campaign, 5, &err));
    session_close(session);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_campaign_has_a_before_a_while_and_an_after),
        cmocka_unit_test(saving_again_changes_the_settings_and_keeps_the_number),
        cmocka_unit_test(a_budget_below_what_is_promised_is_refused),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
