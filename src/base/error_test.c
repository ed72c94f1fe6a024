#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"

static void an_error_keeps_its_kind_field_and_message(void **state) {
    struct error err = {0};
    assert_false(error_set_field(&err, ERROR_INVALID, "points", "%d is not positive", -1));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_string_equal(err.field, "points");
    assert_string_equal(err.message, "-1 is not positive");
}

static void a_new_error_forgets_the_old_field(void **state) {
    struct error err = {0};
    assert_false(error_set_field(&err, ERROR_INVALID, "points", "first"));
    assert_false(error_set(&err, ERROR_MISSING, "second"));
    assert_string_equal(err.field, "");
}

static void a_long_message_is_cut_not_overrun(void **state) {
    struct error err = {0};
    char long_text[1000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_false(error_set(&err, ERROR_INVALID, "%s", long_text));
    assert_int_equal(strlen(err.message), ERROR_MESSAGE_SIZE - 1);
    error_prefix(&err, "line %d: ", 7);
    assert_memory_equal(err.message, "line 7: xxx", 11);
    assert_int_equal(strlen(err.message), ERROR_MESSAGE_SIZE - 1);
}

static void what_is_cut_within_a_character_is_utf8_all_the_same(void **state) {
    struct error err = {0};
    char long_text[601] = "";
    for (int i = 0; i < 200; i++)
        strcat(long_text, "\xe3\x81\x82");
    assert_false(error_set_field(&err, ERROR_INVALID, long_text, "x%s", long_text));
    assert_memory_equal(err.field + 42, "\xe3\x81\x82??", 6); // 47 bytes: 15 characters, and 2 bytes
    assert_memory_equal(err.message, "x\xe3\x81\x82", 4);
    assert_memory_equal(err.message + ERROR_MESSAGE_SIZE - 3, "??", 3);
    assert_false(error_set(&err, ERROR_INVALID, "%.4s = %s", long_text, "a\xff\xc3z"));
    assert_string_equal(err.message, "\xe3\x81\x82? = a??z");
    error_prefix(&err, "%.2s: ", long_text);
    assert_memory_equal(err.message, "??: ", 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_keeps_its_kind_field_and_message),
        cmocka_unit_test(a_new_error_forgets_the_old_field),
        cmocka_unit_test(what_is_cut_within_a_character_is_utf8_all_the_same),
        cmocka_unit_test(a_long_message_is_cut_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
