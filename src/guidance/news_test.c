#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "guidance/news.h"
#include "guidance/testbed_guidance.h"

enum { JAPANESE = 0 };

struct setting {
    struct testbed *testbed;
    struct guidance *guidance;
    struct news *news;
    struct session *session;
};

static struct setting open_setting(struct testbed *testbed) {
    struct setting setting = {.testbed = testbed};
    struct error err = {0};
    testbed_guidance(testbed);
    assert_true(guidance_new("", &setting.guidance, &err));
    assert_true(news_new(guidance_languages(setting.guidance), &setting.news, &err));
    setting.session = testbed_session(testbed);
    return setting;
}

static void close_setting(struct setting *setting) {
    session_close(setting->session);
    news_free(setting->news);
    guidance_free(setting->guidance);
}

static size_t language(const struct setting *setting, const char *code) {
    return languages_find(guidance_languages(setting->guidance), code);
}

// Says it from 100 to 200.
static void say(struct setting *setting, int64_t id, int64_t version, const char *title, const char *body) {
    struct announcement announcement = {.id = id,
                                        .version = version,
                                        .level = ANNOUNCEMENT_URGENT,
                                        .starts_ms = 100,
                                        .ends_ms = 200,
                                        .texts = {{title, body}, [2] = {"Closed & <away>", ""}},
                                        .author = "sato",
                                        .reason = "test"};
    struct command command;
    struct step *step = NULL;
    struct error err = {0};
    command_init(&command, setting->testbed->arena);
    assert_true(
        announcement_change(&command, guidance_languages(setting->guidance), &announcement, &step, &err));
    testbed_run_command(setting->testbed, &command);
    assert_true(guidance_refresh(setting->guidance, setting->session, 1, &err));
}

static const char *json(struct setting *setting, const char *code, int64_t now_ms) {
    const struct shelf *shelf = guidance_borrow(setting->guidance);
    const char *text =
        news_json(setting->news, shelf, language(setting, code), now_ms, setting->testbed->arena);
    guidance_give_back(setting->guidance, shelf);
    assert_non_null(text);
    return text;
}

static const char *html(struct setting *setting, const char *code, int64_t now_ms) {
    const struct shelf *shelf = guidance_borrow(setting->guidance);
    const char *text =
        news_html(setting->news, shelf, language(setting, code), now_ms, setting->testbed->arena);
    guidance_give_back(setting->guidance, shelf);
    assert_non_null(text);
    return text;
}

static struct news_state at(struct setting *setting, int64_t now_ms) {
    const struct shelf *shelf = guidance_borrow(setting->guidance);
    struct news_state state = news_state(shelf, now_ms);
    guidance_give_back(setting->guidance, shelf);
    return state;
}

static void the_number_changes_with_what_is_said_and_the_edition_grows_with_what_is_written(void **state) {
    struct setting setting = open_setting(*state);
    struct error err = {0};
    assert_true(guidance_refresh(setting.guidance, setting.session, 1, &err));
    struct news_state before = at(&setting, 150);
    assert_int_equal(before.number, 0);
    say(&setting, 7, 0, "混んでいます", "");
    struct news_state said = at(&setting, 150);
    assert_true(said.number != 0 && said.edition == before.edition + 1);
    assert_int_equal(at(&setting, 99).number, 0);
    assert_int_equal(at(&setting, 200).number, 0);
    say(&setting, 7, 1, "空いています", "");
    assert_true(at(&setting, 150).number != said.number);
    assert_int_equal(at(&setting, 150).edition, said.edition + 1);
    close_setting(&setting);
}

static void what_is_kept_is_never_what_was_said_before(void **state) {
    struct setting setting = open_setting(*state);
    say(&setting, 7, 0, "混んでいます", "**順番**は<b>なくなりません</b>");
    const char *first = json(&setting, "ja", 150);
    assert_non_null(strstr(first, "\"level\":\"urgent\",\"language\":\"ja\",\"title\":\"混んでいます\""));
    assert_non_null(strstr(first, "<strong>順番</strong>"));
    assert_null(strstr(first, "<b>"));
    assert_string_equal(json(&setting, "ja", 160), first);
    assert_non_null(strstr(json(&setting, "en", 150), "Closed"));
    assert_non_null(strstr(json(&setting, "ko", 150), "\"language\":\"ja\",\"title\":\"混んでいます\""));
    assert_non_null(strstr(json(&setting, "ja", 250), "\"number\":0"));
    assert_non_null(strstr(json(&setting, "ja", 250), "\"announcements\":[]"));
    say(&setting, 7, 1, "空いています", "");
    assert_non_null(strstr(json(&setting, "ja", 150), "空いています"));
    close_setting(&setting);
}

static void a_page_gets_it_as_html_with_the_words_of_its_language(void **state) {
    struct setting setting = open_setting(*state);
    struct error err = {0};
    assert_true(guidance_refresh(setting.guidance, setting.session, 1, &err));
    assert_string_equal(html(&setting, "ja", 150), "hidden data-number=\"0\" data-edition=\"0\"></section>");
    say(&setting, 7, 0, "窓口《まどぐち》の<休み>", "明日まで");
    const char *japanese = html(&setting, "ja", 150);
    assert_non_null(strstr(japanese, "<div class=\"message warn\" lang=\"ja\"><div><p class=\"title\">"
                                     "【重要】窓口の&lt;休み&gt;</p><p>明日まで</p>"));
    assert_null(strstr(japanese, "hidden"));
    assert_non_null(strstr(html(&setting, "en", 150), "Closed &amp; &lt;away&gt;</p>"));
    const struct shelf *shelf = guidance_borrow(setting.guidance);
    const char *section = news_section(setting.news, shelf, JAPANESE, 150, setting.testbed->arena);
    guidance_give_back(setting.guidance, shelf);
    assert_non_null(strstr(section, "data-urgent=\"【重要】{title}\""));
    assert_non_null(strstr(section, japanese));
    close_setting(&setting);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_number_changes_with_what_is_said_and_the_edition_grows_with_what_is_written),
        cmocka_unit_test(what_is_kept_is_never_what_was_said_before),
        cmocka_unit_test(a_page_gets_it_as_html_with_the_words_of_its_language),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
