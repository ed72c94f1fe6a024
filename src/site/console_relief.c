// console_relief.c - what was read in the answers beside the calls of the same hours, and what may be said of
// it.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "guidance/faq_store.h"
#include "guidance/guidance.h"
#include "guidance/relief.h"
#include "measure/calls.h"
#include "measure/hours.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

#define ARENA_BYTES_MAX ((size_t)48 << 20)
#define TOPICS_MAX      32 // further ones count as the last
#define HALVES          2  // of an hour of calls

struct look {
    struct arena *arena; // its own: hours of a campaign are many
    int64_t from_ms, to_ms;
    struct hours openings;
    struct calls calls;
    struct faq_hour *reads;
    size_t reads_count;
};

struct topics {
    const char *names[TOPICS_MAX];
    size_t count;
};

// One hour of everything.
struct line {
    struct relief_hour hour;
    int64_t searches, halves, by_topic[TOPICS_MAX];
};

static bool read_look(struct job *job, struct session *session, struct error *err) {
    struct look *look = job->data;
    return hours_read(session, job->visit->site->campaign->id, look->from_ms, look->to_ms, look->arena,
                      &look->openings, err) &&
           calls_read(session, look->from_ms, look->to_ms, look->arena, &look->calls, err) &&
           faq_store_hours(session, look->from_ms, look->to_ms, look->arena, &look->reads, &look->reads_count,
                           err);
}

static size_t topic_of(struct topics *topics, const struct faq *faq, const char *slug) {
    const struct faq_entry *entry = faq_find(faq, slug);
    const char *name = entry == NULL ? "" : entry->category; // "": the question is gone
    for (size_t i = 0; i < topics->count; i++)
        if (strcmp(topics->names[i], name) == 0)
            return i;
    if (topics->count == TOPICS_MAX)
        return TOPICS_MAX - 1;
    topics->names[topics->count] = name;
    return topics->count++;
}

// The line of a time; NULL outside of the span.
static struct line *line_at(const struct look *look, struct line *lines, size_t count, int64_t ms) {
    int64_t index = (ms - look->from_ms) / CLOCK_HOUR_MS;
    return ms < look->from_ms || index >= (int64_t)count ? NULL : &lines[index];
}

static void fill_lines(const struct look *look, const struct faq *faq, struct topics *topics,
                       struct line *lines, size_t count) {
    struct line *line;
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct line){.hour.start_ms = look->from_ms + (int64_t)i * CLOCK_HOUR_MS};
    for (size_t i = 0; i < look->openings.rows_count; i++)
        if ((line = line_at(look, lines, count, look->openings.rows[i].start_ms)) != NULL)
            line->hour.openings += look->openings.rows[i].accesses;
    for (size_t i = 0; i < look->calls.half_hours_count; i++) {
        line = line_at(look, lines, count, look->calls.half_hours[i].start_ms);
        if (line == NULL)
            continue;
        line->hour.calls += look->calls.half_hours[i].offered;
        line->halves++;
    }
    for (size_t i = 0; i < look->reads_count; i++) {
        const struct faq_hour *read = &look->reads[i];
        line = line_at(look, lines, count, read->start_ms);
        if (line == NULL)
            continue;
        if (read->slug[0] == '\0') {
            line->searches += read->count;
            continue;
        }
        line->hour.reads += read->count;
        line->by_topic[topic_of(topics, faq, read->slug)] += read->count;
    }
    for (size_t i = 0; i < count; i++)
        if (lines[i].halves < HALVES)
            lines[i].hour.calls = -1;
}

static json_t *number(double value) {
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *hours_json(struct visit *visit, const struct topics *topics, const struct line *lines,
                          size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        if (line->hour.openings + line->hour.reads + line->searches == 0 && line->hour.calls <= 0)
            continue;
        json_t *by_topic = json_array();
        for (size_t topic = 0; topic < topics->count; topic++)
            (void)json_array_append_new(by_topic, json_integer(line->by_topic[topic]));
        (void)json_array_append_new(
            array, json_pack("{s:s,s:I,s:I,s:I,s:o,s:o}", "start", visit_time(visit, line->hour.start_ms),
                             "openings", (json_int_t)line->hour.openings, "reads",
                             (json_int_t)line->hour.reads, "searches", (json_int_t)line->searches, "calls",
                             line->hour.calls < 0 ? json_null() : json_integer(line->hour.calls), "by_topic",
                             by_topic));
    }
    return array;
}

static json_t *lags_json(const struct relief *relief) {
    json_t *array = json_array();
    for (size_t lag = 0; lag < RELIEF_LAGS; lag++) {
        const struct relief_lag *one = &relief->lags[lag];
        (void)json_array_append_new(array, json_pack("{s:I,s:I,s:o,s:o,s:o}", "hours", (json_int_t)lag,
                                                     "pairs", (json_int_t)one->pairs, "r", number(one->r),
                                                     "low", number(one->low), "high", number(one->high)));
    }
    return array;
}

static void respond_look(struct visit *visit, const struct look *look) {
    size_t count = (size_t)((look->to_ms - look->from_ms + CLOCK_HOUR_MS - 1) / CLOCK_HOUR_MS);
    struct line *lines = arena_alloc(look->arena, (count + 1) * sizeof *lines);
    struct relief_hour *hours = arena_alloc(look->arena, (count + 1) * sizeof *hours);
    if (lines == NULL || hours == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    struct topics topics = {.count = 0};
    const struct shelf *shelf = guidance_borrow(visit->site->guidance);
    fill_lines(look, shelf_faq(shelf, 0), &topics, lines, count);
    for (size_t i = 0; i < count; i++)
        hours[i] = lines[i].hour;
    struct relief relief;
    relief_find(hours, count, &relief);
    json_t *names = json_array();
    for (size_t i = 0; i < topics.count; i++)
        (void)json_array_append_new(names, json_string(topics.names[i]));
    struct http_response response = {.status = 200};
    json_t *object =
        json_pack("{s:s,s:s,s:o,s:o,s:o,s:s,s:I}", "from", visit_time(visit, look->from_ms), "to",
                  visit_time(visit, look->to_ms), "topics", names, "hours",
                  hours_json(visit, &topics, lines, count), "lags", lags_json(&relief), "verdict",
                  relief_verdict_name(relief.verdict), "lag_hours", (json_int_t)relief.lag);
    guidance_give_back(visit->site->guidance, shelf);
    visit_respond_json(visit, &response, object);
}

static void answer_look(struct job *job, const struct error *err) {
    struct look *look = job->data;
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        respond_look(job->visit, look);
    arena_free(look->arena);
}

void handle_console_relief(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct look *look = arena_alloc(http_request_arena(request), sizeof *look);
    struct job *job = job_new(visit, look);
    if (job == NULL)
        return;
    struct arena *arena = look == NULL ? NULL : arena_new(ARENA_BYTES_MAX);
    if (arena == NULL) {
        problem_respond_memory(request);
        return;
    }
    *look = (struct look){.arena = arena};
    if (!console_span(visit, &look->from_ms, &look->to_ms)) {
        arena_free(arena);
        return;
    }
    look->from_ms = clock_hour_start_ms(look->from_ms);
    job_read(job, read_look, answer_look);
}
