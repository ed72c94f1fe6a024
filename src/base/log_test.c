#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"

// Writes one event into a pipe and gives back the line.
static void line_of(enum log_format format, const char *value, char *target, size_t size) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    log_open(ends[1], format, LOG_INFO);
    LOG(LOG_DEBUG, "not seen", log_number("n", 1));
    LOG(LOG_WARNING, "tried it", log_text("value", value), log_number("n", -3));
    close(ends[1]);
    ssize_t length = read(ends[0], target, size - 1);
    assert_true(length > 0);
    target[length] = '\0';
    close(ends[0]);
}

static void logfmt_quotes_only_where_needed(void **state) {
    char line[4096];
    line_of(LOG_LOGFMT, "plain", line, sizeof line);
    assert_non_null(strstr(line, " level=warning event=\"tried it\" value=plain n=-3\n"));
}

static void nothing_from_outside_begins_a_new_line(void **state) {
    char line[4096];
    line_of(LOG_LOGFMT, "a\nlevel=error \"x\"", line, sizeof line);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_non_null(strstr(line, "value=\"a\\u000alevel=error \\\"x\\\"\""));
}

static void json_lines_are_json_even_when_cut(void **state) {
    char line[4096], long_text[3000];
    memset(long_text, '"', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    const char *values[] = {"東京 \\ \"\t", long_text};
    line_of(LOG_JSON, values[0], line, sizeof line);
    struct error err = {0};
    CLEANUP(json_cleanup) json_t *object = NULL;
    assert_true(json_parse_object(line, strlen(line), &object, &err));
    assert_string_equal(json_string_value(json_object_get(object, "value")), values[0]);
    line_of(LOG_JSON, values[1], line, sizeof line);
    assert_true(strlen(line) <= 2048);
    assert_int_equal(line[strlen(line) - 1], '\n');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logfmt_quotes_only_where_needed),
        cmocka_unit_test(nothing_from_outside_begins_a_new_line),
        cmocka_unit_test(json_lines_are_json_even_when_cut),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    log_open(STDERR_FILENO, LOG_LOGFMT, LOG_INFO);
    return failed;
}
