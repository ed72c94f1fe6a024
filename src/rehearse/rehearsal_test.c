#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rehearse/rehearsal.h"
#include "rehearse/stand_in.h"

static struct stand_in server;
static struct plan plan;
static struct result result;

static int set_up(void **state) {
    struct error err = {0};
    plan_default(&plan);
    plan.speed = 7200;
    plan.even = true;
    plan.stages[0] = (struct plan_stage){30, 400, 400};
    plan.stages_count = 1;
    return stand_in_start(&server, &err) && result_init(&result, &err) ? 0 : -1;
}

static int tear_down(void **state) {
    result_done(&result);
    stand_in_stop(&server);
    return 0;
}

static bool rehearse(struct error *err) {
    const struct rehearsal_options options = {.plan = &plan, .base = server.base};
    return rehearsal_run(&options, &result, err);
}

static void both_sides_agree_also_the_second_time(void **state) {
    struct error err = {0};
    assert_true(rehearse(&err));
    assert_true(result_server_agrees(&result));
    assert_int_equal(result.server.residents, 200);
    result_done(&result);
    assert_true(result_init(&result, &err));
    assert_true(rehearse(&err));
    assert_true(result_server_agrees(&result));
    assert_int_equal(result.server.residents, 200);
    assert_int_equal(server.residents, 400);
}

static void a_server_that_counts_otherwise_is_found_out(void **state) {
    struct error err = {0};
    assert_true(rehearse(&err));
    result.server.granted++;
    assert_false(result_server_agrees(&result));
}

static void a_campaign_that_is_closed_is_not_rehearsed(void **state) {
    struct error err = {0};
    server.campaign = "closed";
    assert_false(rehearse(&err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_non_null(strstr(err.message, "closed"));
    assert_int_equal(server.requests, 0);
}

static void a_server_that_is_not_there_is_said(void **state) {
    struct error err = {0};
    stand_in_stop(&server);
    assert_false(rehearse(&err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_sides_agree_also_the_second_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_server_that_counts_otherwise_is_found_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_campaign_that_is_closed_is_not_rehearsed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_server_that_is_not_there_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
