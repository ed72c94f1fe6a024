#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "guidance/markdown.h"

static void paragraphs_and_lists_become_html(void **state) {
    struct arena *arena = arena_new(1 << 20);
    assert_string_equal(markdown_html("一つ\n\n- 二つ\n", arena),
                        "<p>一つ</p>\n<ul>\n<li>二つ</li>\n</ul>\n");
    arena_free(arena);
}

static void readings_stand_above_words(void **state) {
    struct arena *arena = arena_new(1 << 20);
    assert_string_equal(markdown_html("**町《まち》**", arena),
                        "<p><strong><ruby>町<rp>(</rp><rt>まち</rt><rp>)</rp></ruby></strong></p>\n");
    arena_free(arena);
}

static void raw_html_and_dangerous_addresses_do_not_pass(void **state) {
    struct arena *arena = arena_new(1 << 20);
    const char *html = markdown_html("<script>alert(1)</script>\n\n<b onclick=x>a</b> "
                                     "[x](javascript:alert(1)) ![y](data:text/html,z)\n",
                                     arena);
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "onclick"));
    assert_null(strstr(html, "javascript:"));
    assert_null(strstr(html, "data:text"));
    arena_free(arena);
}

static void a_text_that_is_too_long_is_refused(void **state) {
    struct arena *arena = arena_new(1 << 20);
    char *large = arena_alloc(arena, MARKDOWN_BYTES_MAX + 2);
    memset(large, 'a', MARKDOWN_BYTES_MAX + 1);
    assert_null(markdown_html(large, arena));
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_and_lists_become_html),
        cmocka_unit_test(readings_stand_above_words),
        cmocka_unit_test(raw_html_and_dangerous_addresses_do_not_pass),
        cmocka_unit_test(a_text_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
