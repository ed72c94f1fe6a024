// body.c - a request's body as the handlers read it: what is wrong with it can always be said in JSON.
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define ARENA_BYTES ((size_t)1 << 20)
#define TEXT_MAX    63

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The problem document that this error would become.
static void say(struct arena *arena, const struct error *err) {
    CLEANUP(json_cleanup)
    json_t *problem = json_pack("{s:s,s:s}", "detail", err->message, "field", err->field);
    if (problem == NULL || json_text(arena, problem) == NULL)
        abort();
}

static void read_members(const json_t *object, struct arena *arena) {
    static const char *const names[] = {"terms", "language", "code", "points", NULL};
    struct error err = {0};
    const char *text = NULL;
    bool yes = false;
    int64_t number = 0;
    if (!json_only(object, names, &err))
        say(arena, &err);
    if (!json_member_text(object, "code", TEXT_MAX, &text, &err))
        say(arena, &err);
    else if (strlen(text) > TEXT_MAX || !text_is_clean_utf8(text, strlen(text)))
        abort();
    if (!json_member_text_optional(object, "language", TEXT_MAX, &text, &err))
        say(arena, &err);
    if (!json_member_bool(object, "terms", &yes, &err))
        say(arena, &err);
    if (!json_member_int(object, "points", 1, 1000, &number, &err))
        say(arena, &err);
    else if (number < 1 || number > 1000)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    CLEANUP(json_cleanup) json_t *object = NULL;
    struct error err = {0};
    if (arena == NULL)
        abort();
    if (json_parse_object((const char *)data, size, &object, &err))
        read_members(object, arena);
    else
        say(arena, &err);
    return 0;
}
