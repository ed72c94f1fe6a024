#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "report/chart.h"

static void numbers_are_grouped_by_three(void **state) {
    char text[CHART_NUMBER_SIZE];
    assert_string_equal(chart_number(text, 0), "0");
    assert_string_equal(chart_number(text, 999), "999");
    assert_string_equal(chart_number(text, 1127256), "1,127,256");
    assert_string_equal(chart_number(text, -12345), "-12,345");
    assert_string_equal(chart_number(text, INT64_MAX), "9,223,372,036,854,775,807");
}

static void the_tallest_bar_fills_the_height_and_nothing_is_nothing(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    const struct chart_bar bars[] = {{"a", 10, 0, "10", true}, {"b", 0, 0, "0", false}};
    struct buffer out;
    buffer_init(&out, arena);
    chart_bars(&out, &(struct chart_bars){CHART_WIDE, bars, 2, 1}, "two");
    assert_non_null(strstr(out.text, "class=\"strong\""));
    assert_non_null(strstr(out.text, "height=\"258.0\""));
    assert_non_null(strstr(out.text, "height=\"0.0\""));
    chart_bars(&out, &(struct chart_bars){CHART_WIDE, bars, 0, 1}, "none");
    assert_false(out.failed);
}

static void labels_of_lines_that_end_together_do_not_lie_over_one_another(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    const double high[] = {0, 100}, low[] = {0, 99};
    const struct chart_line lines[] = {{high, "a", "line"}, {low, "b", "line2"}};
    struct buffer out;
    buffer_init(&out, arena);
    chart_lines(&out, &(struct chart_lines){CHART_HALF, lines, 2, 2, "from", "to"}, "lines");
    double first = 0, second = 0;
    const char *a = strstr(out.text, "start value"), *b = strstr(a + 1, "start value");
    assert_int_equal(sscanf(strstr(a, " y="), " y=\"%lf\"", &first), 1);
    assert_int_equal(sscanf(strstr(b, " y="), " y=\"%lf\"", &second), 1);
    assert_true(second - first >= 18);
}

static void a_small_share_is_drawn_without_words(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    const struct chart_parts row = {
        "question",
        "1,000",
        3,
        {{"yes", 62.5, TONE_GOOD2}, {"neither", 35, TONE_EVEN}, {"not at all, by no means", 2.5, TONE_BAD2}}};
    struct buffer out;
    buffer_init(&out, arena);
    chart_shares(&out, &row, 1, "shares");
    assert_non_null(strstr(out.text, "62.5%"));
    assert_null(strstr(out.text, ">2.5%"));
    assert_non_null(strstr(out.text, "class=\"guide\"")); // its long name moves out of its neighbour's way
    assert_non_null(strstr(out.text, ">not at all, by no means<"));
}

static void an_hour_belongs_to_the_class_whose_bound_it_reaches(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    const char *labels[] = {"day"};
    const int64_t hours[1][24] = {{999, 1000, 3000, 8000, CHART_NO_CELL, 0}};
    struct chart_heat heat = {labels, hours, 1, {8000, 3000, 1000}, {"a", "b", "c", "d"}};
    struct buffer out;
    buffer_init(&out, arena);
    chart_heat(&out, &heat, "heat");
    const char *cell = out.text;
    const char *classes[] = {"heat0", "heat1", "heat2", "heat3", "heat0"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        cell = strstr(cell, "class=\"heat") + 7;
        assert_memory_equal(cell, classes[i], 5);
    }
    size_t cells = 0;
    for (const char *at = out.text; (at = strstr(at, "<rect")) != NULL; at++)
        cells++;
    assert_int_equal(cells, 23 + 4); // one hour lies outside of the span; four shades are explained
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_grouped_by_three),
        cmocka_unit_test(the_tallest_bar_fills_the_height_and_nothing_is_nothing),
        cmocka_unit_test(labels_of_lines_that_end_together_do_not_lie_over_one_another),
        cmocka_unit_test(a_small_share_is_drawn_without_words),
        cmocka_unit_test(an_hour_belongs_to_the_class_whose_bound_it_reaches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
