// news.h - what the city says now, ready to be sent: written once a language and change, however many hear
// it.
//
// Two numbers tell how it stands. `number` is that of announcements_number: another one after any change.
// `edition` grows with every text that was written, on all nodes alike, so a node that is behind can be told
// from one that knows more: what one node has said another does not take back.
#pragma once

#include "guidance/guidance.h"

#define NEWS_NONE "hidden data-number=\"0\"></section>"

struct news;

struct news_state {
    uint32_t number; // 0: nothing is said
    int64_t edition;
};

// `languages` are kept. ERROR_INVALID: a file of words is wrong.
MUST_CHECK bool news_new(const struct languages *languages, struct news **ret_news, struct error *err);
void news_free(struct news *news); // NULL is fine

struct news_state news_state(const struct shelf *shelf, int64_t now_ms);

// All texts lie in the arena; NULL when it is full.
// {"language", "number", "edition", "announcements": [...]}, most urgent first.
const char *news_json(struct news *news, const struct shelf *shelf, size_t language, int64_t now_ms,
                      struct arena *arena);
// The same as the inside of a page's <section class="news">, which is hidden when there is nothing: from the
// rest of its tag to its end. While nothing is said a page may stay as it is built: with NEWS_NONE there.
const char *news_html(struct news *news, const struct shelf *shelf, size_t language, int64_t now_ms,
                      struct arena *arena);
// The whole section, and what says to a screen reader that there is something new: for a page that the server
// writes itself.
const char *news_section(struct news *news, const struct shelf *shelf, size_t language, int64_t now_ms,
                         struct arena *arena);
