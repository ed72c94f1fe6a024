// pack.c - reads the block or the directory into a sorted list.
#include "http/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define MAGIC          "JPACK01\n"
#define ENTRIES_MAX    2000
#define PATH_BYTES_MAX 200
#define FILE_BYTES_MAX (32 << 20)
#define HASHED_PREFIX  "/assets/"
#define WALK_DEPTH_MAX 16

// What a program without pages answers.
static const char plain_page[] =
    "<!doctype html><html lang=ja><meta "
    "charset=utf-8><title>順調</title><p>画面の部品が組み込まれていません。"
    "<p lang=en>The web part was not built into this program (Node and the npm packages are needed).";

struct pack {
    struct static_asset *assets; // sorted by path
    size_t count;
    bool owned; // paths and forms were allocated here
};

static int compare_assets(const void *a, const void *b) {
    const struct static_asset *left = a, *right = b;
    return strcmp(left->path, right->path);
}

static void finish(struct pack *pack) {
    for (size_t i = 0; i < pack->count; i++) {
        struct static_asset *asset = &pack->assets[i];
        asset->permanent = true;
        asset->content_type = static_content_type(asset->path);
        asset->cache_control =
            text_starts_with(asset->path, HASHED_PREFIX) ? STATIC_CACHE_FOR_EVER : STATIC_CACHE_ASK;
        static_asset_tag(asset);
    }
    qsort(pack->assets, pack->count, sizeof *pack->assets, compare_assets);
}

static struct pack *new_pack(size_t capacity, bool owned) {
    struct pack *pack = calloc(1, sizeof *pack);
    if (pack == NULL)
        return NULL;
    pack->owned = owned;
    pack->assets = calloc(capacity + 1, sizeof *pack->assets);
    if (pack->assets == NULL) {
        free(pack);
        return NULL;
    }
    return pack;
}

void pack_free(struct pack *pack) {
    if (pack == NULL)
        return;
    for (size_t i = 0; pack->owned && i < pack->count; i++) {
        free((void *)(uintptr_t)pack->assets[i].path);
        free((void *)(uintptr_t)pack->assets[i].plain.bytes);
        free((void *)(uintptr_t)pack->assets[i].brotli.bytes);
        free((void *)(uintptr_t)pack->assets[i].gzip.bytes);
    }
    free(pack->assets);
    free(pack);
}

// --- The block ------------------------------------------------------------------------------------------

struct reader {
    const unsigned char *bytes;
    size_t left;
};

static bool take(struct reader *reader, size_t length, const unsigned char **ret_bytes) {
    if (length > reader->left)
        return false;
    *ret_bytes = reader->bytes;
    reader->bytes += length;
    reader->left -= length;
    return true;
}

static bool take_number(struct reader *reader, uint32_t *ret_number) {
    const unsigned char *bytes;
    if (!take(reader, 4, &bytes))
        return false;
    *ret_number = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return true;
}

static bool take_form(struct reader *reader, uint32_t length, struct static_form *form) {
    const unsigned char *bytes;
    if (length == 0)
        return true;
    if (!take(reader, length, &bytes))
        return false;
    form->bytes = bytes;
    form->length = length;
    return true;
}

// Paths end with NUL in the block, so that they need no copy.
static bool take_asset(struct reader *reader, struct static_asset *asset) {
    uint32_t path, plain, brotli, gzip;
    const unsigned char *text;
    if (!take_number(reader, &path) || !take_number(reader, &plain) || !take_number(reader, &brotli) ||
        !take_number(reader, &gzip) || path < 2 || path > PATH_BYTES_MAX || !take(reader, path, &text) ||
        text[0] != '/' || memchr(text, '\0', path) != text + path - 1)
        return false;
    asset->path = (const char *)text;
    if (!take_form(reader, plain, &asset->plain) || !take_form(reader, brotli, &asset->brotli) ||
        !take_form(reader, gzip, &asset->gzip))
        return false;
    if (asset->plain.bytes == NULL)
        asset->plain.bytes = ""; // an empty file is a file
    return true;
}

bool pack_open(const void *bytes, size_t length, struct pack **ret_pack, struct error *err) {
    struct reader reader = {.bytes = bytes, .left = length};
    const unsigned char *magic;
    uint32_t count;
    if (!take(&reader, strlen(MAGIC), &magic) || memcmp(magic, MAGIC, strlen(MAGIC)) != 0 ||
        !take_number(&reader, &count) || count > ENTRIES_MAX)
        return error_set(err, ERROR_INVALID, "not a pack of web pages");
    struct pack *pack = new_pack(count, false);
    if (pack == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the web pages");
    for (; pack->count < count; pack->count++) {
        if (!take_asset(&reader, &pack->assets[pack->count])) {
            (void)error_set(err, ERROR_INVALID, "the pack of web pages ends within entry %zu", pack->count);
            pack_free(pack);
            return false;
        }
    }
    finish(pack);
    *ret_pack = pack;
    return true;
}

// Weak: only the program itself is linked with the block, tests of other parts need none.
extern const unsigned char web_pack_start[] __attribute__((weak));
extern const unsigned char web_pack_end[] __attribute__((weak));

bool pack_open_embedded(struct pack **ret_pack, struct error *err) {
    const unsigned char *start = web_pack_start, *end = web_pack_end;
    // cppcheck-suppress comparePointers ; the linker puts both around one block
    if (start != NULL && end > start)
        // cppcheck-suppress subtractPointers
        // cppcheck-suppress comparePointers
        return pack_open(start, (size_t)(end - start), ret_pack, err);
    struct pack *pack = new_pack(1, false);
    if (pack == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the web pages");
    pack->assets[pack->count++] = (struct static_asset){
        .path = "/index.html", .plain = {.bytes = plain_page, .length = strlen(plain_page)}};
    finish(pack);
    *ret_pack = pack;
    return true;
}

// --- A directory ----------------------------------------------------------------------------------------

static bool read_file(const char *name, struct static_form *form) {
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT; // a form that does not exist
    struct stat status;
    char *bytes = NULL;
    size_t size = 0;
    bool ok = fstat(fd, &status) == 0 && status.st_size <= FILE_BYTES_MAX;
    if (ok) {
        size = (size_t)status.st_size;
        bytes = malloc(size + 1);
        ok = bytes != NULL;
    }
    for (size_t got = 0; ok && got < size;) {
        ssize_t count = read(fd, bytes + got, size - got);
        ok = count > 0;
        got += ok ? (size_t)count : 0;
    }
    (void)close(fd);
    if (!ok) {
        free(bytes);
        return false;
    }
    form->bytes = bytes;
    form->length = size;
    return true;
}

static bool load_asset(const char *name, const char *path, struct static_asset *asset) {
    char other[4096];
    asset->path = strdup(path);
    return asset->path != NULL && read_file(name, &asset->plain) &&
           (size_t)snprintf(other, sizeof other, "%s.br", name) < sizeof other &&
           read_file(other, &asset->brotli) &&
           (size_t)snprintf(other, sizeof other, "%s.gz", name) < sizeof other &&
           read_file(other, &asset->gzip);
}

static bool has_ending(const char *text, const char *ending) {
    size_t length = strlen(text), ending_length = strlen(ending);
    return length > ending_length && strcmp(text + length - ending_length, ending) == 0;
}

// nftw has no argument for its visitor. Directories are loaded at start, on one thread.
static struct pack *loading;
static size_t loading_prefix;

static int visit(const char *name, const struct stat *status, int kind, struct FTW *ftw) {
    if (kind != FTW_F || has_ending(name, ".br") || has_ending(name, ".gz"))
        return 0;
    if (loading->count >= ENTRIES_MAX || strlen(name + loading_prefix) >= PATH_BYTES_MAX)
        return 1;
    // Counted before it is complete, so that pack_free finds what it got.
    return load_asset(name, name + loading_prefix, &loading->assets[loading->count++]) ? 0 : 1;
}

bool pack_load(const char *directory, struct pack **ret_pack, struct error *err) {
    struct pack *pack = new_pack(ENTRIES_MAX, true);
    if (pack == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the web pages");
    loading = pack;
    loading_prefix = strlen(directory);
    while (loading_prefix > 0 && directory[loading_prefix - 1] == '/')
        loading_prefix--;
    if (nftw(directory, visit, WALK_DEPTH_MAX, FTW_PHYS) != 0) {
        (void)error_set(err, ERROR_UNAVAILABLE, "the web pages in %s cannot be read", directory);
        pack_free(pack);
        return false;
    }
    finish(pack);
    *ret_pack = pack;
    return true;
}

const struct static_asset *pack_find(const struct pack *pack, const char *path) {
    struct static_asset wanted = {.path = path};
    return bsearch(&wanted, pack->assets, pack->count, sizeof *pack->assets, compare_assets);
}

size_t pack_count(const struct pack *pack) {
    return pack->count;
}
