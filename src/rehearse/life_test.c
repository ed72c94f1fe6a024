#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "rehearse/life.h"

#define OPENS INT64_C(1770004800000)

static struct plan plan_of(int64_t closes_ms) {
    struct plan plan;
    plan_default(&plan);
    plan.campaign.opens_ms = OPENS;
    plan.campaign.closes_ms = closes_ms;
    plan.campaign.second_try = 0.2;
    for (int i = 0; i < PLAN_RETURNS; i++)
        plan.campaign.returns[i] = 1;
    return plan;
}

static void times_rise_and_nothing_happens_after_the_close(void **state) {
    struct random random;
    int64_t closes_ms = OPENS + 200 * CLOCK_SECOND_MS; // many run out of time
    struct plan plan = plan_of(closes_ms);
    struct life_world world = {.plan = &plan, .random = &random};
    int granted = 0, second = 0, cut = 0;
    random_init_seeded(&random, 3);
    life_places(&world.places, "東京都");
    assert_int_equal(world.places.count, 62);
    for (int i = 0; i < 5000; i++) {
        struct chronicle_life life;
        int64_t before = world.last_id;
        life_draw(&world, OPENS - 5, OPENS, &life);
        const int64_t times[] = {life.created_ms,  life.began_ms,  life.consented_ms, life.informed_ms,
                                 life.intended_ms, life.jumped_ms, life.returned_ms,  life.granted_ms};
        for (size_t t = 1; t < sizeof times / sizeof *times && times[t] != 0; t++)
            assert_true(times[t - 1] != 0 && times[t] > times[t - 1] && times[t] < closes_ms);
        assert_true(life.resident_id > before);
        assert_true((life.outcome != 0) == (life.returned_ms > 0));
        assert_true((life.jumped_ms > 0) == (life.attempts > 0));
        assert_true(life.granted_ms == 0 || life.outcome == JOURNEY_OUTCOME_VERIFIED);
        assert_true(life.outcome != JOURNEY_OUTCOME_VERIFIED || life.municipality > 0);
        granted += life.granted_ms > 0;
        second += life.attempts == 2;
        cut += life.jumped_ms > 0 && life.returned_ms == 0;
    }
    assert_true(granted > 500 && granted < 3400);
    assert_true(second > 0 && cut > 500);
}

static void who_does_not_arrive_has_only_registered(void **state) {
    struct random random;
    struct plan plan = plan_of(OPENS + CLOCK_DAY_MS);
    struct life_world world = {.plan = &plan, .random = &random};
    struct chronicle_life life;
    random_init_seeded(&random, 3);
    life_draw(&world, OPENS - 5, 0, &life);
    assert_int_equal(life.began_ms, 0);
    assert_int_equal(chronicle_state(&life), JOURNEY_REGISTERED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_rise_and_nothing_happens_after_the_close),
        cmocka_unit_test(who_does_not_arrive_has_only_registered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
