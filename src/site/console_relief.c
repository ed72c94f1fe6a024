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
#include "site/relief_topics.h"

#define ARENA_BYTES_MAX ((size_t)64 << 20)
#define HALVES          2 // of an hour of calls

struct look {
    struct arena *arena; // its own: hours of a campaign are many
    int64_t from_ms, to_ms;
    struct hours openings;
    struct calls calls;
    struct faq_hour *reads;
    struct faq_figures *figures;
    struct call_topic *call_topics;
    size_t reads_count, figures_count, call_topics_count;
};

// One hour of everything.
struct line {
    struct relief_hour hour;
    int64_t searches, halves, calls_with_topic;
    int64_t reads[RELIEF_TOPICS_MAX], calls[RELIEF_TOPICS_MAX]; // by topic
};

static bool read_look(struct job *job, struct session *session, struct error *err) {
    struct look *look = job->data;
    return hours_read(session, job->visit->site->campaign->id, look->from_ms, look->to_ms, look->arena,
                      &look->openings, err) &&
           calls_read(session, look->from_ms, look->to_ms, look->arena, &look->calls, err) &&
           call_topics_read(session, look->from_ms, look->to_ms, look->arena, &look->call_topics,
                            &look->call_topics_count, err) &&
           faq_store_figures(session, look->from_ms, look->to_ms, look->arena, &look->figures,
                             &look->figures_count, err) &&
           faq_store_hours(session, look->from_ms, look->to_ms, look->arena, &look->reads, &look->reads_count,
                           err);
}

// The line of a time; NULL outside of the span.
static struct line *line_at(const struct look *look, struct line *lines, size_t count, int64_t ms) {
    int64_t index = (ms - look->from_ms) / CLOCK_HOUR_MS;
    return ms < look->from_ms || index >= (int64_t)count ? NULL : &lines[index];
}

static void fill_openings_and_calls(const struct look *look, struct line *lines, size_t count) {
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
    for (size_t i = 0; i < count; i++)
        if (lines[i].halves < HALVES)
            lines[i].hour.calls = -1;
}

static void fill_topics(const struct look *look, struct relief_topics *topics, struct line *lines,
                        size_t count) {
    struct line *line;
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
        line->reads[relief_topic_of_answer(topics, read->slug)] += read->count;
    }
    for (size_t i = 0; i < look->call_topics_count; i++) {
        const struct call_topic *call = &look->call_topics[i];
        line = line_at(look, lines, count, call->start_ms);
        if (line == NULL)
            continue;
        line->calls_with_topic += call->calls;
        line->calls[relief_topic_of_call(topics, call->topic)] += call->calls;
    }
    relief_topics_add_figures(topics, look->figures, look->figures_count);
    relief_topics_add_calls(topics, look->call_topics, look->call_topics_count);
}

static json_t *number(double value) {
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *counts_json(const int64_t counts[RELIEF_TOPICS_MAX], size_t topics) {
    json_t *array = json_array();
    for (size_t topic = 0; topic < topics; topic++)
        (void)json_array_append_new(array, json_integer(counts[topic]));
    return array;
}

static json_t *hours_json(struct visit *visit, size_t topics, const struct line *lines, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        if (line->hour.openings + line->hour.reads + line->searches + line->calls_with_topic == 0 &&
            line->hour.calls <= 0)
            continue;
        (void)json_array_append_new(
            array,
            json_pack("{s:s,s:I,s:I,s:I,s:o,s:o,s:o}", "start", visit_time(visit, line->hour.start_ms),
                      "openings", (json_int_t)line->hour.openings, "reads", (json_int_t)line->hour.reads,
                      "searches", (json_int_t)line->searches, "calls",
                      line->hour.calls < 0 ? json_null() : json_integer(line->hour.calls), "reads_by_topic",
                      counts_json(line->reads, topics), "calls_by_topic", counts_json(line->calls, topics)));
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
    struct relief_topics *topics = arena_alloc(look->arena, sizeof *topics);
    if (lines == NULL || hours == NULL || topics == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    const struct shelf *shelf = guidance_borrow(visit->site->guidance);
    relief_topics_init(topics, shelf, look->arena);
    fill_openings_and_calls(look, lines, count);
    fill_topics(look, topics, lines, count);
    for (size_t i = 0; i < count; i++)
        hours[i] = lines[i].hour;
    struct relief relief;
    relief_find(hours, count, &relief);
    struct http_response response = {.status = 200};
    json_t *object =
        json_pack("{s:s,s:s,s:I,s:o,s:o,s:o,s:s,s:I}", "from", visit_time(visit, look->from_ms), "to",
                  visit_time(visit, look->to_ms), "calls", (json_int_t)look->calls.total.offered, "topics",
                  relief_topics_json(topics), "hours", hours_json(visit, topics->count, lines, count), "lags",
                  lags_json(&relief), "verdict", relief_verdict_name(relief.verdict), "lag_hours",
                  (json_int_t)relief.lag);
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
