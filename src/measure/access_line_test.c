#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "measure/access_line.h"

#define STAMP "[02/Feb/2026:13:00:05 +0900]"

static const char *parse(const char *text, struct access_line *ret_line) {
    struct access_days days = {.start_s = 0};
    return access_line_parse(&days, text, strlen(text), ret_line);
}

static int64_t at_s(const char *text) {
    int64_t time_ms = 0;
    struct error err = {0};
    assert_true(clock_parse(text, &time_ms, &err));
    return time_ms / 1000;
}

static void both_formats_are_read(void **state) {
    struct access_line line;
    assert_null(parse("192.0.2.7 - - " STAMP " \"GET / HTTP/1.1\" 200 512", &line));
    assert_int_equal(line.host_length, 9);
    assert_int_equal(line.status, 200);
    assert_int_equal(line.bytes, 512);
    assert_int_equal(line.time_s, at_s("2026-02-02T13:00:05+09:00"));
    assert_null(line.agent);
    assert_null(
        parse("2001:db8::1 - taro yamada " STAMP " \"GET / HTTP/1.1\" 499 - \"-\" \"A b\" 0.003", &line));
    assert_int_equal(line.status, 499);
    assert_int_equal(line.bytes, 0);
    assert_int_equal(line.agent_length, 3);
    assert_memory_equal(line.agent, "A b", 3);
}

static void a_request_may_be_anything(void **state) {
    static const char *const lines[] = {
        "h - - " STAMP " \"\" 400 0 \"-\" \"-\"",
        "h - - " STAMP " \"-\" 408 - \"\" \"\"",
        "h - - " STAMP " \"\\x16\\x03\\x01\" 400 150 \"-\" \"-\"",
        "h - - " STAMP " \"GET /\\\" HTTP/1.1\" 200 1 \"a\\\"b\" \"c\\\\\"",
        "h - - " STAMP " \"GET /[1] \xe7\x82\xb9 HTTP/1.1\" 200 1 \"-\" \"\xff\xfe\"",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct access_line line;
        assert_null(parse(lines[i], &line));
    }
}

static void any_offset_names_the_same_moment(void **state) {
    static const struct {
        const char *stamp, *iso;
    } cases[] = {{"02/Feb/2026:13:00:05 +0900", "2026-02-02T13:00:05+09:00"},
                 {"01/Feb/2026:23:30:05 -0430", "2026-02-02T13:00:05+09:00"},
                 {"02/Feb/2026:04:00:05 +0000", "2026-02-02T13:00:05+09:00"},
                 {"02/Feb/2026:09:45:05 +0545", "2026-02-02T13:00:05+09:00"},
                 {"29/Feb/2024:00:00:00 +0900", "2024-02-29T00:00:00+09:00"},
                 {"31/Dec/2016:23:59:60 +0000", "2017-01-01T00:00:00+00:00"}};
    struct access_days days = {.start_s = 0}; // kept from line to line, as in a file
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        size_t which = i / 2;
        char text[200];
        struct access_line line;
        int length = snprintf(text, sizeof text, "h - - [%s] \"GET / HTTP/1.1\" 200 1", cases[which].stamp);
        assert_null(access_line_parse(&days, text, (size_t)length, &line));
        assert_int_equal(line.time_s, at_s(cases[which].iso));
    }
}

static void what_is_no_line_says_why(void **state) {
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "empty"},
        {"word", "address"},
        {" - - " STAMP " \"GET /\" 200 1", "address"},
        {"h - - \"GET /\" 200 1", "brackets"},
        {"h - - [02/Feb/2026:13:00:05 +0900", "brackets"},
        {"h - - " STAMP " GET / 200 1", "quotes"},
        {"h - - [32/Feb/2026:13:00:05 +0900] \"GET /\" 200 1", "time"},
        {"h - - [29/Feb/2026:13:00:05 +0900] \"GET /\" 200 1", "time"},
        {"h - - [02/Fev/2026:13:00:05 +0900] \"GET /\" 200 1", "time"},
        {"h - - [02/Feb/2026:24:00:05 +0900] \"GET /\" 200 1", "time"},
        {"h - - [02/Feb/2026:13:60:05 +0900] \"GET /\" 200 1", "time"},
        {"h - - [02/Feb/2026:13:00:05 09000] \"GET /\" 200 1", "time"},
        {"h - - [02/Feb/1926:13:00:05 +0900] \"GET /\" 200 1", "time"},
        {"h - - " STAMP " \"GET / 200 1", "does not end"},
        {"h - - " STAMP " \"GET /\\\" 200 1", "does not end"},
        {"h - - " STAMP " \"GET /\"", "status"},
        {"h - - " STAMP " \"GET /\" 600 1", "status"},
        {"h - - " STAMP " \"GET /\" 099 1", "status"},
        {"h - - " STAMP " \"GET /\" 200 x", "size"},
        {"h - - " STAMP " \"GET /\" 200 1x", "size"},
        {"h - - " STAMP " \"GET /\" 200 1234567890123456789", "size"},
        {"h - - " STAMP " \"GET /\" 200 1 refer", "referer"},
        {"h - - " STAMP " \"GET /\" 200 1 \"-\"", "agent"},
        {"h - - " STAMP " \"GET /\" 200 1 \"-\" \"A", "agent"},
        {"h - - " STAMP " \"GET /\" 200 1 \"-\" \"A\"B", "agent"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct access_line line;
        const char *why = parse(cases[i].text, &line);
        if (why == NULL || strstr(why, cases[i].why) == NULL)
            fail_msg("%s: %s", cases[i].text, why == NULL ? "was read" : why);
    }
}

// Cut anywhere, a line is either whole or says why; nothing is read beyond its end (the sanitizers look).
static void a_line_cut_anywhere_is_safe(void **state) {
    static const char whole[] = "192.0.2.7 - - " STAMP " \"GET / HTTP/1.1\" 200 512 \"-\" \"Agent\"";
    for (size_t length = 0; length < sizeof whole; length++) {
        char *copy = malloc(length + 1);
        struct access_days days = {.start_s = 0};
        struct access_line line;
        memcpy(copy, whole, length);
        char *exact = realloc(copy, length == 0 ? 1 : length);
        (void)access_line_parse(&days, exact, length, &line);
        free(exact);
    }
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_formats_are_read),
        cmocka_unit_test(a_request_may_be_anything),
        cmocka_unit_test(any_offset_names_the_same_moment),
        cmocka_unit_test(what_is_no_line_says_why),
        cmocka_unit_test(a_line_cut_anywhere_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
