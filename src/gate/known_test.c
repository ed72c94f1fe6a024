#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate/known.h"

#define MANY      200000
#define FIRST_ID  INT64_C(4000000000000)
#define STRANGERS 100000

static void whoever_was_added_is_known(void **state) {
    struct known *known = known_new();
    for (int64_t i = 0; i < MANY; i++)
        known_add(known, FIRST_ID + i);
    for (int64_t i = 0; i < MANY; i++)
        assert_true(known_may_hold(known, FIRST_ID + i));
    int mistaken = 0;
    for (int64_t i = 0; i < STRANGERS; i++)
        mistaken += known_may_hold(known, FIRST_ID + MANY + i);
    assert_in_range(mistaken, 0, STRANGERS / 1000);
    known_free(known);
}

static void nobody_is_known_at_first(void **state) {
    struct known *known = known_new();
    for (int64_t i = 0; i < STRANGERS; i++)
        assert_false(known_may_hold(known, i));
    known_free(known);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_was_added_is_known),
        cmocka_unit_test(nobody_is_known_at_first),
    };
    return cmocka_run_group_tests_name("known", tests, NULL, NULL);
}
