#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "measure/source.h"

#define TEXT_BYTES ((size_t)700001) // several pieces, and no round number

static char path[] = "/tmp/juncho-source-XXXXXX";
static char text[TEXT_BYTES];

static void write_plain(const void *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

// Two members, as logs that were joined after compression have.
static void write_packed(void) {
    for (int part = 0; part < 2; part++) {
        gzFile file = gzopen(path, part == 0 ? "wb" : "ab");
        size_t half = TEXT_BYTES / 2, length = part == 0 ? half : TEXT_BYTES - half;
        assert_int_equal(gzwrite(file, text + part * half, (unsigned)length), length);
        assert_int_equal(gzclose(file), Z_OK);
    }
}

static bool read_all(char *target, size_t *ret_length, unsigned char digest[SOURCE_DIGEST_SIZE],
                     struct error *err) {
    CLEANUP(source_cleanup) struct source *source = NULL;
    const char *bytes = NULL;
    size_t length = 0;
    *ret_length = 0;
    assert_true(source_open(path, &source, err));
    do {
        if (!source_read(source, &bytes, &length, err))
            return false;
        assert_true(*ret_length + length <= TEXT_BYTES);
        memcpy(target + *ret_length, bytes, length);
        *ret_length += length;
    } while (length > 0);
    assert_true(fabs(source_progress(source) - 1) < 0.01);
    source_digest(source, digest);
    return true;
}

static void a_file_is_the_same_compressed_or_not(void **state) {
    static char target[TEXT_BYTES];
    unsigned char plain[SOURCE_DIGEST_SIZE], packed[SOURCE_DIGEST_SIZE], other[SOURCE_DIGEST_SIZE];
    struct error err = {0};
    size_t length = 0;
    write_plain(text, TEXT_BYTES);
    assert_true(read_all(target, &length, plain, &err));
    assert_int_equal(length, TEXT_BYTES);
    assert_memory_equal(target, text, TEXT_BYTES);
    write_packed();
    assert_true(read_all(target, &length, packed, &err));
    assert_int_equal(length, TEXT_BYTES);
    assert_memory_equal(target, text, TEXT_BYTES);
    assert_memory_equal(plain, packed, sizeof plain);
    write_plain(text, TEXT_BYTES - 1);
    assert_true(read_all(target, &length, other, &err));
    assert_memory_not_equal(plain, other, sizeof plain);
}

static void a_compressed_file_that_was_cut_short_or_damaged_is_an_error(void **state) {
    static char target[TEXT_BYTES];
    static unsigned char packed[TEXT_BYTES];
    unsigned char digest[SOURCE_DIGEST_SIZE];
    struct error err = {0};
    size_t length = 0;
    write_packed();
    FILE *file = fopen(path, "rb");
    size_t packed_length = fread(packed, 1, sizeof packed, file);
    (void)fclose(file);
    write_plain(packed, packed_length - 20);
    assert_false(read_all(target, &length, digest, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    packed[packed_length / 3] ^= 0x55;
    write_plain(packed, packed_length);
    assert_false(read_all(target, &length, digest, &err));
}

static void what_stands_behind_the_compressed_data_is_an_error(void **state) {
    static char target[TEXT_BYTES];
    static const char *const behind[] = {"203.0.113.9 - - [a line that would be lost]\n", "\x1f", "\x1f?"};
    unsigned char digest[SOURCE_DIGEST_SIZE];
    size_t length = 0;
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        struct error err = {0};
        write_packed();
        FILE *file = fopen(path, "ab");
        assert_non_null(file);
        assert_true(fputs(behind[i], file) >= 0);
        assert_int_equal(fclose(file), 0);
        assert_false(read_all(target, &length, digest, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_string_equal(err.message, i == 1 ? "the compressed file ends too early"
                                                : "behind the end of the compressed data stand other bytes");
    }
}

static void a_file_that_is_not_there_is_named(void **state) {
    struct source *source = NULL;
    struct error err = {0};
    assert_false(source_open("/nowhere/at/all", &source, &err));
    assert_int_equal(err.kind, ERROR_MISSING);
    assert_non_null(strstr(err.message, "/nowhere/at/all"));
}

static void a_directory_or_a_device_is_no_file(void **state) {
    struct source *source = NULL;
    struct error err = {0};
    assert_false(source_open("/", &source, &err));
    assert_string_equal(err.message, "/ is a directory, not a file");
    assert_false(source_open("/dev/zero", &source, &err)); // it would never end
    assert_string_equal(err.message, "/dev/zero is a device, not a file");
}

int main(void) {
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    (void)close(fd);
    for (size_t i = 0; i < TEXT_BYTES; i++)
        text[i] = (char)('a' + i * i % 23);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_the_same_compressed_or_not),
        cmocka_unit_test(a_compressed_file_that_was_cut_short_or_damaged_is_an_error),
        cmocka_unit_test(what_stands_behind_the_compressed_data_is_an_error),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(a_directory_or_a_device_is_no_file),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(path);
    return failures;
}
