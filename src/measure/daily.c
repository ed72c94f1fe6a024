// daily.c - one row a day and figure.
#include "measure/daily.h"

#define STORE_ARENA_BYTES_MAX 4096

static const struct statement FORGET = {"DELETE FROM daily_figure WHERE import_id = $1", "i"};
static const struct statement PUT = {
    "INSERT INTO daily_figure (day, name, value, import_id) VALUES ($1, $2, $3, $4) ON CONFLICT (day, name) "
    "DO UPDATE SET value = excluded.value, import_id = excluded.import_id",
    "itii"};
static const struct statement DOWNLOADS = {
    "SELECT day, CAST(COALESCE(MAX(CASE WHEN name = 'downloads' THEN value END), SUM(value)) AS BIGINT) "
    "FROM daily_figure WHERE day >= $1 AND day <= $2 AND name LIKE 'downloads%' GROUP BY day ORDER BY day",
    "ii"};

bool daily_read_downloads(struct session *session, int64_t from_day, int64_t to_day, struct arena *arena,
                          struct daily_row **ret_rows, size_t *ret_count, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &DOWNLOADS, arena, &rows, err, value_int(from_day), value_int(to_day)))
        return false;
    struct daily_row *days = arena_alloc(arena, (rows.count + 1) * sizeof *days);
    if (days == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t row = 0; row < rows.count; row++)
        days[row] = (struct daily_row){rows_int(&rows, row, 0), rows_int(&rows, row, 1)};
    *ret_rows = days;
    *ret_count = rows.count;
    return true;
}

bool daily_store(struct session *session, int64_t import_id, const struct series_file *file,
                 struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(STORE_ARENA_BYTES_MAX);
    size_t rows_count = 0, figures_count = 0;
    const struct series_row *rows = series_file_rows(file, &rows_count);
    const char *const *figures = series_file_figures(file, &figures_count);
    struct rows none;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool ok = SESSION_QUERY(session, &FORGET, arena, &none, err, value_int(import_id));
    for (size_t i = 0; ok && i < rows_count * figures_count; i++) {
        const struct series_row *row = &rows[i / figures_count];
        size_t figure = i % figures_count;
        arena_reset(arena);
        if (row->values[figure] >= 0)
            ok = SESSION_QUERY(session, &PUT, arena, &none, err, value_int(row->time),
                               value_text(figures[figure]), value_int(row->values[figure]),
                               value_int(import_id));
    }
    return ok;
}
