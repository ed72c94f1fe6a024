#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guidance/languages.h"

static const char *chosen(const char *code, const char *accept) {
    return language_code(language_choose(code, accept));
}

static void a_choice_goes_before_the_browser(void **state) {
    assert_string_equal(chosen("ko", "en"), "ko");
    assert_string_equal(chosen("ja-easy", "en"), "ja-easy");
    assert_string_equal(chosen("fr", "en"), "en");
    assert_string_equal(chosen(NULL, "fr, zh-CN;q=0.9, en;q=0.8"), "zh");
    assert_string_equal(chosen(NULL, "EN-us"), "en");
    assert_string_equal(chosen(NULL, "fr"), "ja");
    assert_string_equal(chosen(NULL, ""), "ja");
    assert_string_equal(chosen(NULL, ",,,"), "ja");
    assert_string_equal(chosen(NULL, NULL), "ja");
}

static void every_code_is_found(void **state) {
    for (size_t i = 0; i < LANGUAGES_COUNT; i++)
        assert_int_equal(language_find(language_code(i)), i);
    assert_int_equal(language_find("xx"), LANGUAGES_COUNT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_choice_goes_before_the_browser),
        cmocka_unit_test(every_code_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
