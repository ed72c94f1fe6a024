#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "base/random.h"

#define DRAWS 200000

static void the_same_seed_gives_the_same_numbers(void **state) {
    struct random a, b, c;
    random_init_seeded(&a, 1);
    random_init_seeded(&b, 1);
    random_init_seeded(&c, 2);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t number = random_uint64(&a);
        assert_true(number == random_uint64(&b));
        same += number == random_uint64(&c);
    }
    assert_int_equal(same, 0);
}

static void numbers_below_a_bound_are_even(void **state) {
    struct random random;
    int counts[3] = {0};
    random_init_seeded(&random, 3);
    for (int i = 0; i < DRAWS; i++)
        counts[random_below(&random, 3)]++;
    for (int i = 0; i < 3; i++)
        assert_in_range(counts[i], DRAWS / 3 - 1000, DRAWS / 3 + 1000);
}

static void means_and_deviations_are_as_asked(void **state) {
    struct random random;
    random_init_seeded(&random, 4);
    double exponential = 0, gamma = 0, gamma_squares = 0, small = 0;
    for (int i = 0; i < DRAWS; i++) {
        exponential += random_exponential(&random, 5);
        double x = random_gamma(&random, 80, 30);
        assert_true(x > 0);
        gamma += x;
        gamma_squares += x * x;
        small += random_gamma(&random, 2, 4); // shape 1/4
    }
    assert_true(fabs(exponential / DRAWS - 5) < 0.05);
    assert_true(fabs(gamma / DRAWS - 80) < 0.3);
    double deviation = sqrt(gamma_squares / DRAWS - pow(gamma / DRAWS, 2));
    assert_true(fabs(deviation - 30) < 0.4);
    assert_true(fabs(small / DRAWS - 2) < 0.06);
    double count = 0, count_squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = (double)random_poisson(&random, 3);
        count += x;
        count_squares += x * x;
    }
    assert_true(fabs(count / DRAWS - 3) < 0.03);
    assert_true(fabs(count_squares / DRAWS - pow(count / DRAWS, 2) - 3) < 0.06);
    assert_int_equal(random_poisson(&random, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_numbers),
        cmocka_unit_test(numbers_below_a_bound_are_even),
        cmocka_unit_test(means_and_deviations_are_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
