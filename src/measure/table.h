// table.h - a file of columns with a header, as spreadsheets and telephone systems write it: commas, tabs or
// semicolons, CRLF or not, with a byte order mark or without.
//
// The delimiter is the one that the header line has most of. Every row ends in the result: taken by the
// handler, or bad with its line number and why.
#pragma once

#include "base/csv.h"
#include "measure/import.h"

#define TABLE_HEADER_BYTES_MAX 65536
#define TABLE_FIELD_BYTES_MAX  256

struct table;

struct table_handler {
    // Once, when the header is known. ERROR_MISSING: a column that must be there is not; ERROR_CONFLICT: it
    // is there twice.
    bool (*header)(void *context, const struct table *table, struct error *err);
    // ERROR_INVALID counts the row as bad; any other error ends the reading.
    bool (*row)(void *context, const struct csv_row *row, struct error *err);
    void *context;
};

// NULL when memory is exhausted. Counts `read` and `bad` in the result; the handler counts the rest.
struct table *table_new(const struct table_handler *handler, struct import_result *result);
void table_free(struct table *table); // NULL is fine
MUST_CHECK bool table_feed(struct table *table, const char *bytes, size_t length, struct error *err);
MUST_CHECK bool table_finish(struct table *table, struct error *err);

// The index of a column, or -1; ERROR_CONFLICT, which names it: it is there twice.
MUST_CHECK bool table_column(const struct table *table, const char *name, int *ret_column, struct error *err);
// The same, and ERROR_MISSING when there is none.
MUST_CHECK bool table_need_column(const struct table *table, const char *name, int *ret_column,
                                  struct error *err);
// The header as it stands; NULL before it was read.
const struct csv_row *table_header(const struct table *table);

// A whole number in a field, spaces around it and thousands commas allowed; ERROR_INVALID names `column`.
MUST_CHECK bool table_number(const char *field, const char *column, int64_t max, int64_t *ret_number,
                             struct error *err);
// A moment: ISO 8601 (clock_parse), or a date and a time of day in one or two fields. Dates may be written
// 2026-02-02, 2026/2/2, 20260202 or 260202 (70 to 99: the nineteen hundreds); `time` NULL: all in `date`.
MUST_CHECK bool table_time(const char *date, const char *time, int64_t *ret_time_ms, struct error *err);
