// console_people.c - who took part, and who called.
#include <math.h>

#include "identity/eligibility.h"
#include "identity/municipality.h"
#include "measure/calls.h"
#include "measure/participants.h"
#include "measure/population.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

#define ARENA_BYTES_MAX ((size_t)48 << 20)

struct people {
    int64_t from_ms, to_ms;
    int64_t began_us; // the reading
    struct participants participants;
    struct calls calls;
    struct arena *arena; // ours: many days are larger than a request's memory
};

static bool read_participants(struct job *job, struct session *session, struct error *err) {
    struct people *people = job->data;
    people->began_us = clock_monotonic_us();
    const struct participants_query query = {.campaign_id = job->visit->site->campaign->id};
    return participants_read(session, &query, people->arena, &people->participants, err);
}

static bool read_calls(struct job *job, struct session *session, struct error *err) {
    struct people *people = job->data;
    return calls_read(session, people->from_ms, people->to_ms, people->arena, &people->calls, err);
}

static bool failed(struct job *job, const struct error *err) {
    struct people *people = job->data;
    if (err == NULL)
        return false;
    arena_free(people->arena);
    problem_respond(job->visit->request, err, NULL);
    return true;
}

static void respond(struct job *job, const char *text) {
    struct people *people = job->data;
    struct http_response response = {.status = 200};
    visit_respond_written(job->visit, &response, text);
    arena_free(people->arena);
}

static const char *text_of(struct job *job, json_t *object) {
    const char *text = json_text(http_request_arena(job->visit->request), object);
    json_decref(object);
    return text;
}

static json_t *days_json(struct visit *visit, const struct participants *participants) {
    json_t *days = json_array();
    for (size_t i = 0; i < participants->days_count; i++) {
        const struct participants_day *day = &participants->days[i];
        (void)json_array_append_new(
            days, json_pack("{s:s,s:I,s:I,s:I,s:I,s:I}", "start", visit_time(visit, day->start_ms),
                            "openings", (json_int_t)day->openings, "users", (json_int_t)day->users,
                            "verified", (json_int_t)day->verified, "applied", (json_int_t)day->applied,
                            "granted", (json_int_t)day->granted));
    }
    return days;
}

static void answer_participants(struct job *job, const struct error *err) {
    if (failed(job, err))
        return;
    const struct participants *participants = &((struct people *)job->data)->participants;
    json_t *bands = json_array(), *places = json_array();
    for (int band = 0; band < PARTICIPANTS_BANDS; band++)
        (void)json_array_append_new(bands, json_pack("{s:s,s:I}", "band", age_band_name((enum age_band)band),
                                                     "verified", (json_int_t)participants->by_band[band]));
    for (size_t i = 0; i < participants->places_count; i++) {
        const struct participants_place *place = &participants->places[i];
        const char *name = municipality_name(place->code);
        (void)json_array_append_new(places, json_pack("{s:I,s:s,s:I,s:I}", "code", (json_int_t)place->code,
                                                      "name", name == NULL ? "" : name, "verified",
                                                      (json_int_t)place->verified, "population",
                                                      (json_int_t)place->population));
    }
    const char *text =
        text_of(job, json_pack("{s:I,s:I,s:I,s:I,s:I,s:s,s:o,s:o,s:o}", "openings",
                               (json_int_t)participants->openings, "users", (json_int_t)participants->users,
                               "verified", (json_int_t)participants->verified, "applied",
                               (json_int_t)participants->applied, "granted",
                               (json_int_t)participants->granted, "population_date", POPULATION_DATE, "days",
                               days_json(job->visit, participants), "bands", bands, "places", places));
    if (text != NULL)
        kept_answer_put(console_participants(job->visit->site), text, ((struct people *)job->data)->began_us,
                        clock_monotonic_us());
    respond(job, text);
}

static json_t *known(int64_t count) {
    return count == CALLS_UNKNOWN ? json_null() : json_integer(count);
}

static json_t *share(double share) {
    return isnan(share) ? json_null() : json_real(share);
}

static json_t *calls_json(struct visit *visit, const struct calls_row *rows, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(
            array, json_pack("{s:s,s:I,s:o,s:o,s:o}", "start", visit_time(visit, rows[i].start_ms), "offered",
                             (json_int_t)rows[i].offered, "answered", known(rows[i].answered), "abandoned",
                             known(rows[i].abandoned), "answer_rate", share(calls_answer_rate(&rows[i]))));
    return array;
}

static void answer_calls(struct job *job, const struct error *err) {
    if (failed(job, err))
        return;
    const struct people *people = job->data;
    const struct calls *calls = &people->calls;
    respond(job, text_of(job, json_pack("{s:s,s:s,s:o,s:o,s:o,s:o}", "from",
                                        visit_time(job->visit, people->from_ms), "to",
                                        visit_time(job->visit, people->to_ms), "total",
                                        calls_json(job->visit, &calls->total, calls->days_count == 0 ? 0 : 1),
                                        "first_two_days_share", share(calls->first_two_days_share), "days",
                                        calls_json(job->visit, calls->days, calls->days_count), "half_hours",
                                        calls_json(job->visit, calls->half_hours, calls->half_hours_count))));
}

static void ask(struct http_request *request,
                bool (*read)(struct job *job, struct session *session, struct error *err),
                void (*answer)(struct job *job, const struct error *err)) {
    struct visit *visit = http_request_context(request);
    struct people *people = arena_alloc(http_request_arena(request), sizeof *people);
    struct job *job = job_new(visit, people);
    if (job == NULL)
        return;
    struct arena *arena = people == NULL ? NULL : arena_new(ARENA_BYTES_MAX);
    if (arena == NULL) {
        problem_respond_memory(request);
        return;
    }
    people->arena = arena;
    if (!console_span(visit, &people->from_ms, &people->to_ms)) {
        arena_free(arena);
        return;
    }
    job_read(job, read, answer);
}

void handle_console_participants(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct http_response response = {.status = 200};
    const char *kept =
        kept_answer_get(console_participants(visit->site), clock_monotonic_us(), http_request_arena(request));
    if (kept != NULL)
        visit_respond_written(visit, &response, kept);
    else
        ask(request, read_participants, answer_participants);
}

void handle_console_calls(struct http_request *request, void *context) {
    ask(request, read_calls, answer_calls);
}
