#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guidance/languages.h"

static struct arena *arena;
static struct languages languages;
static struct error err;
static char directory[64];

static int set_up(void **state) {
    arena = arena_new(8 << 20);
    strcpy(directory, "/tmp/juncho-languages-XXXXXX");
    return arena == NULL || mkdtemp(directory) == NULL;
}

static const char *const written[] = {"fr.json", "faq.fr.md", "words.fr.txt",
                                      "FR.json", "en.json",   "ja.json"};

static int tear_down(void **state) {
    arena_free(arena);
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", directory, written[i]);
        (void)unlink(path);
    }
    return rmdir(directory);
}

static void write_file(const char *name, const char *text) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *stream = fopen(path, "we");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

static const char *chosen(const char *code, const char *accept) {
    return languages.list[languages_choose(&languages, code, accept)].code;
}

static void a_file_with_gaps_says_which(void **state) {
    write_file("fr.json", "{\"language.name\": \"Français\", \"home.leed\": \"Bonjour\"}");
    assert_true(languages_read(directory, arena, &languages, &err));
    const char *said = languages_gaps(&languages.list[languages_find(&languages, "fr")], arena);
    assert_non_null(said);
    assert_non_null(strstr(said, "fr.json: "));
    assert_non_null(strstr(said, " words are missing and stay Japanese, first "));
    assert_non_null(strstr(said, "; 1 are read by nothing, first home.leed"));
    assert_null(languages_gaps(&languages.list[0], arena)); // the program's own
}

static void a_choice_goes_before_the_browser(void **state) {
    assert_true(languages_read("", arena, &languages, &err));
    assert_int_equal(languages.count, 5);
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

static void a_file_may_say_what_only_the_city_knows(void **state) {
    write_file("fr.json", "{\"language.name\": \"Français\", \"campaign.name\": \"Points de soutien\"}");
    write_file("en.json", "{\"language.name\": \"English\", \"calls.hours\": \"weekdays 9 to 5\"}");
    assert_true(languages_read(directory, arena, &languages, &err));
    const struct language *french = &languages.list[languages_find(&languages, "fr")];
    const struct language *english = &languages.list[languages_find(&languages, "en")];
    assert_string_equal(french->campaign, "Points de soutien");
    assert_null(french->hours);
    assert_string_equal(french->tag, "fr"); // its code, for the file says none
    assert_string_equal(english->hours, "weekdays 9 to 5");
    assert_null(english->campaign);
    assert_string_equal(languages.list[languages_find(&languages, "zh")].tag, "zh-Hans");
    assert_null(strstr(languages_gaps(french, arena), "read by nothing"));
}

static void a_city_adds_a_language_by_files(void **state) {
    write_file("fr.json", "{\"language.name\": \"Français\", \"page.home\": \"Accueil\"}");
    write_file("faq.fr.md", "# Carte\n## Code {#pin}\nA la mairie.\n");
    write_file("en.json", "{\"language.name\": \"English (city)\"}");
    assert_true(languages_read(directory, arena, &languages, &err));
    assert_int_equal(languages.count, 6);
    size_t french = languages_find(&languages, "fr");
    assert_string_equal(languages.list[french].name, "Français");
    assert_non_null(strstr(languages.list[french].messages, "Accueil"));
    assert_non_null(strstr(languages.list[french].faq, "mairie"));
    assert_null(languages.list[french].words);
    assert_string_equal(languages.list[languages_find(&languages, "en")].name, "English (city)");
    assert_null(languages.list[0].messages);
    assert_string_equal(chosen(NULL, "fr-CA"), "fr");
}

static void refused(const char *name, const char *text, const char *words) {
    write_file(name, text);
    assert_false(languages_read(directory, arena, &languages, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    if (strstr(err.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

static void a_file_that_is_wrong_is_named(void **state) {
    refused("fr.json", "{", "fr.json");
    refused("fr.json", "{\"page.home\": \"Accueil\"}", "language.name");
    refused("fr.json", "{\"language.name\": \"Français\", \"page.home\": 5}", "page.home is not a text");
    write_file("fr.json", "{\"language.name\": \"Français\"}");
    refused("fr.json", "{\"language.name\": \"Français\", \"language.tag\": \"fr\\\"\"}",
            "language.tag has letters");
    refused("fr.json", "{\"language.name\": \"Français\", \"campaign.name\": \"\"}",
            "fr.json: campaign.name must be a text of 1 to 120 bytes");
    write_file("fr.json", "{\"language.name\": \"Français\"}");
    refused("ja.json", "{\"language.name\": \"日本語\", \"calls.hours\": \"9時から\"}",
            "ja.json: calls.hours in Japanese is the setting calls.hours");
    write_file("ja.json", "{\"language.name\": \"日本語\"}");
    refused("FR.json", "{\"language.name\": \"Français\"}", "FR.json");
    assert_false(languages_read("/does/not/exist", arena, &languages, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_with_gaps_says_which, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_choice_goes_before_the_browser, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_city_adds_a_language_by_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_may_say_what_only_the_city_knows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_wrong_is_named, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
