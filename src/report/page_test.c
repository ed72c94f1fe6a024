#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "report/testbed_report.h"

static void every_heading_is_computed_from_the_figures(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4 << 20);
    size_t length = 0;
    const char *html = report_html(testbed_report(arena), &length);
    assert_non_null(html);
    assert_int_equal(strlen(html), length);
    const char *sentences[] = {"1,200人が登録し、705人が本人確認を終え、698人にポイントを付与しました",
                               "最も多い年代は40-49歳です(56.7%)",
                               "アクセスが最も多かったのは2月2日(月)で、9,000回でした(全体の56.2%)",
                               "最も混んだのは2月2日(月) 20時台で、1時間に8,500回",
                               "離脱が最も多い画面は「本人確認(アプリ)」で、到達した人の21.1%が離れました",
                               "始めた1,000人のうち、申込みまで終えたのは698人(69.80%)です"};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strstr(html, sentences[i]) == NULL)
            fail_msg("missing: %s", sentences[i]);
}

static void names_from_outside_cannot_become_markup(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4 << 20);
    size_t length = 0;
    const char *html = report_html(testbed_report(arena), &length);
    assert_null(strstr(html, "見本 <b>"));
    assert_non_null(strstr(html, "見本 &lt;b>&amp;"));
}

static void the_same_figures_give_the_same_bytes(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8 << 20);
    size_t first_length = 0, second_length = 0;
    const char *first = report_html(testbed_report(arena), &first_length);
    const char *second = report_html(testbed_report(arena), &second_length);
    assert_int_equal(first_length, second_length);
    assert_memory_equal(first, second, first_length);
}

static void a_full_arena_is_no_half_page(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(20000);
    size_t length = 0;
    assert_null(report_html(testbed_report(arena), &length));
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_heading_is_computed_from_the_figures),
        cmocka_unit_test(names_from_outside_cannot_become_markup),
        cmocka_unit_test(the_same_figures_give_the_same_bytes),
        cmocka_unit_test(a_full_arena_is_no_half_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
