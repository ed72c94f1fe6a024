// console_announcements.c - operators say something to everybody, change it, and take it back.
#include <string.h>

#include "base/text.h"
#include "guidance/guidance.h"
#include "operator/audit.h"
#include "operator/operator.h"
#include "site/handlers.h"
#include "site/herald.h"
#include "site/job.h"
#include "site/problem.h"

#define REASON_BYTES 300

struct listing {
    struct announcement *announcements;
    size_t count;
};

static bool read_listing(struct job *job, struct session *session, struct error *err) {
    struct listing *listing = job->data;
    return announcement_read(session, guidance_languages(job->visit->site->guidance), ANNOUNCEMENT_EVERY,
                             http_request_arena(job->visit->request), &listing->announcements,
                             &listing->count, err);
}

static void answer_listing(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct listing *listing = job->data;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < listing->count; i++) {
        const struct announcement *one = &listing->announcements[i];
        (void)json_array_append_new(
            list,
            json_pack("{s:I,s:I,s:s,s:s,s:s,s:b,s:b,s:o,s:s,s:s}", "id", (json_int_t)one->id, "version",
                      (json_int_t)one->version, "level", announcement_level_name(one->level), "starts",
                      visit_time(visit, one->starts_ms), "ends", visit_time(visit, one->ends_ms), "withdrawn",
                      one->withdrawn, "current", announcement_is_current(one, visit->now_ms), "texts",
                      announcement_texts_json(guidance_languages(visit->site->guidance), one->texts),
                      "author", one->author, "reason", one->reason));
    }
    struct http_response response = {.status = 200};
    visit_respond_json(visit, &response, json_pack("{s:o}", "announcements", list));
}

void handle_console_announcements(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct listing *listing = arena_alloc(http_request_arena(request), sizeof *listing);
    struct job *job = listing == NULL ? NULL : job_new(visit, listing);
    if (listing == NULL)
        problem_respond_memory(request);
    if (job != NULL)
        job_read(job, read_listing, answer_listing);
}

struct saying {
    struct announcement announcement;
    int status;
};

static bool read_time(const json_t *body, const char *name, int64_t *ret_ms, struct error *err) {
    const char *text = NULL;
    struct error time_err;
    if (!json_member_text(body, name, 40, &text, err))
        return false;
    return clock_parse(text, ret_ms, &time_err) ||
           error_set_field(err, ERROR_INVALID, name, "%s: %s", name, time_err.message);
}

static bool read_saying(const struct languages *languages, const json_t *body,
                        struct announcement *announcement, struct error *err) {
    const char *level = NULL;
    const json_t *texts = json_object_get(body, "texts");
    if (!json_member_text(body, "level", 10, &level, err) ||
        !read_time(body, "starts", &announcement->starts_ms, err) ||
        !read_time(body, "ends", &announcement->ends_ms, err) ||
        !json_member_text(body, "reason", REASON_BYTES, &announcement->reason, err))
        return false;
    if (!announcement_level_find(level, &announcement->level))
        return error_set_field(err, ERROR_INVALID, "level", "must be one of info, warning, urgent");
    if (!json_is_object(texts))
        return error_set_field(err, ERROR_INVALID, "texts", "must be an object with a text a language");
    return announcement_texts(languages, texts, announcement->texts, err);
}

static void answer_saying(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct saying *saying = job->data;
    if (err != NULL && err->kind == ERROR_EXHAUSTED) {
        problem_respond_status(visit->request, 409, "conflict", "version",
                               "the announcement was changed by somebody else meanwhile; look at it again");
        return;
    }
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    herald_look(visit->site->herald);
    struct http_response response = {.status = saying->status};
    visit_respond_json(visit, &response,
                       json_pack("{s:I,s:I}", "id", (json_int_t)saying->announcement.id, "version",
                                 (json_int_t)saying->announcement.version + 1));
}

static bool add_saying(struct visit *visit, struct command *command, struct announcement *announcement,
                       struct error *err) {
    struct arena *arena = http_request_arena(visit->request);
    struct step *step = NULL;
    announcement->reason = arena_copy_text(arena, announcement->reason);
    announcement->author = visit->operator->name;
    announcement->at_ms = visit->now_ms;
    if (!announcement_change(command, guidance_languages(visit->site->guidance), announcement, &step, err))
        return false;
    step->must_change = true;
    const char *what = announcement->withdrawn ? "announcement.withdraw" : "announcement.publish";
    struct audit_entry entry = {.at_ms = visit->now_ms,
                                .operator_name = visit->operator->name,
                                .action = what,
                                .subject = arena_print(arena, "%lld", (long long)announcement->id),
                                .after = arena_copy_text(arena, announcement->texts[0].title),
                                .reason = announcement->reason};
    audit_add(command, &entry);
    return true;
}

static void submit_saying(struct visit *visit, const json_t *body, const struct announcement *base) {
    struct arena *arena = http_request_arena(visit->request);
    struct saying *saying = arena_alloc(arena, sizeof *saying);
    struct error err;
    if (saying == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    saying->announcement = *base;
    saying->status = base->version == 0 ? 201 : 200;
    struct job *job = job_new(visit, saying);
    if (job == NULL)
        return;
    if (!read_saying(guidance_languages(visit->site->guidance), body, &saying->announcement, &err) ||
        !add_saying(visit, &job->command, &saying->announcement, &err)) {
        problem_respond(visit->request, &err, NULL);
        return;
    }
    job_write_ahead(job, answer_saying);
}

// Drawn, so that two nodes need not agree; browsers keep whole numbers exact up to 2^53.
static int64_t draw_id(void) {
    struct random random;
    random_init_system(&random);
    return 1 + (int64_t)random_below(&random, UINT64_C(1) << 48);
}

void handle_console_announce(struct http_request *request, void *context) {
    static const char *const names[] = {"level", "starts", "ends", "texts", "reason", NULL};
    struct visit *visit = http_request_context(request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct error err;
    if (!visit_body(visit, names, &body, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    submit_saying(visit, body, &(struct announcement){.id = draw_id()});
}

void handle_console_announcement(struct http_request *request, void *context) {
    static const char *const names[] = {"version", "withdrawn", "level",  "starts",
                                        "ends",    "texts",     "reason", NULL};
    struct visit *visit = http_request_context(request);
    struct announcement base = {0};
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct error err;
    if (!visit_body(visit, names, &body, &err) ||
        !json_member_int(body, "version", 1, INT64_MAX - 1, &base.version, &err) ||
        !json_member_bool(body, "withdrawn", &base.withdrawn, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    const char *id = visit_parameter(visit, "id");
    if (id == NULL || !text_parse_int(id, 1, INT64_MAX, &base.id)) {
        problem_respond_status(request, 404, "not-found", "id", "there is no such announcement");
        return;
    }
    submit_saying(visit, body, &base);
}
