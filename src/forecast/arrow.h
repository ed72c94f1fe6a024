// arrow.h - a Cholesky factor that knows where its zeros are.
//
// The first columns of the matrix come in blocks of equal width, and columns of two blocks never meet: the
// entries between them are zero, and so are those of the factor. Only what comes after the blocks (the
// "rest") meets everything. Drawn, the matrix is a broad arrow. For a profile of 24 hours beside 300 other
// columns that halves the work of a factor, and for half-hours it is a quarter.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arrow {
    size_t columns; // in all
    size_t blocks;  // 0: an ordinary matrix
    size_t width;   // of a block, in columns; blocks * width <= columns
    double *matrix; // columns x columns, column-major; only the lower triangle is looked at
};

// Turns the matrix A into its factor L with A = L L'. False: A is not positive definite.
bool arrow_factor(struct arrow *arrow);

// All that follow want the factor.

double arrow_log_determinant(const struct arrow *arrow); // of A
// b becomes A^-1 b.
void arrow_solve(const struct arrow *arrow, double *vector);
// `count` vectors, one after another, become L^-1 b each: the squares of its members add up to b' A^-1 b.
void arrow_forward(const struct arrow *arrow, double *vectors, size_t count);
// The diagonal of A^-1. `scratch` has room for columns x columns.
void arrow_inverse_diagonal(const struct arrow *arrow, double *scratch, double *ret_diagonal);
