#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "measure/hyperloglog.h"

#define SEED       11
#define DEVIATIONS 4 // of the standard error of 0.81 %

static void fill(struct hyperloglog *counter, uint64_t seed, uint64_t count) {
    struct random random;
    random_init_seeded(&random, seed);
    *counter = (struct hyperloglog){.registers = {0}};
    for (uint64_t i = 0; i < count; i++)
        hyperloglog_add(counter, random_uint64(&random));
}

static void the_estimate_is_within_its_error_at_every_size(void **state) {
    static const uint64_t sizes[] = {1, 10, 100, 1000, 10000, 40000, 80000, 300000, 1000000, 3000000};
    struct hyperloglog counter = {.registers = {0}};
    assert_true(hyperloglog_estimate(&counter) == 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fill(&counter, SEED + i, sizes[i]);
        double off = fabs(hyperloglog_estimate(&counter) - (double)sizes[i]) / (double)sizes[i];
        // Of a few, no two share a register as a rule; one pair of a hundred may.
        assert_true(off < DEVIATIONS * 1.04 / 128 || off * (double)sizes[i] < 3);
    }
}

static void the_same_ones_again_change_nothing(void **state) {
    struct hyperloglog once, twice;
    fill(&once, SEED, 5000);
    fill(&twice, SEED, 5000);
    hyperloglog_merge(&twice, &once);
    assert_memory_equal(&once, &twice, sizeof once);
}

static void a_union_counts_nobody_twice(void **state) {
    struct hyperloglog both, left, right;
    struct random random;
    random_init_seeded(&random, SEED);
    both = left = right = (struct hyperloglog){.registers = {0}};
    for (int i = 0; i < 90000; i++) { // a third in each alone, a third in both
        uint64_t hash = random_uint64(&random);
        if (i % 3 != 0)
            hyperloglog_add(&left, hash);
        if (i % 3 != 1)
            hyperloglog_add(&right, hash);
        hyperloglog_add(&both, hash);
    }
    hyperloglog_merge(&left, &right);
    assert_memory_equal(&left, &both, sizeof both);
}

static void every_rank_and_register_can_be_reached(void **state) {
    struct hyperloglog counter = {.registers = {0}};
    hyperloglog_add(&counter, 0);
    hyperloglog_add(&counter, UINT64_MAX);
    assert_int_equal(counter.registers[0], HYPERLOGLOG_RANK_MAX);
    assert_int_equal(counter.registers[HYPERLOGLOG_REGISTERS - 1], 1);
    memset(counter.registers, HYPERLOGLOG_RANK_MAX, sizeof counter.registers);
    assert_true(hyperloglog_estimate(&counter) > 1e18);
}

static void what_is_stored_comes_back(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    static const uint64_t sizes[] = {0, 1, 3000, 5000, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct hyperloglog counter, back = {.registers = {0}};
        struct error err = {0};
        size_t length = 0;
        fill(&counter, SEED, sizes[i]);
        const void *bytes = hyperloglog_bytes(&counter, arena, &length);
        assert_non_null(bytes);
        assert_true(length <= 12289);
        assert_true(hyperloglog_merge_bytes(&back, bytes, length, &err));
        assert_memory_equal(&counter, &back, sizeof back);
    }
}

static void bytes_that_are_none_are_refused_and_change_nothing(void **state) {
    static const unsigned char empty[] = {0}, unknown[] = {9, 1, 2, 3}, cut[] = {1, 0, 0},
                               twice[] = {1, 5, 0, 1, 5, 0, 2}, outside[] = {1, 0, 0x40, 1},
                               rank[] = {1, 0, 0, 52}, nothing[] = {1, 0, 0, 0}, dense[] = {2, 0, 0, 0};
    static const struct {
        const unsigned char *bytes;
        size_t length;
    } cases[] = {{empty, 0},   {empty, 1}, {unknown, 4}, {cut, 3},  {twice, 7},
                 {outside, 4}, {rank, 4},  {nothing, 4}, {dense, 4}};
    struct hyperloglog counter, before;
    fill(&counter, SEED, 100);
    before = counter;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = {0};
        assert_false(hyperloglog_merge_bytes(&counter, cases[i].bytes, cases[i].length, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_memory_equal(&counter, &before, sizeof before);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_estimate_is_within_its_error_at_every_size),
        cmocka_unit_test(the_same_ones_again_change_nothing),
        cmocka_unit_test(a_union_counts_nobody_twice),
        cmocka_unit_test(every_rank_and_register_can_be_reached),
        cmocka_unit_test(what_is_stored_comes_back),
        cmocka_unit_test(bytes_that_are_none_are_refused_and_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
