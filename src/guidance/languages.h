// languages.h - the languages in which residents are spoken to.
#pragma once

#include <stddef.h>

#define LANGUAGES_COUNT     5
#define LANGUAGES_CODE_SIZE 8

// "ja", "ja-easy" (やさしい日本語), "en", "zh", "ko"; `index` below LANGUAGES_COUNT. Japanese is the first.
const char *language_code(size_t index);
// The index of a code; LANGUAGES_COUNT when there is no such language.
size_t language_find(const char *code);
// The best language for a code and an Accept-Language header, either of which may be NULL: the code when it
// is known, else the first known language of the header, else Japanese. Weights are ignored: browsers send
// the list in order.
size_t language_choose(const char *code, const char *accept_language);
