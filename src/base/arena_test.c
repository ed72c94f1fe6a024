#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"

static void memory_is_zeroed_and_aligned(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    for (size_t size = 1; size < 300; size += 7) {
        unsigned char *memory = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xa5, size);
    }
}

static void the_cap_holds(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(10000);
    assert_non_null(arena_alloc(arena, 6000));
    assert_null(arena_alloc(arena, 6000));
    assert_non_null(arena_alloc(arena, 3000));
    volatile size_t huge = SIZE_MAX; // volatile: the compiler would see the absurdity and refuse it
    assert_null(arena_alloc(arena, huge));
    assert_null(arena_alloc(arena, huge - 8));
}

static void reset_gives_everything_back(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(100000);
    for (int round = 0; round < 1000; round++) {
        assert_non_null(arena_alloc(arena, 90000));
        arena_reset(arena);
        assert_int_equal(arena_bytes_used(arena), 0);
        char *text = arena_alloc(arena, 64);
        for (size_t i = 0; i < 64; i++)
            assert_int_equal(text[i], 0);
        arena_reset(arena);
    }
}

static void a_buffer_grows_and_prints(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct buffer buffer;
    buffer_init(&buffer, arena);
    for (int i = 0; i < 1000; i++)
        buffer_print(&buffer, "%d,", i);
    buffer_add(&buffer, "end");
    assert_false(buffer.failed);
    assert_int_equal(buffer.length, strlen(buffer.text));
    assert_string_equal(buffer.text + buffer.length - 7, "999,end");
}

static void a_buffer_takes_every_number(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    struct buffer buffer;
    buffer_init(&buffer, arena);
    static const int64_t numbers[] = {0, 7, -1, 10, 1795549430, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        buffer_add_int(&buffer, numbers[i]);
        buffer_add(&buffer, " ");
    }
    assert_string_equal(buffer.text, "0 7 -1 10 1795549430 9223372036854775807 -9223372036854775808 ");
}

static void a_buffer_past_the_cap_fails_and_stays_failed(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    struct buffer buffer;
    buffer_init(&buffer, arena);
    for (int i = 0; i < 1000; i++)
        buffer_add(&buffer, "0123456789");
    assert_true(buffer.failed);
    assert_null(buffer.text);
    buffer_add(&buffer, "more");
    assert_true(buffer.failed);
}

static void what_html_would_read_becomes_entities(void **state) {
    struct arena *arena = arena_new(4096);
    struct buffer buffer;
    buffer_init(&buffer, arena);
    buffer_add_escaped(&buffer, "<a href=\"x\">&猫</a>");
    assert_string_equal(buffer.text, "&lt;a href=&quot;x&quot;&gt;&amp;猫&lt;/a&gt;");
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_html_would_read_becomes_entities),
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(the_cap_holds),
        cmocka_unit_test(reset_gives_everything_back),
        cmocka_unit_test(a_buffer_grows_and_prints),
        cmocka_unit_test(a_buffer_takes_every_number),
        cmocka_unit_test(a_buffer_past_the_cap_fails_and_stays_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
