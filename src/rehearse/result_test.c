#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "rehearse/result.h"

static struct result result;
static struct plan plan;

static int set_up(void **state) {
    struct error err = {0};
    plan_default(&plan);
    return result_init(&result, &err) ? 0 : -1;
}

static int tear_down(void **state) {
    result_done(&result);
    return 0;
}

static void walk(int steps, enum walker_verdict verdict, enum plan_screen screen) {
    result.started++;
    for (int step = 0; step < steps; step++) {
        result_note_answer(&result, (enum walker_step)step, 200, 1000 * (step + 1));
        result_note_good(&result, (enum walker_step)step, 11000);
    }
    const struct walker_next end = {.verdict = verdict, .screen = screen};
    result_note_end(&result, (enum walker_step)(steps - 1), &end);
}

static void what_was_seen_is_counted_by_screen(void **state) {
    walk(WALKER_LOOK, WALKER_FINISHED, 0);
    walk(3, WALKER_LEFT, PLAN_CONSENT);
    walk(7, WALKER_LEFT, PLAN_AUTHENTICATE);
    assert_int_equal(result.finished, 1);
    assert_int_equal(result.left, 2);
    assert_int_equal(result.counts.residents, 3);
    assert_int_equal(result.counts.reached[PLAN_CONSENT], 3);
    assert_int_equal(result.counts.went_on[PLAN_CONSENT], 2);
    assert_int_equal(result.counts.reached[PLAN_AUTHENTICATE], 2);
    assert_int_equal(result.counts.went_on[PLAN_AUTHENTICATE], 1);
    assert_int_equal(result.counts.went_on[PLAN_VERIFIED], 1);
    assert_int_equal(result.counts.points, 11000);
}

static void the_server_agrees_only_when_everything_is_equal(void **state) {
    walk(WALKER_LOOK, WALKER_FINISHED, 0);
    assert_false(result_server_agrees(&result));
    const char *text =
        "{\"accesses\":6,\"residents\":3,\"requests\":99,\"granted\":2,\"points\":22000,\"steps\":{"
        "\"consent\":{\"reached\":3,\"went_on\":2},\"procedure\":{\"reached\":2,\"went_on\":2},"
        "\"intent\":{\"reached\":2,\"went_on\":2},\"authenticate\":{\"reached\":2,\"went_on\":2},"
        "\"verified\":{\"reached\":2,\"went_on\":2}}}";
    struct result_counts after = {0}, before = {0};
    struct error err = {0};
    assert_true(result_counts_parse(text, &after, &err));
    before = after;
    before.accesses -= 1;
    before.residents -= 1;
    before.granted -= 1;
    before.points -= 11000;
    for (int i = 0; i < PLAN_SCREENS; i++) {
        before.reached[i] -= 1;
        before.went_on[i] -= 1;
    }
    result.server = result_counts_since(&after, &before);
    result.server_known = true;
    assert_true(result_server_agrees(&result));
    result.server.went_on[PLAN_VERIFIED]--;
    assert_false(result_server_agrees(&result));
}

static void counts_that_lack_a_member_are_refused(void **state) {
    struct result_counts counts = {0};
    struct error err = {0};
    assert_false(result_counts_parse("{}", &counts, &err));
    assert_false(result_counts_parse(
        "{\"accesses\":1,\"residents\":1,\"granted\":0,\"points\":0,\"steps\":{}}", &counts, &err));
    assert_false(result_counts_parse(
        "{\"accesses\":-1,\"residents\":1,\"granted\":0,\"points\":0,\"steps\":{}}", &counts, &err));
}

static void thresholds_decide_and_say_why(void **state) {
    char words[RESULT_WORDS_MAX];
    walk(WALKER_LOOK, WALKER_FINISHED, 0);
    assert_true(result_is_good(&result, &plan, words));
    plan.thresholds.p99_ms_max = 5;
    assert_false(result_is_good(&result, &plan, words));
    assert_non_null(strstr(words, "p99 is 12.0 ms"));
    plan.thresholds.p99_ms_max = INFINITY;
    result_note_answer(&result, WALKER_ME, 0, 1);
    assert_false(result_is_good(&result, &plan, words));
    plan.thresholds.lost_max = 1;
    plan.thresholds.finished_share_min = 1;
    assert_true(result_is_good(&result, &plan, words));
    walk(3, WALKER_REFUSED, 0);
    assert_false(result_is_good(&result, &plan, words));
    plan.thresholds.finished_share_min = 0;
    plan.thresholds.refused_max = 0;
    assert_false(result_is_good(&result, &plan, words));
    plan.thresholds.refused_max = 1;
    result.server_known = true;
    assert_false(result_is_good(&result, &plan, words));
    assert_non_null(strstr(words, "counted otherwise"));
}

static void both_forms_carry_the_figures(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 18);
    walk(WALKER_LOOK, WALKER_FINISHED, 0);
    walk(3, WALKER_LEFT, PLAN_CONSENT);
    CLEANUP(json_cleanup) json_t *json = result_json(&result);
    assert_int_equal(json_integer_value(json_object_get(json, "started")), 2);
    assert_true(json_is_false(json_object_get(json, "server_agrees")));
    const json_t *latency = json_object_get(json, "latency_ms");
    assert_true(fabs(json_number_value(json_object_get(latency, "p50")) - 5) < 0.01);
    assert_int_equal(json_array_size(json_object_get(json, "steps")), WALKER_STEPS);
    const char *text = result_text(&result, arena);
    assert_non_null(strstr(text, "2 residents in 0.0 s: 1 finished, 1 left by plan"));
    assert_non_null(strstr(text, "50.00%"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_seen_is_counted_by_screen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_server_agrees_only_when_everything_is_equal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_that_lack_a_member_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(thresholds_decide_and_say_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(both_forms_carry_the_figures, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
