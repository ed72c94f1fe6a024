#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/csv.h"

// What was read, as one text: fields joined by '|', rows by '/', each row led by its line number.
struct seen {
    char text[4096];
    char bad[1024];
    int rows;
};

static bool note_row(void *context, const struct csv_row *row, struct error *err) {
    struct seen *seen = context;
    size_t length = strlen(seen->text);
    length += (size_t)snprintf(seen->text + length, sizeof seen->text - length, "%d:", (int)row->line);
    for (size_t i = 0; i < row->count; i++)
        length += (size_t)snprintf(seen->text + length, sizeof seen->text - length, "%s%s", i > 0 ? "|" : "",
                                   row->fields[i]);
    snprintf(seen->text + length, sizeof seen->text - length, "/");
    seen->rows++;
    if (strcmp(row->fields[0], "refuse") == 0)
        return error_set_field(err, ERROR_INVALID, "a", "refused");
    if (strcmp(row->fields[0], "stop") == 0)
        return error_set(err, ERROR_UNAVAILABLE, "stopped");
    return true;
}

static void note_bad(void *context, uint64_t line, const char *reason) {
    struct seen *seen = context;
    size_t length = strlen(seen->bad);
    snprintf(seen->bad + length, sizeof seen->bad - length, "%d %s;", (int)line, reason);
}

static bool read_in_steps(struct seen *seen, const char *text, size_t length, size_t step, bool tolerant,
                          struct csv_options options, struct error *err) {
    struct csv_handler handler = {.row = note_row, .bad = tolerant ? note_bad : NULL, .context = seen};
    memset(seen, 0, sizeof *seen);
    CLEANUP(csv_reader_cleanup) struct csv_reader *reader = csv_reader_new(&options, &handler);
    for (size_t at = 0; at < length; at += step)
        if (!csv_reader_feed(reader, text + at, length - at < step ? length - at : step, err))
            return false;
    return csv_reader_finish(reader, err);
}

static void rows_are_the_same_however_the_bytes_are_cut(void **state) {
    static const char text[] = "\xef\xbb\xbf"
                               "a,b\r\n1,\"x, \"\"y\"\"\"\r\n\r\n\"two\r\nlines\", z \n3,";
    struct csv_options options = {.has_header = true};
    for (size_t step = 1; step < sizeof text; step++) {
        struct seen seen;
        struct error err = {0};
        assert_true(read_in_steps(&seen, text, sizeof text - 1, step, false, options, &err));
        assert_string_equal(seen.text, "2:1|x, \"y\"/4:two\r\nlines| z /6:3|/");
    }
}

static void a_column_is_found_by_its_name_whatever_its_case(void **state) {
    struct seen seen = {0};
    struct csv_handler handler = {.row = note_row, .context = &seen};
    struct csv_options options = {.has_header = true};
    CLEANUP(csv_reader_cleanup) struct csv_reader *reader = csv_reader_new(&options, &handler);
    struct error err = {0};
    assert_null(csv_reader_header(reader));
    assert_true(csv_reader_feed(reader, "Start, Count \n", 14, &err));
    assert_int_equal(csv_reader_header(reader)->count, 2);
    assert_int_equal(csv_reader_column(reader, "count"), 1);
    assert_int_equal(csv_reader_column(reader, "start"), 0);
    assert_int_equal(csv_reader_column(reader, "end"), -1);
}

static void a_bad_row_names_its_line_and_the_next_ones_are_read(void **state) {
    static const char text[] = "a,b\n1,2\n\"long\nrow\"\nrefuse,3\n4,5\n";
    struct csv_options options = {.has_header = true};
    struct seen seen;
    struct error err = {0};
    assert_true(read_in_steps(&seen, text, sizeof text - 1, 7, true, options, &err));
    assert_string_equal(seen.text, "2:1|2/5:refuse|3/6:4|5/");
    assert_string_equal(seen.bad, "3 1 fields, but the header has 2;5 refused;");
    assert_false(read_in_steps(&seen, text, sizeof text - 1, 7, false, options, &err));
    assert_string_equal(err.message, "line 3: 1 fields, but the header has 2");
    assert_int_equal(err.kind, ERROR_INVALID);
}

static void an_error_that_is_not_the_rows_ends_the_reading(void **state) {
    struct csv_options options = {.has_header = false};
    struct seen seen;
    struct error err = {0};
    assert_false(read_in_steps(&seen, "1,2\nstop,2\n3,4\n", 15, 15, true, options, &err));
    assert_string_equal(err.message, "line 2: stopped");
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
}

static void an_unfinished_quote_and_an_empty_file_are_errors(void **state) {
    struct csv_options options = {.has_header = true};
    struct seen seen;
    struct error err = {0};
    assert_false(read_in_steps(&seen, "a,b\n1,\"2\n3,4", 12, 5, false, options, &err));
    assert_string_equal(err.message, "line 2: a quoted field does not end");
    assert_false(read_in_steps(&seen, "a,b\r\"1,2\n", 9, 9, false, options, &err)); // after a lone CR
    assert_string_equal(err.message, "line 1: a quoted field does not end");
    assert_false(read_in_steps(&seen, "", 0, 1, true, options, &err));
    assert_string_equal(err.message, "no header: the input is empty");
}

static void fields_and_rows_have_limits(void **state) {
    struct csv_options options = {.field_bytes = 4};
    struct seen seen;
    struct error err = {0};
    assert_true(read_in_steps(&seen, "1,12345\n2,1234\nn\0l,1\n", 21, 3, true, options, &err));
    assert_string_equal(seen.text, "2:2|1234/");
    assert_string_equal(seen.bad, "1 a field is too long;3 a NUL byte;");
    size_t size = CSV_ROW_BYTES_MAX + 100;
    char *text = malloc(size);
    memset(text, 'x', size);
    memcpy(text + size - 5, "\n1,2\n", 5);
    assert_true(read_in_steps(&seen, text, size, 1000, true, options, &err));
    assert_string_equal(seen.text, "2:1|2/");
    assert_string_equal(seen.bad, "1 the row is too long;");
    memset(text, ',', size - 5);
    assert_true(read_in_steps(&seen, text + size - 4000, 4000, 4000, true, options, &err));
    assert_string_equal(seen.bad, "1 too many fields;");
    free(text);
}

static void a_number_is_a_number_and_nothing_else(void **state) {
    double number = 0;
    struct error err = {0};
    assert_true(csv_number(" 12.5 ", "count", &number, &err));
    assert_true(number == 12.5);
    static const char *const bad[] = {"", " ", "12x", "nan", "inf", "0x10", "1 2", "1e999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(csv_number(bad[i], "count", &number, &err));
        assert_string_equal(err.field, "count");
    }
    assert_true(number == 12.5);
}

static void what_is_written_is_quoted_and_guarded(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    struct buffer buffer;
    buffer_init(&buffer, arena);
    struct csv_writer writer;
    csv_writer_to_buffer(&writer, &buffer);
    csv_write_row(&writer, (const char *const[]){"plain", "a,b", "say \"x\"", "", NULL});
    csv_write_text(&writer, "=SUM(\"a\")");
    csv_write_integer(&writer, -5);
    csv_write_number(&writer, 2.0 / 3, 3);
    csv_write_number(&writer, NAN, 3);
    csv_write_end(&writer);
    struct error err = {0};
    assert_true(csv_writer_finish(&writer, &err));
    assert_string_equal(buffer.text,
                        "plain,\"a,b\",\"say \"\"x\"\"\",\r\n\"'=SUM(\"\"a\"\")\",-5,0.667,\r\n");
}

static void a_full_disk_is_told(void **state) {
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL)
        skip();
    struct csv_writer writer;
    csv_writer_to_file(&writer, full);
    csv_write_row(&writer, (const char *const[]){"a", "b", NULL});
    struct error err = {0};
    assert_false(csv_writer_finish(&writer, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    fclose(full);
}

// Compares one row with the object of the expected document that stands at its place.
struct expectation {
    struct csv_reader *reader;
    json_t *rows;
    size_t next;
};

static bool compare_row(void *context, const struct csv_row *row, struct error *err) {
    struct expectation *expectation = context;
    json_t *expected = json_array_get(expectation->rows, expectation->next++);
    assert_non_null(expected);
    assert_int_equal(json_object_size(expected), row->count);
    const char *name;
    json_t *value;
    json_object_foreach(expected, name, value) {
        int column = csv_reader_column(expectation->reader, name);
        assert_in_range(column, 0, (int)row->count - 1);
        assert_string_equal(row->fields[column], json_string_value(value));
    }
    return true;
}

// Left out: location_coordinates, whose document disagrees with its own table, and newlines_crlf, which
// loses its CRLF in a checkout.
static void the_csv_spectrum_reads_as_it_says(void **state) {
    static const char *const names[] = {"comma_in_quotes",
                                        "empty",
                                        "empty_crlf",
                                        "escaped_quotes",
                                        "json",
                                        "newlines",
                                        "quotes_and_newlines",
                                        "simple",
                                        "simple_crlf",
                                        "utf8"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/../shared/data/vectors/csv-spectrum/csvs/%s.csv", SOURCE_ROOT,
                 names[i]);
        FILE *file = fopen(path, "rb");
        if (file == NULL) {
            print_message("skipped: no csv-spectrum beside the source tree\n");
            skip();
        }
        snprintf(path, sizeof path, "%s/../shared/data/vectors/csv-spectrum/json/%s.json", SOURCE_ROOT,
                 names[i]);
        struct expectation expectation = {.rows = json_load_file(path, 0, NULL)};
        assert_non_null(expectation.rows);
        struct csv_handler handler = {.row = compare_row, .context = &expectation};
        struct csv_options options = {.has_header = true};
        expectation.reader = csv_reader_new(&options, &handler);
        struct error err = {0};
        assert_true(csv_reader_read(expectation.reader, file, &err));
        assert_int_equal(expectation.next, json_array_size(expectation.rows));
        csv_reader_free(expectation.reader);
        json_decref(expectation.rows);
        fclose(file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_the_same_however_the_bytes_are_cut),
        cmocka_unit_test(a_column_is_found_by_its_name_whatever_its_case),
        cmocka_unit_test(a_bad_row_names_its_line_and_the_next_ones_are_read),
        cmocka_unit_test(an_error_that_is_not_the_rows_ends_the_reading),
        cmocka_unit_test(an_unfinished_quote_and_an_empty_file_are_errors),
        cmocka_unit_test(fields_and_rows_have_limits),
        cmocka_unit_test(a_number_is_a_number_and_nothing_else),
        cmocka_unit_test(what_is_written_is_quoted_and_guarded),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(the_csv_spectrum_reads_as_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
