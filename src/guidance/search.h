// search.h - finds the answers to a question asked in anybody's words.
//
// Texts are folded (fold.h) and compared by pairs of characters, which needs no dictionary and finds
// two-character words, the commonest in Japanese, and by single kanji, which stay when an ending changes;
// words of Latin letters are compared whole. A pair counts by how few entries have it (inverse document
// frequency, Spärck Jones 1972), three times as much in a question as in an answer; one that no entry has
// counts less, next to nothing when it is only hiragana or hangul. Some hundred entries need no index, so
// nothing has to be kept in step with them.
#pragma once

#include "guidance/faq.h"
#include "guidance/fold.h"

#define SEARCH_QUERY_BYTES 200
#define SEARCH_RESULTS_MAX 10

struct searchable {
    const char *heading; // folded question, keywords and category
    const char *answer;  // folded answer
};

struct search {
    const struct fold_table *table;
    const struct faq *faq;
    struct searchable texts[FAQ_ENTRIES_MAX];
};

struct search_result {
    size_t entry; // index in the faq
    double score; // share of the question's weight that was found, 0 to 1
};

// Folds every entry once; `table` and `faq` must outlive the search. False when the arena is full.
MUST_CHECK bool search_init(struct search *search, const struct fold_table *table, const struct faq *faq,
                            struct arena *arena, struct error *err);

// The entries that fit, best first; returns how many. An empty or unreadable question finds nothing.
// `arena` holds what is needed meanwhile.
size_t search_find(const struct search *search, const char *query, struct arena *arena,
                   struct search_result ret_results[SEARCH_RESULTS_MAX]);

// The category of the answers that is meant by a word or two of somebody else's list, such as the call
// centre's; NULL when none surely is. `arena` holds what is needed meanwhile.
const char *search_category(const struct search *search, const char *words, struct arena *arena);

// The question as it may be kept: folded, every run of four or more digits as "0000", at most 60 bytes. NULL
// when nothing of it is left.
const char *search_keepable(const char *query, struct arena *arena);
