#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/pack.h"

// Two entries: "/b" with all forms, and "/assets/a.js" with the plain one only.
static const char block[] = "JPACK01\n"
                            "\2\0\0\0"
                            "\3\0\0\0\5\0\0\0\2\0\0\0\1\0\0\0"
                            "/b\0"
                            "plainbrg"
                            "\15\0\0\0\4\0\0\0\0\0\0\0\0\0\0\0"
                            "/assets/a.js\0"
                            "code";
#define BLOCK_LENGTH (sizeof block - 1)

static void a_block_is_opened_without_a_copy(void **state) {
    struct pack *pack = NULL;
    struct error err;
    assert_true(pack_open(block, BLOCK_LENGTH, &pack, &err));
    assert_int_equal(pack_count(pack), 2);
    const struct static_asset *asset = pack_find(pack, "/b");
    assert_non_null(asset);
    assert_memory_equal(asset->plain.bytes, "plain", 5);
    assert_memory_equal(asset->brotli.bytes, "br", 2);
    assert_memory_equal(asset->gzip.bytes, "g", 1);
    assert_string_equal(asset->cache_control, STATIC_CACHE_ASK);
    assert_true(asset->permanent);
    asset = pack_find(pack, "/assets/a.js");
    assert_non_null(asset);
    assert_null(asset->brotli.bytes);
    assert_string_equal(asset->cache_control, STATIC_CACHE_FOR_EVER);
    assert_string_equal(asset->content_type, "text/javascript; charset=utf-8");
    assert_null(pack_find(pack, "/c"));
    assert_null(pack_find(pack, ""));
    pack_free(pack);
}

static void a_block_cut_anywhere_is_refused(void **state) {
    for (size_t length = 0; length < BLOCK_LENGTH; length++) {
        struct pack *pack = NULL;
        struct error err;
        char *cut = malloc(length + 1); // so that a read past its end is seen
        memcpy(cut, block, length);
        assert_false(pack_open(cut, length, &pack, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_null(pack);
        free(cut);
    }
}

static void a_program_without_pages_says_so(void **state) {
    struct pack *pack = NULL;
    struct error err;
    assert_true(pack_open_embedded(&pack, &err));
    const struct static_asset *asset = pack_find(pack, "/index.html");
    assert_non_null(asset);
    assert_non_null(memmem(asset->plain.bytes, asset->plain.length, "not built", 9));
    pack_free(pack);
}

static void write_file(const char *directory, const char *name, const char *text) {
    char path[300];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *directory, const char *name) {
    char path[300];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(remove(path), 0);
}

static void a_directory_is_read_with_its_forms(void **state) {
    char directory[] = "/tmp/juncho-pack-XXXXXX";
    assert_non_null(mkdtemp(directory));
    char assets[100];
    (void)snprintf(assets, sizeof assets, "%s/assets", directory);
    assert_int_equal(mkdir(assets, 0700), 0);
    static const char *const files[][2] = {
        {"index.html", "page"}, {"index.html.br", "b"}, {"index.html.gz", "gz"}, {"assets/a.css", ""}};
    for (size_t i = 0; i < 4; i++)
        write_file(directory, files[i][0], files[i][1]);
    struct pack *pack = NULL;
    struct error err;
    assert_true(pack_load(directory, &pack, &err));
    assert_int_equal(pack_count(pack), 2);
    const struct static_asset *page = pack_find(pack, "/index.html");
    assert_non_null(page);
    assert_int_equal(page->plain.length, 4);
    assert_int_equal(page->brotli.length, 1);
    assert_int_equal(page->gzip.length, 2);
    assert_non_null(pack_find(pack, "/assets/a.css"));
    assert_null(pack_find(pack, "/index.html.br"));
    pack_free(pack);
    for (size_t i = 0; i < 4; i++)
        remove_file(directory, files[i][0]);
    remove_file(directory, "assets");
    assert_int_equal(remove(directory), 0);
    assert_false(pack_load(directory, &pack, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_opened_without_a_copy),
        cmocka_unit_test(a_block_cut_anywhere_is_refused),
        cmocka_unit_test(a_program_without_pages_says_so),
        cmocka_unit_test(a_directory_is_read_with_its_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
