#include "forecast/recent.h"

#include <math.h>

#include "forecast/rows.h"

#define ARENA_BYTES ((size_t)1 << 28)
#define WEEK_FADE   0.75 // how much less a week weighs than the one after it

// The coefficients without those of the level, which the counts themselves bring.
static double *without_level(const struct columns *columns, const double *beta, struct arena *arena) {
    double *known = arena_alloc(arena, (columns->count + 1) * sizeof *known);
    for (size_t i = 0; known != NULL && i < columns->count; i++) {
        uint8_t group = columns->group_of[i];
        bool level =
            group == GROUP_LEVEL || group == GROUP_STEP || group == GROUP_TREND || group == GROUP_SHOCK;
        known[i] = level ? 0 : beta[i];
    }
    return known;
}

static double known_of(const struct rows *rows, size_t row, const double *known) {
    return glm_sparse_dot(&rows->design.rows, row, known) +
           glm_sparse_dot(&rows->design.days, rows->day_of[row], known);
}

bool recent_weeks(const struct columns *columns, const double *beta, const struct series *series,
                  struct recent_span span, double *ret_counts, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    double *known = arena == NULL ? NULL : without_level(columns, beta, arena);
    if (known == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    size_t week = 7 * series->per_day;
    size_t back = RECENT_WEEKS * week < span.known ? RECENT_WEEKS * week : span.known;
    size_t begin = span.known - back;
    struct rows past, ahead;
    if (!rows_build(columns, series, begin, back, arena, &past, err) ||
        !rows_build(columns, series, span.first, span.count, arena, &ahead, err))
        return false;
    for (size_t i = 0; i < span.count; i++) {
        double sum = 0, weights = 0, expected = known_of(&ahead, i, known);
        for (size_t k = (span.first + i) % week; k < span.known; k += week) {
            if (k < begin || isnan(past.counts[k - begin]) || past.censored[k - begin])
                continue;
            size_t weeks_ago = (span.known - 1 - k) / week;
            double weight = pow(WEEK_FADE, (double)weeks_ago);
            sum += weight * past.counts[k - begin] * exp(expected - known_of(&past, k - begin, known));
            weights += weight;
        }
        ret_counts[i] = weights > 0 ? sum / weights : NAN;
    }
    return true;
}
