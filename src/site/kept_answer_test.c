#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "site/kept_answer.h"

static void an_answer_lives_twenty_times_as_long_as_it_took(void **state) {
    (void)state;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    struct kept_answer kept;
    kept_answer_init(&kept);
    assert_null(kept_answer_get(&kept, 0, arena));
    kept_answer_put(&kept, "first", 1000, 1100);
    assert_string_equal(kept_answer_get(&kept, 1100 + 1999, arena), "first");
    assert_null(kept_answer_get(&kept, 1100 + 2000, arena));
    kept_answer_put(&kept, "second", 5000, 5000); // made in no time: never old
    assert_null(kept_answer_get(&kept, 5000, arena));
    kept_answer_done(&kept);
}

static void no_answer_lives_longer_than_a_minute(void **state) {
    (void)state;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    struct kept_answer kept;
    kept_answer_init(&kept);
    kept_answer_put(&kept, "slow", 0, 30000000);
    assert_string_equal(kept_answer_get(&kept, 30000000 + KEPT_ANSWER_US_MAX - 1, arena), "slow");
    assert_null(kept_answer_get(&kept, 30000000 + KEPT_ANSWER_US_MAX, arena));
    kept_answer_done(&kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_lives_twenty_times_as_long_as_it_took),
        cmocka_unit_test(no_answer_lives_longer_than_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
