#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "guidance/faq_store.h"
#include "guidance/guidance.h"
#include "guidance/testbed_guidance.h"

static void write_answer(struct testbed *testbed, const char *answer, int64_t base_version) {
    struct faq_change change = {.language = "ja",
                                .entry = {"pin-forgotten", "本人確認", "暗証番号を忘れました", "", answer},
                                .base_version = base_version,
                                .author = "sato",
                                .reason = "test"};
    struct command command;
    command_init(&command, testbed->arena);
    (void)faq_store_change(&command, &change);
    testbed_run_command(testbed, &command);
}

static void a_borrowed_shelf_stays_as_it_is_while_a_new_one_goes_up(void **state) {
    struct testbed *testbed = *state;
    struct guidance *guidance = NULL;
    struct error err = {0};
    testbed_guidance(testbed);
    assert_true(guidance_new("", &guidance, &err));
    struct session *session = testbed_session(testbed);
    assert_true(guidance_refresh(guidance, session, 1, &err));
    const struct shelf *before = guidance_borrow(guidance);
    assert_true(guidance_refresh(guidance, session, 1, &err));
    const struct shelf *same = guidance_borrow(guidance);
    assert_ptr_equal(before, same);
    guidance_give_back(guidance, same);
    write_answer(testbed, "窓口へどうぞ。", 0);
    assert_true(guidance_refresh(guidance, session, 1, &err));
    const struct shelf *after = guidance_borrow(guidance);
    assert_true(shelf_number(after) > shelf_number(before));
    assert_string_equal(faq_find(shelf_faq(after, 0), "pin-forgotten")->answer, "窓口へどうぞ。");
    assert_string_not_equal(faq_find(shelf_faq(before, 0), "pin-forgotten")->answer, "窓口へどうぞ。");
    guidance_give_back(guidance, before);
    guidance_give_back(guidance, after);
    session_close(session);
    guidance_free(guidance);
}

static void shipped_answers_are_there_before_the_store_was_asked(void **state) {
    struct testbed *testbed = *state;
    struct guidance *guidance = NULL;
    struct search_result results[SEARCH_RESULTS_MAX];
    struct error err = {0};
    size_t announcements = 1;
    assert_true(guidance_new("", &guidance, &err));
    const struct shelf *shelf = guidance_borrow(guidance);
    for (size_t i = 0; i < guidance_languages(guidance)->count; i++)
        assert_true(shelf_faq(shelf, i)->count > 20);
    size_t count = search_find(shelf_search(shelf, 0), "パスワード忘れた", testbed->arena, results);
    assert_true(count > 0);
    assert_string_equal(shelf_faq(shelf, 0)->entries[results[0].entry].slug, "pin-forgotten");
    assert_non_null(strstr(shelf_answer_html(shelf, 0, results[0].entry), "<p>"));
    (void)shelf_announcements(shelf, &announcements);
    assert_int_equal(announcements, 0);
    guidance_give_back(guidance, shelf);
    guidance_free(guidance);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_borrowed_shelf_stays_as_it_is_while_a_new_one_goes_up),
        cmocka_unit_test(shipped_answers_are_there_before_the_store_was_asked),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
