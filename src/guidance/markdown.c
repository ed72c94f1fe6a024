// markdown.c - cmark, and its result in the arena with readings above their words.
#include "guidance/markdown.h"

#include <cmark.h>
#include <string.h>

#include "base/readings.h"

const char *markdown_html(const char *text, struct arena *arena) {
    size_t length = strlen(text);
    if (length > MARKDOWN_BYTES_MAX)
        return NULL;
    char *html = cmark_markdown_to_html(text, length, CMARK_OPT_VALIDATE_UTF8);
    const char *copy = html == NULL ? NULL : readings_drawn(arena, html, READINGS_ABOVE_HTML);
    free(html);
    return copy;
}
