#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "measure/series_file.h"

static struct series_file *reads(enum series_kind kind, const char *text, const char *map,
                                 struct import_result *result) {
    struct series_file *file = NULL;
    struct error err = {0};
    *result = (struct import_result){.read = 0};
    if (!series_file_new(kind, map, result, &file, &err) ||
        !series_file_feed(file, text, strlen(text), &err) || !series_file_finish(file, &err))
        fail_msg("%s", err.message);
    return file;
}

static void arrivals_come_out_by_time_and_each_once(void **state) {
    struct import_result result;
    size_t count = 0;
    struct series_file *file = reads(SERIES_ARRIVALS,
                                     "start,count\n2026-02-02T10:15,5\n2026-02-02T10:00,3\n"
                                     "2026-02-02T10:15,9\nsoon,1\n2026-02-02T10:30,-1\n",
                                     NULL, &result);
    const struct series_row *rows = series_file_rows(file, &count);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].value, 3);
    assert_int_equal(rows[1].value, 5);
    assert_int_equal(series_file_slot_ms(file), 15 * CLOCK_MINUTE_MS);
    assert_int_equal(result.read, 5);
    assert_int_equal(result.bad, 3);
    series_file_free(file);
}

static void daily_figures_may_be_one_a_store_and_empty(void **state) {
    struct import_result result;
    size_t count = 0, figures_count = 0;
    struct series_file *file = reads(SERIES_DAILY, "Date;Downloads;Google\n2026/2/2;1,200;\n20260203;7;9\n",
                                     "date=Date,downloads_ios=Downloads,downloads_android=Google", &result);
    const struct series_row *rows = series_file_rows(file, &count);
    const char *const *figures = series_file_figures(file, &figures_count);
    assert_int_equal(count, 2);
    assert_int_equal(figures_count, 2);
    assert_string_equal(figures[0], "downloads_ios");
    assert_int_equal(rows[0].time, clock_day_number(2026, 2, 2));
    assert_int_equal(rows[0].values[0], 1200);
    assert_int_equal(rows[0].values[1], -1);
    assert_int_equal(rows[1].values[1], 9);
    series_file_free(file);
}

static void a_file_without_its_columns_is_refused(void **state) {
    static const struct {
        enum series_kind kind;
        const char *text, *map, *field;
    } cases[] = {{SERIES_ARRIVALS, "start,number\n", NULL, "count"},
                 {SERIES_DAILY, "date,number\n", NULL, "downloads"},
                 {SERIES_DAILY, "day,downloads\n", NULL, "date"},
                 {SERIES_DAILY, "date,downloads\n", "downloads_ios=Apple", "Apple"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct import_result result = {.read = 0};
        struct series_file *file = NULL;
        struct error err = {0};
        assert_true(series_file_new(cases[i].kind, cases[i].map, &result, &file, &err));
        assert_false(series_file_feed(file, cases[i].text, strlen(cases[i].text), &err) &&
                     series_file_finish(file, &err));
        assert_int_equal(err.kind, ERROR_MISSING);
        assert_string_equal(err.field, cases[i].field);
        series_file_free(file);
    }
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrivals_come_out_by_time_and_each_once),
        cmocka_unit_test(daily_figures_may_be_one_a_store_and_empty),
        cmocka_unit_test(a_file_without_its_columns_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
