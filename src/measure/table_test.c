#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "measure/table.h"

struct seen {
    int column;
    size_t rows;
    char first[40];
    int64_t sum;
};

static bool take_header(void *context, const struct table *table, struct error *err) {
    struct seen *seen = context;
    return table_need_column(table, "count", &seen->column, err);
}

static bool take_row(void *context, const struct csv_row *row, struct error *err) {
    struct seen *seen = context;
    int64_t number = 0;
    if (!table_number(row->fields[seen->column], "count", 1000000, &number, err))
        return false;
    seen->rows++;
    seen->sum += number;
    (void)strncpy(seen->first, row->fields[0], sizeof seen->first - 1);
    return true;
}

// Fed whole and byte by byte: both must see the same.
static bool reads(const char *text, struct seen *seen, struct import_result *result, struct error *err) {
    bool good[2];
    for (int way = 0; way < 2; way++) {
        *seen = (struct seen){.rows = 0};
        *result = (struct import_result){.read = 0};
        const struct table_handler handler = {.header = take_header, .row = take_row, .context = seen};
        struct table *table = table_new(&handler, result);
        size_t length = strlen(text);
        good[way] = true;
        for (size_t i = 0; way == 1 && good[way] && i < length; i++)
            good[way] = table_feed(table, text + i, 1, err);
        if (way == 0)
            good[way] = table_feed(table, text, length, err);
        good[way] = good[way] && table_finish(table, err);
        table_free(table);
    }
    assert_int_equal(good[0], good[1]);
    return good[1];
}

static void commas_tabs_and_semicolons_are_told_apart(void **state) {
    static const char *const texts[] = {"name,count\na,1\nb,2\n", "name\tcount\r\na\t1\r\nb,c\t2\r\n",
                                        "\xef\xbb\xbfname;count\na;1\nb;2"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct seen seen;
        struct import_result result;
        struct error err = {0};
        assert_true(reads(texts[i], &seen, &result, &err));
        assert_int_equal(seen.rows, 2);
        assert_int_equal(seen.sum, 3);
        assert_int_equal(result.read, 2);
        assert_int_equal(result.bad, 0);
    }
}

static void every_bad_line_is_counted_and_named(void **state) {
    struct seen seen;
    struct import_result result;
    struct error err = {0};
    assert_true(reads("name,count\na,1\nb\nc,x\nd,4\ne,5,6\n", &seen, &result, &err));
    assert_int_equal(result.read, 5);
    assert_int_equal(result.bad, 3);
    assert_int_equal(seen.sum, 5);
    assert_int_equal(result.bad_listed[0].line, 3);
    assert_int_equal(result.bad_listed[1].line, 4);
    assert_int_equal(result.bad_listed[2].line, 6);
    assert_non_null(strstr(result.bad_listed[1].reason, "\"x\""));
}

static void a_header_without_the_column_ends_the_reading(void **state) {
    struct seen seen;
    struct import_result result;
    struct error err = {0};
    assert_false(reads("name,number\na,1\n", &seen, &result, &err));
    assert_int_equal(err.kind, ERROR_MISSING);
    assert_string_equal(err.field, "count");
    assert_false(reads("name,number\n", &seen, &result, &err));
    assert_false(reads("", &seen, &result, &err));
}

static void a_refused_header_is_line_1_and_says_what_to_do(void **state) {
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"name,number\na,1\nb,2\n", "line 1: the header has no column \"count\""},
        {"name,count,count\na,1,2\n", "line 1: the header has two columns \"count\""},
        {"name,count, Count \na,1,2\n", "line 1: the header has two columns \"count\""},
        {"\x8a\x4a\x8e\x6e,\x8c\x8f\x90\x94\na,1\n", "the file is not UTF-8"},
        {"\xff\xfen,count\n", "line 1: the file is UTF-16"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seen seen;
        struct import_result result;
        struct error err = {0};
        assert_false(reads(cases[i].text, &seen, &result, &err));
        if (strstr(err.message, cases[i].words) == NULL)
            fail_msg("\"%s\" is not in \"%s\"", cases[i].words, err.message);
    }
}

static void times_come_in_many_forms(void **state) {
    static const struct {
        const char *date, *time, *iso;
    } forms[] = {
        {"2026-02-02T09:30+09:00", NULL, "2026-02-02T09:30:00+09:00"},
        {"2026-02-02 09:30", NULL, "2026-02-02T09:30:00+09:00"},
        {"2026/2/2 9:30", NULL, "2026-02-02T09:30:00+09:00"},
        {"2026/02/02", NULL, "2026-02-02T00:00:00+09:00"},
        {"990113", "7:00:31", "1999-01-13T07:00:31+09:00"},
        {"260202", "9:30", "2026-02-02T09:30:00+09:00"},
        {"20260202", " 9:30", "2026-02-02T09:30:00+09:00"},
    };
    struct error err = {0};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        int64_t read_ms = 0, meant_ms = 1;
        assert_true(table_time(forms[i].date, forms[i].time, &read_ms, &err));
        assert_true(clock_parse(forms[i].iso, &meant_ms, &err));
        assert_int_equal(read_ms, meant_ms);
    }
    static const char *const wrong[] = {"", "99011", "2026-13-01", "2026/2/30 9:30", "260202x", "tomorrow"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t read_ms = 7;
        assert_false(table_time(wrong[i], NULL, &read_ms, &err));
        assert_int_equal(read_ms, 7);
    }
    int64_t read_ms = 0;
    assert_false(table_time("260202", "25:00", &read_ms, &err));
    assert_false(table_time("2026-02-30T09:00", NULL, &read_ms, &err));
    assert_string_equal(err.message, "\"2026-02-30T09:00\" is not a time");
}

static void numbers_may_have_spaces_and_commas_and_nothing_else(void **state) {
    struct error err = {0};
    int64_t number = 0;
    assert_true(table_number(" 1,234 ", "n", 5000, &number, &err));
    assert_int_equal(number, 1234);
    static const char *const wrong[] = {"", " ", "1 2", "-1", "1.5", "5001", "99999999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(table_number(wrong[i], "n", 5000, &number, &err));
    assert_string_equal(err.field, "n");
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_tabs_and_semicolons_are_told_apart),
        cmocka_unit_test(every_bad_line_is_counted_and_named),
        cmocka_unit_test(a_header_without_the_column_ends_the_reading),
        cmocka_unit_test(a_refused_header_is_line_1_and_says_what_to_do),
        cmocka_unit_test(times_come_in_many_forms),
        cmocka_unit_test(numbers_may_have_spaces_and_commas_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
