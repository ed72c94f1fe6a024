// replay_test.c - once and not twice, and not for ever.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>

#include "identity/replay.h"

static void what_was_taken_is_not_taken_again_before_it_expires(void **state) {
    (void)state;
    struct replay *replay = replay_new();
    assert_int_equal(replay_take(replay, 'c', "one", 2000, 1000), REPLAY_FRESH);
    assert_int_equal(replay_take(replay, 'c', "one", 2000, 1999), REPLAY_USED);
    assert_int_equal(replay_take(replay, 'j', "one", 2000, 1999), REPLAY_FRESH);
    assert_int_equal(replay_take(replay, 'c', "two", 2000, 1999), REPLAY_FRESH);
    assert_int_equal(replay_take(replay, 'c', "one", 3000, 2000), REPLAY_FRESH);
    replay_free(replay);
}

static void a_hundred_thousand_are_kept_apart_and_forgotten_when_their_time_has_come(void **state) {
    (void)state;
    struct replay *replay = replay_new();
    char text[32];
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 100000; i++) {
            (void)snprintf(text, sizeof text, "jti-%d-%d", round, i);
            int64_t now_ms = round * 60000;
            assert_int_equal(replay_take(replay, 'j', text, now_ms + 60000, now_ms), REPLAY_FRESH);
            assert_int_equal(replay_take(replay, 'j', text, now_ms + 60000, now_ms), REPLAY_USED);
        }
    assert_true(replay_count(replay) < 300000);
    replay_free(replay);
}

struct racer {
    struct replay *replay;
    int fresh;
};

static void *race(void *context) {
    struct racer *racer = context;
    char text[32];
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(text, sizeof text, "code-%d", i);
        racer->fresh += replay_take(racer->replay, 'c', text, 1000, 0) == REPLAY_FRESH;
    }
    return NULL;
}

static void of_threads_that_race_exactly_one_is_first(void **state) {
    (void)state;
    struct replay *replay = replay_new();
    struct racer racers[4];
    pthread_t threads[4];
    int fresh = 0;
    for (int i = 0; i < 4; i++) {
        racers[i] = (struct racer){.replay = replay};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        fresh += racers[i].fresh;
    }
    assert_int_equal(fresh, 20000);
    replay_free(replay);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_taken_is_not_taken_again_before_it_expires),
        cmocka_unit_test(a_hundred_thousand_are_kept_apart_and_forgotten_when_their_time_has_come),
        cmocka_unit_test(of_threads_that_race_exactly_one_is_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
