#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "campaign/standing.h"
#include "campaign/testbed_campaign.h"

static struct standing standing_of(struct testbed *testbed, const struct campaign *campaign,
                                   int64_t resident_id) {
    struct session *session = NULL;
    struct error err = {0};
    struct standing standing;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(standing_read(session, resident_id, campaign->id, testbed->arena, &standing, &err));
    session_close(session);
    return standing;
}

static void a_resident_stands_where_the_journey_does(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    struct standing standing =
        standing_of(testbed, &campaign, testbed_resident(testbed, &campaign, JOURNEY_REGISTERED));
    assert_true(standing.found);
    assert_string_equal(standing.language, "ja");
    assert_int_equal(standing.state, JOURNEY_REGISTERED);
    assert_false(standing.began);
    assert_false(standing.applied);
    standing = standing_of(testbed, &campaign, testbed_resident(testbed, &campaign, JOURNEY_VERIFIED));
    assert_true(standing.began);
    assert_int_equal(standing.outcome, JOURNEY_OUTCOME_VERIFIED);
    assert_int_equal(standing.reservations, 1);
}

static void a_stranger_is_not_found(void **state) {
    struct testbed *testbed = *state;
    struct campaign campaign = testbed_campaign(testbed, 10);
    assert_false(standing_of(testbed, &campaign, 5).found);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resident_stands_where_the_journey_does),
        cmocka_unit_test(a_stranger_is_not_found),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
