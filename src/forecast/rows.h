// rows.h - a stretch of a series as rows of the regression.
#pragma once

#include "forecast/columns.h"
#include "forecast/series.h"

struct rows {
    struct glm_design design;
    double *counts; // NAN beyond the series
    bool *censored;
    uint32_t *day_of;
};

// The `count` slots from slot `first` of the series on, which may lie beyond its end; all in the arena.
// NOLINTNEXTLINE(readability-function-size): which columns, of which stretch, into which memory
MUST_CHECK bool rows_build(const struct columns *columns, const struct series *series, size_t first,
                           size_t count, struct arena *arena, struct rows *ret_rows, struct error *err);
