#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "guidance/fold.h"

static struct arena *arena;

static int set_up(void **state) {
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int tear_down(void **state) {
    arena_free(arena);
    return 0;
}

static void width_kana_case_and_marks_do_not_matter(void **state) {
    assert_string_equal(fold_text(NULL, "ﾏｲﾅｱﾌﾟﾘ", arena), "まいなあぷり");
    assert_string_equal(fold_text(NULL, "マイナアプリ", arena), "まいなあぷり");
    assert_string_equal(fold_text(NULL, "サーバー", arena), "さば");
    assert_string_equal(fold_text(NULL, "ＰＩＮ　４けた？", arena), "pin 4けた");
    assert_string_equal(fold_text(NULL, "  「申込」、できた!! ", arena), "申込 できた");
    assert_string_equal(fold_text(NULL, "①", arena), "1");
    assert_string_equal(fold_text(NULL, "…", arena), "");
}

static void words_that_stand_for_one_another_become_one(void **state) {
    struct fold_table table;
    struct error err;
    assert_true(
        fold_table_read("# spellings\n\n申込: 申し込み, 申し込む, もうしこみ\n暗証番号: パスワード, PIN\n",
                        arena, &table, &err));
    assert_int_equal(table.count, 5);
    assert_string_equal(fold_text(&table, "申し込みのパスワード", arena), " 申込 の 暗証番号 ");
    assert_string_equal(fold_text(&table, "モウシコミ", arena), " 申込 ");
    assert_string_equal(fold_text(&table, "申し込", arena), "申し込");
}

static void the_longest_word_wins(void **state) {
    struct fold_table table;
    struct error err;
    assert_true(fold_table_read("短: あ\n長: あい\n", arena, &table, &err));
    assert_string_equal(fold_text(&table, "あいあ", arena), " 長  短 ");
}

static void words_that_say_nothing_are_known(void **state) {
    struct fold_table table;
    struct error err;
    assert_true(fold_table_read("-: デス, The\n申込: 申し込み\n-: ます\n", arena, &table, &err));
    assert_int_equal(table.count, 1);
    assert_true(fold_is_empty(&table, "です") && fold_is_empty(&table, "the") &&
                fold_is_empty(&table, "ます"));
    assert_false(fold_is_empty(&table, "申込") || fold_is_empty(NULL, "です"));
    assert_false(fold_table_read("-: a,,b\n", arena, &table, &err));
}

static void a_bad_line_is_named(void **state) {
    struct fold_table table;
    struct error err;
    assert_false(fold_table_read("a: b\nno colon\n", arena, &table, &err));
    assert_non_null(strstr(err.message, "line 2"));
    assert_false(fold_table_read("a: b,,c\n", arena, &table, &err));
    assert_non_null(strstr(err.message, "line 1"));
    assert_false(fold_table_read(": b\n", arena, &table, &err));
}

static void what_is_no_text_has_no_fold(void **state) {
    assert_null(fold_text(NULL, "\xff\xfe", arena));
    char *large = arena_alloc(arena, FOLD_BYTES_MAX + 2);
    memset(large, 'a', FOLD_BYTES_MAX + 1);
    assert_null(fold_text(NULL, large, arena));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(width_kana_case_and_marks_do_not_matter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_that_stand_for_one_another_become_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_word_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_that_say_nothing_are_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_line_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_text_has_no_fold, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
