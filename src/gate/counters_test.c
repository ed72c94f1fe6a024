#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "gate/counters.h"

#define ROW 3000

static size_t naive_next(const uint32_t *row, size_t from, size_t length) {
    while (from < length && row[from] == 0)
        from++;
    return from < length ? from : length;
}

static void sums_and_searches_agree_with_a_plain_array(void **state) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct random random;
        random_init_seeded(&random, seed);
        struct counters counters = {0};
        uint32_t row[ROW] = {0};
        assert_int_equal(counters_sum(&counters, 0, ROW), 0);
        for (int step = 0; step < 2000; step++) {
            size_t index = random_below(&random, ROW);
            assert_true(counters_extend(&counters, index + 1));
            row[index] = (uint32_t)random_below(&random, 1000);
            counters_set(&counters, index, row[index]);
            size_t from = random_below(&random, ROW), to = from + random_below(&random, ROW - from + 1);
            uint64_t sum = 0;
            for (size_t i = from; i < to; i++)
                sum += row[i];
            assert_int_equal(counters_sum(&counters, from, to), sum);
            if (from <= counters.length)
                assert_int_equal(counters_next(&counters, from), naive_next(row, from, counters.length));
        }
        counters_done(&counters);
    }
}

static void dropping_blocks_moves_the_rest_to_the_front(void **state) {
    struct counters counters = {0};
    assert_true(counters_extend(&counters, 1000));
    for (size_t i = 0; i < 1000; i++)
        counters_set(&counters, i, (uint32_t)i);
    counters_drop(&counters, 2);
    assert_int_equal(counters.length, 1000 - 512);
    for (size_t i = 0; i < 488; i++)
        assert_int_equal(counters_get(&counters, i), i + 512);
    assert_int_equal(counters_sum(&counters, 0, 488), (512 + 999) * 488 / 2);
    assert_true(counters_extend(&counters, 1000)); // what comes into the row again is empty
    assert_int_equal(counters_sum(&counters, 488, 1000), 0);
    counters_done(&counters);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_searches_agree_with_a_plain_array),
        cmocka_unit_test(dropping_blocks_moves_the_rest_to_the_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
