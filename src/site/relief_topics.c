// relief_topics.c - a short list, searched from front to end.
#include "site/relief_topics.h"

#include <string.h>

static size_t find_topic(const struct relief_topics *topics, const char *name) {
    for (size_t i = 0; i < topics->count; i++)
        if (strcmp(topics->list[i].name, name) == 0)
            return i;
    return topics->count;
}

static size_t add_topic(struct relief_topics *topics, const char *name, bool has_answers) {
    size_t found = find_topic(topics, name);
    if (found < topics->count)
        return found;
    if (topics->count == RELIEF_TOPICS_MAX)
        return RELIEF_REST;
    topics->list[topics->count] = (struct relief_topic){.name = name, .has_answers = has_answers};
    return topics->count++;
}

void relief_topics_init(struct relief_topics *topics, const struct shelf *shelf, struct arena *arena) {
    const struct faq *faq = shelf_faq(shelf, 0);
    *topics = (struct relief_topics){.shelf = shelf, .arena = arena};
    (void)add_topic(topics, "", false);
    for (size_t i = 0; i < faq->count; i++)
        (void)add_topic(topics, faq->entries[i].category, true);
}

size_t relief_topic_of_answer(const struct relief_topics *topics, const char *slug) {
    const struct faq_entry *entry = faq_find(shelf_faq(topics->shelf, 0), slug);
    size_t topic = entry == NULL ? RELIEF_REST : find_topic(topics, entry->category);
    return topic < topics->count ? topic : RELIEF_REST;
}

size_t relief_topic_of_call(struct relief_topics *topics, const char *words) {
    for (size_t i = 0; i < topics->words_count; i++)
        if (strcmp(topics->words[i].text, words) == 0)
            return topics->words[i].topic;
    if (topics->words_count == RELIEF_WORDS_MAX)
        return RELIEF_REST;
    const char *category = search_category(shelf_search(topics->shelf, 0), words, topics->arena);
    size_t topic = add_topic(topics, category == NULL ? words : category, category != NULL);
    topics->words[topics->words_count].text = words;
    topics->words[topics->words_count++].topic = topic;
    return topic;
}

void relief_topics_add_figures(struct relief_topics *topics, const struct faq_figures *figures,
                               size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct relief_topic *topic = &topics->list[relief_topic_of_answer(topics, figures[i].slug)];
        topic->reads += figures[i].read;
        topic->searches += figures[i].searched;
        topic->helped += figures[i].helped;
        topic->did_not_help += figures[i].did_not_help;
    }
}

void relief_topics_add_calls(struct relief_topics *topics, const struct call_topic *calls, size_t count) {
    for (size_t i = 0; i < count; i++)
        topics->list[relief_topic_of_call(topics, calls[i].topic)].calls += calls[i].calls;
}

static json_t *words_json(const struct relief_topics *topics, size_t topic) {
    json_t *words = json_array();
    for (size_t i = 0; i < topics->words_count; i++)
        if (topics->words[i].topic == topic)
            (void)json_array_append_new(words, json_string(topics->words[i].text));
    return words;
}

json_t *relief_topics_json(const struct relief_topics *topics) {
    json_t *array = json_array();
    for (size_t i = 0; i < topics->count; i++) {
        const struct relief_topic *topic = &topics->list[i];
        (void)json_array_append_new(
            array,
            json_pack("{s:s,s:b,s:o,s:I,s:I,s:I,s:I,s:I}", "name", topic->name, "has_answers",
                      topic->has_answers, "words", words_json(topics, i), "reads", (json_int_t)topic->reads,
                      "searches", (json_int_t)topic->searches, "helped", (json_int_t)topic->helped,
                      "did_not_help", (json_int_t)topic->did_not_help, "calls", (json_int_t)topic->calls));
    }
    return array;
}
