#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "measure/funnel.h"

// How many steps the events of one participant go.
static int depth(const struct funnel_rules *rules, const struct funnel_event *events, size_t count) {
    CLEANUP(funnel_cleanup) struct funnel *funnel = funnel_new(rules);
    struct funnel_result result;
    int deepest = 0;
    assert_non_null(funnel);
    funnel_add(funnel, events, count);
    funnel_result(funnel, &result);
    for (size_t i = 0; i < result.steps_count; i++)
        deepest = result.steps[i].reached > 0 ? (int)i + 1 : deepest;
    return deepest;
}

// Letters as events, one a second.
static int letters(const char *steps, const char *text, bool strict, bool reentry) {
    struct funnel_event events[16] = {0};
    struct funnel_rules rules = {.steps_count = strlen(steps), .strict = strict, .reentry = reentry};
    for (size_t i = 0; steps[i] != '\0'; i++)
        rules.steps[i] = steps[i];
    for (size_t i = 0; text[i] != '\0'; i++)
        events[i] = (struct funnel_event){.at_ms = (int64_t)i * 1000, .name = text[i]};
    return depth(&rules, events, strlen(text));
}

static const struct funnel_event ladder[] = {{0, 1000, 0}, {1, 1001, 0}, {2, 1002, 0},
                                             {3, 1003, 0}, {4, 1004, 0}, {5, 1005, 0},
                                             {6, 1006, 0}, {7, 1007, 0}, {8, 1008, 0}};

// F-1 to F-3 of the references, which agree with ClickHouse's windowFunnel.
static void order_with_gaps_and_a_window_that_includes_its_bound(void **state) {
    struct funnel_rules far = {{1000, 1001, 1002, 1008}, 4, .window_ms = 10000};
    assert_int_equal(depth(&far, ladder, 9), 4);
    struct funnel_rules near = {{1003, 1004, 1005, 1006, 1007}, 5, .window_ms = 2};
    assert_int_equal(depth(&near, ladder, 9), 3);
    near.window_ms = 3;
    assert_int_equal(depth(&near, ladder, 9), 4);
    near.window_ms = 4;
    assert_int_equal(depth(&near, ladder, 9), 5);
    struct funnel_rules backward = {.steps = {1008, 1001}, .steps_count = 2},
                        forward = {.steps = {1001, 1008}, .steps_count = 2};
    assert_int_equal(depth(&backward, ladder, 9), 1);
    assert_int_equal(depth(&forward, ladder, 9), 2);
}

// F-4 and F-5, as its strict_increase and strict_once have them: nobody does two things at the same moment,
// and one event is one step. (Its default says 5 and 3.)
static void what_happens_at_the_same_moment_is_not_in_order(void **state) {
    const struct funnel_event events[] = {
        {0, 1000, 0}, {1, 1001, 0}, {1, 1002, 0}, {1, 1003, 0}, {2, 1004, 0}};
    struct funnel_rules rules = {.steps = {1000, 1001, 1002, 1003, 1004}, .steps_count = 5};
    assert_int_equal(depth(&rules, events, 5), 2);
    struct funnel_rules thrice = {.steps = {1004, 1004, 1004}, .steps_count = 3};
    assert_int_equal(depth(&thrice, ladder, 9), 1);
}

// F-6 and F-7. Unlike strict_deduplication, repeating a step that was reached never ends a chain here: people
// go back a screen.
static void strict_ends_where_something_else_lies_between(void **state) {
    static const char *const users[] = {"abc", "adbc", "aabbcc", "aaaabbcc", "aabbdcc", "ccbbaa"};
    static const int loose[] = {3, 3, 3, 3, 3, 1}, strict[] = {3, 1, 3, 3, 2, 1};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(letters("abc", users[i], false, false), loose[i]);
        assert_int_equal(letters("abc", users[i], true, false), strict[i]);
    }
    assert_int_equal(letters("abc", "acb", true, false), 1);
    static const char *const again[] = {"abac", "ababc", "abcbd", "acb", "abcabcd"};
    static const int once[] = {2, 2, 3, 1, 3}, twice[] = {3, 3, 3, 1, 3};
    static const int four_once[] = {2, 2, 4, 1, 3}, four_twice[] = {3, 3, 4, 1, 4};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(letters("abc", again[i], true, false), once[i]);
        assert_int_equal(letters("abc", again[i], true, true), twice[i]);
        assert_int_equal(letters("abcd", again[i], true, false), four_once[i]);
        assert_int_equal(letters("abcd", again[i], true, true), four_twice[i]);
    }
}

// F-8.
static void who_never_enters_is_counted_apart(void **state) {
    const struct funnel_event other = {0, 9, 0}, three[] = {{0, 1, 0}, {1, 2, 0}, {2, 3, 0}},
                              two[] = {{0, 1, 0}, {1, 2, 0}};
    CLEANUP(funnel_cleanup)
    struct funnel *funnel = funnel_new(&(struct funnel_rules){{1, 2, 3}, 3, .window_ms = 86400000});
    struct funnel_result result;
    funnel_add(funnel, &other, 1);
    funnel_add(funnel, three, 3);
    funnel_add(funnel, two, 2);
    funnel_result(funnel, &result);
    assert_int_equal(result.all, 3);
    assert_int_equal(result.entered, 2);
    assert_int_equal(result.steps[0].reached, 2);
    assert_int_equal(result.steps[1].reached, 2);
    assert_int_equal(result.steps[2].reached, 1);
    assert_int_equal(result.steps[0].left, 0);
    assert_int_equal(result.steps[1].left, 1);
    assert_true(funnel_abandonment(&result.steps[1]) == 50);
    assert_true(funnel_share_left(&result, 1) == 50);
    assert_int_equal(result.steps[1].to_next_median_ms, 1);
}

// F-9: the published 7, 3, 1, 21 and 1 %, each of those who reached the screen.
static void the_shares_of_five_screens_multiply(void **state) {
    static const double leaves[] = {.07, .03, .01, .21, .01};
    CLEANUP(funnel_cleanup)
    struct funnel *funnel = funnel_new(&(struct funnel_rules){.steps = {1, 2, 3, 4, 5, 6}, .steps_count = 6});
    struct funnel_event events[6];
    struct funnel_result result;
    for (int i = 0; i < 6; i++)
        events[i] = (struct funnel_event){i, i + 1, 0};
    double here = 100000;
    int64_t left = 100000;
    for (size_t step = 0; step < 5; step++) {
        here *= 1 - leaves[step];
        for (; left > (int64_t)(here + .5); left--)
            funnel_add(funnel, events, step + 1);
    }
    for (; left > 0; left--)
        funnel_add(funnel, events, 6);
    funnel_result(funnel, &result);
    static const int64_t reached[] = {100000, 93000, 90210, 89308, 70553, 69848};
    for (size_t step = 0; step < 6; step++)
        assert_int_equal(result.steps[step].reached, reached[step]);
    assert_true(funnel_share_reached(&result, 5) > 69.847 && funnel_share_reached(&result, 5) < 69.849);
}

static void each_step_may_have_a_window_of_its_own(void **state) {
    const struct funnel_event events[] = {{0, 1, 0}, {50, 2, 0}, {61, 3, 0}};
    struct funnel_rules rules = {{1, 2, 3}, 3, .step_window_ms = {50, 10}};
    assert_int_equal(depth(&rules, events, 3), 2);
    rules.step_window_ms[1] = 11;
    assert_int_equal(depth(&rules, events, 3), 3);
}

static void a_later_try_that_gets_further_counts(void **state) {
    const struct funnel_event events[] = {{0, 1, 0}, {5, 2, 0}, {1000, 1, 0}, {1005, 2, 0}, {1010, 3, 0}};
    struct funnel_rules rules = {{1, 2, 3}, 3, .window_ms = 100};
    assert_int_equal(depth(&rules, events, 5), 3);
}

static void every_exit_has_its_kind(void **state) {
    const struct funnel_event silent[] = {{0, 1, 0}}, said_no[] = {{0, 1, 0}, {5, 0, FUNNEL_EXIT_CANCELLED}},
                              late[] = {{0, 1, 0}, {500, 2, 0}}, fresh[] = {{950, 1, 0}},
                              tried[] = {{0, 1, 0}, {5, 0, FUNNEL_EXIT_CARD}, {9, 2, 0}};
    CLEANUP(funnel_cleanup)
    struct funnel *funnel = funnel_new(&(struct funnel_rules){{1, 2}, 2, .window_ms = 100, .as_of_ms = 1000});
    struct funnel_result result;
    funnel_add(funnel, silent, 1);
    funnel_add(funnel, said_no, 2);
    funnel_add(funnel, late, 2);
    funnel_add(funnel, fresh, 1);
    funnel_add(funnel, tried, 3);
    funnel_result(funnel, &result);
    const struct funnel_step *step = &result.steps[0];
    assert_int_equal(step->reached, 5);
    assert_int_equal(step->went_on, 1);
    assert_int_equal(step->left, 3);
    assert_int_equal(step->under_way, 1);
    assert_int_equal(step->exits[FUNNEL_EXIT_STOPPED], 1);
    assert_int_equal(step->exits[FUNNEL_EXIT_CANCELLED], 1);
    assert_int_equal(step->exits[FUNNEL_EXIT_RETURNED_LATE], 1);
    assert_int_equal(step->exits[FUNNEL_EXIT_CARD], 0);
    assert_true(funnel_abandonment(step) == 75);
}

static void an_open_funnel_lets_people_in_anywhere(void **state) {
    const struct funnel_event events[] = {{0, 2, 0}, {5, 3, 0}};
    CLEANUP(funnel_cleanup)
    struct funnel *funnel = funnel_new(&(struct funnel_rules){{1, 2, 3}, 3, .open = true});
    struct funnel_result result;
    funnel_add(funnel, events, 2);
    funnel_result(funnel, &result);
    assert_int_equal(result.steps[0].reached, 0);
    assert_int_equal(result.steps[1].entered, 1);
    assert_int_equal(result.steps[2].reached, 1);
    struct funnel_rules closed = {.steps = {1, 2, 3}, .steps_count = 3};
    assert_int_equal(depth(&closed, events, 2), 0);
}

static void every_attempt_counts_when_attempts_are_asked_for(void **state) {
    const struct funnel_event events[] = {
        {0, 1, 0}, {5, 0, FUNNEL_EXIT_BUSY}, {10, 1, 0}, {12, 2, 0}, {20, 1, 0}};
    CLEANUP(funnel_cleanup)
    struct funnel *funnel = funnel_new(&(struct funnel_rules){{1, 2}, 2, .unit = FUNNEL_ATTEMPTS});
    struct funnel_result result;
    funnel_add(funnel, events, 5);
    funnel_result(funnel, &result);
    assert_int_equal(result.steps[0].reached, 3);
    assert_int_equal(result.steps[0].went_on, 1);
    assert_int_equal(result.steps[0].exits[FUNNEL_EXIT_BUSY], 1);
    assert_int_equal(result.steps[0].exits[FUNNEL_EXIT_STOPPED], 1);
}

// The deepest chain by trying every choice of events.
static int naive(const struct funnel_rules *rules, const struct funnel_event *events, size_t count,
                 size_t step, const struct funnel_event *before, int64_t first_ms) {
    int deepest = (int)step;
    for (size_t i = 0; i < count && step < rules->steps_count; i++) {
        if (events[i].name != rules->steps[step])
            continue;
        if (step > 0 && (events[i].at_ms <= before->at_ms || events[i].at_ms > first_ms + rules->window_ms ||
                         events[i].at_ms > before->at_ms + rules->step_window_ms[step - 1]))
            continue;
        int found = naive(rules, events, count, step + 1, &events[i], step == 0 ? events[i].at_ms : first_ms);
        deepest = found > deepest ? found : deepest;
    }
    return deepest;
}

static void the_pass_finds_what_trying_everything_finds(void **state) {
    const uint64_t seed = 20260202;
    struct random random;
    random_init_seeded(&random, seed);
    for (int round = 0; round < 1000; round++) {
        struct funnel_event events[10] = {0};
        struct funnel_rules rules = {.steps_count = 4, .window_ms = 1 + (int64_t)random_below(&random, 20)};
        int64_t at_ms = 0;
        for (int i = 0; i < 4; i++) {
            rules.steps[i] = (int)random_below(&random, 3);
            rules.step_window_ms[i] = 1 + (int64_t)random_below(&random, 9);
        }
        for (int i = 0; i < 10; i++) {
            at_ms += (int64_t)random_below(&random, 4);
            events[i] = (struct funnel_event){at_ms, (int)random_below(&random, 3), 0};
        }
        int found = depth(&rules, events, 10), expected = naive(&rules, events, 10, 0, NULL, 0);
        if (found != expected)
            fail_msg("seed %llu round %d: %d, not %d", (unsigned long long)seed, round, found, expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_with_gaps_and_a_window_that_includes_its_bound),
        cmocka_unit_test(what_happens_at_the_same_moment_is_not_in_order),
        cmocka_unit_test(strict_ends_where_something_else_lies_between),
        cmocka_unit_test(who_never_enters_is_counted_apart),
        cmocka_unit_test(the_shares_of_five_screens_multiply),
        cmocka_unit_test(each_step_may_have_a_window_of_its_own),
        cmocka_unit_test(a_later_try_that_gets_further_counts),
        cmocka_unit_test(every_exit_has_its_kind),
        cmocka_unit_test(an_open_funnel_lets_people_in_anywhere),
        cmocka_unit_test(every_attempt_counts_when_attempts_are_asked_for),
        cmocka_unit_test(the_pass_finds_what_trying_everything_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
