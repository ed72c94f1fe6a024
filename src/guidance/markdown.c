// markdown.c - cmark, and a copy of its result into the arena.
#include "guidance/markdown.h"

#include <cmark.h>
#include <string.h>

const char *markdown_html(const char *text, struct arena *arena) {
    size_t length = strlen(text);
    if (length > MARKDOWN_BYTES_MAX)
        return NULL;
    char *html = cmark_markdown_to_html(text, length, CMARK_OPT_VALIDATE_UTF8);
    const char *copy = html == NULL ? NULL : arena_copy_text(arena, html);
    free(html);
    return copy;
}
