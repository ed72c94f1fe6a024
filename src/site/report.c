// report.c - the verification report: an operator publishes it, everybody reads what was published last.
#include "report/publication.h"

#include <stdio.h>
#include <string.h>

#include "http/static.h"
#include "operator/audit.h"
#include "operator/operator.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

#define CACHE_CONTROL "public, max-age=60"
// Packed and plain at once, and what the database's client needs.
#define WORK_BYTES_MAX (3 * PUBLICATION_BYTES_MAX)

struct reader {
    enum publication_part part;
    bool gzip; // the client takes it
    struct arena *arena;
    struct publication publication;
    struct publication_bytes plain;
};

static bool read_part(struct job *job, struct session *session, struct error *err) {
    struct reader *reader = job->data;
    struct publication *publication = &reader->publication;
    arena_reset(reader->arena); // a reading may be tried twice
    if (!publication_read(session, job->visit->site->campaign->id, reader->part, reader->arena, publication,
                          err))
        return false;
    const struct publication_bytes *packed =
        reader->part == PUBLICATION_HTML ? &publication->html : &publication->json;
    return reader->gzip || publication->number == 0 ||
           publication_inflate(packed, reader->arena, &reader->plain, err);
}

static void respond_part(struct visit *visit, const struct reader *reader) {
    const struct publication *publication = &reader->publication;
    bool page = reader->part == PUBLICATION_HTML;
    const struct publication_bytes *packed = page ? &publication->html : &publication->json;
    struct static_asset asset = {.content_type = page ? "text/html; charset=utf-8" : "application/json",
                                 .cache_control = CACHE_CONTROL,
                                 .plain = {.bytes = reader->plain.bytes, .length = reader->plain.length},
                                 .gzip = {.bytes = packed->bytes, .length = packed->length}};
    // The page carries its style in itself, so that a copy of it is whole: this one style is allowed.
    const char *policy = arena_print(http_request_arena(visit->request),
                                     "default-src 'none'; style-src '%s'; img-src 'self' data:; form-action "
                                     "'none'; base-uri 'none'; frame-ancestors 'none'",
                                     publication->style_hash);
    const struct http_header headers[] = {{"Content-Security-Policy", policy}, {NULL, NULL}};
    if (page && policy == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    static_asset_tag(&asset);
    static_respond(visit->request, &asset, page ? headers : NULL);
}

static void answer_part(struct job *job, const struct error *err) {
    struct reader *reader = job->data;
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else if (reader->publication.number == 0)
        problem_respond_status(job->visit->request, 404, PROBLEM_NO_REPORT, NULL,
                               "no report has been published yet");
    else
        respond_part(job->visit, reader);
    arena_free(reader->arena);
}

// The page is larger than what a request may hold: it lies in an arena of its own until it was handed over.
static void read_published(struct http_request *request, enum publication_part part) {
    struct visit *visit = http_request_context(request);
    struct reader *reader = arena_alloc(http_request_arena(request), sizeof *reader);
    struct job *job = reader == NULL ? NULL : job_new(visit, reader);
    if (reader == NULL)
        problem_respond_memory(request);
    if (job == NULL)
        return;
    *reader = (struct reader){.part = part, .arena = arena_new(WORK_BYTES_MAX)};
    reader->gzip = static_accepts(http_request_header(request, "Accept-Encoding")).gzip;
    if (reader->arena == NULL)
        problem_respond_memory(request);
    else
        job_read(job, read_part, answer_part);
}

void handle_report_page(struct http_request *request, void *context) {
    read_published(request, PUBLICATION_HTML);
}

void handle_report_data(struct http_request *request, void *context) {
    read_published(request, PUBLICATION_JSON);
}

static bool read_state(struct job *job, struct session *session, struct error *err) {
    return publication_read(session, job->visit->site->campaign->id, PUBLICATION_NOTHING,
                            http_request_arena(job->visit->request), job->data, err);
}

static void answer_state(struct job *job, const struct error *err) {
    const struct publication *publication = job->data;
    struct visit *visit = job->visit;
    struct http_response response = {.status = 200};
    bool there = publication->number > 0;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    visit_respond_json(visit, &response,
                       json_pack("{s:I,s:s?,s:s?}", "number", (json_int_t)publication->number, "published_by",
                                 publication->published_by, "published_at",
                                 there ? visit_time(visit, publication->published_ms) : NULL));
}

static void respond_state(struct visit *visit) {
    struct publication *publication = arena_alloc(http_request_arena(visit->request), sizeof *publication);
    struct job *job = publication == NULL ? NULL : job_new(visit, publication);
    if (publication == NULL)
        problem_respond_memory(visit->request);
    else if (job != NULL)
        job_read(job, read_state, answer_state);
}

void handle_console_publication(struct http_request *request, void *context) {
    respond_state(http_request_context(request));
}

struct publishing {
    struct arena *arena;
    struct publication made;
};

static void end_publishing(struct job *job) {
    struct publishing *publishing = job->data;
    arena_free(publishing->arena);
    atomic_store(&job->visit->site->publishing, false);
}

static bool make(struct job *job, struct session *session, struct error *err) {
    struct publishing *publishing = job->data;
    const struct site *site = job->visit->site;
    struct report_query query = report_query_default;
    query.campaign = site->campaign->code;
    query.questions = site->config->survey.questions;
    arena_reset(publishing->arena); // a reading may be tried twice
    return publication_make(session, &query, publishing->arena, &publishing->made, err);
}

static void answer_published(struct job *job, const struct error *err) {
    end_publishing(job);
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        respond_state(job->visit);
}

// It is made: now it takes the place of the last one, with its entry in the log.
static void answer_made(struct job *job, const struct error *err) {
    struct publishing *publishing = job->data;
    struct visit *visit = job->visit;
    struct job *change = err != NULL ? NULL : job_new(visit, publishing);
    if (change == NULL) { // when memory was short, job_new has responded
        end_publishing(job);
        if (err != NULL)
            problem_respond(visit->request, err, NULL);
        return;
    }
    publishing->made.published_by = visit->operator->name;
    publishing->made.published_ms = visit->now_ms;
    publication_add(&change->command, visit->site->campaign->id, &publishing->made);
    audit_add(&change->command, &(struct audit_entry){.at_ms = visit->now_ms,
                                                      .operator_name = visit->operator->name,
                                                      .action = "report.publish",
                                                      .subject = visit->site->campaign->code});
    job_write(change, answer_published);
}

// {}: one report at a time, for each needs many megabytes.
void handle_console_publish(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    static const char *const names[] = {NULL};
    struct error err = {0};
    struct publishing *publishing = arena_alloc(http_request_arena(request), sizeof *publishing);
    if (!visit_body(visit, names, &body, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct job *job = publishing == NULL ? NULL : job_new(visit, publishing);
    if (publishing == NULL)
        problem_respond_memory(request);
    if (job == NULL)
        return;
    if (atomic_exchange(&visit->site->publishing, true)) {
        problem_respond_status(request, 409, "conflict", NULL, "a report is being made already");
        return;
    }
    publishing->arena = arena_new(WORK_BYTES_MAX);
    if (publishing->arena == NULL) {
        atomic_store(&visit->site->publishing, false);
        problem_respond_memory(request);
        return;
    }
    job_read(job, make, answer_made);
}
