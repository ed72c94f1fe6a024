#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "rehearse/plan.h"

static void defaults_are_what_tokyo_saw(void **state) {
    struct plan plan;
    plan_default(&plan);
    double through = 1;
    for (int i = 0; i < PLAN_SCREENS; i++)
        through *= 1 - plan.behaviour.leave[i];
    assert_true(fabs(through - 0.698477) < 1e-6);
    assert_int_equal(plan.thresholds.lost_max, 0);
}

static void a_whole_plan_is_read(void **state) {
    struct plan plan = {0};
    struct error err = {0};
    const char *text = "; the last day\n[arrivals]\nfile = day.csv\nstart = 2024-06-18T00:00:00+09:00\n"
                       "scale = 0.02\nspeed = 360\neven = yes\nseed = 7\n"
                       "[behaviour]\nleave_authenticate = 0.5 ; a bad day\ntime_consent_s = 12.5 4\n"
                       "retries_max = 2\n[thresholds]\np99_ms_max = 250\nlost_max = 3\n";
    assert_true(plan_parse(text, "plan.ini", &plan, &err));
    assert_string_equal(plan.arrivals_file, "day.csv");
    assert_int_equal(plan.start_ms, INT64_C(1718636400000));
    assert_true(plan.scale == 0.02 && plan.speed == 360 && plan.even && plan.seed == 7);
    assert_true(plan.behaviour.leave[PLAN_AUTHENTICATE] == 0.5);
    assert_true(plan.behaviour.leave[PLAN_CONSENT] == 0.07);
    assert_true(plan.behaviour.time_screen[PLAN_CONSENT].deviation_s == 4);
    assert_int_equal(plan.behaviour.retries_max, 2);
    assert_true(plan.thresholds.p99_ms_max == 250);
    assert_int_equal(plan.thresholds.lost_max, 3);
}

static void stages_come_in_their_order(void **state) {
    struct plan plan = {0};
    struct error err = {0};
    assert_true(plan_parse("[stages]\nstage = 30 0 12000\nstage = 60 12000 12000\n", "p", &plan, &err));
    assert_int_equal(plan.stages_count, 2);
    assert_true(plan.stages[0].minutes == 30 && plan.stages[0].to_per_hour == 12000);
}

static void mistakes_name_their_line(void **state) {
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"[arrivals]\nfiel = x\n", "line 2: there is no key \"fiel\""},
        {"[arivals]\n\nfile = x\n", "line 3: there is no key \"file\" in [arivals]"},
        {"[behaviour]\nleave_consent = 7\n", "line 2: leave_consent cannot be \"7\""},
        {"[behaviour]\nleave_consent = nan\n", "line 2"},
        {"[behaviour]\ntime_home_s = 5 5 5\n", "line 2"},
        {"[arrivals]\nspeed = 0\n", "line 2"},
        {"[arrivals]\neven = perhaps\n", "line 2"},
        {"[arrivals]\nstart = tomorrow\n", "line 2"},
        {"[stages]\nstage = 30 0\n", "line 2"},
        {"[thresholds]\nlost_max = -1\n", "line 2"},
        {"[calls]\ntopic = card\n", "line 2"},
        {"[calls]\ntopic = 5\n", "line 2"},
        {"[help]\nanswer = pin-forgotten -1\n", "line 2"},
        {"[arrivals]\nfile = x\n[stages]\nstage = 1 2 3\n", "not both"},
        {"[arrivals]\nspeed 360\n", "line 2: neither"},
        {"[arrivals]\nspeed 360\nfiel = x\n", "line 2: neither"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct plan plan = {.seed = 99};
        struct error err = {0};
        assert_false(plan_parse(bad[i].text, "plan.ini", &plan, &err));
        if (strstr(err.message, bad[i].words) == NULL)
            fail_msg("%s: %s", bad[i].words, err.message);
        assert_int_equal(plan.seed, 99);
    }
}

static void shares_have_a_name_and_a_weight(void **state) {
    struct plan plan;
    struct error err = {0};
    assert_true(plan_parse("[calls]\ntopic = カードが 読めない  12.5\ntopic = その他 1\n", "p", &plan, &err));
    assert_int_equal(plan.calls.topics.count, 2);
    assert_string_equal(plan.calls.topics.names[0], "カードが 読めない");
    assert_true(plan.calls.topics.weights[0] == 12.5);
    assert_string_equal(plan.calls.topics.names[1], "その他");
}

static void a_file_is_looked_for_beside_its_plan(void **state) {
    char folder[] = "/tmp/juncho-plan-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/plan.ini", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("[arrivals]\nfile = day.csv\n", file);
    (void)fclose(file);
    struct plan plan = {0};
    struct error err = {0};
    assert_true(plan_read(path, &plan, &err));
    assert_non_null(strstr(plan.arrivals_file, "/day.csv"));
    assert_int_equal(strncmp(plan.arrivals_file, folder, strlen(folder)), 0);
    (void)unlink(path);
    (void)rmdir(folder);
    assert_false(plan_read(path, &plan, &err));
    assert_int_equal(err.kind, ERROR_MISSING);
}

int main(void) {
    struct error err = {0};
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_what_tokyo_saw),
        cmocka_unit_test(a_whole_plan_is_read),
        cmocka_unit_test(stages_come_in_their_order),
        cmocka_unit_test(mistakes_name_their_line),
        cmocka_unit_test(a_file_is_looked_for_beside_its_plan),
        cmocka_unit_test(shares_have_a_name_and_a_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
