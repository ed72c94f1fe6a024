// table.c - finds the delimiter in the first line, then lets base/csv do the work.
#include "measure/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

struct table {
    struct table_handler handler;
    struct import_result *result;
    struct csv_reader *reader; // NULL until the first line is there
    char *first;               // what there is of it
    size_t first_length;
    bool header_seen, in_row;
    bool header_refused;
    struct error refusal; // of the header: the reader would blame the row below it
};

static bool take_header(struct table *table, struct error *err) {
    if (table->header_seen || csv_reader_header(table->reader) == NULL)
        return true;
    table->header_seen = true;
    table->header_refused = !table->handler.header(table->handler.context, table, err);
    if (table->header_refused) {
        error_prefix(err, "line 1: ");
        table->refusal = *err;
    }
    return !table->header_refused;
}

static bool told(const struct table *table, bool good, struct error *err) {
    if (!good && table->header_refused)
        *err = table->refusal;
    return good;
}

static bool take_row(void *context, const struct csv_row *row, struct error *err) {
    struct table *table = context;
    if (!take_header(table, err))
        return false;
    table->result->read++;
    table->in_row = true;
    bool ok = table->handler.row(table->handler.context, row, err);
    if (ok)
        table->in_row = false;
    return ok;
}

// Called for a row that the handler refused, and for one that never reached it.
static void take_bad(void *context, uint64_t line, const char *reason) {
    struct table *table = context;
    if (!table->in_row)
        table->result->read++;
    table->in_row = false;
    import_add_bad(table->result, line, reason);
}

struct table *table_new(const struct table_handler *handler, struct import_result *result) {
    struct table *table = calloc(1, sizeof *table);
    if (table == NULL)
        return NULL;
    table->first = malloc(TABLE_HEADER_BYTES_MAX);
    if (table->first == NULL) {
        free(table);
        return NULL;
    }
    table->handler = *handler;
    table->result = result;
    return table;
}

void table_free(struct table *table) {
    if (table == NULL)
        return;
    csv_reader_free(table->reader);
    free(table->first);
    free(table);
}

static char delimiter_of(const char *line, size_t length) {
    static const char candidates[] = {',', '\t', ';'};
    size_t best = 0, counts[sizeof candidates] = {0};
    for (size_t i = 0; i < length && line[i] != '\n'; i++)
        for (size_t c = 0; c < sizeof candidates; c++)
            counts[c] += line[i] == candidates[c];
    for (size_t c = 1; c < sizeof candidates; c++)
        if (counts[c] > counts[best])
            best = c;
    return candidates[best];
}

static bool start_reader(struct table *table, struct error *err) {
    const char *first = table->first;
    if (table->first_length >= 2 && (memcmp(first, "\xff\xfe", 2) == 0 || memcmp(first, "\xfe\xff", 2) == 0))
        return error_set(err, ERROR_INVALID, "line 1: the file is UTF-16; save it as UTF-8 (\"CSV UTF-8\")");
    const struct csv_options options = {.has_header = true,
                                        .field_bytes = TABLE_FIELD_BYTES_MAX,
                                        .delimiter = delimiter_of(table->first, table->first_length)};
    const struct csv_handler handler = {.row = take_row, .bad = take_bad, .context = table};
    table->reader = csv_reader_new(&options, &handler);
    if (table->reader == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    return csv_reader_feed(table->reader, table->first, table->first_length, err);
}

bool table_feed(struct table *table, const char *bytes, size_t length, struct error *err) {
    if (table->reader != NULL)
        return told(table, csv_reader_feed(table->reader, bytes, length, err) && take_header(table, err),
                    err);
    size_t room = TABLE_HEADER_BYTES_MAX - table->first_length;
    size_t part = length < room ? length : room;
    memcpy(table->first + table->first_length, bytes, part);
    table->first_length += part;
    bool whole = memchr(table->first, '\n', table->first_length) != NULL;
    if (!whole && part == length)
        return true;
    if (!whole)
        return error_set(err, ERROR_INVALID, "line 1: the header is longer than %d bytes",
                         TABLE_HEADER_BYTES_MAX);
    return told(table,
                start_reader(table, err) &&
                    csv_reader_feed(table->reader, bytes + part, length - part, err) &&
                    take_header(table, err),
                err);
}

bool table_finish(struct table *table, struct error *err) {
    if (table->reader == NULL && !start_reader(table, err))
        return false;
    return told(table, csv_reader_finish(table->reader, err) && take_header(table, err), err);
}

bool table_column(const struct table *table, const char *name, int *ret_column, struct error *err) {
    int column = csv_reader_column(table->reader, name);
    if (column >= 0 && csv_reader_column_after(table->reader, name, column) >= 0)
        return error_set_field(err, ERROR_CONFLICT, name, "the header has two columns \"%.40s\"", name);
    *ret_column = column;
    return true;
}

static bool is_utf8(const struct table *table) {
    const struct csv_row *header = table_header(table);
    for (size_t i = 0; i < header->count; i++)
        if (!text_is_clean_utf8(header->fields[i], strlen(header->fields[i])))
            return false;
    return true;
}

bool table_need_column(const struct table *table, const char *name, int *ret_column, struct error *err) {
    int column = -1;
    if (!table_column(table, name, &column, err))
        return false;
    if (column < 0)
        return error_set_field(err, ERROR_MISSING, name,
                               "the header has no column \"%.40s\"; name it with --map%s", name,
                               is_utf8(table) ? "" : " (the file is not UTF-8: save it as \"CSV UTF-8\")");
    *ret_column = column;
    return true;
}

const struct csv_row *table_header(const struct table *table) {
    return table->reader == NULL ? NULL : csv_reader_header(table->reader);
}

bool table_number(const char *field, const char *column, int64_t max, int64_t *ret_number,
                  struct error *err) {
    char digits[24];
    size_t length = 0;
    const char *byte = field + strspn(field, " ");
    for (; *byte != '\0' && *byte != ' ' && length + 1 < sizeof digits; byte++)
        if (*byte != ',')
            digits[length++] = *byte;
    digits[length] = '\0';
    if (byte[strspn(byte, " ")] != '\0' || !text_parse_int(digits, 0, max, ret_number))
        return error_set_field(err, ERROR_INVALID, column,
                               "%s: \"%.40s\" is not a whole number from 0 to %" PRId64, column, field, max);
    return true;
}

// Any of the forms of a date; `ret_length` is what it takes of the text.
static bool parse_date(const char *text, int parts[3], size_t *ret_length) {
    int used = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 8 && sscanf(text, "%4d%2d%2d%n", &parts[0], &parts[1], &parts[2], &used) == 3) {
        *ret_length = (size_t)used;
        return true;
    }
    if (digits == 6 && sscanf(text, "%2d%2d%2d%n", &parts[0], &parts[1], &parts[2], &used) == 3) {
        parts[0] += parts[0] < 70 ? 2000 : 1900;
        *ret_length = (size_t)used;
        return true;
    }
    bool ok = digits == 4 && (text[4] == '-' || text[4] == '/') &&
              sscanf(text, "%4d%*1[-/]%2d%*1[-/]%2d%n", &parts[0], &parts[1], &parts[2], &used) == 3;
    *ret_length = (size_t)used;
    return ok;
}

bool table_time(const char *date, const char *time, int64_t *ret_time_ms, struct error *err) {
    struct error unread;
    char iso[CLOCK_RFC3339_SIZE * 2];
    int parts[3] = {0};
    const char *given = time;
    size_t length = 0;
    if (time == NULL && clock_parse(date, ret_time_ms, &unread))
        return true;
    const char *text = date + strspn(date, " ");
    bool ok = parse_date(text, parts, &length);
    const char *rest = ok ? text + length : text;
    if (ok && time == NULL) {
        ok = *rest == ' ' || *rest == 'T' || *rest == '\0';
        time = *rest == '\0' ? "0:00" : rest + 1;
    } else if (ok) {
        ok = rest[strspn(rest, " ")] == '\0';
        time += strspn(time, " ");
    }
    ok = ok &&
         snprintf(iso, sizeof iso, "%04d-%02d-%02dT%s", parts[0], parts[1], parts[2], time) < (int)sizeof iso;
    if (ok && clock_parse(iso, ret_time_ms, &unread))
        return true;
    return error_set_field(err, ERROR_INVALID, "start", "\"%.40s%s%.20s\" is not a time", date,
                           given == NULL || *given == '\0' ? "" : " ", given == NULL ? "" : given);
}
