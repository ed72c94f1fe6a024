// languages.c - five codes, and what a browser asks for.
#include "guidance/languages.h"

#include <string.h>
#include <strings.h>

static const char *const codes[LANGUAGES_COUNT] = {"ja", "ja-easy", "en", "zh", "ko"};

const char *language_code(size_t index) {
    return codes[index];
}

size_t language_find(const char *code) {
    for (size_t i = 0; i < LANGUAGES_COUNT; i++)
        if (strcmp(codes[i], code) == 0)
            return i;
    return LANGUAGES_COUNT;
}

// "en-US,en;q=0.9": the main part of each entry.
static size_t language_of_entry(const char *entry) {
    size_t length = strcspn(entry, "-,; \t");
    for (size_t i = 0; i < LANGUAGES_COUNT; i++)
        if (strlen(codes[i]) == length && strncasecmp(codes[i], entry, length) == 0)
            return i;
    return LANGUAGES_COUNT;
}

size_t language_choose(const char *code, const char *accept_language) {
    size_t found = code == NULL ? LANGUAGES_COUNT : language_find(code);
    const char *entry = accept_language;
    while (found == LANGUAGES_COUNT && entry != NULL) {
        entry += strspn(entry, " \t,");
        found = language_of_entry(entry);
        entry = strchr(entry, ',');
    }
    return found == LANGUAGES_COUNT ? 0 : found;
}
