#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/random.h"
#include "forecast/hindsight.h"

#define SLOTS 168
#define COUNT (HINDSIGHT_WEEKS_MAX * SLOTS)

// Weeks whose counts miss a median of 1000 by a normal spread of `spread`, moved by `moved`, on the
// logarithm. The model's own interval is that of a spread of 0.2.
static void make(struct hindsight_slot slots[COUNT], uint64_t seed, double spread, double moved) {
    struct random random;
    random_init_seeded(&random, seed);
    for (size_t i = 0; i < COUNT; i++) {
        double error = moved + spread * random_normal(&random);
        slots[i] = (struct hindsight_slot){.week = i / SLOTS,
                                           .seen = 1000 * exp(error),
                                           .p10 = 1000 * exp(-0.2 * 1.2816),
                                           .p50 = 1000,
                                           .p90 = 1000 * exp(0.2 * 1.2816),
                                           .recent = NAN};
    }
}

static struct hindsight learn(const struct hindsight_slot slots[COUNT], size_t count) {
    struct hindsight hindsight;
    assert_true(hindsight_learn(slots, count, &hindsight));
    return hindsight;
}

static void intervals_are_widened_and_narrowed_to_what_was_seen(void **state) {
    struct hindsight_slot slots[COUNT];
    static const double spreads[] = {0.12, 0.2, 0.28};
    for (size_t i = 0; i < 3; i++) {
        make(slots, 21 + i, spreads[i], 0);
        struct hindsight hindsight = learn(slots, COUNT);
        double expected = pow(spreads[i] / 0.2, 6.0 / 7);
        assert_true(fabs(hindsight.usual.below - expected) < 0.15);
        assert_true(fabs(hindsight.usual.above - expected) < 0.15);
        assert_true(hindsight.share == 0);
    }
}

static void weeks_that_miss_to_one_side_move_one_end_only(void **state) {
    struct hindsight_slot slots[COUNT];
    make(slots, 31, 0.1, 0.2);
    struct hindsight hindsight = learn(slots, COUNT);
    assert_true(hindsight.usual.above > 1.1);
    assert_true(hindsight.usual.below < 0.6);
}

static void one_week_is_trusted_less_than_six(void **state) {
    struct hindsight_slot slots[COUNT];
    make(slots, 41, 0.3, 0);
    double one = learn(slots, SLOTS).usual.above, six = learn(slots, COUNT).usual.above;
    assert_true(one > 1 && one < six);
    struct hindsight none = learn(slots, HINDSIGHT_COUNTS_MIN - 1);
    assert_true(none.usual.above == 1 && none.usual.below == 1 && none.share == 0);
}

static void a_week_with_a_first_widens_only_what_comes_after_a_first(void **state) {
    struct hindsight_slot slots[COUNT], wild[COUNT];
    make(slots, 51, 0.15, 0);
    make(wild, 52, 0.3, 0.1);
    for (size_t i = SLOTS; i < 2 * SLOTS; i++) {
        slots[i].seen = wild[i].seen;
        slots[i].first = true;
    }
    struct hindsight hindsight = learn(slots, COUNT);
    assert_true(hindsight.usual.above < 1 && hindsight.usual.below < 1);
    assert_true(hindsight.firsts.above > 1.1);
    assert_true(hindsight.firsts.below >= 1); // never narrower
}

static void recent_weeks_are_mixed_in_as_far_as_they_would_have_helped(void **state) {
    struct hindsight_slot slots[COUNT];
    make(slots, 61, 0.05, 0.4);
    for (size_t i = 0; i < COUNT; i++)
        slots[i].recent = 1000 * exp(0.8);
    double half = learn(slots, COUNT).share;
    assert_true(half >= 0.4 && half <= 0.6);
    for (size_t i = 0; i < COUNT; i++)
        slots[i].recent = 300;
    assert_true(learn(slots, COUNT).share == 0);
    assert_true(fabs(hindsight_mix(99, 9999, 0.5) - 999) < 1e-9);
    assert_true(hindsight_mix(99, NAN, 0.5) == 99);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_widened_and_narrowed_to_what_was_seen),
        cmocka_unit_test(weeks_that_miss_to_one_side_move_one_end_only),
        cmocka_unit_test(one_week_is_trusted_less_than_six),
        cmocka_unit_test(a_week_with_a_first_widens_only_what_comes_after_a_first),
        cmocka_unit_test(recent_weeks_are_mixed_in_as_far_as_they_would_have_helped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
