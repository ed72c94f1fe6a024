// fold.h - one spelling for what people write in many.
//
// Somebody who looks for help writes 申し込み, 申込み, もうしこみ or ﾓｳｼｺﾐ and means one thing. Folding makes
// them alike: NFKC (width, circled digits), small letters, katakana as hiragana, no lengthening marks, no
// punctuation; then a table of words that stand for one another. Texts and questions are folded alike.
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

#define FOLD_BYTES_MAX  65536
#define FOLD_WORDS_MAX  512
#define FOLD_LINE_BYTES 512
#define FOLD_EMPTY_MAX  160

struct fold_word {
    const char *from, *to; // folded both; the longest `from` is tried first
    size_t from_length;
};

struct fold_table {
    struct fold_word words[FOLD_WORDS_MAX];
    size_t count;
    const char
        *empty[FOLD_EMPTY_MAX]; // folded: endings, particles and words that say nothing of what is asked
    size_t empty_count;
};

// Reads lines of "word: other, other" and of "-: empty, empty"; '#' begins a comment. Texts lie in the arena.
// ERROR_INVALID names the line.
MUST_CHECK bool fold_table_read(const char *text, struct arena *arena, struct fold_table *ret_table,
                                struct error *err);

// Whether a word, or a pair of characters, is one of the empty ones. `table` may be NULL.
bool fold_is_empty(const struct fold_table *table, const char *folded);

// The folded text in the arena, runs of letters apart by spaces, words of the table too; NULL when it is no
// UTF-8, longer than FOLD_BYTES_MAX, or memory is exhausted. `table` may be NULL.
const char *fold_text(const struct fold_table *table, const char *text, struct arena *arena);
