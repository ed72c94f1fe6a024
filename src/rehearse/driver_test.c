#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "rehearse/driver.h"
#include "rehearse/stand_in.h"

static struct stand_in server;
static struct plan plan;
static struct random randomness;
static const struct walker_world world = {
    .plan = &plan, .base = server.base, .campaign = "c", .run = "t", .random = &randomness};
static struct result result;

static int set_up(void **state) {
    struct error err = {0};
    plan_default(&plan);
    plan.speed = 7200;
    plan.even = true;
    plan.stages[0] = (struct plan_stage){60, 400, 400};
    plan.stages_count = 1;
    random_init_seeded(&randomness, 7);
    return stand_in_start(&server, &err) && result_init(&result, &err) ? 0 : -1;
}

static int tear_down(void **state) {
    result_done(&result);
    stand_in_stop(&server);
    return 0;
}

static void drive(const volatile sig_atomic_t *stop) {
    struct error err = {0};
    struct schedule *schedule = NULL;
    struct courier *courier = NULL;
    const struct courier_options how = {.base = server.base, .connections_max = 50, .patience_s = 10};
    assert_true(schedule_new(&plan, NULL, &schedule, &err));
    assert_true(courier_new(&how, &courier, &err));
    const struct driver_options options = {.world = &world,
                                           .schedule = schedule,
                                           .courier = courier,
                                           .begins_us = clock_monotonic_us(),
                                           .stop = stop};
    assert_true(driver_run(&options, &result, &err));
    courier_free(courier);
    schedule_free(schedule);
}

static void everybody_is_counted_on_both_sides(void **state) {
    drive(NULL);
    assert_int_equal(result.started, 400);
    assert_int_equal(result.finished + result.left, 400);
    assert_int_equal(result.refused + result.lost + result.unfinished, 0);
    assert_true(result.finished > 200 && result.left > 60);
    assert_int_equal(result.requests, server.requests);
    assert_int_equal(result.counts.accesses, server.accesses);
    assert_int_equal(result.counts.residents, server.residents);
    assert_int_equal(result.counts.reached[PLAN_CONSENT], server.begun);
    assert_int_equal(result.counts.went_on[PLAN_AUTHENTICATE], server.callbacks);
    assert_int_equal(result.counts.granted, server.applications);
    assert_int_equal(result.counts.points, INT64_C(11000) * server.applications);
    // An hour at 7,200 times the speed is half a second.
    assert_true(result.wall_s >= 0.49);
    assert_int_equal(histogram_count(result.latency), server.requests);
}

static void the_busy_are_asked_again(void **state) {
    server.busy_every = 10;
    plan.behaviour.retry = 1;
    plan.behaviour.retries_max = 100;
    drive(NULL);
    assert_int_equal(result.retries, server.refusals);
    assert_true(result.retries > 100);
    assert_int_equal(result.refused, 0);
    assert_int_equal(result.finished + result.left, 400);
    assert_int_equal(result.counts.accesses, server.accesses);
}

static void without_retries_a_refusal_ends_the_walk(void **state) {
    server.busy_every = 20;
    plan.behaviour.retry = 0;
    drive(NULL);
    assert_int_equal(result.refused, server.refusals);
    assert_int_equal(result.finished + result.left + result.refused, 400);
}

static void a_stop_gives_up_who_still_walks(void **state) {
    static const volatile sig_atomic_t stop = 1;
    drive(&stop);
    assert_int_equal(result.started, 0);
    assert_int_equal(result.unfinished, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everybody_is_counted_on_both_sides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_busy_are_asked_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_retries_a_refusal_ends_the_walk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stop_gives_up_who_still_walks, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
