// markdown.h - Markdown as HTML that can do no harm: cmark without raw HTML and without dangerous addresses;
// 漢字《かんじ》 becomes ruby.
#pragma once

#include "base/arena.h"

#define MARKDOWN_BYTES_MAX 16384

// HTML in the arena; NULL when the text is longer than MARKDOWN_BYTES_MAX or memory is exhausted.
const char *markdown_html(const char *text, struct arena *arena);
