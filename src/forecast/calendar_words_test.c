#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "forecast/calendar_forms.h"

#define FEBRUARY_2 20486 // a Monday in 2026

static struct arena *arena;
static struct holidays holidays;

static int prepare(void **state) {
    struct error err;
    arena = arena_new((size_t)8 << 20);
    return arena != NULL && clock_set_zone("Asia/Tokyo", &err) && holidays_of_japan(&holidays, &err) ? 0 : -1;
}

static int clean(void **state) {
    holidays_done(&holidays);
    arena_free(arena);
    return 0;
}

static struct calendar_language read(const char *code, const char *more) {
    struct calendar_language language;
    struct error err;
    if (!calendar_words_read(code, more, arena, &language, &err))
        fail_msg("%s: %s", code, err.message);
    return language;
}

static void every_language_has_its_own_words_and_dates(void **state) {
    static const char *const expected[][4] = {{"ja", "2月11日(水・祝)", "2月12日(木)", "4週間"},
                                              {"ja-easy", "2月11日(水・休みの日)", "2月12日(木)", "4週間"},
                                              {"en", "Wed 11 Feb (holiday)", "Thu 12 Feb", "4 weeks"},
                                              {"zh", "2月11日（周三，节假日）", "2月12日（周四）", "4周"},
                                              {"ko", "2월 11일(수·공휴일)", "2월 12일(목)", "4주"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct calendar_language language = read(expected[i][0], NULL);
        const struct calendar_words *words = &language.plain;
        assert_string_equal(calendar_day_text(arena, words, &holidays, FEBRUARY_2 + 9), expected[i][1]);
        assert_string_equal(calendar_day_text(arena, words, &holidays, FEBRUARY_2 + 10), expected[i][2]);
        assert_string_equal(words->weeks, expected[i][3]);
        assert_null(strstr(words->level[LEVEL_BUSY], "《"));
        assert_null(strstr(words->days[0], "｜"));
    }
}

static void readings_stand_above_words_on_the_page_and_nowhere_else(void **state) {
    struct calendar_language language = read(
        "xx", "{\"language.name\": \"x\", \"calendar.over\": \"<b>は少《すく》ない、人々《ひとびと》と &\"}");
    assert_string_equal(language.plain.over, "<b>は少ない、人々と &");
    assert_string_equal(language.page.over,
                        "&lt;b&gt;は<wbr><ruby>少<rp>(</rp><rt>すく</rt><rp>)</rp></ruby>ない、"
                        "<ruby>人々<rp>(</rp><rt>ひとびと</rt><rp>)</rp></ruby>と &amp;");
    assert_string_equal(read("xx", "{\"calendar.over\": \"途中《\"}").page.over, "途中《");
}

static void a_language_of_the_city_has_its_words_and_japanese_for_the_rest(void **state) {
    struct calendar_language language =
        read("pt", "{\"language.name\": \"Português\", \"quiet.level.smooth\": \"Tranquilo\"}");
    assert_string_equal(language.name, "Português");
    assert_string_equal(language.plain.level[LEVEL_SMOOTH], "Tranquilo");
    assert_string_equal(language.plain.level[LEVEL_BUSY], "混雑");
}

static void a_list_that_is_too_short_is_named(void **state) {
    struct calendar_language language;
    struct error err;
    for (const char *const *days = (const char *const[]){"日|月", "1|2|3|4|5|6|7|8", "||||||", NULL};
         *days != NULL; days++) {
        const char *more = arena_print(arena, "{\"calendar.weekdays\": \"%s\"}", *days);
        assert_false(calendar_words_read("ja", more, arena, &language, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_non_null(strstr(err.message, "calendar.weekdays"));
    }
}

static void what_nobody_fills_stays_as_it_is(void **state) {
    const struct calendar_fill fills[] = {{"a", "1"}, {"b", "{a}"}, {NULL, NULL}};
    assert_string_equal(calendar_filled(arena, "{b} {a}{c} {", fills), "{a} 1{c} {");
    assert_string_equal(calendar_filled(arena, "", fills), "");
}

static void the_service_gives_its_reasons_in_the_language_and_an_operator_in_their_own(void **state) {
    struct calendar_language english = read("en", NULL);
    struct calendar calendar = {.reason = "定期の見直し"};
    assert_string_equal(calendar_reason_text(&english, &calendar), "Regular update");
    struct calendar by_hand = {.reason = "近くで催しがあるため"};
    assert_ptr_equal(calendar_reason_text(&english, &by_hand), by_hand.reason);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_has_its_own_words_and_dates),
        cmocka_unit_test(readings_stand_above_words_on_the_page_and_nowhere_else),
        cmocka_unit_test(a_language_of_the_city_has_its_words_and_japanese_for_the_rest),
        cmocka_unit_test(a_list_that_is_too_short_is_named),
        cmocka_unit_test(what_nobody_fills_stays_as_it_is),
        cmocka_unit_test(the_service_gives_its_reasons_in_the_language_and_an_operator_in_their_own),
    };
    return cmocka_run_group_tests(tests, prepare, clean);
}
