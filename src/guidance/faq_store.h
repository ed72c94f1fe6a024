// faq_store.h - what operators wrote over the shipped answers, and how often answers were read and helped.
//
// A text is never changed: a change is a further version with who and why. The newest version of a question
// stands instead of the shipped text of the same name; `hidden` takes it away; a new name adds a question.
#pragma once

#include <stdint.h>

#include "guidance/faq.h"
#include "store/writer.h"

#define FAQ_REASON_BYTES 300
#define FAQ_MISSES_MAX   2000 // kept a day
#define FAQ_HISTORY_MAX  100
#define FAQ_UNFOUND_MAX  100
#define FAQ_FIGURES_MAX  1000 // questions, those that are gone among them
#define FAQ_HOURS_MAX    100000

struct faq_change {
    const char *language;
    struct faq_entry entry; // must pass faq_entry_check
    bool hidden;
    int64_t base_version; // the newest version that its author saw; 0: the shipped text, or none
    const char *author, *reason;
    int64_t at_ms;
};

// Adds the change; its step changes no row when somebody else was faster.
struct step *faq_store_change(struct command *command, const struct faq_change *change);

// The questions of a language: `shipped` with the newest versions over it, in the order of the shipped text,
// new ones at the end of their category. Texts lie in the arena.
MUST_CHECK bool faq_store_read(struct session *session, const char *language, const struct faq *shipped,
                               struct arena *arena, struct faq *ret_faq, struct error *err);

struct faq_version {
    struct faq_entry entry;
    int64_t version, at_ms;
    bool hidden;
    const char *author, *reason;
};
// Every version of a question, newest first, at most FAQ_HISTORY_MAX.
MUST_CHECK bool faq_store_history(struct session *session, const char *language, const char *slug,
                                  struct arena *arena, struct faq_version **ret_versions, size_t *ret_count,
                                  struct error *err);

// The numbers are stored: do not change. FAQ_SEARCHED is of the question that was found first, or of "".
enum faq_opinion { FAQ_READ = 1, FAQ_HELPED = 2, FAQ_DID_NOT_HELP = 3, FAQ_SEARCHED = 4 };

// Each adds one to a counter of its hour, summed over the batch; nothing tells who it was.
void faq_store_opinion(struct command *command, const char *language, const char *slug,
                       enum faq_opinion opinion, int64_t now_ms);
// The same so many times at once; nothing for 0.
void faq_store_opinions(struct command *command, const char *language, const char *slug,
                        enum faq_opinion opinion, int64_t now_ms, int64_t count);
// `words` from search_keepable; beyond FAQ_MISSES_MAX different ones a day nothing is kept.
void faq_store_miss(struct command *command, const char *language, const char *words, int64_t now_ms);

struct faq_figures {
    const char *slug; // "": of no question, searches that found none
    int64_t read, helped, did_not_help, searched;
};
// Sums over [from_ms, to_ms) and all languages, most read first.
MUST_CHECK bool faq_store_figures(struct session *session, int64_t from_ms, int64_t to_ms,
                                  struct arena *arena, struct faq_figures **ret_figures, size_t *ret_count,
                                  struct error *err);

struct faq_hour {
    int64_t start_ms;
    const char *slug; // "": searches
    int64_t count;    // of readings, or of searches
};
// Readings by question and searches, by hour in [from_ms, to_ms) and over all languages, in the order of
// time. ERROR_EXHAUSTED: more than FAQ_HOURS_MAX rows.
MUST_CHECK bool faq_store_hours(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                                struct faq_hour **ret_hours, size_t *ret_count, struct error *err);

struct faq_unfound {
    const char *words;
    int64_t count;
};
// What was asked and not found in [from_ms, to_ms), most often first, at most FAQ_UNFOUND_MAX.
MUST_CHECK bool faq_store_unfound(struct session *session, int64_t from_ms, int64_t to_ms,
                                  struct arena *arena, struct faq_unfound **ret_unfound, size_t *ret_count,
                                  struct error *err);
