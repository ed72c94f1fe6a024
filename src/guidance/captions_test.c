#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "guidance/captions.h"

static struct arena *arena;

static int set_up(void **state) {
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int tear_down(void **state) {
    arena_free(arena);
    return 0;
}

static void says(const char *text, const char *words) {
    struct error err;
    const char *transcript = NULL;
    if (!captions_transcript(text, arena, &transcript, &err))
        fail_msg("%s", err.message);
    assert_string_equal(transcript, words);
}

static void refused(const char *text, const char *words) {
    struct error err;
    const char *transcript = "untouched";
    assert_false(captions_transcript(text, arena, &transcript, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_string_equal(transcript, "untouched");
    if (strstr(err.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

static void cues_become_lines_and_nothing_else_does(void **state) {
    says("WEBVTT\n\n00:00.000 --> 00:02.000\nカードを用意します。\n\n1\n00:02.000 --> 00:04.000 line:0\n"
         "あてます。\n待ちます。\n",
         "カードを用意します。\nあてます。 待ちます。");
    says("\xEF\xBB\xBFWEBVTT - title\r\nKind: captions\r\n\r\nNOTE made by hand\r\nnever said\r\n\r\n"
         "STYLE\r\n::cue { color: red }\r\n\r\n00:00.000 --> 00:02.000\r\nHello.\r\n",
         "Hello.");
}

static void marks_are_taken_off(void **state) {
    says("WEBVTT\n\n00:00.000 --> 00:02.000\n<v 田中>こんにちは<00:01.000><i>ね</i> &lt;A &amp; B&gt;&nbsp;1 "
         "< 2",
         "田中: こんにちはね <A & B> 1 < 2");
    says("WEBVTT\n\n00:00.000 --> 00:02.000\n<v.loud Ann>Hi &unknown;", "Ann: Hi &unknown;");
    says("WEBVTT\n\n00:00.000 --> 00:02.000\n<vv Ann><v>Hi", "Hi");
}

static void what_is_no_captions_is_refused(void **state) {
    refused("", "WEBVTT");
    refused("WEBVTTX\n\n00:00.000 --> 00:02.000\na", "WEBVTT");
    refused("1\n00:00:00,000 --> 00:00:02,000\na", "WEBVTT");
    refused("WEBVTT", "says nothing");
    refused("WEBVTT\n\nNOTE nothing\n", "says nothing");
    refused("WEBVTT\n\n00:00.000 --> 00:02.000\n\n", "says nothing");
    refused("WEBVTT\n\n00:00.000 --> 00:02.000\na\xff", "line 4");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cues_become_lines_and_nothing_else_does),
        cmocka_unit_test(marks_are_taken_off),
        cmocka_unit_test(what_is_no_captions_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
