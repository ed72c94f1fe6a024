#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/readings.h"

static struct arena *arena;

static int set_up(void **state) {
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int tear_down(void **state) {
    arena_free(arena);
    return 0;
}

static void a_reading_is_left_out_or_stands_instead(void **state) {
    static const char text[] = "カードを読《よ》む人々《ひとびと》は｜1人《ひとり》、3回《かい》";
    assert_string_equal(readings_drawn(arena, text, READINGS_LEFT_OUT), "カードを読む人々は1人、3回");
    assert_string_equal(readings_drawn(arena, text, READINGS_INSTEAD), "カードをよむひとびとはひとり、3かい");
    assert_string_equal(readings_drawn(arena, "", READINGS_LEFT_OUT), "");
}

static void a_page_shows_readings_above_words_and_may_break_before_them(void **state) {
    assert_string_equal(readings_drawn(arena, "<b>は少《すく》ない & 申《もう》し込《こ》む", READINGS_ABOVE),
                        "&lt;b&gt;は<wbr><ruby>少<rp>(</rp><rt>すく</rt><rp>)</rp></ruby>ない &amp; "
                        "<ruby>申<rp>(</rp><rt>もう</rt><rp>)</rp></ruby>し"
                        "<ruby>込<rp>(</rp><rt>こ</rt><rp>)</rp></ruby>む");
}

static void a_bar_takes_the_number_into_the_word(void **state) {
    assert_string_equal(readings_drawn(arena, "は｜20日《はつか》", READINGS_ABOVE),
                        "は<wbr><ruby>20日<rp>(</rp><rt>はつか</rt><rp>)</rp></ruby>");
    assert_string_equal(readings_drawn(arena, "は20日《にち》", READINGS_ABOVE),
                        "は20<ruby>日<rp>(</rp><rt>にち</rt><rp>)</rp></ruby>");
}

static void in_html_a_tag_has_no_readings(void **state) {
    assert_string_equal(
        readings_drawn(arena, "<a title=\"役所《やくしょ》\">町《まち》 &amp;</a>", READINGS_ABOVE_HTML),
        "<a title=\"役所\"><ruby>町<rp>(</rp><rt>まち</rt><rp>)</rp></ruby> &amp;</a>");
}

static void what_is_no_reading_stays(void **state) {
    static const char *const texts[] = {"途中《", "カナ《かな》", "《》",
                                        "本》《", "｜カナ",       "\xe6\x9c《x》"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (enum readings how = READINGS_LEFT_OUT; how <= READINGS_ABOVE_HTML; how++)
            assert_string_equal(readings_drawn(arena, texts[i], how), texts[i]);
    assert_string_equal(readings_drawn(arena, "カナ《かな》と字《じ》", READINGS_LEFT_OUT),
                        "カナ《かな》と字");
}

static void minutes_are_read_by_their_last_digit(void **state) {
    static const char *const hard[] = {"2", "5", "7", "9"};
    for (unsigned minutes = 0; minutes < 60; minutes++) {
        bool is_hard = false;
        for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
            is_hard |= minutes % 10 == (unsigned)(hard[i][0] - '0');
        assert_string_equal(readings_of_minutes(minutes), is_hard ? "ふん" : "ぷん");
    }
}

static void a_full_arena_is_told(void **state) {
    struct arena *small = arena_new(600);
    char text[3000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (enum readings how = READINGS_LEFT_OUT; how <= READINGS_ABOVE_HTML; how++)
        assert_null(readings_drawn(small, text, how));
    arena_free(small);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_is_left_out_or_stands_instead),
        cmocka_unit_test(a_page_shows_readings_above_words_and_may_break_before_them),
        cmocka_unit_test(a_bar_takes_the_number_into_the_word),
        cmocka_unit_test(in_html_a_tag_has_no_readings),
        cmocka_unit_test(what_is_no_reading_stays),
        cmocka_unit_test(minutes_are_read_by_their_last_digit),
        cmocka_unit_test(a_full_arena_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
