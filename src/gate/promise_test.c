#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "gate/promise.h"

static void before_anything_is_known_the_guess_is_ahead_over_pace(void **state) {
    static struct promise promise;
    promise_init(&promise);
    struct promise_wait wait = promise_wait(&promise, 1200, 2);
    assert_in_range(wait.p50_s, 600, 601);
    assert_in_range(wait.p90_s, 840, 841);
    wait = promise_wait(&promise, 0, 2);
    assert_int_equal(wait.p90_s, 0);
    wait = promise_wait(&promise, 5, 0);
    assert_int_equal(wait.p50_s, PROMISE_S_MAX);
}

// A gate whose real pace wanders around, and is on average slower than it believes.
static void run(struct promise *promise, struct random *random, double slower, int seconds) {
    double joined = 2000, passed = 0, drift = 0;
    promise_init(promise);
    for (int second = 0; second < seconds; second++) {
        drift += -0.01 * drift + 0.05 * random_normal(random);
        double pace = 10 * slower * exp(drift);
        joined += fmax(0, 2000 + passed - joined) / 100 + 4 * random_unit(random);
        passed = fmin(joined, passed + pace);
        promise_tick(promise, (uint64_t)joined, (uint64_t)passed, 10);
    }
}

static void promises_come_to_hold_about_as_often_as_they_say(void **state) {
    for (uint64_t seed = 1; seed <= 4; seed++) {
        static struct promise promise;
        struct random random;
        random_init_seeded(&random, seed);
        run(&promise, &random, seed % 2 == 0 ? 0.6 : 1.3, 200000);
        uint64_t promised = 0, held_p50 = 0, held_p90 = 0;
        for (int span = 0; span < PROMISE_SPANS; span++) {
            promised += promise.records[span].promised;
            held_p50 += promise.records[span].held_p50;
            held_p90 += promise.records[span].held_p90;
        }
        print_message("seed %d: %d promises, P50 held %.1f %%, P90 held %.1f %%\n", (int)seed, (int)promised,
                      100.0 * (double)held_p50 / (double)promised,
                      100.0 * (double)held_p90 / (double)promised);
        assert_true(promised > 10000);
        assert_true(fabs((double)held_p50 / (double)promised - 0.5) < 0.07);
        assert_true(fabs((double)held_p90 / (double)promised - 0.9) < 0.03);
    }
}

// Twenty a minute by order: each guess is off by the same few seconds, and P50 leans until half of them hold.
static void a_steady_small_error_is_leaned_away(void **state) {
    static struct promise promise;
    const double third = 1 / 3.0;
    uint64_t joined = 0, passed = 0;
    promise_init(&promise);
    for (int second = 0; second < 40000; second++) {
        joined += second % 3 == 0 || joined < passed + 300;
        passed += second % 3 == 2;
        promise_tick(&promise, joined, passed, third);
    }
    const struct promise_record *record = &promise.records[1];
    assert_true(record->promised > 3000);
    assert_in_range(100 * record->held_p50 / record->promised, 45, 56);
    assert_true(fabs(promise.learnt[1].lean) <= 0.03);
}

static void a_promise_that_is_overdue_teaches_before_its_turn_comes(void **state) {
    static struct promise promise;
    uint64_t joined = 3000, passed = 0;
    promise_init(&promise);
    for (int second = 0; second < 300; second++) {
        joined += 2;
        promise_tick(&promise, joined, passed += 10, 10);
    }
    double before = promise.learnt[0].ninetieth;
    for (int second = 0; second < 240; second++)
        promise_tick(&promise, joined, passed += second % 20 == 0, 10);
    assert_true(promise.length > 0);
    assert_true(promise.kept[promise.first].second < 300); // whose turn has not come
    assert_true(promise.learnt[0].ninetieth > before);
}

// What was wrong at an opening is right within minutes: the line moves three times as fast as the gate
// believes.
static void a_wrong_pace_is_made_up_for_within_a_short_wait(void **state) {
    static struct promise promise;
    uint64_t joined = 0, passed = 0;
    promise_init(&promise);
    for (int second = 0; second < 300; second++) {
        joined += 20;
        passed += 15;
        promise_tick(&promise, joined, passed, 5);
    }
    struct promise_wait wait = promise_wait(&promise, 1500, 5);
    assert_in_range(wait.p50_s, 95, 110);
    assert_in_range(wait.p90_s, wait.p50_s, 160);
    // Paused, and then as before: nothing was learnt from standing still.
    for (int second = 0; second < 600; second++)
        promise_tick(&promise, joined, passed, 0);
    assert_int_equal(promise_wait(&promise, 1500, 0).p50_s, PROMISE_S_MAX);
    wait = promise_wait(&promise, 1500, 5);
    assert_in_range(wait.p50_s, 95, 110);
}

static void what_was_learnt_before_a_restart_is_believed_first(void **state) {
    static struct promise promise;
    const struct promise_learnt learnt[PROMISE_SPANS] = {{0.5, 0.02}, {0.5, 0.02}, {0.5, 0.02}};
    promise_init(&promise);
    promise_recall(&promise, learnt);
    struct promise_wait wait = promise_wait(&promise, 1000, 10);
    assert_int_equal(wait.p50_s, 102);
    assert_in_range(wait.p90_s, 168, 169);
}

static void a_gate_that_stands_still_fills_the_memory_and_no_more(void **state) {
    static struct promise promise;
    promise_init(&promise);
    for (int second = 0; second < 100000; second++)
        promise_tick(&promise, 1000, 0, 1);
    assert_int_equal(promise.length, PROMISE_KEPT_MAX);
    promise_tick(&promise, 1000, 1000, 1);
    assert_int_equal(promise.length, 0);
    struct promise_wait wait = promise_wait(&promise, 1000, 1);
    assert_true(wait.p90_s >= wait.p50_s && wait.p90_s <= PROMISE_S_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_anything_is_known_the_guess_is_ahead_over_pace),
        cmocka_unit_test(promises_come_to_hold_about_as_often_as_they_say),
        cmocka_unit_test(a_steady_small_error_is_leaned_away),
        cmocka_unit_test(a_promise_that_is_overdue_teaches_before_its_turn_comes),
        cmocka_unit_test(a_wrong_pace_is_made_up_for_within_a_short_wait),
        cmocka_unit_test(what_was_learnt_before_a_restart_is_believed_first),
        cmocka_unit_test(a_gate_that_stands_still_fills_the_memory_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
