// console_audit.c - what operators did.
#include <string.h>

#include "base/text.h"
#include "operator/audit.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

#define PAGE_ENTRIES     50
#define PAGE_ENTRIES_MAX 500
#define TEXT_BYTES_MAX   200

static bool read_audit(struct job *job, struct session *session, struct error *err) {
    return audit_read(session, job->data, http_request_arena(job->visit->request), err);
}

static void answer_audit(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct audit_page *page = job->data;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    json_t *entries = json_array();
    for (size_t i = 0; i < page->entries_count; i++)
        (void)json_array_append_new(entries, console_entry_json(visit, &page->entries[i]));
    struct http_response response = {.status = 200};
    visit_respond_json(visit, &response,
                       json_pack("{s:I,s:o}", "total", (json_int_t)page->total, "entries", entries));
}

static bool read_number(struct http_request *request, const char *name, int64_t max, int64_t *ret_number,
                        struct error *err) {
    const char *text = http_request_query(request, name);
    if (text != NULL && !text_parse_int(text, 1, max, ret_number))
        return error_set_field(err, ERROR_INVALID, name, "must be a number from 1 to %lld", (long long)max);
    return true;
}

static bool read_text(struct http_request *request, const char *name, const char **ret_text,
                      struct error *err) {
    *ret_text = http_request_query(request, name);
    if (*ret_text != NULL && strlen(*ret_text) > TEXT_BYTES_MAX)
        return error_set_field(err, ERROR_INVALID, name, "at most %d bytes", TEXT_BYTES_MAX);
    return true;
}

// ?before=SEQUENCE&count=N&action=PREFIX&subject=TEXT
void handle_console_audit(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct audit_page *page = arena_alloc(http_request_arena(request), sizeof *page);
    struct error err;
    if (page == NULL) {
        problem_respond_memory(request);
        return;
    }
    page->count_max = PAGE_ENTRIES;
    bool ok = read_number(request, "before", INT64_MAX, &page->before_sequence, &err) &&
              read_number(request, "count", PAGE_ENTRIES_MAX, &page->count_max, &err) &&
              read_text(request, "action", &page->action_prefix, &err) &&
              read_text(request, "subject", &page->subject, &err);
    if (!ok) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct job *job = job_new(visit, page);
    if (job != NULL)
        job_read(job, read_audit, answer_audit);
}
