#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "guidance/faq.h"

static struct arena *arena;
static struct faq faq;
static struct error err;

static int set_up(void **state) {
    arena = arena_new(4 << 20);
    return arena == NULL;
}

static int tear_down(void **state) {
    arena_free(arena);
    return 0;
}

static void a_text_becomes_entries(void **state) {
    assert_true(faq_read(
        "# Card\n\n## Forgot the PIN {#pin}\nwords: password, code\n\nGo to *city hall*.\n\nTwice.\n\n"
        "## Lost {#lost}\n\nCall.\n\n# Points\n## When {#when}\nNow.",
        arena, &faq, &err));
    assert_int_equal(faq.count, 3);
    const struct faq_entry *entry = faq_find(&faq, "pin");
    assert_string_equal(entry->category, "Card");
    assert_string_equal(entry->question, "Forgot the PIN");
    assert_string_equal(entry->keywords, "password, code");
    assert_string_equal(entry->answer, "Go to *city hall*.\n\nTwice.");
    assert_string_equal(faq_find(&faq, "lost")->keywords, "");
    assert_string_equal(faq_find(&faq, "when")->category, "Points");
    assert_string_equal(faq_find(&faq, "when")->answer, "Now.");
    assert_null(faq_find(&faq, "other"));
}

static void refused(const char *text, const char *words) {
    assert_false(faq_read(text, arena, &faq, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    if (strstr(err.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

static void what_is_wrong_names_the_line(void **state) {
    refused("## Q {#q}\nA\n", "line 1: a question before");
    refused("# C\n## Q\nA\n", "line 2: a question must end");
    refused("# C\n## Q {#Q}\nA\n", "slug");
    refused("# C\nwords\n", "line 2: words before");
    refused("# C\n## Q {#q}\n\n## R {#r}\nA\n", "line 4: answer");
    refused("# C\n## Q {#q}\nA\n## R {#q}\nA\n", "q stands twice");
    refused("# C\n##  {#q}\nA\n", "question");
}

static void the_shipped_answers_can_be_read(void **state) {
    static const char *const languages[] = {"ja", "ja-easy", "en", "zh", "ko"};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        char path[300];
        char *text = arena_alloc(arena, 1 << 18);
        (void)snprintf(path, sizeof path, SOURCE_ROOT "/guidance/faq.%s.md", languages[i]);
        FILE *stream = fopen(path, "re");
        assert_non_null(stream);
        size_t length = fread(text, 1, (1 << 18) - 1, stream);
        assert_int_equal(fclose(stream), 0);
        assert_in_range(length, 1000, (1 << 18) - 2);
        if (!faq_read(text, arena, &faq, &err))
            fail_msg("%s: %s", path, err.message);
        assert_in_range(faq.count, 25, FAQ_ENTRIES_MAX);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_text_becomes_entries, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_names_the_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_shipped_answers_can_be_read, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
