#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "http/target.h"

static struct arena *arena;

static int begin(void **state) {
    arena = arena_new(1 << 16);
    return arena == NULL;
}

static int end(void **state) {
    arena_free(arena);
    return 0;
}

static void a_path_and_its_query_are_decoded(void **state) {
    struct target target;
    struct error err;
    assert_true(target_parse(arena, "/a/%E6%B7%B7%E9%9B%91?q=%E3%82%AB+1&x&y=&q=2", &target, &err));
    assert_string_equal(target.path, "/a/混雑");
    assert_string_equal(target_parameter(&target, "q"), "カ 1");
    assert_string_equal(target_parameter(&target, "x"), "");
    assert_string_equal(target_parameter(&target, "y"), "");
    assert_null(target_parameter(&target, "z"));
    assert_int_equal(target.parameters_count, 4);
}

static void the_other_forms_of_a_target_are_understood(void **state) {
    struct target target;
    struct error err;
    assert_true(target_parse(arena, "http://example.jp:80/a?b=c", &target, &err));
    assert_string_equal(target.path, "/a");
    assert_string_equal(target_parameter(&target, "b"), "c");
    assert_true(target_parse(arena, "https://example.jp", &target, &err));
    assert_string_equal(target.path, "/");
    assert_true(target_parse(arena, "*", &target, &err));
    assert_string_equal(target.path, "*");
    assert_true(target_parse(arena, "/?", &target, &err));
    assert_string_equal(target.path, "/");
    assert_true(target_parse(arena, "/a+b", &target, &err));
    assert_string_equal(target.path, "/a+b");
}

static void what_two_programs_could_read_differently_is_refused(void **state) {
    static const char *const bad[] = {
        "a",     "",      "/%",      "/%4",     "/%zz",     "/%00", "/a%2Fb",    "/a%5cb",
        "/\\a",  "/a#b",  "/\x01",   "/%0d%0a", "/\xff",    "/%ff", "/%c0%af",   "/%ed%a0%80",
        "/?a#b", "/?a=%", "/?%00=1", "/?a=%0a", "/?a=\xff", "/ a",  "ftp://a/b", "//%e3%81",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct target target = {.path = "untouched"};
        struct error err;
        if (target_parse(arena, bad[i], &target, &err))
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_string_equal(target.path, "untouched");
    }
}

static void a_query_has_a_limit(void **state) {
    char text[TARGET_PARAMETERS_MAX * 2 + 8] = "/?";
    for (int i = 0; i < TARGET_PARAMETERS_MAX; i++)
        strcat(text, i == 0 ? "a" : "&a");
    struct target target;
    struct error err;
    assert_true(target_parse(arena, text, &target, &err));
    strcat(text, "&a");
    assert_false(target_parse(arena, text, &target, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
}

static void a_target_larger_than_the_arena_is_refused(void **state) {
    CLEANUP(arena_cleanup) struct arena *small = arena_new(16);
    struct target target;
    struct error err;
    assert_false(target_parse(small, "/a-path-that-does-not-fit", &target, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_and_its_query_are_decoded),
        cmocka_unit_test(the_other_forms_of_a_target_are_understood),
        cmocka_unit_test(what_two_programs_could_read_differently_is_refused),
        cmocka_unit_test(a_query_has_a_limit),
        cmocka_unit_test(a_target_larger_than_the_arena_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
