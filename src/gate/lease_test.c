#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "gate/lease.h"

#define START_S INT64_C(1770000000)
#define NAMES   400

static struct holder named(uint64_t number) {
    char name[24];
    snprintf(name, sizeof name, "R-%d", (int)number);
    return holder_of(HOLDER_RESIDENT, name);
}

// The naive model: a table by name.
struct model {
    bool inside[NAMES];
    enum lease_state state[NAMES];
    int64_t until_s[NAMES];
};

static void check(const struct leases *leases, const struct model *model, int64_t now_s) {
    size_t counts[2] = {0, 0};
    for (int i = 0; i < NAMES; i++) {
        struct holder holder = named((uint64_t)i);
        struct lease lease;
        assert_int_equal(leases_find(leases, &holder, &lease), model->inside[i]);
        if (!model->inside[i])
            continue;
        assert_int_equal(lease.state, model->state[i]);
        assert_int_equal(lease.left_s, model->until_s[i] - now_s);
        counts[lease.state]++;
    }
    assert_int_equal(leases_count_in(leases, LEASE_INSIDE), counts[LEASE_INSIDE]);
    assert_int_equal(leases_count_in(leases, LEASE_AT_PROVIDER), counts[LEASE_AT_PROVIDER]);
}

static void step(struct leases *leases, struct model *model, struct random *random, int64_t now_s) {
    uint64_t number = random_below(random, NAMES);
    struct holder holder = named(number);
    struct error err = {0};
    enum lease_state state = random_below(random, 2) == 0 ? LEASE_INSIDE : LEASE_AT_PROVIDER;
    switch (random_below(random, 4)) {
    case 0:
        assert_int_equal(leases_give_back(leases, &holder), model->inside[number]);
        model->inside[number] = false;
        return;
    case 1:
        assert_int_equal(leases_renew(leases, now_s, &holder, state), model->inside[number]);
        break;
    default:
        state = LEASE_INSIDE;
        assert_true(leases_enter(leases, now_s, &holder, 0, &err));
        model->inside[number] = true;
    }
    model->state[number] = state;
    model->until_s[number] = now_s + (state == LEASE_INSIDE ? LEASE_INSIDE_S : LEASE_AT_PROVIDER_S);
}

static void lapse(struct leases *leases, struct model *model, int64_t now_s) {
    struct holder lapsed[7]; // small, so that it fills up
    for (size_t length = 7; length == 7;)
        length = leases_lapse(leases, now_s, lapsed, 7);
    for (int i = 0; i < NAMES; i++)
        model->inside[i] = model->inside[i] && model->until_s[i] > now_s;
}

static void leases_agree_with_a_table_of_names(void **state) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
        static struct model model;
        struct random random;
        CLEANUP(leases_cleanup) struct leases *leases = leases_new(NAMES);
        int64_t now_s = START_S;
        model = (struct model){.inside = {false}};
        random_init_seeded(&random, seed);
        for (int i = 0; i < 3000; i++) {
            now_s += (int64_t)random_below(&random, 30);
            step(leases, &model, &random, now_s);
            lapse(leases, &model, now_s);
            if (i % 20 == 0)
                check(leases, &model, now_s);
        }
    }
}

static void many_leases_are_found_again(void **state) {
    CLEANUP(leases_cleanup) struct leases *leases = leases_new(100000);
    struct error err = {0};
    for (uint64_t i = 0; i < 50000; i++) {
        struct holder holder = named(i);
        assert_true(leases_enter(leases, START_S, &holder, 0, &err));
        assert_true(leases_enter(leases, START_S, &holder, 0, &err)); // twice is once
    }
    assert_int_equal(leases_count(leases), 50000);
    for (uint64_t i = 0; i < 50000; i += 2) {
        struct holder holder = named(i);
        assert_true(leases_give_back(leases, &holder));
        assert_false(leases_give_back(leases, &holder));
    }
    for (uint64_t i = 0; i < 50000; i++) {
        struct holder holder = named(i);
        struct lease lease;
        assert_int_equal(leases_find(leases, &holder, &lease), i % 2 == 1);
    }
}

static void the_house_has_a_limit_and_a_place_given_back_is_free_at_once(void **state) {
    CLEANUP(leases_cleanup) struct leases *leases = leases_new(2);
    struct holder first = named(1), second = named(2), third = named(3);
    struct error err = {0};
    assert_true(leases_enter(leases, START_S, &first, 0, &err));
    assert_true(leases_enter(leases, START_S, &second, 0, &err));
    assert_false(leases_enter(leases, START_S, &third, 0, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    assert_true(leases_enter(leases, START_S, &first, 0, &err)); // who is inside is never refused
    assert_true(leases_give_back(leases, &second));
    assert_true(leases_enter(leases, START_S, &third, 0, &err));
}

static void a_clock_that_steps_throws_nobody_out(void **state) {
    CLEANUP(leases_cleanup) struct leases *leases = leases_new(10);
    struct holder holder = named(1), lapsed[2];
    struct error err = {0};
    assert_true(leases_enter(leases, START_S, &holder, 0, &err));
    assert_int_equal(leases_lapse(leases, START_S + 3 * 3600, lapsed, 2), 0);
    assert_int_equal(leases_lapse(leases, START_S - 3600, lapsed, 2), 0);
    int64_t now_s = START_S - 3600;
    int seconds = 0;
    while (leases_lapse(leases, ++now_s, lapsed, 2) == 0)
        seconds++;
    assert_in_range(seconds, LEASE_INSIDE_S - LEASE_STEP_S_MAX - 2, LEASE_INSIDE_S);
    assert_true(holder_equal(&lapsed[0], &holder));
}

static void the_age_counts_from_the_turn(void **state) {
    CLEANUP(leases_cleanup) struct leases *leases = leases_new(10);
    struct holder holder = named(1);
    struct lease lease;
    struct error err = {0};
    assert_true(leases_enter(leases, START_S, &holder, 12, &err));
    assert_true(leases_renew(leases, START_S + 50, &holder, LEASE_AT_PROVIDER));
    assert_true(leases_find(leases, &holder, &lease));
    assert_int_equal(lease.age_s, 62);
    assert_int_equal(lease.left_s, LEASE_AT_PROVIDER_S);
}

static void a_restart_keeps_every_lease_and_its_order(void **state) {
    CLEANUP(leases_cleanup) struct leases *before = leases_new(1000);
    struct error err = {0};
    for (uint64_t i = 0; i < 100; i++) {
        struct holder holder = named(i);
        assert_true(leases_enter(before, START_S + (int64_t)i, &holder, 0, &err));
        if (i % 3 == 0)
            assert_true(leases_renew(before, START_S + (int64_t)i, &holder, LEASE_AT_PROVIDER));
    }
    struct lease stored[100];
    leases_list(before, stored);
    for (int i = 0; i < 50; i++) { // any order
        struct lease lease = stored[i];
        stored[i] = stored[99 - i];
        stored[99 - i] = lease;
    }
    CLEANUP(leases_cleanup) struct leases *after = leases_new(1000);
    assert_true(leases_restore(after, START_S + 5000, stored, 100, &err));
    assert_int_equal(leases_count(after), 100);
    for (int64_t second = 0; second < 3700; second++) {
        struct holder lapsed_before[4], lapsed_after[4];
        size_t length = leases_lapse(before, START_S + 99 + second, lapsed_before, 4);
        assert_int_equal(leases_lapse(after, START_S + 5000 + second, lapsed_after, 4), length);
        for (size_t i = 0; i < length; i++)
            assert_true(holder_equal(&lapsed_before[i], &lapsed_after[i]));
    }
    assert_int_equal(leases_count(after), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leases_agree_with_a_table_of_names),
        cmocka_unit_test(many_leases_are_found_again),
        cmocka_unit_test(the_house_has_a_limit_and_a_place_given_back_is_free_at_once),
        cmocka_unit_test(a_clock_that_steps_throws_nobody_out),
        cmocka_unit_test(the_age_counts_from_the_turn),
        cmocka_unit_test(a_restart_keeps_every_lease_and_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
