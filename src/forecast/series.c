#include "forecast/series.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/csv.h"

#define FINE_MINUTES    30 // rows closer together than this are added up to hours
#define OUTAGE_HOURS    3  // zeros in a row, where there are always many
#define OUTAGE_USUAL    20.0
#define OUTAGE_WEEKS    3 // so many weeks must show what is usual
#define COUNT_MAX       1e12
#define FIELD_BYTES_MAX 256

struct row {
    int64_t minute; // civil, since 1970
    double count;   // NAN: the field was empty
    bool full;
};

struct reading {
    const struct series_options *options;
    struct csv_reader *reader;
    struct row *rows;
    size_t count, capacity;
    int start, value, full; // columns
    struct series_notes notes;
};

static bool parse_worded_date(const char *text, double *ret_days) {
    struct tm parts = {0};
    const char *end = strptime(text, "%d %b %Y", &parts);
    if (end == NULL || end[strspn(end, " ")] != '\0')
        return false;
    *ret_days = (double)clock_day_number(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
    return true;
}

bool series_parse_time(const char *text, double *ret_days, struct error *err) {
    int64_t time_ms;
    text += strspn(text, " ");
    if (parse_worded_date(text, ret_days))
        return true;
    if (!clock_parse(text, &time_ms, err))
        return false;
    struct civil civil = clock_civil(time_ms);
    *ret_days = (double)clock_day_number(civil.year, civil.month, civil.day) +
                (civil.hour * 60 + civil.minute) / (double)SERIES_MINUTES_DAY;
    return true;
}

static bool find_columns(struct reading *reading, struct error *err) {
    const struct series_options *options = reading->options;
    const char *start = options->start_column != NULL ? options->start_column : "start";
    const char *count = options->count_column != NULL ? options->count_column : "count";
    reading->start = csv_reader_column(reading->reader, start);
    reading->value = csv_reader_column(reading->reader, count);
    reading->full =
        csv_reader_column(reading->reader, options->full_column != NULL ? options->full_column : "full");
    const char *lacking = reading->start < 0 ? start : reading->value < 0 ? count : NULL;
    if (lacking != NULL) // not the row's fault: ends the reading
        return error_set_field(err, ERROR_MISSING, lacking, "there is no column '%s'; name it with --map",
                               lacking);
    return true;
}

static bool keep_row(struct reading *reading, struct row row, struct error *err) {
    if (reading->count == SERIES_ROWS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d rows", SERIES_ROWS_MAX);
    if (reading->count == reading->capacity) {
        size_t capacity = reading->capacity == 0 ? 1024 : reading->capacity * 2;
        struct row *grown = realloc(reading->rows, capacity * sizeof *grown);
        if (grown == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "out of memory");
        reading->rows = grown;
        reading->capacity = capacity;
    }
    reading->rows[reading->count++] = row;
    return true;
}

static bool take_row(void *context, const struct csv_row *fields, struct error *err) {
    struct reading *reading = context;
    if (reading->start < 0 && !find_columns(reading, err))
        return false;
    double days;
    struct row row = {.count = NAN};
    const char *count = fields->fields[reading->value];
    if (!series_parse_time(fields->fields[reading->start], &days, err))
        return false;
    row.minute = (int64_t)floor(days * SERIES_MINUTES_DAY + 0.5);
    if (count[strspn(count, " \t")] != '\0') {
        if (!csv_number(count, "count", &row.count, err))
            return false;
        if (row.count < 0 || row.count > COUNT_MAX)
            return error_set_field(err, ERROR_INVALID, "count", "a count of %g is not possible", row.count);
        reading->notes.fractional += row.count != floor(row.count);
    }
    if (reading->full >= 0) {
        const char *full = fields->fields[reading->full];
        row.full = full[0] != '\0' && strcmp(full, "0") != 0 && strcmp(full, "false") != 0;
    }
    return keep_row(reading, row, err);
}

static void take_bad(void *context, uint64_t line, const char *reason) {
    struct reading *reading = context;
    if (reading->notes.bad++ > 0)
        return;
    reading->notes.bad_line = line;
    snprintf(reading->notes.reason, sizeof reading->notes.reason, "%s", reason);
}

static int by_minute(const void *a, const void *b) {
    const struct row *left = a, *right = b;
    return (left->minute > right->minute) - (left->minute < right->minute);
}

// The length of a slot: the smallest distance of two rows; half an hour, hours that divide a day, or days.
static int slot_minutes(struct reading *reading) {
    int64_t smallest = SERIES_MINUTES_DAY;
    for (size_t i = 1; i < reading->count; i++) {
        int64_t distance = reading->rows[i].minute - reading->rows[i - 1].minute;
        if (distance > 0 && distance < smallest)
            smallest = distance;
    }
    bool dates_only = true;
    for (size_t i = 0; i < reading->count; i++)
        dates_only &= reading->rows[i].minute % SERIES_MINUTES_DAY == 0;
    if (smallest == SERIES_MINUTES_DAY && !dates_only && reading->count > 0)
        return reading->count > 1 ? SERIES_MINUTES_DAY : 60;
    reading->notes.summed = smallest < FINE_MINUTES;
    if (smallest < FINE_MINUTES)
        return 60;
    while (SERIES_MINUTES_DAY % smallest != 0)
        smallest--;
    return (int)smallest;
}

static bool series_allocate(struct series *series, int64_t days, bool censored, struct error *err) {
    if (days > SERIES_DAYS_MAX)
        return error_set(err, ERROR_INVALID, "the rows span %" PRId64 " days, more than %d: is a date wrong?",
                         days, SERIES_DAYS_MAX);
    size_t slots = (size_t)days * series->per_day;
    series->counts = malloc(slots * sizeof *series->counts);
    series->censored = censored ? calloc(slots, sizeof *series->censored) : NULL;
    if (series->counts == NULL || (censored && series->censored == NULL)) {
        series_done(series);
        return error_set(err, ERROR_UNAVAILABLE, "out of memory for %zu slots", slots);
    }
    for (size_t i = 0; i < slots; i++)
        series->counts[i] = NAN;
    return true;
}

static void place_rows(struct reading *reading, struct series *series) {
    double seen = 0; // rows in the slot at hand
    for (size_t i = 0; i < reading->count; i++) {
        const struct row *row = &reading->rows[i];
        size_t slot = (size_t)((row->minute - series->day * SERIES_MINUTES_DAY) / series->minutes);
        bool again = i > 0 && row->minute == row[-1].minute;
        bool same_slot = i > 0 && slot + 1 == series->count;
        series->count = slot + 1;
        if (series->censored != NULL)
            series->censored[slot] |= row->full;
        series->notes.repeated += again;
        if (isnan(row->count))
            continue;
        if (!same_slot || isnan(series->counts[slot])) {
            series->counts[slot] = row->count;
            seen = 1;
        } else if (again) {
            seen++;
            series->counts[slot] += (row->count - series->counts[slot]) / seen;
        } else {
            series->counts[slot] += row->count;
        }
    }
}

static void fill_gaps(struct series *series) {
    for (size_t first = 0; first < series->count; first += series->per_day) {
        bool any = false;
        size_t end = first + series->per_day < series->count ? first + series->per_day : series->count;
        for (size_t i = first; i < end; i++)
            any |= !isnan(series->counts[i]);
        for (size_t i = first; any && i < end; i++)
            if (isnan(series->counts[i]))
                series->counts[i] = 0;
    }
}

static int by_value(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

// What is usual in this slot of the week: the median of the other weeks, or 0 when they are too few.
static double usual_count(const struct series *series, size_t slot) {
    size_t week = 7 * series->per_day, found = 0;
    double seen[SERIES_DAYS_MAX / 7 + 1];
    for (size_t i = slot % week; i < series->count; i += week)
        if (i != slot && !isnan(series->counts[i]))
            seen[found++] = series->counts[i];
    if (found < OUTAGE_WEEKS)
        return 0;
    qsort(seen, found, sizeof *seen, by_value);
    return seen[found / 2];
}

static void mark_outages(struct series *series) {
    size_t shortest = (size_t)(OUTAGE_HOURS * 60 / series->minutes);
    if (shortest < 2)
        return;
    for (size_t i = 0; i < series->count; i++) {
        size_t end = i;
        while (end < series->count && series->counts[end] == 0 && usual_count(series, end) >= OUTAGE_USUAL)
            end++;
        if (end - i >= shortest) {
            series->notes.outage += end - i;
            for (size_t k = i; k < end; k++)
                series->counts[k] = NAN;
        }
        i = end;
    }
}

// Where something else is to be expected, a table of zeros is one of a counter that did not count.
static void look_at_zeros(struct series *series, bool believed) {
    bool zero = false;
    for (size_t i = 0; i < series->count; i++) {
        if (series->counts[i] > 0)
            return;
        zero |= series->counts[i] == 0;
    }
    series->notes.all_zero = zero;
    if (believed)
        return;
    series->day += (int64_t)((series->count + series->per_day - 1) / series->per_day);
    series->count = 0;
}

static bool build(struct reading *reading, struct series *ret_series, struct error *err) {
    qsort(reading->rows, reading->count, sizeof *reading->rows, by_minute);
    struct series series = {.minutes = slot_minutes(reading), .notes = reading->notes};
    series.per_day = (size_t)(SERIES_MINUTES_DAY / series.minutes);
    series.day = (int64_t)floor((double)reading->rows[0].minute / SERIES_MINUTES_DAY);
    int64_t last_day = (int64_t)floor((double)reading->rows[reading->count - 1].minute / SERIES_MINUTES_DAY);
    bool censored = false;
    for (size_t i = 0; i < reading->count; i++)
        censored |= reading->rows[i].full;
    if (!series_allocate(&series, last_day - series.day + 1, censored, err))
        return false;
    place_rows(reading, &series);
    if (reading->options->gaps_are_zero)
        fill_gaps(&series);
    if (!reading->options->keep_zeros)
        mark_outages(&series);
    series.notes.rows = reading->count;
    for (size_t i = 0; i < series.count; i++)
        series.notes.missing += isnan(series.counts[i]);
    look_at_zeros(&series, reading->options->expected_from_day == 0);
    *ret_series = series;
    return true;
}

static bool build_or_refuse(struct reading *reading, struct series *ret_series, struct error *err) {
    if (reading->count > 0)
        return build(reading, ret_series, err);
    if (reading->notes.bad > 0)
        return error_set(err, ERROR_INVALID, "no row can be read; line %" PRIu64 ": %.100s",
                         reading->notes.bad_line, reading->notes.reason);
    if (reading->options->expected_from_day != 0)
        return series_from(NULL, 0, reading->options->expected_from_day, 60, ret_series, err);
    return error_set(err, ERROR_INVALID, "the table has a header and no rows");
}

static bool is_empty(FILE *file) {
    int first = getc(file);
    return first == EOF || ungetc(first, file) == EOF;
}

bool series_read(FILE *file, const struct series_options *options, struct series *ret_series,
                 struct error *err) {
    struct reading reading = {.options = options, .start = -1, .value = -1, .full = -1};
    struct csv_handler handler = {.row = take_row, .bad = take_bad, .context = &reading};
    struct csv_options csv = {.has_header = true, .field_bytes = FIELD_BYTES_MAX};
    if (options->expected_from_day != 0 && is_empty(file))
        return build_or_refuse(&reading, ret_series, err);
    reading.reader = csv_reader_new(&csv, &handler);
    if (reading.reader == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool good = csv_reader_read(reading.reader, file, err) && build_or_refuse(&reading, ret_series, err);
    csv_reader_free(reading.reader);
    free(reading.rows);
    return good;
}

bool series_from(const double *counts, size_t count, int64_t day, int minutes, struct series *ret_series,
                 struct error *err) {
    if (minutes <= 0 || SERIES_MINUTES_DAY % minutes != 0)
        return error_set(err, ERROR_INVALID, "slots of %d minutes do not divide a day", minutes);
    struct series series = {
        .minutes = minutes, .day = day, .per_day = (size_t)(SERIES_MINUTES_DAY / minutes)};
    size_t days = (count + series.per_day - 1) / series.per_day;
    if (!series_allocate(&series, (int64_t)(days == 0 ? 1 : days), false, err))
        return false;
    if (count > 0)
        memcpy(series.counts, counts, count * sizeof *counts);
    series.count = count;
    for (size_t i = 0; i < count; i++)
        series.notes.missing += isnan(counts[i]);
    series.notes.rows = count - series.notes.missing;
    *ret_series = series;
    return true;
}

void series_done(struct series *series) {
    free(series->counts);
    free(series->censored);
    *series = (struct series){0};
}
