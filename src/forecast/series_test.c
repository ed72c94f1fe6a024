#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "forecast/series.h"

static bool read_text(const char *text, struct series_options options, struct series *series,
                      struct error *err) {
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    bool good = series_read(file, &options, series, err);
    fclose(file);
    return good;
}

static void hours_in_any_order_become_slots_and_gaps_stay_missing(void **state) {
    struct series series;
    struct error err = {0};
    assert_true(read_text("count,start\n7,2026-02-02T03:00+09:00\n5,2026-02-02T01:00+09:00\n"
                          "6,2026-02-02 02:00\n,2026-02-02T05:00\n9,2026-02-03T00:00\n",
                          (struct series_options){0}, &series, &err));
    assert_int_equal(series.minutes, 60);
    assert_int_equal(series.day, clock_day_number(2026, 2, 2));
    assert_int_equal(series.count, 25);
    assert_true(isnan(series.counts[0]));
    assert_true(series.counts[1] == 5 && series.counts[2] == 6 && series.counts[3] == 7);
    assert_true(isnan(series.counts[5]));
    assert_true(series.counts[24] == 9);
    assert_int_equal(series.notes.missing, 21);
    series_done(&series);
}

static void bad_rows_are_left_out_and_the_first_is_named(void **state) {
    struct series series;
    struct error err = {0};
    assert_true(
        read_text("start,count\n2026-02-02T01:00,5\n2026-02-02T02:00,-1\nnoon,5\n2026-02-02T03:00,many\n"
                  "2026-02-02T04:00,2.5\n",
                  (struct series_options){0}, &series, &err));
    assert_int_equal(series.notes.rows, 2);
    assert_int_equal(series.notes.bad, 3);
    assert_int_equal(series.notes.bad_line, 3);
    assert_string_equal(series.notes.reason, "a count of -1 is not possible");
    assert_int_equal(series.notes.fractional, 1);
    series_done(&series);
}

static void nothing_to_learn_from_is_an_error_in_words(void **state) {
    struct series series;
    struct error err = {0};
    assert_false(read_text("start,count\n", (struct series_options){0}, &series, &err));
    assert_string_equal(err.message, "the table has a header and no rows");
    assert_false(read_text("start,count\nx,1\n", (struct series_options){0}, &series, &err));
    assert_string_equal(err.message, "no row can be read; line 2: \"x\" is not a time such as "
                                     "2026-02-02T13:00:00+09:00");
    assert_false(read_text("start,number\n2026-02-02,1\n", (struct series_options){0}, &series, &err));
    assert_string_equal(err.field, "count");
    assert_int_equal(err.kind, ERROR_MISSING);
    assert_false(
        read_text("start,count\n2026-02-02,1\n2062-02-02,1\n", (struct series_options){0}, &series, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
}

static void dates_in_words_and_other_names_are_read(void **state) {
    struct series series;
    struct error err = {0};
    struct series_options options = {.start_column = "Date", .count_column = "Online"};
    assert_true(read_text("Date,Online,Paper\n18 Jun 2024,10,1\n17 Jun 2024,8,1\n15 Jun 2024,7,1\n", options,
                          &series, &err));
    assert_int_equal(series.minutes, 1440);
    assert_int_equal(series.count, 4);
    assert_true(series.counts[0] == 7 && isnan(series.counts[1]) && series.counts[3] == 10);
    series_done(&series);
}

static void minutes_are_added_up_and_repeated_hours_averaged(void **state) {
    struct series series;
    struct error err = {0};
    assert_true(read_text("start,count\n2026-02-02T01:00,5\n2026-02-02T01:05,6\n2026-02-02T02:10,1\n",
                          (struct series_options){0}, &series, &err));
    assert_int_equal(series.minutes, 60);
    assert_true(series.counts[1] == 11 && series.counts[2] == 1);
    assert_true(series.notes.summed);
    series_done(&series);
    assert_true(read_text("start,count\n2026-02-02T01:00,5\n2026-02-02T01:00,9\n2026-02-02T02:00,1\n",
                          (struct series_options){0}, &series, &err));
    assert_true(series.counts[1] == 7);
    assert_int_equal(series.notes.repeated, 1);
    series_done(&series);
}

static void the_hour_that_autumn_repeats_is_averaged_and_that_of_spring_missing(void **state) {
    struct series series;
    struct error err = {0};
    assert_true(clock_set_zone("Europe/Berlin", &err));
    assert_true(read_text("start,count\n2026-10-25T00:00Z,10\n2026-10-25T01:00Z,20\n2026-10-25T02:00Z,30\n",
                          (struct series_options){0}, &series, &err));
    assert_true(series.counts[2] == 15); // 02:00 summer time and 02:00 winter time
    assert_true(series.counts[3] == 30);
    series_done(&series);
    assert_true(read_text("start,count\n2026-03-29T00:00Z,10\n2026-03-29T01:00Z,20\n2026-03-29T02:00Z,5\n",
                          (struct series_options){0}, &series, &err));
    assert_true(series.counts[1] == 10 && isnan(series.counts[2]) && series.counts[3] == 20);
    series_done(&series);
    assert_true(clock_set_zone("Asia/Tokyo", &err));
}

static void an_outage_is_missing_and_a_quiet_night_is_zero(void **state) {
    char *text = malloc(64 * 24 * 36);
    size_t length = (size_t)sprintf(text, "start,count\n");
    for (int day = 0; day < 35; day++)
        for (int hour = 0; hour < 24; hour++) {
            bool out = day == 17 && hour >= 10 && hour < 16;
            int count = hour < 6 || out ? 0 : 100 + day;
            length += (size_t)sprintf(text + length, "2026-%02d-%02dT%02d:00,%d\n", 3 + day / 30,
                                      1 + day % 30, hour, count);
        }
    // The single zero of a slow hour stays.
    struct series series;
    struct error err = {0};
    assert_true(read_text(text, (struct series_options){0}, &series, &err));
    assert_int_equal(series.notes.outage, 6);
    size_t slots = 0;
    for (size_t i = 0; i < series.count; i++)
        slots += isnan(series.counts[i]);
    assert_int_equal(slots, 24 + 6); // 31 March is not in the table
    assert_true(series.counts[3] == 0);
    series_done(&series);
    assert_true(read_text(text, (struct series_options){.keep_zeros = true}, &series, &err));
    assert_int_equal(series.notes.outage, 0);
    series_done(&series);
    free(text);
}

static void full_hours_are_censored_and_gaps_can_be_zero(void **state) {
    struct series series;
    struct error err = {0};
    assert_true(
        read_text("start,count,full\n2026-02-02T01:00,5,0\n2026-02-02T02:00,6,1\n2026-02-02T04:00,7,\n"
                  "2026-02-04T00:00,7,\n",
                  (struct series_options){.gaps_are_zero = true}, &series, &err));
    assert_true(series.censored[2] && !series.censored[1] && !series.censored[4]);
    assert_true(series.counts[3] == 0);
    assert_true(isnan(series.counts[24]));
    series_done(&series);
}

static int set_zone(void **state) {
    struct error err = {0};
    return clock_set_zone("Asia/Tokyo", &err) ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_in_any_order_become_slots_and_gaps_stay_missing),
        cmocka_unit_test(bad_rows_are_left_out_and_the_first_is_named),
        cmocka_unit_test(nothing_to_learn_from_is_an_error_in_words),
        cmocka_unit_test(dates_in_words_and_other_names_are_read),
        cmocka_unit_test(minutes_are_added_up_and_repeated_hours_averaged),
        cmocka_unit_test(the_hour_that_autumn_repeats_is_averaged_and_that_of_spring_missing),
        cmocka_unit_test(an_outage_is_missing_and_a_quiet_night_is_zero),
        cmocka_unit_test(full_hours_are_censored_and_gaps_can_be_zero),
    };
    return cmocka_run_group_tests(tests, set_zone, NULL);
}
