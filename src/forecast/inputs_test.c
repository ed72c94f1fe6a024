#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "forecast/inputs.h"

static void write_file(char *path, const char *text) {
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void count_sentence(void *context, const char *sentence) {
    assert_true(strlen(sentence) > 0);
    ++*(int *)context;
}

static void counts_and_japans_holidays_are_read(void **state) {
    char path[] = "/tmp/juncho-inputs-XXXXXX";
    char text[4000] = "start,count\n";
    for (int hour = 0; hour < 48; hour++)
        (void)sprintf(text + strlen(text), "2026-02-%02dT%02d:00:00+09:00,%d\n", 2 + hour / 24, hour % 24,
                      hour);
    write_file(path, text);
    struct inputs_paths paths = {.csv = path};
    struct inputs inputs;
    struct error err = {0};
    if (!inputs_read(&paths, clock_day_number(2026, 2, 4), &inputs, &err))
        fail_msg("%s", err.message);
    int sentences = 0;
    inputs_tell(&inputs, count_sentence, &sentences);
    assert_int_equal(inputs.series.count, 48);
    inputs_done(&inputs);
    unlink(path);
}

static void an_error_names_the_file(void **state) {
    struct inputs_paths paths = {.csv = "/nowhere/counts.csv"};
    struct inputs inputs;
    struct error err = {0};
    assert_false(inputs_read(&paths, 20000, &inputs, &err));
    assert_non_null(strstr(err.message, "counts.csv"));
}

static void counts_that_are_none_are_refused(void **state) {
    char path[] = "/tmp/juncho-inputs-XXXXXX";
    write_file(path, "start,count\n2026-02-02T00:00:00+09:00,many\n");
    struct inputs_paths paths = {.csv = path};
    struct inputs inputs;
    struct error err = {0};
    assert_false(inputs_read(&paths, 20000, &inputs, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    unlink(path);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_japans_holidays_are_read),
        cmocka_unit_test(an_error_names_the_file),
        cmocka_unit_test(counts_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
