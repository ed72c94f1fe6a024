#include "base/csv.h"

#include <csv.h>
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#define CHUNK_BYTES         65536
#define TEXT_BYTES_INIT     4096
#define PARSER_BETWEEN_ROWS 0 // the `pstate` of libcsv before the first byte of a row

struct csv_reader {
    struct csv_parser parser; // libcsv's
    struct csv_options options;
    struct csv_handler handler;

    uint64_t line;     // of the byte that is fed next
    uint64_t row_line; // on which the open row begins
    bool row_open;
    bool skipping;    // the rest of this line belongs to a row that was given up
    int mark_matched; // bytes of a byte order mark seen; -1 once past the start

    size_t row_bytes; // fed since the row began
    char *text;       // the fields of the open row, each ended by NUL
    size_t text_length, text_capacity;
    size_t offsets[CSV_ROW_FIELDS_MAX];
    const char *fields[CSV_ROW_FIELDS_MAX];
    size_t count;

    char *header_text;
    const char *header_fields[CSV_ROW_FIELDS_MAX];
    struct csv_row header;

    const char *complaint; // why the open row cannot be taken
    struct error failure;  // what a callback of libcsv wants to end the reading with
    bool failed;
};

static const unsigned char mark[3] = {0xef, 0xbb, 0xbf};

static int never_space(unsigned char byte) {
    return 0;
}

static bool parser_start(struct csv_reader *reader) {
    if (csv_init(&reader->parser, 0) != 0)
        return false;
    csv_set_space_func(&reader->parser, never_space); // RFC 4180: spaces are part of a field
    if (reader->options.delimiter != 0)
        csv_set_delim(&reader->parser, (unsigned char)reader->options.delimiter);
    return true;
}

struct csv_reader *csv_reader_new(const struct csv_options *options, const struct csv_handler *handler) {
    struct csv_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->options = *options;
    reader->handler = *handler;
    reader->line = 1;
    if (!parser_start(reader)) {
        free(reader);
        return NULL;
    }
    return reader;
}

void csv_reader_free(struct csv_reader *reader) {
    if (reader == NULL)
        return;
    csv_free(&reader->parser);
    free(reader->text);
    free(reader->header_text);
    free(reader);
}

void csv_reader_cleanup(struct csv_reader **reader) {
    csv_reader_free(*reader);
}

static void fail_for_memory(struct csv_reader *reader) {
    reader->failed = true;
    error_set(&reader->failure, ERROR_UNAVAILABLE, "out of memory on line %" PRIu64, reader->row_line);
}

static bool text_reserve(struct csv_reader *reader, size_t length) {
    size_t needed = reader->text_length + length + 1;
    if (needed <= reader->text_capacity)
        return true;
    size_t capacity = reader->text_capacity == 0 ? TEXT_BYTES_INIT : reader->text_capacity;
    while (capacity < needed)
        capacity *= 2;
    char *grown = realloc(reader->text, capacity);
    if (grown == NULL)
        return false;
    reader->text = grown;
    reader->text_capacity = capacity;
    return true;
}

// libcsv calls this once a field.
static void take_field(void *bytes, size_t length, void *context) {
    struct csv_reader *reader = context;
    if (reader->failed || reader->complaint != NULL)
        return;
    size_t limit = reader->options.field_bytes;
    if (limit > 0 && length > limit)
        reader->complaint = "a field is too long";
    else if (reader->count == CSV_ROW_FIELDS_MAX)
        reader->complaint = "too many fields";
    else if (length > 0 && memchr(bytes, '\0', length) != NULL)
        reader->complaint = "a NUL byte";
    if (reader->complaint != NULL)
        return;
    if (!text_reserve(reader, length)) {
        fail_for_memory(reader);
        return;
    }
    reader->offsets[reader->count++] = reader->text_length;
    if (length > 0)
        memcpy(reader->text + reader->text_length, bytes, length);
    reader->text_length += length;
    reader->text[reader->text_length++] = '\0';
}

// Tells of a bad row, or ends the reading when nobody listens.
static void complain(struct csv_reader *reader, const char *reason) {
    if (reader->handler.bad != NULL && (reader->header.fields != NULL || !reader->options.has_header)) {
        reader->handler.bad(reader->handler.context, reader->row_line, reason);
        return;
    }
    reader->failed = true;
    error_set(&reader->failure, ERROR_INVALID, "line %" PRIu64 ": %s", reader->row_line, reason);
}

static void keep_header(struct csv_reader *reader) {
    reader->header_text = malloc(reader->text_length);
    if (reader->header_text == NULL) {
        fail_for_memory(reader);
        return;
    }
    memcpy(reader->header_text, reader->text, reader->text_length);
    for (size_t i = 0; i < reader->count; i++)
        reader->header_fields[i] = reader->header_text + reader->offsets[i];
    reader->header =
        (struct csv_row){.line = reader->row_line, .count = reader->count, .fields = reader->header_fields};
}

static void hand_over(struct csv_reader *reader) {
    for (size_t i = 0; i < reader->count; i++)
        reader->fields[i] = reader->text + reader->offsets[i];
    struct csv_row row = {.line = reader->row_line, .count = reader->count, .fields = reader->fields};
    struct error err = {0};
    if (reader->handler.row(reader->handler.context, &row, &err))
        return;
    if (err.kind == ERROR_INVALID) {
        complain(reader, err.message);
        if (reader->failed)
            memcpy(reader->failure.field, err.field, sizeof err.field);
        return;
    }
    reader->failed = true;
    reader->failure = err;
    error_prefix(&reader->failure, "line %" PRIu64 ": ", reader->row_line);
}

static void row_forget(struct csv_reader *reader) {
    reader->text_length = 0;
    reader->count = 0;
    reader->complaint = NULL;
    reader->row_bytes = 0;
}

static void take_row(struct csv_reader *reader) {
    if (reader->failed)
        return;
    if (reader->complaint != NULL) {
        complain(reader, reader->complaint);
    } else if (reader->options.has_header && reader->header.fields == NULL) {
        keep_header(reader);
    } else if (reader->options.has_header && reader->count != reader->header.count) {
        char reason[96];
        snprintf(reason, sizeof reason, "%zu fields, but the header has %zu", reader->count,
                 reader->header.count);
        complain(reader, reason);
    } else {
        hand_over(reader);
    }
}

// libcsv calls this once a row.
static void take_row_end(int terminator, void *context) {
    struct csv_reader *reader = context;
    take_row(reader);
    row_forget(reader);
}

// Gives up the open row and starts again on the next line.
static bool row_give_up(struct csv_reader *reader, const char *reason, struct error *err) {
    complain(reader, reason);
    row_forget(reader);
    csv_free(&reader->parser);
    if (!parser_start(reader))
        fail_for_memory(reader);
    reader->row_open = false;
    reader->skipping = true;
    if (reader->failed)
        *err = reader->failure;
    return !reader->failed;
}

// Feeds a piece that ends in a newline or does not hold one.
static bool feed_piece(struct csv_reader *reader, const char *bytes, size_t length, struct error *err) {
    if (!reader->row_open) {
        reader->row_line = reader->line;
        reader->row_bytes = 0;
    }
    reader->row_bytes += length;
    if (reader->row_bytes > CSV_ROW_BYTES_MAX)
        return row_give_up(reader, "the row is too long", err);
    size_t taken = csv_parse(&reader->parser, bytes, length, take_field, take_row_end, reader);
    if (taken != length)
        return error_set(err, ERROR_UNAVAILABLE, "line %" PRIu64 ": %s", reader->row_line,
                         csv_strerror(csv_error(&reader->parser)));
    if (reader->failed) {
        *err = reader->failure;
        return false;
    }
    // The parser knows best: a lone carriage return also ends a row, in the middle of a piece.
    reader->row_open = reader->parser.pstate != PARSER_BETWEEN_ROWS;
    return true;
}

// Drops a byte order mark, which may come in several feeds; returns the bytes to skip.
static size_t drop_mark(struct csv_reader *reader, const unsigned char *bytes, size_t length) {
    size_t skipped = 0;
    while (reader->mark_matched >= 0 && skipped < length) {
        if (bytes[skipped] != mark[reader->mark_matched])
            break;
        skipped++;
        if (++reader->mark_matched == 3)
            reader->mark_matched = -1;
    }
    return skipped;
}

bool csv_reader_feed(struct csv_reader *reader, const void *bytes, size_t length, struct error *err) {
    const char *rest = bytes;
    if (reader->mark_matched >= 0 && length > 0) {
        size_t skipped = drop_mark(reader, bytes, length);
        rest += skipped;
        length -= skipped;
        if (length > 0 && reader->mark_matched > 0) { // it only began like one: those bytes are data
            int matched = reader->mark_matched;
            reader->mark_matched = -1;
            if (!feed_piece(reader, (const char *)mark, (size_t)matched, err))
                return false;
        }
        if (length > 0)
            reader->mark_matched = -1;
    }
    while (length > 0) {
        const char *newline = memchr(rest, '\n', length);
        size_t piece = newline == NULL ? length : (size_t)(newline - rest) + 1;
        if (!reader->skipping && !feed_piece(reader, rest, piece, err))
            return false;
        if (newline != NULL) {
            reader->line++;
            reader->skipping = false;
        }
        rest += piece;
        length -= piece;
    }
    return true;
}

bool csv_reader_finish(struct csv_reader *reader, struct error *err) {
    bool open = reader->row_open && !reader->skipping;
    csv_set_opts(&reader->parser, CSV_STRICT | CSV_STRICT_FINI); // strict only about how it ends
    if (csv_fini(&reader->parser, take_field, take_row_end, reader) != 0 && open)
        complain(reader, "a quoted field does not end");
    if (!reader->failed && reader->options.has_header && reader->header.fields == NULL) {
        reader->failed = true;
        error_set(&reader->failure, ERROR_INVALID, "no header: the input is empty");
    }
    if (reader->failed)
        *err = reader->failure;
    return !reader->failed;
}

bool csv_reader_read(struct csv_reader *reader, FILE *file, struct error *err) {
    char *chunk = malloc(CHUNK_BYTES);
    if (chunk == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool good = true;
    size_t length;
    while (good && (length = fread(chunk, 1, CHUNK_BYTES, file)) > 0)
        good = csv_reader_feed(reader, chunk, length, err);
    free(chunk);
    if (good && ferror(file))
        return error_set(err, ERROR_UNAVAILABLE, "the file could not be read to its end");
    return good && csv_reader_finish(reader, err);
}

static bool name_matches(const char *field, const char *name) {
    while (isspace((unsigned char)*field))
        field++;
    size_t length = strlen(field);
    while (length > 0 && isspace((unsigned char)field[length - 1]))
        length--;
    return strlen(name) == length && strncasecmp(field, name, length) == 0;
}

int csv_reader_column_after(const struct csv_reader *reader, const char *name, int column) {
    for (int i = column + 1; i < (int)reader->header.count; i++)
        if (name_matches(reader->header.fields[i], name))
            return i;
    return -1;
}

int csv_reader_column(const struct csv_reader *reader, const char *name) {
    return csv_reader_column_after(reader, name, -1);
}

const struct csv_row *csv_reader_header(const struct csv_reader *reader) {
    return reader->header.fields == NULL ? NULL : &reader->header;
}

bool csv_number(const char *field, const char *column, double *ret_number, struct error *err) {
    static const char digits[] = "0123456789+-.eE \t";
    char *end;
    double number = strtod(field, &end);
    bool plain = end != field && field[strspn(field, digits)] == '\0' && isfinite(number);
    if (!plain || end[strspn(end, " \t")] != '\0')
        return error_set_field(err, ERROR_INVALID, column, "%s: '%.40s' is not a number", column, field);
    *ret_number = number;
    return true;
}

void csv_writer_to_file(struct csv_writer *writer, FILE *file) {
    *writer = (struct csv_writer){.file = file, .guard = true};
}

void csv_writer_to_buffer(struct csv_writer *writer, struct buffer *buffer) {
    *writer = (struct csv_writer){.buffer = buffer, .guard = true};
}

static void put(struct csv_writer *writer, const char *bytes, size_t length) {
    if (writer->file != NULL)
        writer->failed |= fwrite(bytes, 1, length, writer->file) != length;
    else
        buffer_add_bytes(writer->buffer, bytes, length);
}

static void put_separator(struct csv_writer *writer) {
    if (writer->row_begun)
        put(writer, ",", 1);
    writer->row_begun = true;
}

void csv_write_mark(struct csv_writer *writer) {
    put(writer, (const char *)mark, sizeof mark);
}

static void put_quoted(struct csv_writer *writer, const char *text) {
    put(writer, "\"", 1);
    for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        put(writer, text, (size_t)(quote - text) + 1);
        put(writer, "\"", 1);
    }
    put(writer, text, strlen(text));
    put(writer, "\"", 1);
}

void csv_write_text(struct csv_writer *writer, const char *text) {
    put_separator(writer);
    bool formula = writer->guard && text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    bool plain = text[strcspn(text, ",\"\r\n")] == '\0' && text[0] != ' ';
    if (plain && !formula) {
        put(writer, text, strlen(text));
        return;
    }
    if (!formula) {
        put_quoted(writer, text);
        return;
    }
    // Quotes and the apostrophe: a spreadsheet shows the text and does not run it.
    put(writer, "\"'", 2);
    for (; *text != '\0'; text++)
        put(writer, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    put(writer, "\"", 1);
}

void csv_write_integer(struct csv_writer *writer, int64_t number) {
    char text[24];
    int length = snprintf(text, sizeof text, "%" PRId64, number);
    put_separator(writer);
    put(writer, text, (size_t)length);
}

void csv_write_number(struct csv_writer *writer, double number, int decimals) {
    char text[352]; // the longest double has 309 digits before the point
    put_separator(writer);
    if (!isfinite(number))
        return;
    int length = snprintf(text, sizeof text, "%.*f", decimals > 20 ? 20 : decimals, number);
    put(writer, text, (size_t)length);
}

void csv_write_end(struct csv_writer *writer) {
    put(writer, "\r\n", 2);
    writer->row_begun = false;
}

void csv_write_row(struct csv_writer *writer, const char *const *texts) {
    for (; *texts != NULL; texts++)
        csv_write_text(writer, *texts);
    csv_write_end(writer);
}

bool csv_writer_finish(struct csv_writer *writer, struct error *err) {
    if (writer->file != NULL)
        writer->failed |= fflush(writer->file) != 0;
    else
        writer->failed |= writer->buffer->failed;
    if (writer->failed)
        return error_set(err, ERROR_UNAVAILABLE, "the table could not be written: disk or memory full");
    return true;
}
