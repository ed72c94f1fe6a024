// call_topics.h - what people called about, as whoever answered noted it: calls by half-hour and topic.
//
// Topics are the call centre's own words and are kept as they are. They follow the rule of calls.h: a
// statement about a half-hour speaks for its topics, and the last statement holds; rows of single calls add
// up, and count where no statement that holds names topics. So the telephone system may say how many called,
// and another list what about; the topics of a half-hour need not add up to its calls.
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "store/writer.h"

#define CALL_TOPICS_ROWS_MAX 300000 // that are read at once

struct call_topic {
    int64_t start_ms; // of the half-hour
    const char *topic;
    int64_t calls;
};

// Everything in [from_ms, to_ms), by time, then by topic. ERROR_EXHAUSTED: more than CALL_TOPICS_ROWS_MAX.
MUST_CHECK bool call_topics_read(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                                 struct call_topic **ret_topics, size_t *ret_count, struct error *err);

// Beside calls_put: topics of a live statement, one half-hour and topic once.
void call_topics_put(struct command *command, const struct call_topic *topic);
// Beside calls_store: what the same file gave before is replaced.
MUST_CHECK bool call_topics_store(struct session *session, int64_t import_id, bool whole,
                                  const struct call_topic *topics, size_t count, struct error *err);
