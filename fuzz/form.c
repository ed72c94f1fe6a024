// form.c - a form body: what is taken can be written and taken again.
#include <stdlib.h>
#include <string.h>

#include "identity/form.h"

#define ARENA_BYTES ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    struct form form, again;
    struct error err = {0};
    if (arena == NULL)
        abort();
    if (!form_parse((const char *)data, size, arena, &form, &err)) {
        if (err.kind != ERROR_INVALID && err.kind != ERROR_UNAVAILABLE && err.kind != ERROR_EXHAUSTED)
            abort();
        return 0;
    }
    struct buffer buffer;
    buffer_init(&buffer, arena);
    for (size_t i = 0; i < form.count; i++)
        form_add(&buffer, form.fields[i].name, form.fields[i].value);
    if (buffer.failed || form.count == 0)
        return 0;
    if (!form_parse(buffer.text, buffer.length, arena, &again, &err)) {
        if (err.kind == ERROR_INVALID)
            abort();
        return 0;
    }
    if (again.count != form.count)
        abort();
    for (size_t i = 0; i < form.count; i++)
        if (strcmp(form.fields[i].name, again.fields[i].name) != 0 ||
            strcmp(form.fields[i].value, again.fields[i].value) != 0)
            abort();
    return 0;
}
