// csv.h - comma-separated values: read row by row from any source, written so that others read them.
//
// The reader is fed bytes as they come (a file, a request body) and calls back once a row; it holds one
// row at a time, so the size of a file does not matter. Quoting, embedded newlines, CRLF and a byte order
// mark are handled; a quote in the middle of an unquoted field is taken as it stands. Every complaint
// names the line on which its row begins.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"

#define CSV_ROW_BYTES_MAX  ((size_t)1 << 20)
#define CSV_ROW_FIELDS_MAX 1024

struct csv_row {
    uint64_t line; // on which the row begins, from 1
    size_t count;
    const char *const *fields; // NUL-terminated, valid during the callback
};

struct csv_options {
    bool has_header;    // the first row names the columns; every other row must then have as many fields
    size_t field_bytes; // the longest field that is taken; 0 for no limit but the row's
    char delimiter;     // 0 for a comma
};

struct csv_handler {
    // A row of data. False with `err` set: with `bad` given and the kind INVALID the row counts as bad and
    // reading goes on; otherwise reading ends with that error.
    bool (*row)(void *context, const struct csv_row *row, struct error *err);
    // May be NULL. A row that was not taken, and why; reading goes on with the next line.
    void (*bad)(void *context, uint64_t line, const char *reason);
    void *context;
};

struct csv_reader;

// Returns a reader owned by the caller, or NULL when memory is exhausted.
struct csv_reader *csv_reader_new(const struct csv_options *options, const struct csv_handler *handler);
void csv_reader_free(struct csv_reader *reader);
void csv_reader_cleanup(struct csv_reader **reader);

// Takes the next `length` bytes. After an error the reader must not be fed again.
MUST_CHECK bool csv_reader_feed(struct csv_reader *reader, const void *bytes, size_t length,
                                struct error *err);
// The end of the input: the last row need not end in a newline.
MUST_CHECK bool csv_reader_finish(struct csv_reader *reader, struct error *err);
// Feeds a whole file and finishes.
MUST_CHECK bool csv_reader_read(struct csv_reader *reader, FILE *file, struct error *err);

// The index of the column that the header names so (case and spaces around it do not matter), or -1.
int csv_reader_column(const struct csv_reader *reader, const char *name);
// The next one of that name behind `column`.
int csv_reader_column_after(const struct csv_reader *reader, const char *name, int column);
// The header's names; NULL before it was read.
const struct csv_row *csv_reader_header(const struct csv_reader *reader);

// Numbers in a field, spaces around them allowed. False with an error that names `column`.
MUST_CHECK bool csv_number(const char *field, const char *column, double *ret_number, struct error *err);

// Writes rows by RFC 4180: CRLF, quotes where needed. With `guard`, a text that a spreadsheet would run as
// a formula (= + - @ tab) gets an apostrophe in front.
struct csv_writer {
    FILE *file;            // one of the two
    struct buffer *buffer; //
    bool guard;
    bool row_begun;
    bool failed;
};
void csv_writer_to_file(struct csv_writer *writer, FILE *file);
void csv_writer_to_buffer(struct csv_writer *writer, struct buffer *buffer);
// The byte order mark by which spreadsheets know UTF-8; before anything else.
void csv_write_mark(struct csv_writer *writer);
void csv_write_text(struct csv_writer *writer, const char *text);
void csv_write_integer(struct csv_writer *writer, int64_t number);
// NaN leaves the field empty.
void csv_write_number(struct csv_writer *writer, double number, int decimals);
void csv_write_end(struct csv_writer *writer);
// A whole row of texts; the list ends with NULL.
void csv_write_row(struct csv_writer *writer, const char *const *texts);
// False when anything could not be written.
MUST_CHECK bool csv_writer_finish(struct csv_writer *writer, struct error *err);
