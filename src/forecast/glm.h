// glm.h - a regression of counts on many columns, held in check by priors.
//
// y ~ negative binomial with mean e^(x'b) and variance m + m^2 / k (Poisson when k is infinite). Every
// coefficient has a normal prior; columns of one group share its precision, which is estimated from the
// data (generalized Fellner-Schall update, Wood and Fasiolo 2017), so a part that the data does not show
// shrinks to its prior mean by itself. Fitted by iteratively reweighted least squares on LAPACK.
//
// A row of the design is the sum of its own few entries and of those of its day: all rows of a day share
// the latter, so their many products are formed once a day and not once a row.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "forecast/arrow.h"

#define GLM_COLUMNS_MAX 4000
#define GLM_GROUPS_MAX  24

// Compressed rows: entries of row r are [start[r], start[r + 1]).
struct glm_sparse {
    size_t rows;
    size_t entries, entries_max;
    size_t *start;
    uint16_t *column;
    double *value;
};

// Empty, with room for `rows_max` rows and `entries_max` entries; NULL members when the arena is full.
struct glm_sparse glm_sparse_new(struct arena *arena, size_t rows_max, size_t entries_max);
// Adds an entry to the row that is open; zeros are left out. Columns of one row must not repeat.
void glm_sparse_add(struct glm_sparse *sparse, size_t column, double value);
void glm_sparse_end_row(struct glm_sparse *sparse);
// The sum over a row's entries of value * vector[column].
double glm_sparse_dot(const struct glm_sparse *sparse, size_t row, const double *vector);

struct glm_design {
    size_t columns;
    size_t blocks, block_columns; // the first columns as in arrow.h; a day has no entry in them; 0: none
    struct glm_sparse rows;
    struct glm_sparse days; // columns of a day must not occur in its rows
    const uint32_t *day_of; // of each row
};

struct glm_prior {
    size_t groups;
    double precision[GLM_GROUPS_MAX];
    bool fixed[GLM_GROUPS_MAX];
    const uint8_t *group_of; // of each column
    const double *mean;      // of each column
};

struct glm_options {
    bool poisson;            // else the dispersion is estimated
    double size_init;        // k to start with; 0 for the default
    int rounds_max;          // 0 for the default
    bool keep;               // precisions and k stay as they are given: only the coefficients are fitted
    const double *mean_init; // of each row, to start from; NULL: near the counts
};

struct glm_fit {
    double *beta;
    struct arrow information; // the factor of the inverse of beta's covariance
    double *mean;             // of each row
    double size;              // k
    double precision[GLM_GROUPS_MAX];
    double deviance;
    double
        evidence;   // Laplace's approximation to the logarithm of the marginal likelihood, but for a constant
    double freedom; // effective number of coefficients
    int rounds;
};

// `counts` may hold NAN (missing, left out); a row with `censored` (which may be NULL) is known to be at
// least its count. Everything in `ret_fit` lives in the arena. ERROR_INVALID: nothing to fit;
// ERROR_EXHAUSTED: too many columns or too little memory.
MUST_CHECK bool glm_solve(const struct glm_design *design, const double *counts, const bool *censored,
                          const struct glm_prior *prior, const struct glm_options *options,
                          struct arena *arena, struct glm_fit *ret_fit, struct error *err);

struct glm_guess {
    double log_mean; // x'b
    double variance; // of it
};

// One guess for each row of another design, in the columns of the fit. ERROR_EXHAUSTED: too little memory.
MUST_CHECK bool glm_predict(const struct glm_fit *fit, const struct glm_design *design, struct arena *arena,
                            struct glm_guess *ret_guesses, struct error *err);
