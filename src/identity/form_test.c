// form_test.c - what is written can be read again, and what is broken is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "identity/form.h"

static struct arena *arena;

static int prepare(void **state) {
    (void)state;
    arena = arena_new(1u << 16);
    return arena == NULL;
}

static int clean_up(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static bool parse(const char *body, struct form *form) {
    struct error err = {0};
    return form_parse(body, strlen(body), arena, form, &err);
}

static void what_is_written_is_read_again(void **state) {
    (void)state;
    struct buffer buffer;
    struct form form;
    buffer_init(&buffer, arena);
    form_add(&buffer, "scope", "openid address");
    form_add(&buffer, "absent", NULL);
    form_add(&buffer, "uri", "https://a.example/b?c=d&e=%20+~");
    form_add(&buffer, "name", "東京");
    assert_string_equal(buffer.text,
                        "scope=openid%20address&uri=https%3A%2F%2Fa.example%2Fb%3Fc%3Dd%26e%3D%2520%2B~"
                        "&name=%E6%9D%B1%E4%BA%AC");
    assert_true(parse(buffer.text, &form));
    assert_int_equal(form.count, 3);
    assert_string_equal(form_value(&form, "uri"), "https://a.example/b?c=d&e=%20+~");
    assert_string_equal(form_value(&form, "name"), "東京");
    assert_null(form_value(&form, "absent"));
}

static void parameters_follow_an_address_with_or_without_its_own(void **state) {
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, arena);
    form_address(&buffer, "https://a.example/auth");
    form_add(&buffer, "x", "1");
    form_add(&buffer, "y", "2");
    assert_string_equal(buffer.text, "https://a.example/auth?x=1&y=2");
    buffer_init(&buffer, arena);
    form_address(&buffer, "https://a.example/auth?tenant=3");
    form_add(&buffer, "x", "1");
    assert_string_equal(buffer.text, "https://a.example/auth?tenant=3&x=1");
}

static void plus_empty_fields_and_values_are_read(void **state) {
    (void)state;
    struct form form;
    assert_true(parse("&a=b+c&&d=&e&", &form));
    assert_int_equal(form.count, 3);
    assert_string_equal(form_value(&form, "a"), "b c");
    assert_string_equal(form_value(&form, "d"), "");
    assert_string_equal(form_value(&form, "e"), "");
    assert_true(parse("", &form));
    assert_int_equal(form.count, 0);
}

static void broken_and_double_fields_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"a=%",   "a=%4", "a=%zz",   "a=%4g",
                                        "a=%00", "%=1",  "a=1&a=2", "a=1&%61=1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct form form = {.count = 77};
        assert_false(parse(wrong[i], &form));
        assert_int_equal(form.count, 77);
    }
    char many[FORM_FIELDS_MAX * 4 + 8] = "";
    for (int i = 0; i <= FORM_FIELDS_MAX; i++) {
        size_t used = strlen(many);
        many[used] = (char)('A' + i / 26);
        many[used + 1] = (char)('a' + i % 26);
        many[used + 2] = '&';
        many[used + 3] = '\0';
    }
    struct form form;
    assert_false(parse(many, &form));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(parameters_follow_an_address_with_or_without_its_own),
        cmocka_unit_test(plus_empty_fields_and_values_are_read),
        cmocka_unit_test(broken_and_double_fields_are_refused),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
