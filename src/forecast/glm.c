#include "forecast/glm.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define ROUNDS_DEFAULT 12
#define STEPS_FIRST    8 // of least squares before the precisions move for the first time
#define SETTLED        0.04
#define STILL          0.01
#define STILL_WARM     0.12 // from a start so near a step leaves an error of about half its square
#define LOG_MEAN_MIN   (-14.0)
#define LOG_MEAN_MAX   30.0
#define SIZE_DEFAULT   8.0
#define SIZE_LOG_MIN   (-3.0)
#define SIZE_LOG_MAX   11.0
#define PRECISION_MIN  0.05
#define PRECISION_MAX  1e5

#define PREDICTED_AT_ONCE ((size_t)64)

struct work {
    const struct glm_design *design;
    const double *counts;
    const bool *censored;
    const struct glm_prior *prior;
    size_t columns;
    struct arrow arrow; // the penalized information, then its factor
    double *scratch;    // of the same size
    double *variance;   // of each coefficient
    double *right;      // right-hand side, then the solution
    double *log_mean;   // of each row
    double *day_sum;    // columns: weighted sums of the entries of one day's rows
    uint16_t *touched;  // columns that day_sum holds
    double precision[GLM_GROUPS_MAX];
    double size;
    double moved; // the largest change of a log mean in the last step
};

struct glm_sparse glm_sparse_new(struct arena *arena, size_t rows_max, size_t entries_max) {
    struct glm_sparse sparse = {.entries_max = entries_max};
    sparse.start = arena_alloc(arena, (rows_max + 1) * sizeof *sparse.start);
    sparse.column = arena_alloc(arena, entries_max * sizeof *sparse.column);
    sparse.value = arena_alloc(arena, entries_max * sizeof *sparse.value);
    if (sparse.start == NULL || sparse.column == NULL || sparse.value == NULL)
        return (struct glm_sparse){0};
    return sparse;
}

void glm_sparse_add(struct glm_sparse *sparse, size_t column, double value) {
    if (value == 0)
        return;
    ASSERT(sparse->entries < sparse->entries_max && column < GLM_COLUMNS_MAX);
    sparse->column[sparse->entries] = (uint16_t)column;
    sparse->value[sparse->entries++] = value;
}

void glm_sparse_end_row(struct glm_sparse *sparse) {
    sparse->start[++sparse->rows] = sparse->entries;
}

double glm_sparse_dot(const struct glm_sparse *sparse, size_t row, const double *vector) {
    double sum = 0;
    for (size_t i = sparse->start[row]; i < sparse->start[row + 1]; i++)
        sum += sparse->value[i] * vector[sparse->column[i]];
    return sum;
}

static void add_to_matrix(struct work *work, size_t a, size_t b, double value) {
    size_t row = a > b ? a : b, column = a > b ? b : a;
    work->arrow.matrix[column * work->columns + row] += value;
}

// Count, weight and working response of a row; false when it says nothing.
static bool work_row(const struct work *work, size_t row, double *ret_weight, double *ret_response) {
    double count = work->counts[row];
    if (isnan(count))
        return false;
    double mean = exp(work->log_mean[row]);
    if (work->censored != NULL && work->censored[row] && mean > count)
        return false; // at least the count: already explained
    *ret_weight = mean / (1 + mean / work->size);
    *ret_response = work->log_mean[row] + (count - mean) / mean;
    return true;
}

// Adds one row's own products and collects what it shares with its day; returns the columns touched.
static size_t add_row(struct work *work, size_t row, double weight, double response, size_t touched) {
    const struct glm_sparse *rows = &work->design->rows;
    for (size_t i = rows->start[row]; i < rows->start[row + 1]; i++) {
        size_t column = rows->column[i];
        double weighted = weight * rows->value[i];
        work->right[column] += weighted * response;
        for (size_t j = rows->start[row]; j <= i; j++)
            add_to_matrix(work, column, rows->column[j], weighted * rows->value[j]);
        if (work->day_sum[column] == 0)
            work->touched[touched++] = (uint16_t)column;
        work->day_sum[column] += weighted;
    }
    return touched;
}

static void add_day(struct work *work, size_t day, double weight, double response, size_t touched) {
    const struct glm_sparse *days = &work->design->days;
    for (size_t i = days->start[day]; i < days->start[day + 1]; i++) {
        size_t column = days->column[i];
        double value = days->value[i];
        work->right[column] += value * response;
        for (size_t j = days->start[day]; j <= i; j++)
            add_to_matrix(work, column, days->column[j], weight * value * days->value[j]);
        for (size_t j = 0; j < touched; j++)
            add_to_matrix(work, column, work->touched[j], value * work->day_sum[work->touched[j]]);
    }
    for (size_t j = 0; j < touched; j++)
        work->day_sum[work->touched[j]] = 0;
}

static void assemble(struct work *work) {
    const struct glm_design *design = work->design;
    size_t columns = work->columns, touched = 0;
    memset(work->arrow.matrix, 0, columns * columns * sizeof *work->arrow.matrix);
    memset(work->right, 0, columns * sizeof *work->right);
    for (size_t column = 0; column < columns; column++) {
        double precision = work->precision[work->prior->group_of[column]];
        work->arrow.matrix[column * columns + column] = precision;
        work->right[column] = precision * work->prior->mean[column];
    }
    double weight_sum = 0, response_sum = 0;
    for (size_t row = 0; row < design->rows.rows; row++) {
        double weight, response;
        if (work_row(work, row, &weight, &response)) {
            touched = add_row(work, row, weight, response, touched);
            weight_sum += weight;
            response_sum += weight * response;
        }
        bool day_ends = row + 1 == design->rows.rows || design->day_of[row + 1] != design->day_of[row];
        if (!day_ends)
            continue;
        add_day(work, design->day_of[row], weight_sum, response_sum, touched);
        touched = 0;
        weight_sum = response_sum = 0;
    }
}

static bool least_squares(struct work *work, struct error *err) {
    assemble(work);
    if (!arrow_factor(&work->arrow))
        return error_set(err, ERROR_INVALID, "the model cannot be fitted: its columns are not independent");
    arrow_solve(&work->arrow, work->right);
    work->moved = 0;
    const struct glm_design *design = work->design;
    for (size_t row = 0; row < design->rows.rows; row++) {
        double value = glm_sparse_dot(&design->rows, row, work->right) +
                       glm_sparse_dot(&design->days, design->day_of[row], work->right);
        value = fmin(fmax(value, LOG_MEAN_MIN), LOG_MEAN_MAX);
        work->moved = fmax(work->moved, fabs(value - work->log_mean[row]));
        work->log_mean[row] = value;
    }
    return true;
}

// The precision of each group from the spread of its coefficients and what the data says of them; returns the
// largest change of a logarithm.
static double update_precisions(struct work *work, double *ret_freedom) {
    double spread[GLM_GROUPS_MAX] = {0}, freedom[GLM_GROUPS_MAX] = {0}, change = 0;
    arrow_inverse_diagonal(&work->arrow, work->scratch, work->variance);
    for (size_t i = 0; i < work->columns; i++) {
        size_t group = work->prior->group_of[i];
        double distance = work->right[i] - work->prior->mean[i];
        spread[group] += distance * distance;
        freedom[group] += 1 - work->precision[group] * work->variance[i];
    }
    *ret_freedom = 0;
    for (size_t group = 0; group < work->prior->groups; group++) {
        *ret_freedom += freedom[group];
        if (work->prior->fixed[group] || spread[group] <= 0)
            continue;
        double next = fmax(freedom[group], 1e-3) / fmax(spread[group], 1e-8);
        next = fmin(fmax(next, PRECISION_MIN), PRECISION_MAX);
        change = fmax(change, fabs(log(next / work->precision[group])));
        work->precision[group] = next;
    }
    return change;
}

static double pearson(const struct work *work, double size) {
    double sum = 0;
    for (size_t row = 0; row < work->design->rows.rows; row++) {
        double count = work->counts[row], mean = exp(work->log_mean[row]);
        if (!isnan(count) && !(work->censored != NULL && work->censored[row]))
            sum += (count - mean) * (count - mean) / (mean + mean * mean / size);
    }
    return sum;
}

// The size k at which Pearson's statistic equals its degrees of freedom.
static void update_size(struct work *work, double freedom) {
    double rows = 0;
    for (size_t row = 0; row < work->design->rows.rows; row++)
        rows += isnan(work->counts[row]) || (work->censored != NULL && work->censored[row]) ? 0 : 1;
    double target = rows - freedom;
    if (target < 1)
        return;
    double low = SIZE_LOG_MIN, high = SIZE_LOG_MAX; // Pearson's statistic grows with k
    for (int i = 0; i < 50; i++) {
        double middle = (low + high) / 2;
        if (pearson(work, exp(middle)) < target)
            low = middle;
        else
            high = middle;
    }
    work->size = exp((low + high) / 2);
}

static double log_likelihood(const struct work *work, double *ret_deviance) {
    double sum = 0, k = work->size;
    *ret_deviance = 0;
    for (size_t row = 0; row < work->design->rows.rows; row++) {
        double y = work->counts[row], mean = exp(work->log_mean[row]);
        if (isnan(y) || (work->censored != NULL && work->censored[row]))
            continue;
        double ratio = y > 0 ? y * log(y / mean) : 0;
        if (isinf(k)) {
            sum += y * log(mean) - mean - lgamma(y + 1);
            *ret_deviance += 2 * (ratio - (y - mean));
        } else {
            sum +=
                lgamma(y + k) - lgamma(k) - lgamma(y + 1) + y * log(mean / (mean + k)) - k * log1p(mean / k);
            *ret_deviance += 2 * (ratio - (y + k) * log((y + k) / (mean + k)));
        }
    }
    return sum;
}

static void finish(struct work *work, struct glm_fit *fit) {
    double penalty = 0;
    for (size_t i = 0; i < work->columns; i++) {
        double precision = work->precision[work->prior->group_of[i]];
        double distance = work->right[i] - work->prior->mean[i];
        penalty += precision * distance * distance - log(precision);
    }
    fit->beta = work->right;
    fit->information = work->arrow;
    fit->mean = work->log_mean;
    fit->size = work->size;
    memcpy(fit->precision, work->precision, sizeof fit->precision);
    fit->evidence =
        log_likelihood(work, &fit->deviance) - penalty / 2 - arrow_log_determinant(&work->arrow) / 2;
    for (size_t row = 0; row < work->design->rows.rows; row++)
        fit->mean[row] = exp(fit->mean[row]);
}

static bool prepare(struct work *work, const double *mean_init, struct arena *arena, struct error *err) {
    const struct glm_design *design = work->design;
    size_t columns = design->columns;
    if (columns == 0 || columns > GLM_COLUMNS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "the model has %zu columns, at most %d fit", columns,
                         GLM_COLUMNS_MAX);
    work->columns = columns;
    work->arrow = (struct arrow){columns, design->blocks, design->block_columns,
                                 arena_alloc(arena, columns * columns * sizeof(double))};
    work->scratch = arena_alloc(arena, columns * columns * sizeof *work->scratch);
    work->variance = arena_alloc(arena, columns * sizeof *work->variance);
    work->right = arena_alloc(arena, columns * sizeof *work->right);
    work->log_mean = arena_alloc(arena, (design->rows.rows + 1) * sizeof *work->log_mean);
    work->day_sum = arena_alloc(arena, columns * sizeof *work->day_sum);
    work->touched = arena_alloc(arena, columns * sizeof *work->touched);
    if (work->arrow.matrix == NULL || work->scratch == NULL || work->variance == NULL ||
        work->right == NULL || work->log_mean == NULL || work->day_sum == NULL || work->touched == NULL)
        return error_set(err, ERROR_EXHAUSTED, "out of memory for %zu columns", columns);
    double sum = 0, seen = 0;
    for (size_t row = 0; row < design->rows.rows; row++) {
        if (isnan(work->counts[row]))
            continue;
        sum += work->counts[row];
        seen++;
    }
    double average = seen > 0 ? sum / seen : 0;
    for (size_t row = 0; row < design->rows.rows; row++) {
        double count = isnan(work->counts[row]) ? average : work->counts[row];
        work->log_mean[row] = log(mean_init != NULL ? mean_init[row] : count + 0.05 * average + 0.1);
    }
    return true;
}

// NOLINTNEXTLINE(readability-function-size): what goes in, what comes out; each is named at the only caller
bool glm_solve(const struct glm_design *design, const double *counts, const bool *censored,
               const struct glm_prior *prior, const struct glm_options *options, struct arena *arena,
               struct glm_fit *ret_fit, struct error *err) {
    struct work work = {.design = design, .counts = counts, .censored = censored, .prior = prior};
    memcpy(work.precision, prior->precision, sizeof work.precision);
    work.size = options->poisson ? INFINITY : options->size_init > 0 ? options->size_init : SIZE_DEFAULT;
    if (!prepare(&work, options->mean_init, arena, err))
        return false;
    int rounds_max = options->rounds_max > 0 ? options->rounds_max : ROUNDS_DEFAULT;
    struct glm_fit fit = {0};
    for (fit.rounds = 1;; fit.rounds++) {
        work.moved = INFINITY;
        double still = options->keep ? STILL_WARM : STILL;
        for (int step = 0; step < (fit.rounds == 1 ? STEPS_FIRST : 1) && work.moved > still; step++)
            if (!least_squares(&work, err))
                return false;
        if (options->keep)
            break;
        struct work before = work;
        double change = update_precisions(&work, &fit.freedom);
        if (!options->poisson)
            update_size(&work, fit.freedom);
        change = fmax(change, options->poisson ? 0 : fabs(log(work.size / before.size)));
        if (change < SETTLED || fit.rounds >= rounds_max) {
            memcpy(work.precision, before.precision, sizeof work.precision);
            break;
        }
    }
    finish(&work, &fit);
    *ret_fit = fit;
    return true;
}

// Adds a row's entries to a vector of all columns.
static void spread_out(const struct glm_sparse *sparse, size_t row, double *vector) {
    for (size_t i = sparse->start[row]; i < sparse->start[row + 1]; i++)
        vector[sparse->column[i]] += sparse->value[i];
}

bool glm_predict(const struct glm_fit *fit, const struct glm_design *design, struct arena *arena,
                 struct glm_guess *ret_guesses, struct error *err) {
    size_t columns = fit->information.columns, rows = design->rows.rows;
    double *vectors = arena_alloc(arena, PREDICTED_AT_ONCE * columns * sizeof *vectors);
    if (vectors == NULL)
        return error_set(err, ERROR_EXHAUSTED, "out of memory for a forecast");
    for (size_t first = 0; first < rows; first += PREDICTED_AT_ONCE) {
        size_t count = rows - first < PREDICTED_AT_ONCE ? rows - first : PREDICTED_AT_ONCE;
        memset(vectors, 0, count * columns * sizeof *vectors);
        for (size_t i = 0; i < count; i++) {
            double *vector = vectors + i * columns;
            spread_out(&design->rows, first + i, vector);
            spread_out(&design->days, design->day_of[first + i], vector);
            ret_guesses[first + i].log_mean = cblas_ddot((int)columns, vector, 1, fit->beta, 1);
        }
        arrow_forward(&fit->information, vectors, count);
        for (size_t i = 0; i < count; i++)
            ret_guesses[first + i].variance =
                cblas_ddot((int)columns, vectors + i * columns, 1, vectors + i * columns, 1);
    }
    return true;
}
