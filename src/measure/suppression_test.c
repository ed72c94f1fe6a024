#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "measure/suppression.h"

static void a_single_small_cell_takes_the_next_smallest_with_it(void **state) {
    const int64_t counts[] = {500, 3, 40, 0, 900};
    bool hidden[5];
    assert_int_equal(suppression_mark(counts, 5, 10, hidden), 2);
    assert_true(hidden[1] && hidden[2]);
    assert_false(hidden[0] || hidden[3] || hidden[4]);
}

static void two_that_hold_enough_together_need_no_third(void **state) {
    const int64_t counts[] = {500, 6, 4, 900};
    bool hidden[4];
    assert_int_equal(suppression_mark(counts, 4, 10, hidden), 2);
    const int64_t fewer[] = {500, 2, 1, 900};
    assert_int_equal(suppression_mark(fewer, 4, 10, hidden), 3);
    assert_true(hidden[0]);
}

static void a_table_without_small_cells_stays_whole(void **state) {
    const int64_t counts[] = {10, 11, 0};
    bool hidden[3];
    assert_int_equal(suppression_mark(counts, 3, 10, hidden), 0);
    assert_int_equal(suppression_mark((const int64_t[]){1, 2, 3}, 3, 0, hidden), 0);
}

static void nothing_that_is_hidden_can_be_computed(void **state) {
    struct random random;
    random_init_seeded(&random, 11);
    for (int round = 0; round < 2000; round++) {
        int64_t counts[8], people = 0;
        bool hidden[8];
        size_t filled = 0, shown = 0;
        for (size_t i = 0; i < 8; i++) {
            counts[i] = (int64_t)random_below(&random, 30);
            filled += counts[i] > 0;
        }
        size_t count = suppression_mark(counts, 8, 10, hidden);
        for (size_t i = 0; i < 8; i++) {
            assert_true(hidden[i] || counts[i] == 0 || counts[i] >= 10);
            people += hidden[i] ? counts[i] : 0;
            shown += !hidden[i] && counts[i] > 0;
        }
        assert_true(count == 0 || shown == 0 || (count >= 2 && people >= 10));
        assert_true(count <= filled);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_small_cell_takes_the_next_smallest_with_it),
        cmocka_unit_test(two_that_hold_enough_together_need_no_third),
        cmocka_unit_test(a_table_without_small_cells_stays_whole),
        cmocka_unit_test(nothing_that_is_hidden_can_be_computed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
