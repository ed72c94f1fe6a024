// cookie.c - a Cookie header: what is found can be set and found again, and opens no session that was not
// given.
#include <stdlib.h>
#include <string.h>

#include "http/cookie.h"
#include "site/token.h"

#define ARENA_BYTES ((size_t)1 << 18)
#define NAME        "juncho-session"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_and_find_again(struct arena *arena, const char *value) {
    struct error err = {0};
    struct cookie cookie = {.name = NAME, .value = value};
    const char *text = NULL;
    if (!cookie_format(arena, &cookie, &text, &err)) {
        if (err.kind != ERROR_EXHAUSTED)
            abort();
        return;
    }
    const char *header = arena_print(arena, NAME "=%s", value);
    const char *again = header == NULL ? NULL : cookie_find(arena, header, NAME);
    if (header != NULL && (again == NULL || strcmp(again, value) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const unsigned char key[TOKEN_KEY_SIZE] = "a key that the fuzzer cannot use";
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    char *header = malloc(size + 1);
    if (arena == NULL || header == NULL)
        abort();
    memcpy(header, data, size);
    header[size] = '\0';
    const char *value = cookie_find(arena, header, NAME);
    struct token token;
    if (value != NULL) {
        set_and_find_again(arena, value);
        if (token_open(value, key, INT64_C(1770000000000), INT64_MAX, &token))
            abort();
    }
    free(header);
    return 0;
}
