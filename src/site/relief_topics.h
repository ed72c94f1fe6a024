// relief_topics.h - what was read, searched and called about, by the categories of the answers.
//
// Calls come with the call centre's own words. A word that surely means a category counts there, and is
// named, so that nobody has to believe it; any other stands for itself.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "guidance/faq_store.h"
#include "guidance/guidance.h"
#include "measure/call_topics.h"

#define RELIEF_TOPICS_MAX 48
#define RELIEF_WORDS_MAX  400 // of calls; further ones count as the rest
#define RELIEF_REST       0   // searches that found nothing, questions that are gone, one topic too many

struct relief_topic {
    const char *name; // "": the rest
    bool has_answers; // it is a category
    int64_t reads, searches, helped, did_not_help, calls;
};

struct relief_topics {
    const struct shelf *shelf;
    struct arena *arena;
    struct relief_topic list[RELIEF_TOPICS_MAX];
    size_t count;
    struct {
        const char *text;
        size_t topic;
    } words[RELIEF_WORDS_MAX];
    size_t words_count;
};

// Every category of the Japanese answers, and the rest. `shelf` must stay borrowed meanwhile.
void relief_topics_init(struct relief_topics *topics, const struct shelf *shelf, struct arena *arena);
// The topic of a question ("" and what is gone: the rest), and that of a word of the calls.
size_t relief_topic_of_answer(const struct relief_topics *topics, const char *slug);
size_t relief_topic_of_call(struct relief_topics *topics, const char *words);

void relief_topics_add_figures(struct relief_topics *topics, const struct faq_figures *figures, size_t count);
void relief_topics_add_calls(struct relief_topics *topics, const struct call_topic *calls, size_t count);

json_t *relief_topics_json(const struct relief_topics *topics); // a new reference
