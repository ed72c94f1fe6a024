// topic_list.c - lists so short that they are searched from front to end.
#include "measure/topic_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool topic_names_find(struct topic_names *names, const char *field, size_t *ret_topic, struct error *err) {
    field += strspn(field, " ");
    size_t length = strlen(field);
    while (length > 0 && field[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < names->count; i++) {
        if (strlen(names->names[i]) == length && memcmp(names->names[i], field, length) == 0) {
            *ret_topic = i;
            return true;
        }
    }
    if (length > TOPIC_BYTES || !text_is_clean_utf8(field, length))
        return error_set_field(err, ERROR_INVALID, "topic", "topic: must be a text of at most %d bytes",
                               TOPIC_BYTES);
    if (names->count == TOPICS_MAX)
        return error_set_field(err, ERROR_INVALID, "topic", "topic: \"%.60s\" is one more than %d topics",
                               field, TOPICS_MAX);
    char *name = strndup(field, length);
    if (name == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    *ret_topic = names->count;
    names->names[names->count++] = name;
    return true;
}

void topic_names_done(struct topic_names *names) {
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    names->count = 0;
}

bool topic_list_at(struct topic_list *list, struct topic_names *names, size_t topic,
                   struct topic_count **ret_count, struct error *err) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->counts[i].topic == topic) {
            *ret_count = &list->counts[i];
            return true;
        }
    }
    if (names->counts == TOPIC_COUNTS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d topics of half-hours", TOPIC_COUNTS_MAX);
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 1 : list->capacity * 2;
        struct topic_count *counts = reallocarray(list->counts, capacity, sizeof *counts);
        if (counts == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "out of memory");
        list->counts = counts;
        list->capacity = capacity;
    }
    names->counts++;
    *ret_count = &list->counts[list->count++];
    **ret_count = (struct topic_count){.topic = topic};
    return true;
}

void topic_list_done(struct topic_list *list) {
    free(list->counts);
    *list = (struct topic_list){.counts = NULL};
}
