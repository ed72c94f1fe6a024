#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "guidance/faq_store.h"
#include "guidance/testbed_guidance.h"

#define HOUR_MS INT64_C(3600000)

static struct faq shipped;
static struct faq found;

static void fill_shipped(void) {
    shipped = (struct faq){.entries = {{"pin", "Card", "Forgot?", "", "Go."},
                                       {"lost", "Card", "Lost?", "", "Call."},
                                       {"when", "Points", "When?", "", "Now."}},
                           .count = 3};
}

static bool change(struct testbed *testbed, const struct faq_entry *entry, int64_t base_version,
                   bool hidden) {
    struct faq_change asked = {.language = "en",
                               .entry = *entry,
                               .hidden = hidden,
                               .base_version = base_version,
                               .author = "sato",
                               .reason = "clearer",
                               .at_ms = 5};
    struct command command;
    command_init(&command, testbed->arena);
    struct step *step = faq_store_change(&command, &asked);
    testbed_run_command(testbed, &command);
    return step->rows.changed == 1;
}

static void read_all(struct testbed *testbed) {
    struct error err;
    struct session *session = testbed_session(testbed);
    assert_true(faq_store_read(session, "en", &shipped, testbed->arena, &found, &err));
    session_close(session);
}

static void a_change_stands_over_the_shipped_text_and_is_kept_with_its_history(void **state) {
    struct testbed *testbed = *state;
    const struct faq_entry first = {"pin", "Card", "Forgot the PIN?", "code", "City hall."};
    const struct faq_entry second = {"pin", "Card", "Forgot the PIN?", "code", "City hall, with the card."};
    struct faq_version *versions;
    struct error err;
    size_t count = 0;
    fill_shipped();
    testbed_guidance(testbed);
    assert_true(change(testbed, &first, 0, false));
    assert_false(change(testbed, &second, 0, false)); // somebody was faster
    assert_true(change(testbed, &second, 1, false));
    read_all(testbed);
    assert_int_equal(found.count, 3);
    assert_string_equal(found.entries[0].answer, "City hall, with the card.");
    assert_string_equal(found.entries[1].slug, "lost");
    struct session *session = testbed_session(testbed);
    assert_true(faq_store_history(session, "en", "pin", testbed->arena, &versions, &count, &err));
    session_close(session);
    assert_int_equal(count, 2);
    assert_int_equal(versions[0].version, 2);
    assert_string_equal(versions[1].entry.answer, "City hall.");
    assert_string_equal(versions[1].author, "sato");
}

static void questions_are_added_hidden_and_moved(void **state) {
    struct testbed *testbed = *state;
    const struct faq_entry new_one = {"new", "Card", "New?", "", "Yes."};
    const struct faq_entry moved = {"pin", "Points", "Forgot?", "", "Go."};
    const struct faq_entry other = {"own", "Own category", "Own?", "", "Yes."};
    fill_shipped();
    testbed_guidance(testbed);
    assert_true(change(testbed, &new_one, 0, false));
    assert_true(change(testbed, &shipped.entries[1], 0, true));
    assert_true(change(testbed, &moved, 0, false));
    assert_true(change(testbed, &other, 0, false));
    read_all(testbed);
    assert_int_equal(found.count, 4);
    assert_null(faq_find(&found, "lost"));
    assert_string_equal(found.entries[0].slug, "new");
    assert_string_equal(found.entries[1].slug, "when");
    assert_string_equal(found.entries[2].slug, "pin");
    assert_string_equal(found.entries[3].slug, "own");
}

static void opinions_and_misses_are_counted(void **state) {
    struct testbed *testbed = *state;
    struct faq_figures *figures;
    struct faq_unfound *unfound;
    struct faq_hour *hours;
    struct error err;
    size_t count = 0;
    testbed_guidance(testbed);
    for (int i = 0; i < 3; i++) {
        struct command command;
        command_init(&command, testbed->arena);
        faq_store_opinion(&command, "ja", "pin", FAQ_READ, i * HOUR_MS);
        faq_store_opinion(&command, "en", "pin", i == 0 ? FAQ_HELPED : FAQ_DID_NOT_HELP, i * HOUR_MS);
        faq_store_opinion(&command, "ja", i == 1 ? "" : "pin", FAQ_SEARCHED, i * HOUR_MS);
        faq_store_miss(&command, "ja", i < 2 ? "らめん" : "天気", 0);
        testbed_run_command(testbed, &command);
    }
    struct session *session = testbed_session(testbed);
    assert_true(faq_store_figures(session, 0, 3 * HOUR_MS, testbed->arena, &figures, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(figures[0].read, 3);
    assert_int_equal(figures[0].helped, 1);
    assert_int_equal(figures[0].did_not_help, 2);
    assert_int_equal(figures[0].searched, 2);
    assert_string_equal(figures[1].slug, "");
    assert_int_equal(figures[1].searched, 1);
    assert_true(faq_store_figures(session, 0, HOUR_MS, testbed->arena, &figures, &count, &err));
    assert_int_equal(figures[0].read, 1);
    assert_true(
        faq_store_unfound(session, -48 * HOUR_MS, 48 * HOUR_MS, testbed->arena, &unfound, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(unfound[0].words, "らめん");
    assert_int_equal(unfound[0].count, 2);
    assert_true(faq_store_hours(session, 0, 2 * HOUR_MS, testbed->arena, &hours, &count, &err));
    assert_int_equal(count, 4); // a search and a reading in each hour
    assert_string_equal(hours[0].slug, "");
    assert_string_equal(hours[1].slug, "pin");
    session_close(session);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_stands_over_the_shipped_text_and_is_kept_with_its_history),
        cmocka_unit_test(questions_are_added_hidden_and_moved),
        cmocka_unit_test(opinions_and_misses_are_counted),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
