// topic_list.h - the topics of a file of calls while it is read: their names once, and a short list of counts
// for every half-hour.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define TOPICS_MAX       100 // different ones in a file
#define TOPIC_BYTES      120
#define TOPIC_COUNTS_MAX 500000 // topics of half-hours: five years of ten

struct topic_names {
    char *names[TOPICS_MAX]; // one of them may be ""
    size_t count;
    size_t counts; // in all lists
};

// The index of the topic that a field names, spaces around it aside; "": nobody said. ERROR_INVALID: it is
// no text, too long, or one topic too many.
MUST_CHECK bool topic_names_find(struct topic_names *names, const char *field, size_t *ret_topic,
                                 struct error *err);
void topic_names_done(struct topic_names *names);

struct topic_count {
    size_t topic;
    int64_t calls;
    uint32_t minutes; // of the half-hour at which an interval began: none may come twice
};

struct topic_list {
    struct topic_count *counts;
    size_t count, capacity;
};

// The count of a topic, which begins at 0. ERROR_EXHAUSTED: TOPIC_COUNTS_MAX.
MUST_CHECK bool topic_list_at(struct topic_list *list, struct topic_names *names, size_t topic,
                              struct topic_count **ret_count, struct error *err);
void topic_list_done(struct topic_list *list);
