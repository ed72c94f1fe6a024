#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "gate/reach.h"

#define SECONDS 3600

// People who are admitted at a pace, of whom a share comes after a gamma-distributed time.
struct crowd {
    struct random random;
    uint32_t arrivals[SECONDS + REACH_AGES_S][REACH_BINS];
    int64_t still_to_come; // by the people's own knowledge
};

static void admit(struct crowd *crowd, int now_s, int people, double share, double mean_s) {
    for (int i = 0; i < people; i++) {
        int64_t age_s = (int64_t)random_gamma(&crowd->random, mean_s, mean_s / 3);
        if (random_unit(&crowd->random) >= share || age_s >= REACH_AGES_S - 1)
            continue;
        crowd->arrivals[now_s + 1 + age_s][reach_bin(age_s)]++;
        crowd->still_to_come++;
    }
}

static void second(struct crowd *crowd, struct reach *reach, int now_s, int people, double share,
                   double mean_s) {
    for (int bin = 0; bin < REACH_BINS; bin++)
        crowd->still_to_come -= crowd->arrivals[now_s][bin];
    reach_tick(reach, (uint64_t)people, crowd->arrivals[now_s]);
    admit(crowd, now_s, people, share, mean_s);
}

static void assert_near(double value, double expected, double tolerance) {
    if (value < expected - tolerance || value > expected + tolerance)
        fail_msg("%f is not within %f of %f", value, tolerance, expected);
}

static void share_journey_and_people_on_their_way_are_learnt(void **state) {
    static struct crowd crowd;
    static struct reach reach;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        memset(&crowd, 0, sizeof crowd);
        random_init_seeded(&crowd.random, seed);
        reach_init(&reach, &(struct reach_options){.share = 1, .journey_s = 40});
        for (int now_s = 0; now_s < 1200; now_s++)
            second(&crowd, &reach, now_s, 60, 0.7, 90);
        assert_near(reach.share, 0.7, 0.02);
        assert_near(reach.journey_s, 90, 3);
        assert_near(reach.on_the_way, (double)crowd.still_to_come, 0.05 * (double)crowd.still_to_come);
    }
}

static void who_left_silently_is_not_waited_for(void **state) {
    static struct crowd crowd;
    static struct reach reach;
    memset(&crowd, 0, sizeof crowd);
    random_init_seeded(&crowd.random, 4);
    reach_init(&reach, &(struct reach_options){.share = 0.8, .journey_s = 80});
    for (int now_s = 0; now_s < 1500; now_s++)
        second(&crowd, &reach, now_s, now_s < 900 ? 50 : 0, 0.5, 80);
    // Ten minutes after the last admission everybody has come or gone: 22,500 left without a word.
    assert_near(reach.on_the_way, 0, 30);
}

static void a_change_of_habits_is_learnt(void **state) {
    static struct crowd crowd;
    static struct reach reach;
    memset(&crowd, 0, sizeof crowd);
    random_init_seeded(&crowd.random, 5);
    reach_init(&reach, &(struct reach_options){.share = 0.8, .journey_s = 60});
    for (int now_s = 0; now_s < SECONDS; now_s++)
        second(&crowd, &reach, now_s, 40, now_s < 1200 ? 0.8 : 0.4, now_s < 1200 ? 60 : 120);
    assert_near(reach.share, 0.4, 0.04);
    assert_near(reach.journey_s, 120, 8);
}

static void before_anybody_was_seen_the_assumption_holds(void **state) {
    static struct reach reach;
    static const uint32_t nobody[REACH_BINS];
    reach_init(&reach, &(struct reach_options){.share = 0.8, .journey_s = 60});
    for (int now_s = 0; now_s < 20; now_s++)
        reach_tick(&reach, 10, nobody);
    assert_near(reach.share, 0.8, 0.001);
    assert_near(reach.on_the_way, 0.8 * 200, 1);
    assert_near(reach.journey_s, 60, REACH_BIN_S);
}

static void ages_beyond_the_table_count_as_oldest(void **state) {
    assert_int_equal(reach_bin(-5), 0);
    assert_int_equal(reach_bin(0), 0);
    assert_int_equal(reach_bin(REACH_BIN_S), 1);
    assert_int_equal(reach_bin(REACH_AGES_S - 1), REACH_BINS - 1);
    assert_int_equal(reach_bin(INT64_MAX), REACH_BINS - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(share_journey_and_people_on_their_way_are_learnt),
        cmocka_unit_test(who_left_silently_is_not_waited_for),
        cmocka_unit_test(a_change_of_habits_is_learnt),
        cmocka_unit_test(before_anybody_was_seen_the_assumption_holds),
        cmocka_unit_test(ages_beyond_the_table_count_as_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
