#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "forecast/staffing.h"

static void near(double actual, double expected, double tolerance) {
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.12g is not within %g of %.12g", actual, tolerance, expected);
}

static struct staffing_state solve(struct staffing_load load, int64_t agents) {
    struct staffing_state state = {0};
    struct error err = {0};
    assert_true(staffing_solve(&load, agents, &state, &err));
    return state;
}

static void erlang_b_keeps_to_the_known_values(void **state) {
    near(exp(staffing_erlang_b_log(1, 1)), 0.5, 1e-12);
    near(exp(staffing_erlang_b_log(2, 1)), 0.2, 1e-12);
    near(exp(staffing_erlang_b_log(10, 20)), 0.5379631686320729, 1e-12);
    near(exp(staffing_erlang_b_log(190, 200)), 0.0886968438692356, 1e-12);
    near(exp(staffing_erlang_b_log(200, 5)) / 5.31667138e-238, 1, 1e-8);
    near(staffing_erlang_b_log(10000, 12000), -1.78927734649, 1e-6);
    near(staffing_erlang_b_log(10000, 200), -29325.7541713, 1e-6);
    near(staffing_erlang_b_log(100, 10000), -0.01004931575, 1e-6);
    int64_t lines = 0;
    struct error err = {0};
    assert_true(staffing_lines(10, 0.02, &lines, &err));
    assert_int_equal(lines, 17);
    assert_true(staffing_lines(8.108, 0.01, &lines, &err));
    assert_int_equal(lines, 15);
}

static void erlang_c_keeps_to_the_known_values(void **state) {
    static const struct {
        double load;
        int64_t agents;
        double waits, wait;
    } rows[] = {{1, 2, .333333333, .333333333},     {2, 3, .444444444, .444444444},
                {5, 6, .587516450, .587516450},     {5, 8, .167266507, .055755502},
                {8, 10, .409180151, .204590075},    {10, 12, .449388224, .224694112},
                {20, 25, .209102827, .041820565},   {50, 55, .384547318, .076909464},
                {100, 108, .328329680, .041041210}, {200, 215, .209937684, .013995846}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct staffing_state found = solve(
            (struct staffing_load){.calls_per_min = rows[i].load, .handle_min = 1, .patience_min = INFINITY},
            rows[i].agents);
        near(found.waits, rows[i].waits, 1e-9);
        near(found.wait_min, rows[i].wait, 1e-9);
    }
    near(staffing_erlang_c_log(10000, 9000), -56.8266885378, 1e-6);
    near(staffing_erlang_c_log(10000, 100), -36157.2159266, 1e-6);
    near(exp(staffing_erlang_c_log(12421, 12345)), 0.38122501506176, 1e-8);
    near(exp(staffing_erlang_c_log(900, 1000)), 1, 0);
}

static void erlang_a_keeps_to_the_known_values(void **state) {
    static const struct {
        double calls, handle, patience;
        int64_t agents;
        double waits, abandons, wait, queue;
    } rows[] = {{10, 5, 3, 40, .87374719, .20837959, .62513876, 6.25138758},
                {10, 5, 3, 50, .45796549, .06344685, .19034055, 1.90340554},
                {10, 5, 3, 25, .99904274, .50003475, 1.50010426, 15.00104256},
                {10.0 / 3, 3, 5, 8, .84756977, .23186413, 1.15932067, 3.86440224}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct staffing_state found = solve((struct staffing_load){.calls_per_min = rows[i].calls,
                                                                   .handle_min = rows[i].handle,
                                                                   .patience_min = rows[i].patience},
                                            rows[i].agents);
        near(found.waits, rows[i].waits, 1e-8);
        near(found.abandons, rows[i].abandons, 1e-8);
        near(found.wait_min, rows[i].wait, 1e-8);
        near(found.queue, rows[i].queue, 1e-7);
    }
}

static void patience_turns_twenty_seconds_of_waiting_into_four(void **state) {
    struct staffing_load load = {.calls_per_min = 48, .handle_min = 1, .patience_min = INFINITY};
    struct staffing_state found = solve(load, 50);
    near(found.wait_min * 60, 20.8337, 1e-3);
    near(found.queue, 16.667, 1e-3);
    load.patience_min = 2;
    found = solve(load, 50);
    near(found.abandons, 0.030912, 1e-6);
    near(found.wait_min * 60, 3.7095, 1e-4);
    near(found.queue, 2.9676, 1e-4);
    near(found.waits, 0.467774, 1e-6);
    near(found.occupancy, 0.9303, 1e-4);
}

static void the_service_level_counts_those_who_hung_up_as_not_served(void **state) {
    struct staffing_load load = {
        .calls_per_min = 100.0 / 30, .handle_min = 3, .patience_min = 5, .within_min = 1.0 / 3};
    struct staffing_state found = solve(load, 14);
    near(found.waits, 0.145260, 1e-6);
    near(found.abandons, 0.0139837, 1e-7);
    near(found.occupancy, 0.7042973, 1e-7);
    near(found.wait_min, 0.0699187, 1e-7);
    near(found.service_level, 0.916792, 1e-6);
    load.patience_min = INFINITY;
    near(solve(load, 14).service_level, 0.8883500191794669, 1e-12);
}

static void endless_patience_is_erlang_c(void **state) {
    struct staffing_load load = {
        .calls_per_min = 45, .handle_min = 1, .patience_min = INFINITY, .within_min = 0.1};
    struct staffing_state patient = solve(load, 50);
    load.patience_min = 1e6;
    struct staffing_state nearly = solve(load, 50);
    near(nearly.waits, patient.waits, 1e-4);
    near(nearly.wait_min, patient.wait_min, 1e-4);
    near(nearly.service_level, patient.service_level, 1e-4);
}

static void the_laws_of_little_hold_up_to_ten_thousand_agents(void **state) {
    static const int64_t agents[] = {0, 1, 7, 150, 10000};
    for (size_t i = 0; i < sizeof agents / sizeof agents[0]; i++)
        for (double pressure = 0.2; pressure < 4; pressure *= 1.7)
            for (double patience = 0.1; patience < 1000; patience *= 9) {
                struct staffing_load load = {.calls_per_min = pressure * fmax(1, (double)agents[i]) / 4,
                                             .handle_min = 4,
                                             .patience_min = patience,
                                             .within_min = 0.5};
                struct staffing_state found = solve(load, agents[i]);
                near(found.abandons, found.wait_min / patience, 1e-9);
                near(found.occupancy * (double)agents[i],
                     agents[i] == 0 ? 0 : load.calls_per_min * (1 - found.abandons) * 4,
                     1e-9 * (1 + (double)agents[i]));
                // Free agents answer at once: what is busy is also what the states say, so it stays below
                // one.
                assert_true(found.occupancy <= 1 + 1e-9);
                assert_true(found.service_level >= 0 && found.service_level <= 1 - found.abandons + 1e-7);
            }
}

static void callers_who_dial_again_make_the_line_worse(void **state) {
    struct staffing_load load = {.calls_per_min = 15, .handle_min = 5, .patience_min = 3};
    near(solve(load, 50).abandons, 0.33360, 1e-5);
    load.redial = 0.5;
    struct staffing_state half = solve(load, 50);
    near(half.calls_per_min, 20.000, 1e-3);
    near(half.abandons, 0.5, 1e-4);
    near(half.answered, 2.0 / 3, 1e-3);
    load.redial = 0.8;
    struct staffing_state most = solve(load, 50);
    near(most.calls_per_min, 35.0, 1e-3);
    near(most.abandons, 0.714286, 1e-5);
}

static void the_fewest_agents_that_reach_the_goal_are_found(void **state) {
    static const struct {
        double answer_rate;
        int64_t agents;
    } rows[] = {{0.90, 70}, {0.95, 76}, {0.98, 82}};
    struct staffing_load load = {.calls_per_min = 15, .handle_min = 5, .patience_min = 3};
    struct error err = {0};
    struct staffing_plan plan;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct staffing_goal goal = {.answer_rate = rows[i].answer_rate};
        assert_true(staffing_require(&load, &goal, &plan, &err));
        assert_int_equal(plan.agents, rows[i].agents);
        assert_true(solve(load, plan.agents - 1).abandons > 1 - rows[i].answer_rate);
    }
    load = (struct staffing_load){
        .calls_per_min = 100.0 / 30, .handle_min = 3, .patience_min = INFINITY, .within_min = 0.33};
    struct staffing_goal goal = {.service_level = 0.8, .occupancy_max = 0.85, .shrinkage = 0.3};
    assert_true(staffing_require(&load, &goal, &plan, &err));
    assert_int_equal(plan.agents, 14);
    assert_int_equal(plan.scheduled, 20);
    near(plan.state.service_level, 0.888, 5e-4);
    goal.occupancy_max = 0.7;
    assert_true(staffing_require(&load, &goal, &plan, &err));
    assert_int_equal(plan.agents, 15);
    assert_int_equal(plan.scheduled, 22);
}

static void no_calls_need_nobody_and_nonsense_is_named(void **state) {
    struct staffing_load load = {.handle_min = 5, .patience_min = 3};
    struct staffing_goal goal = {.answer_rate = 0.9};
    struct staffing_plan plan;
    struct staffing_state found;
    struct error err = {0};
    assert_true(staffing_require(&load, &goal, &plan, &err));
    assert_int_equal(plan.agents, 0);
    goal.answer_rate = 1.5;
    assert_false(staffing_require(&load, &goal, &plan, &err));
    assert_string_equal(err.field, "answer_rate");
    load.redial = 1;
    assert_false(staffing_solve(&load, 1, &found, &err));
    assert_string_equal(err.field, "redial");
    load = (struct staffing_load){.calls_per_min = NAN, .handle_min = 5, .patience_min = 3};
    assert_false(staffing_solve(&load, 1, &found, &err));
    assert_string_equal(err.field, "calls_per_min");
    load = (struct staffing_load){.calls_per_min = 1e6, .handle_min = 5, .patience_min = INFINITY};
    goal.answer_rate = 0.9;
    assert_false(staffing_require(&load, &goal, &plan, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
}

static void patience_is_what_waiting_and_hanging_up_say(void **state) {
    near(staffing_patience_min(300, 100), 3, 0);
    assert_true(isinf(staffing_patience_min(300, 0)));
}

static double number(const json_t *object, const char *name) {
    return json_number_value(json_object_get(object, name));
}

static void every_value_of_other_libraries_is_met(void **state) {
    json_t *document = json_load_file(SOURCE_ROOT "/../shared/data/vectors/erlang.json", 0, NULL);
    if (document == NULL) {
        print_message("skipped: no erlang.json beside the source tree\n");
        skip();
    }
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(document, "vectors"), i, row) {
        int64_t agents = json_integer_value(json_object_get(row, "agents"));
        bool is_b = strcmp(json_string_value(json_object_get(row, "fn")), "erlang_b") == 0;
        double found = is_b ? staffing_erlang_b_log(agents, number(row, "load"))
                            : staffing_erlang_c_log(agents, number(row, "load"));
        if (!json_is_true(json_object_get(row, "log")))
            found = exp(found);
        near(found, number(row, "expected"), number(row, "tol"));
    }
    assert_true(i > 15);
    json_decref(document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(erlang_b_keeps_to_the_known_values),
        cmocka_unit_test(erlang_c_keeps_to_the_known_values),
        cmocka_unit_test(erlang_a_keeps_to_the_known_values),
        cmocka_unit_test(patience_turns_twenty_seconds_of_waiting_into_four),
        cmocka_unit_test(the_service_level_counts_those_who_hung_up_as_not_served),
        cmocka_unit_test(endless_patience_is_erlang_c),
        cmocka_unit_test(the_laws_of_little_hold_up_to_ten_thousand_agents),
        cmocka_unit_test(callers_who_dial_again_make_the_line_worse),
        cmocka_unit_test(the_fewest_agents_that_reach_the_goal_are_found),
        cmocka_unit_test(no_calls_need_nobody_and_nonsense_is_named),
        cmocka_unit_test(patience_is_what_waiting_and_hanging_up_say),
        cmocka_unit_test(every_value_of_other_libraries_is_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
