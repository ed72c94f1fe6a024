// target.c - request targets: what is taken is clean, and reading never strays.
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/cookie.h"
#include "http/target.h"

#define ARENA_BYTES ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    struct target target;
    struct error err = {0};
    char *text = malloc(size + 1);
    if (arena == NULL || text == NULL)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    if (target_parse(arena, text, &target, &err)) {
        bool is_path = target.path[0] == '/' || strcmp(target.path, "*") == 0;
        if (!is_path || !text_is_clean_utf8(target.path, strlen(target.path)))
            abort();
    }
    (void)cookie_find(arena, text, "juncho-session");
    free(text);
    return 0;
}
