#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "guidance/search.h"

static struct arena *arena;
static struct faq faq;
static struct fold_table table;
static struct search search;
static struct error err;

static char *read_file(const char *name) {
    char path[300];
    char *text = arena_alloc(arena, 1 << 18);
    (void)snprintf(path, sizeof path, SOURCE_ROOT "/guidance/%s", name);
    FILE *stream = fopen(path, "re");
    assert_non_null(stream);
    assert_true(fread(text, 1, (1 << 18) - 1, stream) > 0);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static bool take(const char *language) {
    char questions[20], words[20];
    (void)snprintf(questions, sizeof questions, "faq.%s.md", language);
    (void)snprintf(words, sizeof words, "words.%s.txt", language);
    bool ok = faq_read(read_file(questions), arena, &faq, &err) &&
              fold_table_read(read_file(words), arena, &table, &err) &&
              search_init(&search, &table, &faq, arena, &err);
    if (!ok)
        (void)fprintf(stderr, "%s\n", err.message);
    return ok;
}

static int set_up(void **state) {
    arena = arena_new(16 << 20);
    return arena == NULL || !take("ja");
}

static int tear_down(void **state) {
    arena_free(arena);
    return 0;
}

// Questions as people type them, and the answer that must be among the first three.
static const struct {
    const char *query, *slug;
} asked[] = {
    {"暗証番号忘れた", "pin-forgotten"},
    {"パスワードわからない", "pin-forgotten"},
    {"ぱすわーど　わすれました", "pin-forgotten"},
    {"ＰＩＮ 忘れ", "pin-forgotten"},
    {"暗証番号 ロック", "pin-locked"},
    {"3回まちがえた", "pin-locked"},
    {"三回間違えてロックされた", "pin-locked"},
    {"どの暗証番号？", "which-pin"},
    {"署名用の英数字は必要ですか", "which-pin"},
    {"読み取れない", "card-reading"},
    {"カードがよみとれません", "card-reading"},
    {"ＮＦＣ", "card-reading"},
    {"かざしても反応しない", "card-reading"},
    {"マイナアプリが開かない", "app-not-opening"},
    {"ｱﾌﾟﾘのｲﾝｽﾄｰﾙ", "app-not-opening"},
    {"アプリから戻れない", "no-return"},
    {"画面が真っ白", "no-return"},
    {"電子証明書 期限", "certificate"},
    {"途中で閉じてしまった", "closed"},
    {"最初からやり直しになる？", "closed"},
    {"電話がかかってきて中断", "closed"},
    {"引っ越しました", "moved"},
    {"ひっこし", "moved"},
    {"苗字が変わった", "name-changed"},
    {"機種変更した", "linked"},
    {"ポイントが来ない", "when-points"},
    {"いつもらえるの", "when-points"},
    {"ポイント　つかない まだ", "when-points"},
    {"申し込みできたか確認したい", "check"},
    {"もうしこみ できたかわからない", "check"},
    {"二回押してしまった", "twice"},
    {"早い者勝ち", "first-come"},
    {"先着順ですか", "first-come"},
    {"子供の分", "family"},
    {"母の代わりに申込みたい", "family"},
    {"スマホ持ってない", "no-phone"},
    {"ガラケー", "no-phone"},
    {"カード無くした", "no-card"},
    {"何歳から", "who"},
    {"いつ空いてる？", "quiet"},
    {"混雑する時間", "quiet"},
    {"順番待ち 閉じていい", "close-waiting"},
    {"整理券", "close-waiting"},
    {"待ち時間が延びた", "wait-grew"},
    {"個人情報が心配", "privacy"},
    {"詐欺メール", "scam"},
    {"文字が小さい", "text-size"},
    {"キャンセルしたい", "cancel"},
    {"対応機種 iPhone", "devices"},
    {"無料ですか", "cost"},
};

// The same in other languages, with the politeness that people put around it.
static const struct {
    const char *language, *query, *slug;
} asked_elsewhere[] = {
    {"en", "What do I do if I forgot my PIN?", "pin-forgotten"},
    {"en", "how can I cancel it", "cancel"},
    {"en", "is there a fee for this", "cost"},
    {"en", "When do I get the points?", "when-points"},
    {"zh", "请问密码忘了怎么办？", "pin-forgotten"},
    {"zh", "怎么取消申请", "cancel"},
    {"zh", "请问什么时候可以领到积分呢", "when-points"},
    {"zh", "是不是要收费", "cost"},
    {"ko", "비밀번호를 잊어버렸는데 어떻게 하나요?", "pin-forgotten"},
    {"ko", "포인트는 언제 받을 수 있나요", "when-points"},
    {"ko", "신청을 취소하고 싶습니다", "cancel"},
    {"ko", "비용이 드나요?", "cost"},
    {"ja-easy", "パスワードをわすれました。どうすればいいですか", "pin-forgotten"},
    {"ja-easy", "ポイントはいつもらえますか", "when-points"},
    {"ja-easy", "とちゅうでがめんをとじました", "closed"},
    {"ja-easy", "ひっこしをしました", "moved"},
};

static bool finds(const char *query, const char *slug) {
    struct search_result results[SEARCH_RESULTS_MAX];
    size_t count = search_find(&search, query, arena, results);
    for (size_t r = 0; r < count && r < 3; r++)
        if (strcmp(faq.entries[results[r].entry].slug, slug) == 0)
            return true;
    print_message("missed: %s -> %s (first: %s)\n", query, slug,
                  count == 0 ? "nothing" : faq.entries[results[0].entry].slug);
    return false;
}

static void people_find_what_they_ask_for_however_they_write_it(void **state) {
    size_t missed = 0;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        missed += finds(asked[i].query, asked[i].slug) ? 0 : 1;
    for (size_t i = 0; i < sizeof asked_elsewhere / sizeof *asked_elsewhere; i++) {
        assert_true(take(asked_elsewhere[i].language));
        missed += finds(asked_elsewhere[i].query, asked_elsewhere[i].slug) ? 0 : 1;
    }
    assert_int_equal(missed, 0);
}

static void what_is_not_there_is_not_found(void **state) {
    static const char *const foreign[] = {"ラーメン屋", "天気予報", "zzz", "!?", "", "\xff"};
    struct search_result results[SEARCH_RESULTS_MAX];
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_int_equal(search_find(&search, foreign[i], arena, results), 0);
    char large[SEARCH_QUERY_BYTES + 2];
    memset(large, 'a', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_int_equal(search_find(&search, large, arena, results), 0);
}

static void the_best_comes_first(void **state) {
    struct search_result results[SEARCH_RESULTS_MAX];
    size_t count = search_find(&search, "暗証番号", arena, results);
    assert_true(count >= 3);
    for (size_t i = 1; i < count; i++)
        assert_true(results[i - 1].score >= results[i].score);
}

static void what_is_kept_of_a_question_holds_no_long_number(void **state) {
    assert_string_equal(search_keepable("カード 1234-5678 9012", arena), "かど 0000 0000 0000");
    assert_string_equal(search_keepable("09012345678 に電話", arena), "0000 に電話");
    assert_string_equal(search_keepable("3回", arena), "3回");
    assert_null(search_keepable("!!", arena));
    assert_null(search_keepable("\xff", arena));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(people_find_what_they_ask_for_however_they_write_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_best_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_kept_of_a_question_holds_no_long_number, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
