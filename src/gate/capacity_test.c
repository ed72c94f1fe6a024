#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "gate/capacity.h"

static void assert_between(double value, double low, double high) {
    if (value < low || value > high)
        fail_msg("%f is not in [%f, %f]", value, low, high);
}

// Completions of a second at this rate, independent of each other.
static uint64_t completions(struct random *random, double per_s) {
    uint64_t count = 0;
    for (double at_s = random_exponential(random, 1 / per_s); at_s < 1; count++)
        at_s += random_exponential(random, 1 / per_s);
    return count;
}

static void a_busy_stages_completions_are_its_capacity(void **state) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct random random;
        struct capacity capacity;
        random_init_seeded(&random, seed);
        capacity_init(&capacity, 10);
        for (int second = 0; second < 300; second++)
            capacity_tick(&capacity, completions(&random, 50), 1000, true, 80);
        assert_true(capacity.busy);
        assert_between(capacity.per_s, 44, 56);
    }
}

static void a_drop_is_noticed_within_five_seconds_and_noise_is_not_taken_for_one(void **state) {
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct random random;
        struct capacity capacity;
        random_init_seeded(&random, seed);
        capacity_init(&capacity, 50);
        double error = 0;
        for (int second = 0; second < 1000; second++) {
            capacity_tick(&capacity, completions(&random, 50), 1000, true, 80);
            assert_between(capacity.per_s, 35, 70);
            error += fabs(capacity.per_s - 50) / 1000;
        }
        assert_between(error, 0, 2); // 4 %; the noise of one second is 14 %
        for (int second = 0; second < 5; second++)
            capacity_tick(&capacity, completions(&random, 20), 1000, true, 80);
        assert_between(capacity.per_s, 8, 32);
    }
}

static void an_idle_stage_grows_only_on_demand_and_not_past_half_as_much_again(void **state) {
    struct capacity capacity;
    capacity_init(&capacity, 40);
    for (int second = 0; second < 60; second++)
        capacity_tick(&capacity, 40, 500, true, 80); // measured
    for (int second = 0; second < 600; second++)
        capacity_tick(&capacity, 5, 0, false, 80); // a quiet night
    assert_between(capacity.per_s, 39, 41);
    for (int second = 0; second < 600; second++)
        capacity_tick(&capacity, 5, 0, true, 80); // wanted, and yet untried: something else is narrower
    assert_between(capacity.per_s, 39, 41);
    for (int second = 0; second < 600; second++)
        capacity_tick(&capacity, 40, 0, true, 80);
    assert_between(capacity.per_s, 45, 60.1);
}

static void what_is_kept_up_without_a_backlog_is_believed(void **state) {
    struct capacity capacity;
    capacity_init(&capacity, 10);
    for (int second = 0; second < 60; second++)
        capacity_tick(&capacity, 30, 0, false, 80);
    assert_between(capacity.per_s, 29, 31);
}

static void silence_halves_every_ten_seconds_and_one_answer_ends_it(void **state) {
    struct capacity capacity;
    capacity_init(&capacity, 40);
    for (int second = 0; second < 9; second++)
        capacity_tick(&capacity, 0, 10, false, 80);
    assert_false(capacity.silent);
    capacity_tick(&capacity, 0, 10, false, 80);
    assert_true(capacity.silent);
    assert_between(capacity.per_s, 19.9, 20.1);
    for (int second = 0; second < 10; second++)
        capacity_tick(&capacity, 0, 10, false, 80);
    assert_between(capacity.per_s, 9.9, 10.1);
    capacity_tick(&capacity, 1, 10, false, 80);
    assert_false(capacity.silent);
}

static void a_stage_of_two_a_minute_is_not_silent_after_ten_seconds(void **state) {
    struct capacity capacity;
    capacity_init(&capacity, 1 / 30.0);
    for (int second = 0; second < 100; second++)
        capacity_tick(&capacity, 0, 1, false, 80);
    assert_false(capacity.silent);
    capacity_init(&capacity, 1 / 30.0);
    for (int second = 0; second < 100; second++)
        capacity_tick(&capacity, 0, 0, false, 80); // nobody is there
    assert_false(capacity.silent);
}

static void after_an_outage_the_estimate_comes_back(void **state) {
    struct capacity capacity;
    capacity_init(&capacity, 50);
    for (int second = 0; second < 60; second++)
        capacity_tick(&capacity, 50, 500, true, 80);
    for (int second = 0; second < 600; second++)
        capacity_tick(&capacity, 0, 500, true, 80);
    assert_between(capacity.per_s, 0.01, 3);
    for (int second = 0; second < 20; second++)
        capacity_tick(&capacity, 50, 500, true, 80);
    assert_between(capacity.per_s, 45, 55);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_busy_stages_completions_are_its_capacity),
        cmocka_unit_test(a_drop_is_noticed_within_five_seconds_and_noise_is_not_taken_for_one),
        cmocka_unit_test(an_idle_stage_grows_only_on_demand_and_not_past_half_as_much_again),
        cmocka_unit_test(what_is_kept_up_without_a_backlog_is_believed),
        cmocka_unit_test(silence_halves_every_ten_seconds_and_one_answer_ends_it),
        cmocka_unit_test(a_stage_of_two_a_minute_is_not_silent_after_ten_seconds),
        cmocka_unit_test(after_an_outage_the_estimate_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
