// faq.h - questions and answers as people write and read them: one Markdown text a language.
//
//     # 本人確認                                a category
//     ## 暗証番号を忘れました {#pin-forgotten}     a question and the name by which links know it
//     words: パスワード, 暗証番号がわからない   words that people may look for; need not be there
//
//     お住まいの区市町村の窓口で ...              the answer, until the next heading
//
// The same name in another language is the same question, so a link survives a change of language.
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

#define FAQ_ENTRIES_MAX     300
#define FAQ_SLUG_SIZE       49 // bytes with the NUL
#define FAQ_QUESTION_BYTES  300
#define FAQ_CATEGORY_BYTES  120
#define FAQ_KEYWORDS_BYTES  600
#define FAQ_ANSWER_BYTES    8000
#define FAQ_KEYWORDS_PREFIX "words:"

struct faq_entry {
    const char *slug;                                    // lower-case letters, digits, hyphens
    const char *category, *question, *keywords, *answer; // answer: Markdown; keywords may be ""
};

struct faq {
    struct faq_entry entries[FAQ_ENTRIES_MAX];
    size_t count;
};

// Checks one entry, as it comes from a file or from the console; the error names the member.
MUST_CHECK bool faq_entry_check(const struct faq_entry *entry, struct error *err);

// Reads a whole text; what it points to lies in the arena. ERROR_INVALID names the line.
MUST_CHECK bool faq_read(const char *text, struct arena *arena, struct faq *ret_faq, struct error *err);

// By its name; NULL when there is none.
const struct faq_entry *faq_find(const struct faq *faq, const char *slug);
