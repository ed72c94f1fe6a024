// languages.h - the languages in which residents are spoken to: five that come with the program, and those
// that a city adds as files.
//
// A folder of the operator's may hold CODE.json (the words of the app; "language.name" among them),
// faq.CODE.md and words.CODE.txt, for a further language or instead of what the program ships. CODE.json may
// also say what only the city knows: "campaign.name" and "calls.hours".
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

#define LANGUAGES_MAX      16
#define LANGUAGE_CODE_SIZE 12
#define LANGUAGE_NAME_SIZE 64
#define LANGUAGE_TAG_SIZE  36
#define CITY_BYTES_MAX     120                 // of "campaign.name" and "calls.hours"
#define LANGUAGE_BYTES_MAX ((size_t)512 << 10) // of one file
#define GAPS_BYTES_MAX     ((size_t)16 << 10)  // of an arena for languages_gaps of them all

struct language {
    char code[LANGUAGE_CODE_SIZE]; // "ja", "ja-easy": lower-case letters, digits and hyphens
    char name[LANGUAGE_NAME_SIZE]; // in the language itself
    char tag[LANGUAGE_TAG_SIZE];   // as a page says it: "ja" for やさしい日本語
    const char *messages;          // the operator's CODE.json; NULL: the program's own
    const char *faq, *words;       // the operator's files; NULL: the program's own, if there are any
    const char *campaign, *hours;  // the campaign's name, and when the telephone is answered; NULL: not said
};

// Japanese is the first.
struct languages {
    struct language list[LANGUAGES_MAX];
    size_t count;
};

// Those of the program, and those of `directory` ("": none); texts lie in the arena. ERROR_INVALID names the
// file.
MUST_CHECK bool languages_read(const char *directory, struct arena *arena, struct languages *ret_languages,
                               struct error *err);

// What an operator's file of words leaves out, or has and nothing reads, in words: "vi.json: 510 of 512 words
// are missing and stay Japanese, first home.lead"; NULL: it is whole, or there is no such file. In the arena.
const char *languages_gaps(const struct language *language, struct arena *arena);

// The index of a code; `count` when there is no such language.
size_t languages_find(const struct languages *languages, const char *code);
// The best language for a code and an Accept-Language header, either of which may be NULL: the code when it
// is known, else the first known language of the header, else Japanese. Weights are ignored: browsers send
// the list in order.
size_t languages_choose(const struct languages *languages, const char *code, const char *accept_language);
