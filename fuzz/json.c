// json.c - strict JSON: what is taken can be written and taken again, and reading never strays.
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define ARENA_BYTES ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(json_cleanup) json_t *object = NULL;
    CLEANUP(json_cleanup) json_t *again = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    struct error err = {0};
    if (arena == NULL)
        abort();
    if (!json_parse_object((const char *)data, size, &object, &err)) {
        if (object != NULL || err.kind != ERROR_INVALID)
            abort();
        return 0;
    }
    const char *text = json_text(arena, object);
    if (text == NULL) // larger than the arena
        return 0;
    if (!json_parse_object(text, strlen(text), &again, &err) || !json_equal(object, again))
        abort();
    return 0;
}
