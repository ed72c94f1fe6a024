#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"

static void a_copy_that_does_not_fit_leaves_an_empty_text(void **state) {
    char target[4] = "abc";
    assert_true(text_copy(target, sizeof target, "xyz"));
    assert_string_equal(target, "xyz");
    assert_false(text_copy(target, sizeof target, "wxyz"));
    assert_string_equal(target, "");
}

static void numbers_are_read_whole_or_not_at_all(void **state) {
    int64_t number = 7;
    assert_true(text_parse_int("-12", -100, 100, &number));
    assert_int_equal(number, -12);
    const char *bad[] = {"", "-", "1x", " 1", "101", "99999999999999999999", "0x10", "+1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_parse_int(bad[i], -100, 100, &number));
    assert_int_equal(number, -12);
}

static void base64url_goes_there_and_back_and_refuses_the_rest(void **state) {
    unsigned char bytes[3] = {0xfb, 0xff, 0x00}, back[8];
    char text[16];
    size_t length = 0;
    text_base64url(text, sizeof text, bytes, sizeof bytes);
    assert_string_equal(text, "-_8A");
    assert_true(text_base64url_decode(text, back, sizeof back, &length));
    assert_int_equal(length, 3);
    assert_memory_equal(back, bytes, 3);
    assert_false(text_base64url_decode("-_8=", back, sizeof back, &length));
    assert_false(text_base64url_decode("+/8A", back, sizeof back, &length));
    assert_false(text_base64url_decode("-_8A-_8A-_8A-_8A", back, sizeof back, &length));
    assert_false(text_base64url_decode("\xff\xfe"
                                       "AA",
                                       back, sizeof back, &length));
}

static void crockford_numbers_survive_being_read_aloud(void **state) {
    const uint64_t numbers[] = {0, 1, 31, 32, 0x0123456789abcde, TEXT_CROCKFORD_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[TEXT_CROCKFORD_SIZE];
        uint64_t back = 0;
        text_crockford(text, numbers[i]);
        assert_int_equal(strlen(text), TEXT_CROCKFORD_SIZE - 1);
        assert_true(text_crockford_parse(text, &back));
        assert_true(back == numbers[i]);
    }
    uint64_t number = 0;
    assert_true(text_crockford_parse("oooo-oooo-oolI", &number));
    assert_int_equal(number, 33);
    assert_false(text_crockford_parse("0000-0000-00U0", &number)); // U is no digit
    assert_false(text_crockford_parse("ZZZZZZZZZZZZZ", &number));  // a digit too many
    assert_false(text_crockford_parse("0000", &number));
}

static void clean_utf8_has_no_control_characters(void **state) {
    assert_true(text_is_clean_utf8("東京都", strlen("東京都")));
    assert_false(text_is_clean_utf8("a\nb", 3));
    assert_false(text_is_clean_utf8("\xff\xfe", 2));
    assert_false(text_is_clean_utf8("a\0b", 3));
}

static void typing_errors_are_counted(void **state) {
    assert_int_equal(text_typing_errors("serve", "serve"), 0);
    assert_int_equal(text_typing_errors("serv", "serve"), 1);
    assert_int_equal(text_typing_errors("reprot", "report"), 1); // neighbours swapped
    assert_int_equal(text_typing_errors("pints", "points"), 1);
    assert_int_equal(text_typing_errors("verify", "version"), 3);
    assert_int_equal(text_typing_errors("", "abc"), 3);
    assert_int_equal(text_typing_errors("abc", ""), 3);
    assert_true(text_typing_errors("01234567890123456789012345678901234567890", "a") == SIZE_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_that_does_not_fit_leaves_an_empty_text),
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(base64url_goes_there_and_back_and_refuses_the_rest),
        cmocka_unit_test(crockford_numbers_survive_being_read_aloud),
        cmocka_unit_test(clean_utf8_has_no_control_characters),
        cmocka_unit_test(typing_errors_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
