#include "forecast/rows.h"

#include <math.h>

bool rows_build(const struct columns *columns, const struct series *series, size_t first, size_t count,
                struct arena *arena, struct rows *ret_rows, struct error *err) {
    size_t first_day = first / series->per_day;
    size_t days = count == 0 ? 0 : (first + count - 1) / series->per_day - first_day + 1;
    struct rows rows = {.design = {.columns = columns->count,
                                   .blocks = columns->per_day > 1 ? columns->per_day : 0,
                                   .block_columns = COLUMNS_PROFILE}};
    rows.design.rows = glm_sparse_new(arena, count, count * columns_row_entries(columns) + 1);
    rows.design.days = glm_sparse_new(arena, days, days * columns_day_entries(columns) + 1);
    rows.counts = arena_alloc(arena, (count + 1) * sizeof *rows.counts);
    rows.censored = arena_alloc(arena, (count + 1) * sizeof *rows.censored);
    rows.day_of = arena_alloc(arena, (count + 1) * sizeof *rows.day_of);
    if (rows.design.rows.value == NULL || rows.design.days.value == NULL || rows.counts == NULL ||
        rows.censored == NULL || rows.day_of == NULL)
        return error_set(err, ERROR_EXHAUSTED, "out of memory for a forecast of %zu slots", count);
    rows.design.day_of = rows.day_of;
    for (size_t i = 0; i < count; i++) {
        size_t slot = first + i;
        columns_row(columns, series_day_of(series, slot), slot % series->per_day, &rows.design.rows);
        rows.day_of[i] = (uint32_t)(slot / series->per_day - first_day);
        rows.counts[i] = slot < series->count ? series->counts[slot] : NAN;
        rows.censored[i] = series->censored != NULL && slot < series->count && series->censored[slot];
    }
    for (size_t day = 0; day < days; day++)
        columns_day(columns, series->day + (int64_t)(first_day + day), &rows.design.days);
    *ret_rows = rows;
    return true;
}
