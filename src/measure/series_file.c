// series_file.c - rows in a sorted list.
#include "measure/series_file.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define FIGURE_PREFIX "downloads"

static const char *const arrivals_names[] = {"start", "count", NULL};
static const char *const daily_names[] = {
    "date", "downloads", "downloads_ios", "downloads_android", "downloads_other", NULL};

struct series_file {
    enum series_kind kind;
    struct map map;
    struct import_result *result;
    struct table *table;
    int time_column, columns[SERIES_FILE_FIGURES];
    const char *figures[SERIES_FILE_FIGURES];
    size_t figures_count;
    struct series_row *rows; // by time
    size_t count, capacity;
};

static bool names_figures(const struct map *map) {
    return map->count > (map_get(map, daily_names[0], NULL) != NULL);
}

static bool take_header(void *context, const struct table *table, struct error *err) {
    struct series_file *file = context;
    const char *const *names = file->kind == SERIES_ARRIVALS ? arrivals_names : daily_names;
    if (!table_need_column(table, map_get(&file->map, names[0], names[0]), &file->time_column, err))
        return false;
    for (names++; *names != NULL; names++) {
        const char *column = map_get(&file->map, *names, NULL);
        // Where columns are named, no other is guessed: "Downloads" may be those of one store.
        if (column == NULL && file->kind == SERIES_DAILY && names_figures(&file->map))
            continue;
        bool needed = column != NULL || file->kind == SERIES_ARRIVALS;
        int index = -1;
        bool ok = needed ? table_need_column(table, column == NULL ? *names : column, &index, err)
                         : table_column(table, *names, &index, err);
        if (!ok)
            return false;
        if (index < 0)
            continue;
        file->figures[file->figures_count] = *names;
        file->columns[file->figures_count++] = index;
    }
    return file->figures_count > 0 ||
           error_set_field(err, ERROR_MISSING, FIGURE_PREFIX,
                           "the header has no column of a known figure (%s, %s_ios, %s_android, %s_other)",
                           FIGURE_PREFIX, FIGURE_PREFIX, FIGURE_PREFIX, FIGURE_PREFIX);
}

static bool reserve(struct series_file *file, struct error *err) {
    if (file->count == SERIES_FILE_ROWS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d rows", SERIES_FILE_ROWS_MAX);
    if (file->count < file->capacity)
        return true;
    size_t capacity = file->capacity == 0 ? 256 : file->capacity * 2;
    struct series_row *rows = reallocarray(file->rows, capacity, sizeof *rows);
    if (rows == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    file->rows = rows;
    file->capacity = capacity;
    return true;
}

static bool insert(struct series_file *file, const struct series_row *row, struct error *err) {
    size_t low = 0, high = file->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (file->rows[middle].time < row->time)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < file->count && file->rows[low].time == row->time)
        return error_set(err, ERROR_INVALID, "an earlier line has the same time");
    if (!reserve(file, err))
        return false;
    memmove(file->rows + low + 1, file->rows + low, (file->count - low) * sizeof *file->rows);
    file->rows[low] = *row;
    file->count++;
    file->result->taken++;
    return true;
}

static bool take_row(void *context, const struct csv_row *row, struct error *err) {
    struct series_file *file = context;
    struct series_row series = {.value = 0};
    if (!table_time(row->fields[file->time_column], NULL, &series.time, err) ||
        !import_check_moment(file->result, series.time, err))
        return false;
    if (file->kind == SERIES_DAILY) {
        struct civil civil = clock_civil(series.time);
        series.time = clock_day_number(civil.year, civil.month, civil.day);
    }
    for (size_t i = 0; i < file->figures_count; i++) {
        const char *field = row->fields[file->columns[i]];
        series.values[i] = -1;
        bool empty = file->kind == SERIES_DAILY && field[strspn(field, " ")] == '\0';
        if (!empty && !table_number(field, file->figures[i], SERIES_FILE_VALUE_MAX, &series.values[i], err))
            return false;
    }
    series.value = series.values[0];
    return insert(file, &series, err);
}

bool series_file_new(enum series_kind kind, const char *map, struct import_result *result,
                     struct series_file **ret_file, struct error *err) {
    struct series_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    file->kind = kind;
    file->result = result;
    const struct table_handler handler = {.header = take_header, .row = take_row, .context = file};
    bool ok = map_parse(map, kind == SERIES_ARRIVALS ? arrivals_names : daily_names, &file->map, err);
    if (ok) {
        file->table = table_new(&handler, result);
        ok = file->table != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    if (!ok) {
        series_file_free(file);
        return false;
    }
    *ret_file = file;
    return true;
}

void series_file_free(struct series_file *file) {
    if (file == NULL)
        return;
    table_free(file->table);
    free(file->rows);
    free(file);
}

bool series_file_feed(struct series_file *file, const char *bytes, size_t length, struct error *err) {
    return table_feed(file->table, bytes, length, err);
}

bool series_file_finish(struct series_file *file, struct error *err) {
    return table_finish(file->table, err);
}

const struct series_row *series_file_rows(const struct series_file *file, size_t *ret_count) {
    *ret_count = file->count;
    return file->rows;
}

int64_t series_file_slot_ms(const struct series_file *file) {
    int64_t slot_ms = file->count > 1 ? INT64_MAX : CLOCK_HOUR_MS;
    for (size_t i = 1; i < file->count; i++) {
        int64_t distance_ms = file->rows[i].time - file->rows[i - 1].time;
        slot_ms = distance_ms < slot_ms ? distance_ms : slot_ms;
    }
    return slot_ms;
}

const char *const *series_file_figures(const struct series_file *file, size_t *ret_count) {
    *ret_count = file->figures_count;
    return file->figures;
}
