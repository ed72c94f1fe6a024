#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "forecast/arrow.h"

#define COLUMNS_MAX 40

static void near(double actual, double expected, double tolerance) {
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.12g is not within %g of %.12g", actual, tolerance, expected);
}

// A random matrix of the shape, positive definite as its diagonal outweighs the rest; full, both triangles.
static void draw(struct random *random, size_t columns, size_t blocks, size_t width, double *matrix) {
    for (size_t row = 0; row < columns; row++)
        for (size_t column = 0; column <= row; column++) {
            bool apart = row < blocks * width && row / width != column / width;
            double value = row == column ? (double)columns : apart ? 0 : random_normal(random);
            matrix[column * columns + row] = matrix[row * columns + column] = value;
        }
}

// The inverse by elimination of one column after another, and the logarithm of the determinant.
static double invert(size_t columns, double *matrix) {
    double log_determinant = 0;
    for (size_t pivot = 0; pivot < columns; pivot++) {
        double *line = matrix + pivot * columns, divisor = line[pivot];
        log_determinant += log(divisor);
        line[pivot] = 1;
        for (size_t i = 0; i < columns; i++)
            line[i] /= divisor;
        for (size_t other = 0; other < columns; other++) {
            double *target = matrix + other * columns, factor = target[pivot];
            if (other == pivot)
                continue;
            target[pivot] = 0;
            for (size_t i = 0; i < columns; i++)
                target[i] -= factor * line[i];
        }
    }
    return log_determinant;
}

static void compare(struct random *random, size_t columns, size_t blocks, size_t width) {
    double matrix[COLUMNS_MAX * COLUMNS_MAX], inverse[COLUMNS_MAX * COLUMNS_MAX];
    double scratch[COLUMNS_MAX * COLUMNS_MAX], diagonal[COLUMNS_MAX];
    double vectors[2 * COLUMNS_MAX] = {0};
    draw(random, columns, blocks, width, matrix);
    memcpy(inverse, matrix, sizeof inverse);
    struct arrow arrow = {columns, blocks, width, matrix};
    double log_determinant = invert(columns, inverse);
    assert_true(arrow_factor(&arrow));
    near(arrow_log_determinant(&arrow), log_determinant, 1e-9);
    arrow_inverse_diagonal(&arrow, scratch, diagonal);
    for (size_t i = 0; i < columns; i++)
        near(diagonal[i], inverse[i * columns + i], 1e-12);
    for (size_t i = 0; i < 2 * columns; i++)
        vectors[i] = i < columns && i % 3 == 0 ? 0 : random_normal(random);
    vectors[columns] = 0;
    double expected[2] = {0};
    for (size_t k = 0; k < 2; k++)
        for (size_t row = 0; row < columns; row++)
            for (size_t column = 0; column < columns; column++)
                expected[k] += vectors[k * columns + row] * inverse[row * columns + column] *
                               vectors[k * columns + column];
    arrow_forward(&arrow, vectors, 2);
    for (size_t k = 0; k < 2; k++) {
        double found = 0;
        for (size_t i = 0; i < columns; i++)
            found += vectors[k * columns + i] * vectors[k * columns + i];
        near(found, expected[k], 1e-10);
    }
}

static void it_agrees_with_plain_elimination_in_every_shape(void **state) {
    struct random random;
    random_init_seeded(&random, 11);
    compare(&random, 1, 0, 1);
    compare(&random, 17, 0, 1);
    compare(&random, 12, 4, 3); // nothing but blocks
    compare(&random, 31, 1, 5);
    compare(&random, 40, 7, 4);
    compare(&random, 30, 24, 1);
}

static void solving_brings_back_what_was_multiplied(void **state) {
    enum { COLUMNS = 25 };
    struct random random;
    double matrix[COLUMNS * COLUMNS], whole[COLUMNS * COLUMNS], wanted[COLUMNS], right[COLUMNS] = {0};
    random_init_seeded(&random, 12);
    draw(&random, COLUMNS, 6, 3, matrix);
    memcpy(whole, matrix, sizeof whole);
    for (size_t i = 0; i < COLUMNS; i++)
        wanted[i] = random_normal(&random);
    for (size_t row = 0; row < COLUMNS; row++)
        for (size_t column = 0; column < COLUMNS; column++)
            right[row] += whole[column * COLUMNS + row] * wanted[column];
    struct arrow arrow = {COLUMNS, 6, 3, matrix};
    assert_true(arrow_factor(&arrow));
    arrow_solve(&arrow, right);
    for (size_t i = 0; i < COLUMNS; i++)
        near(right[i], wanted[i], 1e-12);
}

static void what_is_not_positive_definite_has_no_factor(void **state) {
    double in_a_block[9] = {-1, 0, 0, 0, 1, 0, 0, 0, 1};
    double in_the_rest[9] = {1, 0, 2, 0, 1, 2, 2, 2, 1};
    assert_false(arrow_factor(&(struct arrow){3, 2, 1, in_a_block}));
    assert_false(arrow_factor(&(struct arrow){3, 2, 1, in_the_rest}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_plain_elimination_in_every_shape),
        cmocka_unit_test(solving_brings_back_what_was_multiplied),
        cmocka_unit_test(what_is_not_positive_definite_has_no_factor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
