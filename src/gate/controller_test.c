#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "gate/controller.h"

static const struct controller_stage provider = {
    .name = "identity provider", .capacity_per_s = 20, .share = 0.8, .journey_s = 60};
static const struct controller_stage writer = {
    .name = "writer", .capacity_per_s = 500, .share = 0.7, .journey_s = 120};
static const struct controller_orders no_orders = {0};

static void assert_between(double value, double low, double high) {
    if (value < low || value > high)
        fail_msg("%f is not in [%f, %f]", value, low, high);
}

// A steady flow: 25 a second are let in, 20 a second come to the provider after 60 s and are served at once.
static struct controller_pace run_steady(struct controller *controller, int seconds, uint64_t completed,
                                         uint64_t backlog, const struct controller_orders *orders) {
    static struct controller_counts counts;
    struct controller_pace pace = {0};
    memset(&counts, 0, sizeof counts);
    for (int second = 0; second < seconds; second++) {
        counts.admitted = 25;
        counts.waiting = true;
        counts.stages[0].completed = completed;
        counts.stages[0].backlog = backlog;
        counts.stages[0].arrived_by_age[reach_bin(60)] = second < 60 ? 0 : 20;
        pace = controller_tick(controller, &counts, orders);
    }
    return pace;
}

static void in_balance_the_pace_is_capacity_over_share(void **state) {
    CLEANUP(controller_cleanup) struct controller *controller = controller_new(&provider, 1);
    struct controller_pace pace = run_steady(controller, 1200, 20, 100, &no_orders);
    assert_between(pace.per_s, 22, 28);
    assert_between(pace.steady_per_s, 24, 26);
    assert_int_equal(pace.reason, PACE_CAPACITY);
    char text[CONTROLLER_TEXT_SIZE];
    controller_explain(controller, &pace, text);
    assert_non_null(strstr(text, "identity provider completes 20.0 a second"));
}

static void when_capacity_falls_the_pace_stops_until_the_surplus_is_served(void **state) {
    CLEANUP(controller_cleanup) struct controller *controller = controller_new(&provider, 1);
    run_steady(controller, 1200, 20, 100, &no_orders);
    struct controller_pace pace = run_steady(controller, 5, 5, 200, &no_orders);
    assert_between(pace.per_s, 0, 0.01);
    assert_between(pace.steady_per_s, 4, 13);
    assert_int_equal(pace.reason, PACE_BACKLOG);
}

static void the_narrowest_stage_sets_the_pace(void **state) {
    struct controller_stage stages[] = {provider, writer};
    static struct controller_counts counts;
    CLEANUP(controller_cleanup) struct controller *controller = controller_new(stages, 2);
    struct controller_pace pace = {0};
    for (int second = 0; second < 30; second++) {
        counts.stages[1].backlog = 5000;
        counts.stages[1].completed = 3;
        pace = controller_tick(controller, &counts, &no_orders);
    }
    assert_int_equal(pace.stage, 1);
    assert_between(pace.per_s, 0, 0.01);
    assert_string_equal(controller_view(controller, 1).name, "writer");
    assert_true(controller_view(controller, 1).busy);
}

static void the_operator_has_the_last_word(void **state) {
    CLEANUP(controller_cleanup) struct controller *controller = controller_new(&provider, 1);
    struct controller_orders orders = {.ceiling_per_s = 5};
    struct controller_pace pace = run_steady(controller, 10, 20, 100, &orders);
    assert_between(pace.per_s, 5, 5);
    assert_between(pace.steady_per_s, 5, 5);
    assert_int_equal(pace.reason, PACE_CEILING);

    orders = (struct controller_orders){.floor_per_s = 3};
    pace = run_steady(controller, 10, 0, 5000, &orders);
    assert_between(pace.per_s, 3, 3);
    assert_int_equal(pace.reason, PACE_FLOOR);

    orders = (struct controller_orders){.by_hand = true, .hand_per_s = 7.5, .ceiling_per_s = 5};
    pace = run_steady(controller, 1, 0, 5000, &orders);
    assert_between(pace.per_s, 7.5, 7.5);
    assert_int_equal(pace.reason, PACE_BY_HAND);

    orders.paused = true;
    pace = run_steady(controller, 1, 0, 5000, &orders);
    assert_between(pace.per_s, 0, 0);
    assert_between(pace.steady_per_s, 0, 0);
    assert_int_equal(pace.reason, PACE_PAUSED);
    char text[CONTROLLER_TEXT_SIZE];
    controller_explain(controller, &pace, text);
    assert_non_null(strstr(text, "paused"));
}

static void silence_slows_the_pace_and_is_told(void **state) {
    CLEANUP(controller_cleanup) struct controller *controller = controller_new(&provider, 1);
    double before = run_steady(controller, 1200, 20, 0, &no_orders).steady_per_s;
    struct controller_pace pace = run_steady(controller, 11, 0, 30, &no_orders);
    assert_between(pace.steady_per_s, 0, before / 1.9);
    assert_int_equal(pace.reason, PACE_SILENT);
    char text[CONTROLLER_TEXT_SIZE];
    controller_explain(controller, &pace, text);
    assert_non_null(strstr(text, "nothing was heard from identity provider"));
}

static void parts_of_a_person_are_carried_to_the_next_second(void **state) {
    CLEANUP(controller_cleanup) struct controller *controller = controller_new(&provider, 1);
    struct controller_pace pace = {.per_s = 0.3};
    uint64_t people = 0;
    for (int second = 0; second < 1000; second++)
        people += controller_people(controller, &pace);
    assert_between((double)people, 299, 301);
    pace.per_s = 0;
    assert_int_equal(controller_people(controller, &pace), 0);
}

static void every_reason_has_a_name_and_a_sentence(void **state) {
    CLEANUP(controller_cleanup) struct controller *controller = controller_new(&provider, 1);
    for (int reason = PACE_CAPACITY; reason <= PACE_BY_HAND; reason++) {
        struct controller_pace pace = {.per_s = 1, .reason = (enum pace_reason)reason};
        char text[CONTROLLER_TEXT_SIZE] = "";
        controller_explain(controller, &pace, text);
        assert_int_equal(strncmp(text, "60 a minute: ", 13), 0);
        assert_true(strlen(pace_reason_name(pace.reason)) > 3);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_balance_the_pace_is_capacity_over_share),
        cmocka_unit_test(when_capacity_falls_the_pace_stops_until_the_surplus_is_served),
        cmocka_unit_test(the_narrowest_stage_sets_the_pace),
        cmocka_unit_test(the_operator_has_the_last_word),
        cmocka_unit_test(silence_slows_the_pace_and_is_told),
        cmocka_unit_test(parts_of_a_person_are_carried_to_the_next_second),
        cmocka_unit_test(every_reason_has_a_name_and_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
