#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/histogram.h"
#include "base/random.h"

#define SEED 20251215

static void an_empty_histogram_answers_zero(void **state) {
    CLEANUP(histogram_cleanup) struct histogram *histogram = histogram_new();
    assert_int_equal(histogram_count(histogram), 0);
    assert_int_equal(histogram_percentile(histogram, 99), 0);
    assert_true(histogram_mean(histogram) == 0);
}

static void small_values_are_exact(void **state) {
    CLEANUP(histogram_cleanup) struct histogram *histogram = histogram_new();
    for (int64_t value = 1; value <= 1000; value++)
        histogram_record(histogram, value);
    histogram_record(histogram, -5);
    assert_int_equal(histogram_count(histogram), 1001);
    assert_int_equal(histogram_min(histogram), 0);
    assert_int_equal(histogram_percentile(histogram, 50), 500);
    assert_int_equal(histogram_percentile(histogram, 100), 1000);
    assert_true(fabs(histogram_mean(histogram) - 500500.0 / 1001) < 1e-9);
}

// The corrected form of a well-known trap: 10,000 answers in 1 ms, then one that takes 100 s and with it
// the 9,999 that should have begun meanwhile.
static void a_freeze_is_seen_when_latency_counts_from_the_intended_start(void **state) {
    CLEANUP(histogram_cleanup) struct histogram *histogram = histogram_new();
    for (int i = 0; i < 10000; i++)
        histogram_record(histogram, 1000);
    for (int64_t value_us = 100000000; value_us >= 10000; value_us -= 10000)
        histogram_record(histogram, value_us);
    assert_int_equal(histogram_count(histogram), 20000);
    assert_true(llabs(histogram_percentile(histogram, 75) - 50000000) <= 50000);
    assert_true(llabs(histogram_percentile(histogram, 99) - 98000000) <= 98000);
    assert_int_equal(histogram_max(histogram), 100000000);
}

static int compare(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void percentiles_of_any_values_are_within_a_thousandth(void **state) {
    enum { VALUES = 20000 };
    CLEANUP(histogram_cleanup) struct histogram *histogram = histogram_new();
    int64_t *values = calloc(VALUES, sizeof *values);
    struct random random;
    random_init_seeded(&random, SEED);
    for (int i = 0; i < VALUES; i++) {
        values[i] = (int64_t)exp(random_unit(&random) * 22);
        histogram_record(histogram, values[i]);
    }
    qsort(values, VALUES, sizeof *values, compare);
    const double percents[] = {0.1, 1, 50, 90, 99, 99.9, 100};
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        int64_t exact = values[(size_t)lround(percents[i] * VALUES / 100) - 1];
        int64_t seen = histogram_percentile(histogram, percents[i]);
        assert_true(seen >= exact && (double)(seen - exact) <= (double)exact / 1000);
    }
    free(values);
}

static void values_beyond_the_last_bucket_keep_their_maximum(void **state) {
    CLEANUP(histogram_cleanup) struct histogram *histogram = histogram_new();
    histogram_record(histogram, INT64_C(1) << 40);
    histogram_record(histogram, HISTOGRAM_VALUE_MAX);
    assert_int_equal(histogram_count(histogram), 2);
    assert_int_equal(histogram_percentile(histogram, 99.9), INT64_C(1) << 40);
}

static void merging_equals_recording_everything_in_one(void **state) {
    CLEANUP(histogram_cleanup) struct histogram *whole = histogram_new();
    CLEANUP(histogram_cleanup) struct histogram *merged = histogram_new();
    CLEANUP(histogram_cleanup) struct histogram *part = histogram_new();
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct random random;
    random_init_seeded(&random, SEED);
    struct error err = {0};
    for (int round = 0; round < 4; round++) {
        histogram_clear(part);
        for (int i = 0; i < 500; i++) {
            int64_t value = (int64_t)random_gamma(&random, 20000, 15000);
            histogram_record(whole, value);
            histogram_record(part, value);
        }
        size_t length = 0;
        const void *bytes = histogram_bytes(part, arena, &length);
        assert_non_null(bytes);
        if (round % 2 == 0)
            histogram_merge(merged, part);
        else
            assert_true(histogram_merge_bytes(merged, bytes, length, &err));
    }
    size_t length_a = 0, length_b = 0;
    const void *a = histogram_bytes(whole, arena, &length_a);
    const void *b = histogram_bytes(merged, arena, &length_b);
    assert_int_equal(length_a, length_b);
    assert_memory_equal(a, b, length_a);
    assert_int_equal(histogram_count(merged), 2000);
}

static void damaged_bytes_are_refused_and_change_nothing(void **state) {
    CLEANUP(histogram_cleanup) struct histogram *histogram = histogram_new();
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct error err = {0};
    for (int64_t value = 0; value < 3000000; value += 30000)
        histogram_record(histogram, value);
    size_t length = 0;
    const unsigned char *bytes = histogram_bytes(histogram, arena, &length);
    CLEANUP(histogram_cleanup) struct histogram *target = histogram_new();
    assert_false(histogram_merge_bytes(target, bytes, length - 1, &err));
    assert_false(histogram_merge_bytes(target, "", 0, &err));
    assert_false(histogram_merge_bytes(target, "\x02\x00\x00\x00", 4, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_int_equal(histogram_count(target), 0);
    // Any noise is either refused or taken whole: no read or write outside (sanitizers watch).
    struct random random;
    random_init_seeded(&random, SEED);
    for (int i = 0; i < 5000; i++) {
        unsigned char noise[64];
        random_bytes(&random, noise, sizeof noise);
        noise[0] = 1;
        (void)!histogram_merge_bytes(target, noise, random_below(&random, sizeof noise + 1), &err);
        (void)histogram_percentile(target, 99);
        histogram_clear(target);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_histogram_answers_zero),
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(a_freeze_is_seen_when_latency_counts_from_the_intended_start),
        cmocka_unit_test(percentiles_of_any_values_are_within_a_thousandth),
        cmocka_unit_test(values_beyond_the_last_bucket_keep_their_maximum),
        cmocka_unit_test(merging_equals_recording_everything_in_one),
        cmocka_unit_test(damaged_bytes_are_refused_and_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
