#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "guidance/announcement.h"
#include "guidance/testbed_guidance.h"

static struct languages languages;

static struct announcement example(int64_t id, enum announcement_level level, int64_t starts_ms,
                                   int64_t ends_ms) {
    return (struct announcement){.id = id,
                                 .level = level,
                                 .starts_ms = starts_ms,
                                 .ends_ms = ends_ms,
                                 .texts = {{"混んでいます", "一行目\n\n二行目"}, [2] = {"Crowded", ""}},
                                 .author = "sato",
                                 .reason = "opening",
                                 .at_ms = 1};
}

static bool write_one(struct testbed *testbed, const struct announcement *announcement) {
    struct command command;
    struct step *step = NULL;
    struct error err;
    command_init(&command, testbed->arena);
    assert_true(announcement_change(&command, &languages, announcement, &step, &err));
    testbed_run_command(testbed, &command);
    return step->rows.changed == 1;
}

static size_t read_after(struct testbed *testbed, int64_t after_ms, struct announcement **ret_found) {
    struct session *session = testbed_session(testbed);
    struct error err;
    size_t count = 0;
    assert_true(announcement_read(session, &languages, after_ms, testbed->arena, ret_found, &count, &err));
    session_close(session);
    return count;
}

static void the_most_urgent_comes_first_and_the_past_is_gone(void **state) {
    struct testbed *testbed = *state;
    struct announcement *found;
    struct announcement info = example(1, ANNOUNCEMENT_INFO, 0, 100),
                        urgent = example(2, ANNOUNCEMENT_URGENT, 50, 90);
    testbed_guidance(testbed);
    assert_true(write_one(testbed, &info));
    assert_true(write_one(testbed, &urgent));
    assert_int_equal(read_after(testbed, 0, &found), 2);
    assert_int_equal(found[0].id, 2);
    assert_string_equal(found[1].texts[0].body, "一行目\n\n二行目");
    assert_string_equal(announcement_in(&found[0], 2)->title, "Crowded");
    assert_string_equal(announcement_in(&found[0], 3)->title, "混んでいます");
    assert_false(announcement_is_current(&found[0], 49));
    assert_true(announcement_is_current(&found[0], 50));
    assert_false(announcement_is_current(&found[0], 90));
    assert_int_equal(read_after(testbed, 90, &found), 1);
    assert_int_equal(read_after(testbed, 100, &found), 0);
    assert_int_equal(read_after(testbed, ANNOUNCEMENT_EVERY, &found), 2);
}

static void a_change_needs_the_version_that_it_changes(void **state) {
    struct testbed *testbed = *state;
    struct announcement *found;
    struct announcement announcement = example(1, ANNOUNCEMENT_INFO, 0, 100);
    testbed_guidance(testbed);
    assert_true(write_one(testbed, &announcement));
    assert_false(write_one(testbed, &announcement));
    announcement.version = 1;
    announcement.withdrawn = true;
    assert_true(write_one(testbed, &announcement));
    assert_int_equal(read_after(testbed, 0, &found), 0);
    assert_int_equal(read_after(testbed, ANNOUNCEMENT_EVERY, &found), 1);
    assert_int_equal(found[0].version, 2);
}

static void refused(const char *json, const char *field) {
    struct announcement_text texts[LANGUAGES_MAX];
    struct error err = {0};
    json_t *object = json_loads(json, 0, NULL);
    assert_non_null(object);
    assert_false(announcement_texts(&languages, object, texts, &err));
    assert_string_equal(err.field, field);
    json_decref(object);
}

static void texts_are_checked_member_by_member(void **state) {
    refused("{}", "texts");
    refused("{\"en\": {\"title\": \"a\"}}", "texts");
    refused("{\"ja\": {\"title\": \"a\"}, \"fr\": {\"title\": \"a\"}}", "fr");
    refused("{\"ja\": {\"title\": \"\"}}", "title");
    refused("{\"ja\": {\"title\": \"a\", \"body\": 5}}", "body");
    refused("{\"ja\": {\"title\": \"a\", \"color\": \"red\"}}", "color");
    refused("{\"ja\": \"a\"}", "ja");
}

static void the_number_of_what_is_shown_changes_with_it(void **state) {
    struct announcement some[] = {example(1, ANNOUNCEMENT_URGENT, 0, 100),
                                  example(2, ANNOUNCEMENT_INFO, 50, 100)};
    uint32_t first = announcements_number(some, 2, 10), both = announcements_number(some, 2, 50);
    assert_int_equal(announcements_number(some, 2, 100), 0);
    assert_int_not_equal(first, 0);
    assert_int_equal(first, announcements_number(some, 1, 99));
    assert_int_not_equal(both, 0);
    assert_int_not_equal(both, first);
    some[0].version++;
    assert_int_not_equal(announcements_number(some, 2, 10), first);
    some[0].withdrawn = true;
    assert_int_equal(announcements_number(some, 2, 10), 0);
}

static void it_must_end_after_it_starts(void **state) {
    struct testbed *testbed = *state;
    struct announcement announcement = example(1, ANNOUNCEMENT_INFO, 100, 100);
    struct command command;
    struct step *step = NULL;
    struct error err;
    enum announcement_level level = ANNOUNCEMENT_INFO;
    command_init(&command, testbed->arena);
    assert_false(announcement_change(&command, &languages, &announcement, &step, &err));
    assert_string_equal(err.field, "ends");
    assert_true(announcement_level_find("urgent", &level));
    assert_int_equal(level, ANNOUNCEMENT_URGENT);
    assert_false(announcement_level_find("loud", &level));
    assert_string_equal(announcement_level_name(ANNOUNCEMENT_WARNING), "warning");
}

int main(void) {
    struct error err;
    if (!languages_read("", NULL, &languages, &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_urgent_comes_first_and_the_past_is_gone),
        cmocka_unit_test(a_change_needs_the_version_that_it_changes),
        cmocka_unit_test(texts_are_checked_member_by_member),
        cmocka_unit_test(the_number_of_what_is_shown_changes_with_it),
        cmocka_unit_test(it_must_end_after_it_starts),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
