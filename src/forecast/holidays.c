#include "forecast/holidays.h"

#include <iconv.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/csv.h"

#define FILE_BYTES_MAX (1 << 20)

struct holidays holidays_none(void) {
    return (struct holidays){0};
}

static int by_day(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

bool holidays_of_japan(struct holidays *ret_holidays, struct error *err) {
    struct holidays holidays = {.days = malloc(HOLIDAYS_MAX * sizeof *holidays.days)};
    if (holidays.days == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (int year = holidays_japan_first_year; year <= holidays_japan_last_year; year++)
        for (const short *date = holidays_japan[year - holidays_japan_first_year]; *date != 0; date++)
            holidays.days[holidays.count++] = clock_day_number(year, *date / 100, *date % 100);
    *ret_holidays = holidays;
    return true;
}

static bool take_row(void *context, const struct csv_row *row, struct error *err) {
    struct holidays *holidays = context;
    int year, month, day, used = 0;
    const char *date = row->fields[0];
    bool read = sscanf(date, "%4d/%2d/%2d%n", &year, &month, &day, &used) == 3 ||
                sscanf(date, "%4d-%2d-%2d%n", &year, &month, &day, &used) == 3;
    if (!read || date[used] != '\0' || month < 1 || month > 12 || day < 1 || day > 31)
        return error_set(err, ERROR_INVALID, "'%.20s' is not a date", date);
    if (holidays->count == HOLIDAYS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d holidays", HOLIDAYS_MAX);
    holidays->days[holidays->count++] = clock_day_number(year, month, day);
    return true;
}

static bool encoding_is(const char *name, const char *text, size_t length) {
    iconv_t conversion = iconv_open("UTF-32LE", name);
    if (conversion == (iconv_t)-1)
        return false;
    char *in = (char *)(uintptr_t)text;
    bool good = true;
    while (good && length > 0) {
        char space[4096], *out = space;
        size_t room = sizeof space, before = length;
        size_t result = iconv(conversion, &in, &length, &out, &room);
        good = result != (size_t)-1 || (length < before && room < 8);
    }
    iconv_close(conversion);
    return good;
}

bool holidays_read(FILE *file, struct holidays *ret_holidays, struct error *err) {
    struct holidays holidays = {.days = malloc(HOLIDAYS_MAX * sizeof *holidays.days)};
    char *text = malloc(FILE_BYTES_MAX);
    struct csv_handler handler = {.row = take_row, .context = &holidays};
    struct csv_options options = {.has_header = true, .field_bytes = 256};
    struct csv_reader *reader = csv_reader_new(&options, &handler);
    bool good = holidays.days != NULL && text != NULL && reader != NULL;
    if (!good)
        error_set(err, ERROR_UNAVAILABLE, "out of memory");
    size_t length = good ? fread(text, 1, FILE_BYTES_MAX, file) : 0;
    if (good && !encoding_is("UTF-8", text, length) && !encoding_is("CP932", text, length))
        good = error_set(err, ERROR_INVALID, "the list of holidays is neither in Shift_JIS nor in UTF-8");
    good = good && csv_reader_feed(reader, text, length, err) && csv_reader_finish(reader, err);
    csv_reader_free(reader);
    free(text);
    if (!good) {
        free(holidays.days);
        return false;
    }
    qsort(holidays.days, holidays.count, sizeof *holidays.days, by_day);
    *ret_holidays = holidays;
    return true;
}

void holidays_done(struct holidays *holidays) {
    free(holidays->days);
    *holidays = (struct holidays){0};
}

bool holidays_has(const struct holidays *holidays, int64_t day) {
    return holidays->count > 0 && bsearch(&day, holidays->days, holidays->count, sizeof day, by_day) != NULL;
}

int holidays_weekday(int64_t day) {
    return (int)(((day + 4) % 7 + 7) % 7); // 1970-01-01 was a Thursday
}

bool holidays_is_off(const struct holidays *holidays, int64_t day) {
    int weekday = holidays_weekday(day);
    return weekday == 0 || weekday == 6 || holidays_has(holidays, day);
}
