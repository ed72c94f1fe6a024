#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/map.h"

static const char *const known[] = {"start", "offered", "answered", NULL};

static void names_find_their_columns_and_the_others_keep_their_own(void **state) {
    struct map map;
    struct error err = {0};
    assert_true(map_parse("start=Begin of it,answered=AGENT|Transfer", known, &map, &err));
    assert_string_equal(map_get(&map, "start", "start"), "Begin of it");
    assert_string_equal(map_get(&map, "offered", "offered"), "offered");
    assert_true(map_parse(NULL, known, &map, &err));
    assert_null(map_get(&map, "start", NULL));
}

static void a_list_of_values_is_matched_whole_and_without_case(void **state) {
    assert_true(map_lists("AGENT|Transfer", "agent"));
    assert_true(map_lists("AGENT|Transfer", "TRANSFER"));
    assert_false(map_lists("AGENT|Transfer", "AGEN"));
    assert_false(map_lists("AGENT|Transfer", "AGENTS"));
    assert_false(map_lists("AGENT|Transfer", ""));
    assert_false(map_lists("AGENT", "GENT"));
}

static void what_is_no_map_is_refused(void **state) {
    static const char *const wrong[] = {
        "", "start", "=x", "start=", "begin=x", "start=a,start=b", "start=a,"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct map map;
        struct error err = {0};
        assert_false(map_parse(wrong[i], known, &map, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_string_equal(err.field, "map");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_find_their_columns_and_the_others_keep_their_own),
        cmocka_unit_test(a_list_of_values_is_matched_whole_and_without_case),
        cmocka_unit_test(what_is_no_map_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
