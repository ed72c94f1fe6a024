#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "campaign/census.h"
#include "campaign/testbed_campaign.h"

static struct census census_of(struct testbed *testbed, const struct campaign *campaign) {
    struct session *session = NULL;
    struct error err = {0};
    struct census census;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(census_read(session, campaign->id, testbed->arena, &census, &err));
    session_close(session);
    return census;
}

static void everybody_is_counted_where_they_stand(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    assert_int_equal(census_of(testbed, &campaign).users, 0);
    for (int i = 0; i < 3; i++)
        (void)testbed_resident(testbed, &campaign, JOURNEY_REGISTERED);
    for (int i = 0; i < 2; i++)
        (void)testbed_resident(testbed, &campaign, JOURNEY_VERIFIED);
    (void)testbed_resident(testbed, &campaign, JOURNEY_CONSENTED);
    testbed_script(testbed, "UPDATE journey SET state = 9, outcome = 2 WHERE state = 2");
    struct census census = census_of(testbed, &campaign);
    assert_int_equal(census.users, 6);
    assert_int_equal(census.verified, 2);
    assert_int_equal(census.granted, 0);
    assert_int_equal(census.too_young, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(everybody_is_counted_where_they_stand)};
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
