// arrivals_file.c - both forms become rows of (start, count), then one sorted list.
#include "measure/arrivals_file.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/text.h"

#define FIELD_BYTES_MAX 64
#define MINUTES_A_DAY   (24 * 60)

enum form { FORM_UNKNOWN, FORM_START_COUNT, FORM_CLOCK };

struct reading {
    struct csv_reader *reader;
    enum form form;
    int start_column, count_column;
    int64_t date_ms;
    struct arrivals arrivals;
    size_t capacity;
    uint64_t *lines; // where each slot came from, for complaints after sorting
    // The form with a clock: rows run backwards in time, so a clock that jumps up has crossed midnight.
    int minute_before;
    size_t midnights;
    size_t midnight_rows; // rows read before the last midnight that was crossed
};

static bool find_columns(struct reading *reading, struct error *err) {
    reading->start_column = csv_reader_column(reading->reader, "start");
    reading->count_column = csv_reader_column(reading->reader, "count");
    reading->form = FORM_START_COUNT;
    if (reading->start_column >= 0 && reading->count_column >= 0)
        return true;
    reading->start_column = csv_reader_column(reading->reader, "Time");
    reading->count_column = csv_reader_column(reading->reader, "Online Applications");
    reading->form = FORM_CLOCK;
    if (reading->start_column >= 0 && reading->count_column >= 0)
        return true;
    return error_set(err, ERROR_INVALID,
                     "the header must be \"start,count\" (or \"Time,Online Applications\")");
}

// "7:05 pm" -> 1145.
static bool parse_clock(const char *text, int *ret_minute) {
    int hour = 0, minute = 0, used = 0;
    if (sscanf(text, "%2d:%2d %n", &hour, &minute, &used) != 2 || used == 0)
        return false;
    bool before_noon = strcasecmp(text + used, "am") == 0;
    if ((!before_noon && strcasecmp(text + used, "pm") != 0) || hour < 1 || hour > 12 || minute < 0 ||
        minute > 59)
        return false;
    *ret_minute = (hour % 12 + (before_noon ? 0 : 12)) * 60 + minute;
    return true;
}

// The start of a row that has only a clock, first as minutes of the day before whatever midnights were
// crossed.
static bool clock_start(struct reading *reading, const char *text, int64_t *ret_start_ms, struct error *err) {
    int minute = 0;
    if (!parse_clock(text, &minute))
        return error_set_field(err, ERROR_INVALID, "Time", "\"%.40s\" is not a time such as 7:05 pm", text);
    if (reading->arrivals.count > 0 && minute >= reading->minute_before) {
        reading->midnights++;
        reading->midnight_rows = reading->arrivals.count;
    }
    if (reading->midnights > 1)
        return error_set_field(err, ERROR_INVALID, "Time",
                               "\"%.40s\" is not before the row above it: newest first, one day", text);
    reading->minute_before = minute;
    *ret_start_ms = reading->date_ms + minute * CLOCK_MINUTE_MS;
    return true;
}

static bool add_slot(struct reading *reading, struct arrivals_slot slot, uint64_t line, struct error *err) {
    struct arrivals *arrivals = &reading->arrivals;
    if (arrivals->count == ARRIVALS_ROWS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d rows", ARRIVALS_ROWS_MAX);
    if (arrivals->count == reading->capacity) {
        size_t capacity = reading->capacity == 0 ? 512 : reading->capacity * 2;
        struct arrivals_slot *slots = reallocarray(arrivals->slots, capacity, sizeof *slots);
        if (slots != NULL)
            arrivals->slots = slots;
        uint64_t *lines = reallocarray(reading->lines, capacity, sizeof *lines);
        if (lines != NULL)
            reading->lines = lines;
        if (slots == NULL || lines == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "out of memory");
        reading->capacity = capacity;
    }
    reading->lines[arrivals->count] = line;
    arrivals->slots[arrivals->count++] = slot;
    return true;
}

static bool take_row(void *context, const struct csv_row *row, struct error *err) {
    struct reading *reading = context;
    if (reading->form == FORM_UNKNOWN && !find_columns(reading, err))
        return false;
    struct arrivals_slot slot = {0};
    const char *start = row->fields[reading->start_column], *count = row->fields[reading->count_column];
    bool ok = reading->form == FORM_CLOCK ? clock_start(reading, start, &slot.start_ms, err)
                                          : clock_parse(start, &slot.start_ms, err);
    if (ok && !text_parse_int(count, 0, ARRIVALS_COUNT_MAX, &slot.count))
        ok = error_set_field(err, ERROR_INVALID, "count", "\"%.40s\" is not a whole number of arrivals",
                             count);
    if (ok)
        ok = add_slot(reading, slot, row->line, err);
    if (!ok)
        error_prefix(err, "line %llu: ", (unsigned long long)row->line);
    return ok;
}

// Rows above a midnight that was crossed belong to the day after.
static void settle_midnight(struct reading *reading) {
    for (size_t i = 0; reading->midnights == 1 && i < reading->midnight_rows; i++)
        reading->arrivals.slots[i].start_ms += CLOCK_DAY_MS;
}

struct sorted {
    struct arrivals_slot slot;
    uint64_t line;
};

static int by_start(const void *a, const void *b) {
    const struct sorted *left = a, *right = b;
    if (left->slot.start_ms != right->slot.start_ms)
        return left->slot.start_ms < right->slot.start_ms ? -1 : 1;
    return (left->line > right->line) - (left->line < right->line);
}

static bool sort_slots(struct reading *reading, struct error *err) {
    struct arrivals *arrivals = &reading->arrivals;
    struct sorted *sorted = calloc(arrivals->count + 1, sizeof *sorted);
    if (sorted == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < arrivals->count; i++)
        sorted[i] = (struct sorted){arrivals->slots[i], reading->lines[i]};
    qsort(sorted, arrivals->count, sizeof *sorted, by_start);
    bool ok = true;
    arrivals->slot_ms = arrivals->count > 1 ? INT64_MAX : CLOCK_HOUR_MS;
    for (size_t i = 0; ok && i < arrivals->count; i++) {
        arrivals->slots[i] = sorted[i].slot;
        int64_t distance_ms = i == 0 ? INT64_MAX : sorted[i].slot.start_ms - sorted[i - 1].slot.start_ms;
        if (distance_ms == 0)
            ok = error_set(err, ERROR_INVALID, "line %llu: the same start as line %llu",
                           (unsigned long long)sorted[i].line, (unsigned long long)sorted[i - 1].line);
        if (distance_ms < arrivals->slot_ms)
            arrivals->slot_ms = distance_ms;
    }
    free(sorted);
    return ok;
}

bool arrivals_read(FILE *file, int64_t date_ms, struct arrivals *ret_arrivals, struct error *err) {
    struct reading reading = {.date_ms = clock_day_start_ms(date_ms)};
    const struct csv_options options = {.has_header = true, .field_bytes = FIELD_BYTES_MAX};
    const struct csv_handler handler = {.row = take_row, .context = &reading};
    CLEANUP(csv_reader_cleanup) struct csv_reader *reader = csv_reader_new(&options, &handler);
    if (reader == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    reading.reader = reader;
    bool ok = csv_reader_read(reader, file, err);
    if (ok && reading.arrivals.count == 0)
        ok = error_set(err, ERROR_INVALID, "no rows of arrivals");
    if (ok)
        settle_midnight(&reading);
    ok = ok && sort_slots(&reading, err);
    free(reading.lines);
    if (!ok) {
        arrivals_done(&reading.arrivals);
        return false;
    }
    *ret_arrivals = reading.arrivals;
    return true;
}

bool arrivals_read_file(const char *path, int64_t date_ms, struct arrivals *ret_arrivals, struct error *err) {
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, ERROR_MISSING, "%.100s cannot be opened: %s", path, strerror(errno));
    bool ok = arrivals_read(file, date_ms, ret_arrivals, err);
    (void)fclose(file);
    if (!ok)
        error_prefix(err, "%.60s: ", path);
    return ok;
}

void arrivals_done(struct arrivals *arrivals) {
    free(arrivals->slots);
    *arrivals = (struct arrivals){0};
}

int64_t arrivals_total(const struct arrivals *arrivals, int64_t from_ms, int64_t until_ms) {
    int64_t total = 0;
    for (size_t i = 0; i < arrivals->count; i++)
        if (arrivals->slots[i].start_ms >= from_ms && arrivals->slots[i].start_ms < until_ms)
            total += arrivals->slots[i].count;
    return total;
}
