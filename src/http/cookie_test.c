#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "http/cookie.h"

static struct arena *arena;

static int begin(void **state) {
    arena = arena_new(1 << 16);
    return arena == NULL;
}

static int end(void **state) {
    arena_free(arena);
    return 0;
}

static void a_cookie_is_found_among_others(void **state) {
    const char *header = "a=1; session=abc-DEF_123; b=2";
    assert_string_equal(cookie_find(arena, header, "session"), "abc-DEF_123");
    assert_string_equal(cookie_find(arena, header, "a"), "1");
    assert_string_equal(cookie_find(arena, header, "b"), "2");
    assert_null(cookie_find(arena, header, "c"));
    assert_null(cookie_find(arena, NULL, "a"));
    assert_null(cookie_find(arena, "", "a"));
    assert_string_equal(cookie_find(arena, "empty=", "empty"), "");
}

static void the_name_must_match_as_a_whole(void **state) {
    assert_null(cookie_find(arena, "xsession=1; sessionx=2; Session=3", "session"));
    assert_null(cookie_find(arena, "session", "session"));
    assert_null(cookie_find(arena, "a=session=1", "session"));
}

static void a_damaged_or_contradictory_cookie_is_as_good_as_none(void **state) {
    assert_null(cookie_find(arena, "session=\"abc\"", "session"));
    assert_null(cookie_find(arena, "session=a b", "session"));
    assert_null(cookie_find(arena, "session=a,b", "session"));
    assert_null(cookie_find(arena, "session=a\\b", "session"));
    assert_null(cookie_find(arena, "session=\xe3\x81\x82", "session"));
    assert_null(cookie_find(arena, "session=one; session=two", "session"));
    assert_string_equal(cookie_find(arena, "session=one; session=one", "session"), "one");
}

static void a_secure_cookie_is_tied_to_the_host(void **state) {
    const char *text = NULL;
    struct error err;
    struct cookie cookie = {.name = "session", .value = "abc", .max_age_s = 3600, .secure = true};
    assert_true(cookie_format(arena, &cookie, &text, &err));
    assert_string_equal(text, "__Host-session=abc; Path=/; SameSite=Lax; Max-Age=3600; HttpOnly; Secure");
    assert_string_equal(cookie_name(arena, "session", true), "__Host-session");
    assert_string_equal(cookie_name(arena, "session", false), "session");
}

static void a_cookie_can_be_taken_back_and_read_by_scripts(void **state) {
    const char *text = NULL;
    struct error err;
    struct cookie gone = {.name = "session", .value = "", .max_age_s = -1};
    assert_true(cookie_format(arena, &gone, &text, &err));
    assert_string_equal(text, "session=; Path=/; SameSite=Lax; Max-Age=0; HttpOnly");
    struct cookie language = {.name = "language", .value = "ja", .readable = true};
    assert_true(cookie_format(arena, &language, &text, &err));
    assert_string_equal(text, "language=ja; Path=/; SameSite=Lax");
}

static void what_a_cookie_may_not_hold_is_refused(void **state) {
    const char *text = "untouched";
    struct error err;
    static const char *const bad[] = {"a;b", "a b", "a\r\nSet-Cookie: x=1", "\"a\"", "\x7f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(cookie_format(arena, &(struct cookie){.name = "a", .value = bad[i]}, &text, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
    }
    assert_false(cookie_format(arena, &(struct cookie){.name = "a=b", .value = ""}, &text, &err));
    assert_false(cookie_format(arena, &(struct cookie){.name = "__Host-a", .value = ""}, &text, &err));
    char large[COOKIE_VALUE_BYTES_MAX + 2];
    memset(large, 'x', sizeof large);
    large[sizeof large - 1] = '\0';
    assert_false(cookie_format(arena, &(struct cookie){.name = "a", .value = large}, &text, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    assert_string_equal(text, "untouched");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_is_found_among_others),
        cmocka_unit_test(the_name_must_match_as_a_whole),
        cmocka_unit_test(a_damaged_or_contradictory_cookie_is_as_good_as_none),
        cmocka_unit_test(a_secure_cookie_is_tied_to_the_host),
        cmocka_unit_test(a_cookie_can_be_taken_back_and_read_by_scripts),
        cmocka_unit_test(what_a_cookie_may_not_hold_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
