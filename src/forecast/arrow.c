#include "forecast/arrow.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

// Where the rest begins, and how many columns it has.
static size_t rest_at(const struct arrow *arrow) {
    return arrow->blocks * arrow->width;
}

static size_t rest_of(const struct arrow *arrow) {
    return arrow->columns - rest_at(arrow);
}

static double *at(const struct arrow *arrow, size_t row, size_t column) {
    return arrow->matrix + column * arrow->columns + row;
}

static bool factor_part(const struct arrow *arrow, size_t first, size_t count) {
    return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (lapack_int)count, at(arrow, first, first),
                               (lapack_int)arrow->columns) == 0;
}

bool arrow_factor(struct arrow *arrow) {
    size_t begin = rest_at(arrow);
    int stride = (int)arrow->columns, rest = (int)rest_of(arrow), width = (int)arrow->width;
    for (size_t first = 0; first < begin; first += arrow->width) {
        if (!factor_part(arrow, first, arrow->width))
            return false;
        cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, rest, width, 1,
                    at(arrow, first, first), stride, at(arrow, begin, first), stride);
    }
    if (begin > 0)
        cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, rest, (int)begin, -1, at(arrow, begin, 0),
                    stride, 1, at(arrow, begin, begin), stride);
    return rest == 0 || factor_part(arrow, begin, (size_t)rest);
}

double arrow_log_determinant(const struct arrow *arrow) {
    double sum = 0;
    for (size_t i = 0; i < arrow->columns; i++)
        sum += 2 * log(*at(arrow, i, i));
    return sum;
}

static bool is_zero(const double *vector, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (vector[i] != 0)
            return false;
    return true;
}

void arrow_forward(const struct arrow *arrow, double *vectors, size_t count) {
    size_t begin = rest_at(arrow), n = arrow->columns;
    int stride = (int)n, rest = (int)rest_of(arrow), width = (int)arrow->width;
    for (size_t i = 0; i < count; i++)
        for (size_t first = 0; first < begin; first += arrow->width) {
            double *block = vectors + i * n + first;
            if (is_zero(block, arrow->width)) // a row of a design is in one block only
                continue;
            cblas_dtrsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, width, at(arrow, first, first),
                        stride, block, 1);
            cblas_dgemv(CblasColMajor, CblasNoTrans, rest, width, -1, at(arrow, begin, first), stride, block,
                        1, 1, vectors + i * n + begin, 1);
        }
    cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, rest, (int)count, 1,
                at(arrow, begin, begin), stride, vectors + begin, stride);
}

void arrow_solve(const struct arrow *arrow, double *vector) {
    size_t begin = rest_at(arrow);
    int stride = (int)arrow->columns, rest = (int)rest_of(arrow), width = (int)arrow->width;
    arrow_forward(arrow, vector, 1);
    cblas_dtrsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, rest, at(arrow, begin, begin), stride,
                vector + begin, 1);
    for (size_t first = 0; first < begin; first += arrow->width) {
        cblas_dgemv(CblasColMajor, CblasTrans, rest, width, -1, at(arrow, begin, first), stride,
                    vector + begin, 1, 1, vector + first, 1);
        cblas_dtrsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, width, at(arrow, first, first),
                    stride, vector + first, 1);
    }
}

static double squares(const double *vector, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += vector[i] * vector[i];
    return sum;
}

// A^-1 = L^-T L^-1: a member of its diagonal is the sum of squares of a column of L^-1. For a column of block
// h that has a part within the block, L_hh^-1, and one within the rest, L_rr^-1 L_rh L_hh^-1.
void arrow_inverse_diagonal(const struct arrow *arrow, double *scratch, double *ret_diagonal) {
    size_t begin = rest_at(arrow), rest = rest_of(arrow), width = arrow->width;
    int stride = (int)arrow->columns, panel_stride = rest > 0 ? (int)rest : 1;
    for (size_t column = 0; column < arrow->columns; column++)
        memcpy(scratch + column * rest, at(arrow, begin, column), rest * sizeof *scratch);
    for (size_t first = 0; first < begin; first += width) {
        double *panel = scratch + first * rest;
        cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, (int)rest, (int)width,
                    1, at(arrow, first, first), stride, panel, panel_stride);
        for (size_t i = 0; i < width; i++) {
            double *inverse = ret_diagonal + first + i; // the column's members from the i-th on
            memset(inverse, 0, (width - i) * sizeof *inverse);
            *inverse = 1;
            cblas_dtrsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)(width - i),
                        at(arrow, first + i, first + i), stride, inverse, 1);
            *inverse = squares(inverse, width - i);
        }
    }
    cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)rest, (int)begin, 1,
                at(arrow, begin, begin), stride, scratch, panel_stride);
    double *factor = scratch + begin * rest;
    // It is a factor: its diagonal has no zero, which is all that could be wrong.
    (void)LAPACKE_dtrtri_work(LAPACK_COL_MAJOR, 'L', 'N', (lapack_int)rest, factor, panel_stride);
    for (size_t i = 0; i < begin; i++)
        ret_diagonal[i] += squares(scratch + i * rest, rest);
    for (size_t i = 0; i < rest; i++)
        ret_diagonal[begin + i] = squares(factor + i * rest + i, rest - i);
}
