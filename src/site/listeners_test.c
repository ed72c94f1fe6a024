#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "site/listeners.h"

#define HOLD_US  INT64_C(25000000)
#define MANY     400
#define HERE     "192.0.2.1"
#define SEED     UINT64_C(20261125)
#define STEPS    20000
#define HELD_MAX 40
#define SHARE    12

// Each listener counts how often it was resumed in its request.
static void resume(struct listener *listener) {
    *(int *)listener->request += 1;
}

static struct listeners *with(size_t held_max, size_t per_address_max) {
    struct listeners *listeners = listeners_new(&(struct listeners_options){
        .held_max = held_max, .held_per_address_max = per_address_max, .hold_us = HOLD_US, .resume = resume});
    assert_non_null(listeners);
    return listeners;
}

static enum listeners_answer hold(struct listeners *listeners, struct listener *listener, int *resumed,
                                  int64_t now_us) {
    *listener = (struct listener){.request = resumed};
    return listeners_hold(listeners, listener, listeners_moment(listeners), HERE, now_us);
}

static void a_listener_is_held_until_something_is_said(void **state) {
    struct listeners *listeners = with(10, 10);
    struct listener first, second;
    int resumed[2] = {0};
    assert_int_equal(hold(listeners, &first, &resumed[0], 0), LISTENERS_HELD);
    assert_int_equal(listeners_let_go(listeners, 1, 10), 0);
    listeners_tell(listeners);
    assert_int_equal(hold(listeners, &second, &resumed[1], 1), LISTENERS_HELD); // knows of it already
    assert_int_equal(listeners_let_go(listeners, 1, 10), 1);
    assert_int_equal(resumed[0], 1);
    assert_int_equal(resumed[1], 0);
    listeners_close(listeners);
    assert_int_equal(resumed[1], 1);
    listeners_free(listeners);
}

static void what_was_said_before_one_was_held_is_not_missed(void **state) {
    struct listeners *listeners = with(10, 10);
    int resumed = 0;
    struct listener listener = {.request = &resumed};
    uint64_t moment = listeners_moment(listeners);
    listeners_tell(listeners);
    assert_int_equal(listeners_hold(listeners, &listener, moment, HERE, 0), LISTENERS_LATE);
    listeners_close(listeners);
    assert_int_equal(resumed, 0);
    listeners_free(listeners);
}

static void who_came_together_goes_apart_and_nobody_too_late(void **state) {
    struct listeners *listeners = with(MANY, MANY);
    struct listener held[MANY];
    int resumed = 0;
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(hold(listeners, &held[i], &resumed, 0), LISTENERS_HELD);
    assert_int_equal(listeners_let_go(listeners, HOLD_US * 4 / 5 - 1, MANY), 0);
    // In each tenth of the last fifth about a tenth of them.
    for (int64_t part = 1; part <= 10; part++) {
        size_t gone = listeners_let_go(listeners, HOLD_US * 4 / 5 + HOLD_US / 50 * part, MANY);
        assert_in_range(gone, MANY / 10 - 3, MANY / 10 + 3);
    }
    struct listeners_figures figures;
    listeners_figures(listeners, &figures);
    assert_int_equal(figures.held, 0);
    assert_int_equal(figures.expired, MANY);
    assert_int_equal(resumed, MANY);
    listeners_free(listeners);
}

static void nobody_is_held_beyond_the_bounds_nor_after_the_end(void **state) {
    struct listeners *listeners = with(3, 2);
    struct listener held[4] = {0};
    int resumed = 0;
    assert_int_equal(hold(listeners, &held[0], &resumed, 0), LISTENERS_HELD);
    assert_int_equal(hold(listeners, &held[1], &resumed, 0), LISTENERS_HELD);
    assert_int_equal(hold(listeners, &held[2], &resumed, 0), LISTENERS_FULL); // of this address
    held[2].request = held[3].request = &resumed;
    assert_int_equal(listeners_hold(listeners, &held[2], 0, "2001:db8::1", 0), LISTENERS_HELD);
    assert_int_equal(listeners_hold(listeners, &held[3], 0, "2001:db8:1::1", 0), LISTENERS_FULL); // of all
    listeners_close(listeners);
    assert_int_equal(resumed, 3);
    assert_int_equal(hold(listeners, &held[0], &resumed, 0), LISTENERS_FULL);
    struct listeners_figures figures;
    listeners_figures(listeners, &figures);
    assert_int_equal(figures.refused, 3);
    listeners_free(listeners);
}

static void they_go_in_portions_in_the_order_of_coming(void **state) {
    struct listeners *listeners = with(10, 10);
    struct listener held[5];
    int resumed[5] = {0};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(hold(listeners, &held[i], &resumed[i], 0), LISTENERS_HELD);
    listeners_tell(listeners);
    assert_int_equal(listeners_let_go(listeners, 1, 2), 2);
    assert_int_equal(resumed[0] + resumed[1], 2);
    assert_int_equal(listeners_let_go(listeners, 1, 2), 2);
    assert_int_equal(listeners_let_go(listeners, 1, 2), 1);
    assert_int_equal(resumed[4], 1);
    listeners_free(listeners);
}

// --- A model --------------------------------------------------------------------------------------------

struct model {
    bool held, told;
    size_t peer;
    int resumed;
    struct listener listener;
};

static const char *const peers[] = {HERE, "192.0.2.2", "2001:db8::7", "2001:db8:0:1::7", "192.0.2.3"};
#define PEERS (sizeof peers / sizeof *peers)

static size_t held_in(const struct model *model, size_t peer) {
    size_t count = 0;
    for (size_t i = 0; i < MANY; i++)
        count += model[i].held && (peer == PEERS || model[i].peer == peer);
    return count;
}

static void model_hold(struct listeners *listeners, struct model *model, struct random *random,
                       int64_t now_us) {
    struct model *one = &model[random_below(random, MANY)];
    size_t peer = random_below(random, PEERS);
    if (one->held)
        return;
    bool room = held_in(model, PEERS) < HELD_MAX && held_in(model, peer) < SHARE;
    *one = (struct model){.peer = peer, .held = room, .listener = {.request = &one->resumed}};
    assert_int_equal(
        listeners_hold(listeners, &one->listener, listeners_moment(listeners), peers[peer], now_us),
        room ? LISTENERS_HELD : LISTENERS_FULL);
}

static void model_let_go(struct listeners *listeners, struct model *model, size_t most, int64_t now_us) {
    size_t may = 0, gone = 0;
    for (size_t i = 0; i < MANY; i++)
        may += model[i].held && (model[i].told || model[i].listener.until_us <= now_us);
    assert_int_equal(listeners_let_go(listeners, now_us, most), may < most ? may : most);
    for (size_t i = 0; i < MANY; i++) {
        if (!model[i].held || model[i].resumed == 0)
            continue;
        assert_int_equal(model[i].resumed, 1);
        assert_true(model[i].told || model[i].listener.until_us <= now_us);
        model[i].held = false;
        gone++;
    }
    assert_int_equal(gone, may < most ? may : most);
}

static void a_long_random_run_agrees_with_a_plain_list(void **state) {
    struct listeners *listeners = with(HELD_MAX, SHARE);
    static struct model model[MANY];
    struct random random;
    struct listeners_figures figures;
    int64_t now_us = 0;
    random_init_seeded(&random, SEED);
    for (int step = 0; step < STEPS; step++) {
        uint64_t what = random_below(&random, 20);
        now_us += (int64_t)random_below(&random, 1000000);
        if (what == 0) {
            listeners_tell(listeners);
            for (size_t i = 0; i < MANY; i++)
                model[i].told |= model[i].held;
        } else if (what < 5) {
            model_let_go(listeners, model, random_below(&random, 30), now_us);
        } else {
            model_hold(listeners, model, &random, now_us);
        }
        listeners_figures(listeners, &figures);
        assert_int_equal(figures.held, held_in(model, PEERS));
    }
    assert_true(figures.told > 100 && figures.expired > 100 && figures.refused > 100);
    listeners_close(listeners);
    listeners_free(listeners);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_is_held_until_something_is_said),
        cmocka_unit_test(what_was_said_before_one_was_held_is_not_missed),
        cmocka_unit_test(who_came_together_goes_apart_and_nobody_too_late),
        cmocka_unit_test(nobody_is_held_beyond_the_bounds_nor_after_the_end),
        cmocka_unit_test(they_go_in_portions_in_the_order_of_coming),
        cmocka_unit_test(a_long_random_run_agrees_with_a_plain_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
