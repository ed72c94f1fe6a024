// call_topics.c - one table; which rows count follows from the statement that holds.
#include "measure/call_topics.h"

#define STORE_ARENA_BYTES_MAX 4096

static const struct statement PUT = {
    "INSERT INTO call_topic (start_ms, import_id, topic, whole, calls) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (start_ms, import_id, topic) DO UPDATE SET whole = excluded.whole, calls = excluded.calls",
    "iitii"};
static const struct statement FORGET = {"DELETE FROM call_topic WHERE import_id = $1", "i"};
static const struct statement READ = {
    "SELECT t.start_ms, t.topic, CAST(SUM(t.calls) AS BIGINT) FROM call_topic t "
    "WHERE t.start_ms >= $1 AND t.start_ms < $2 AND CASE WHEN t.whole = 1 "
    "THEN EXISTS (SELECT 1 FROM call_interval i WHERE i.start_ms = t.start_ms AND i.import_id = t.import_id) "
    "ELSE NOT EXISTS (SELECT 1 FROM call_topic w JOIN call_interval i ON i.start_ms = w.start_ms "
    "AND i.import_id = w.import_id WHERE w.start_ms = t.start_ms AND w.whole = 1) END "
    "GROUP BY t.start_ms, t.topic ORDER BY t.start_ms, t.topic LIMIT $3",
    "iii"};

bool call_topics_read(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                      struct call_topic **ret_topics, size_t *ret_count, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &READ, arena, &rows, err, value_int(from_ms), value_int(to_ms),
                       value_int(CALL_TOPICS_ROWS_MAX + 1)))
        return false;
    if (rows.count > CALL_TOPICS_ROWS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d topics of half-hours", CALL_TOPICS_ROWS_MAX);
    struct call_topic *topics = arena_alloc(arena, (rows.count + 1) * sizeof *topics);
    if (topics == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < rows.count; i++)
        topics[i] = (struct call_topic){rows_int(&rows, i, 0), rows_text(&rows, i, 1), rows_int(&rows, i, 2)};
    *ret_topics = topics;
    *ret_count = rows.count;
    return true;
}

void call_topics_put(struct command *command, const struct call_topic *topic) {
    (void)COMMAND_ADD(command, &PUT, value_int(topic->start_ms), value_int(0), value_text(topic->topic),
                      value_int(1), value_int(topic->calls));
}

bool call_topics_store(struct session *session, int64_t import_id, bool whole,
                       const struct call_topic *topics, size_t count, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(STORE_ARENA_BYTES_MAX);
    struct rows none;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &FORGET, arena, &none, err, value_int(import_id)))
        return false;
    for (size_t i = 0; i < count; i++) {
        arena_reset(arena);
        if (!SESSION_QUERY(session, &PUT, arena, &none, err, value_int(topics[i].start_ms),
                           value_int(import_id), value_text(topics[i].topic), value_int(whole),
                           value_int(topics[i].calls)))
            return false;
    }
    return true;
}
