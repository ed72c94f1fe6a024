#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <zlib.h>

#include "base/gzip.h"

#define GZIP_FRAME 31

static void what_was_packed_comes_out_again(void **state) {
    static const char text[] = "順調 順調 順調 順調 順調 順調 順調";
    char plain[sizeof text] = "";
    const void *packed = NULL, *again = NULL;
    size_t length = 0, again_length = 0;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    assert_true(gzip_pack(arena, text, sizeof text, &packed, &length));
    assert_true(length < sizeof text);
    assert_true(gzip_pack(arena, text, sizeof text, &again, &again_length));
    assert_int_equal(length, again_length);
    assert_memory_equal(packed, again, length);
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)packed,
                       .avail_in = (uInt)length,
                       .next_out = (unsigned char *)plain,
                       .avail_out = sizeof plain};
    assert_int_equal(inflateInit2(&stream, GZIP_FRAME), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    (void)inflateEnd(&stream);
    assert_string_equal(plain, text);
}

static void a_full_arena_is_said(void **state) {
    const void *packed = NULL;
    size_t length = 0;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(16);
    assert_false(gzip_pack(arena, "0123456789", 10, &packed, &length));
    assert_null(packed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_comes_out_again),
        cmocka_unit_test(a_full_arena_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
