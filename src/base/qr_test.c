// qr_test.c - the form of the drawing; that it can be read is shown with a reader, in test/browser.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/qr.h"

static void an_address_becomes_a_drawing(void **state) {
    (void)state;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    const char *svg = NULL;
    struct error err;
    assert_true(qr_svg(arena, "https://points.city.example/journey", &svg, &err));
    assert_int_equal(strncmp(svg, "<svg ", 5), 0);
    assert_non_null(strstr(svg, "viewBox=\"0 0 37 37\"")); // version 3: 29 modules and the quiet zone
    assert_non_null(strstr(svg, "M4 4h7v1h-7z"));          // the upper edge of the first finder pattern
    assert_non_null(strstr(svg, "M26 4h7v1h-7z"));         // and of the second
    assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
}

static void what_is_empty_or_too_long_is_refused(void **state) {
    (void)state;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(262144);
    char text[QR_TEXT_BYTES_MAX + 2] = {0};
    const char *svg = NULL;
    struct error err;
    assert_false(qr_svg(arena, "", &svg, &err));
    memset(text, 'x', QR_TEXT_BYTES_MAX);
    assert_true(qr_svg(arena, text, &svg, &err));
    text[QR_TEXT_BYTES_MAX] = 'x';
    assert_false(qr_svg(arena, text, &svg, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
}

static void too_little_memory_is_said(void **state) {
    (void)state;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1024);
    const char *svg = NULL;
    struct error err;
    assert_false(qr_svg(arena, "https://points.city.example/journey", &svg, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_null(svg);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_becomes_a_drawing),
        cmocka_unit_test(what_is_empty_or_too_long_is_refused),
        cmocka_unit_test(too_little_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
