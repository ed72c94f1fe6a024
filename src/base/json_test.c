#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"

static bool parses(const char *text, struct error *err) {
    CLEANUP(json_cleanup) json_t *object = NULL;
    return json_parse_object(text, strlen(text), &object, err);
}

static void only_one_whole_object_is_taken(void **state) {
    struct error err = {0};
    assert_true(parses("{\"a\":1}", &err));
    const char *bad[] = {"",     "[1]",         "{",       "{\"a\":1} x",
                         "null", "{\"a\":NaN}", "{'a':1}", "{\"a\":\"\\ud800\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(parses(bad[i], &err));
}

static void a_double_member_is_named(void **state) {
    struct error err = {0};
    assert_false(parses("{\"points\":1,\"points\":2}", &err));
    assert_string_equal(err.field, "points");
    assert_string_equal(err.code, JSON_CODE_DOUBLE);
}

static void nesting_has_an_end(void **state) {
    char text[20001];
    struct error err = {0};
    memset(text, '[', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, "{\"a\":", 5);
    assert_false(parses(text, &err));
}

static void members_are_checked_by_name_and_type(void **state) {
    struct error err = {0};
    const char *source = "{\"name\":\"東京\",\"terms\":true,\"points\":11000,\"odd\":\"a\\nb\"}";
    CLEANUP(json_cleanup) json_t *object = NULL;
    assert_true(json_parse_object(source, strlen(source), &object, &err));
    const char *text = NULL;
    bool flag = false;
    int64_t number = 0;
    assert_true(json_member_text(object, "name", 100, &text, &err));
    assert_string_equal(text, "東京");
    assert_true(json_member_bool(object, "terms", &flag, &err));
    assert_true(json_member_int(object, "points", 0, 20000, &number, &err));
    assert_int_equal(number, 11000);
    assert_false(json_member_int(object, "points", 0, 10, &number, &err));
    assert_false(json_member_text(object, "points", 100, &text, &err));
    assert_false(json_member_text(object, "name", 3, &text, &err));
    assert_false(json_member_text(object, "odd", 100, &text, &err));
    assert_string_equal(err.field, "odd");
    assert_false(json_member_bool(object, "gone", &flag, &err));
    assert_true(json_member_text_optional(object, "gone", 100, &text, &err));
    const char *known[] = {"name", "terms", "points", NULL};
    assert_false(json_only(object, known, &err));
    assert_string_equal(err.field, "odd");
}

static void what_goes_out_keeps_its_order(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    CLEANUP(json_cleanup) json_t *object = json_pack("{s:i,s:s}", "z", 1, "a", "東\"京");
    assert_string_equal(json_text(arena, object), "{\"z\":1,\"a\":\"東\\\"京\"}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_whole_object_is_taken),
        cmocka_unit_test(a_double_member_is_named),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(members_are_checked_by_name_and_type),
        cmocka_unit_test(what_goes_out_keeps_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
