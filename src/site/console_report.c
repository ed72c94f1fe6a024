// console_report.c - the operator's words in the report: read, and changed with an entry in the log.
#include <string.h>

#include "base/text.h"
#include "measure/report_note.h"
#include "operator/audit.h"
#include "operator/operator.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

struct exchange {
    struct report_note before, after;
};

#define PARAGRAPHS_MAX 12

static json_t *paragraphs_json(const char *text) {
    json_t *paragraphs = json_array();
    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, "\n");
        (void)json_array_append_new(paragraphs, json_stringn(text, length));
        text += length + (text[length] == '\n');
    }
    return paragraphs;
}

static void respond_note(struct visit *visit, const struct report_note *note) {
    bool there = note->text != NULL && *note->text != '\0';
    struct http_response response = {.status = 200};
    visit_respond_json(visit, &response,
                       json_pack("{s:o,s:s?,s:s?}", "paragraphs", paragraphs_json(note->text), "set_by",
                                 there ? note->set_by : NULL, "set_at",
                                 there ? visit_time(visit, note->set_ms) : NULL));
}

// The paragraphs of a body as one text, a line each.
static bool read_paragraphs(const json_t *body, struct arena *arena, const char **ret_text,
                            struct error *err) {
    const json_t *paragraphs = json_object_get(body, "paragraphs");
    struct buffer text;
    buffer_init(&text, arena);
    if (!json_is_array(paragraphs) || json_array_size(paragraphs) > PARAGRAPHS_MAX)
        return error_set_field(err, ERROR_INVALID, "paragraphs", "must be a list of at most %d texts",
                               PARAGRAPHS_MAX);
    for (size_t i = 0; i < json_array_size(paragraphs); i++) {
        const json_t *paragraph = json_array_get(paragraphs, i);
        size_t length = json_string_length(paragraph);
        if (!json_is_string(paragraph) || length == 0 ||
            !text_is_clean_utf8(json_string_value(paragraph), length))
            return error_set_field(err, ERROR_INVALID, "paragraphs", "each must be a text of one line");
        buffer_add(&text, i == 0 ? "" : "\n");
        buffer_add_bytes(&text, json_string_value(paragraph), length);
    }
    if (text.failed)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (text.length > REPORT_NOTE_BYTES_MAX)
        return error_set_field(err, ERROR_INVALID, "paragraphs", "at most %d bytes in all",
                               REPORT_NOTE_BYTES_MAX);
    *ret_text = text.text;
    return true;
}

static bool read_note(struct job *job, struct session *session, struct error *err) {
    struct exchange *exchange = job->data;
    return report_note_read(session, job->visit->site->campaign->id, http_request_arena(job->visit->request),
                            &exchange->before, err);
}

static void answer_note(struct job *job, const struct error *err) {
    const struct exchange *exchange = job->data;
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        respond_note(job->visit, &exchange->before);
}

static struct job *begin(struct http_request *request, struct exchange **ret_exchange) {
    struct visit *visit = http_request_context(request);
    *ret_exchange = arena_alloc(http_request_arena(request), sizeof **ret_exchange);
    if (*ret_exchange == NULL) {
        problem_respond_memory(request);
        return NULL;
    }
    return job_new(visit, *ret_exchange);
}

void handle_console_report(struct http_request *request, void *context) {
    struct exchange *exchange = NULL;
    struct job *job = begin(request, &exchange);
    if (job != NULL)
        job_read(job, read_note, answer_note);
}

static void answer_set(struct job *job, const struct error *err) {
    const struct exchange *exchange = job->data;
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        respond_note(job->visit, &exchange->after);
}

// What it was before is known: now the change and its entry go into one command.
static void write_note(struct job *job, const struct error *err) {
    struct exchange *exchange = job->data;
    struct visit *visit = job->visit;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    struct job *change = job_new(visit, exchange);
    if (change == NULL)
        return;
    report_note_set(&change->command, visit->site->campaign->id, &exchange->after);
    audit_add(&change->command, &(struct audit_entry){.at_ms = visit->now_ms,
                                                      .operator_name = exchange->after.set_by,
                                                      .action = "report.note",
                                                      .before = exchange->before.text,
                                                      .after = exchange->after.text});
    job_write_ahead(change, answer_set);
}

// {"paragraphs": ["..."]}; an empty list gives the section back to the rules.
void handle_console_report_set(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct exchange *exchange = NULL;
    struct error err = {0};
    const char *text = NULL;
    static const char *const names[] = {"paragraphs", NULL};
    if (!visit_body(visit, names, &body, &err) ||
        !read_paragraphs(body, http_request_arena(request), &text, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct job *job = begin(request, &exchange);
    if (job == NULL)
        return;
    exchange->after =
        (struct report_note){.text = text,
                             .set_by = arena_copy_text(http_request_arena(request), visit->operator->name),
                             .set_ms = visit->now_ms};
    if (exchange->after.set_by == NULL)
        problem_respond_memory(request);
    else
        job_read(job, read_note, write_note);
}
