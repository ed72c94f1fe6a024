// console_calls.c - half-hours of calls as they happen.
#include <inttypes.h>

#include "measure/calls.h"
#include "operator/audit.h"
#include "operator/operator.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

static bool optional(const json_t *body, const char *name, int64_t max, int64_t *ret_number,
                     struct error *err) {
    if (json_object_get(body, name) == NULL)
        return true;
    return json_member_int(body, name, 0, max, ret_number, err);
}

static bool read_half_hour(struct visit *visit, struct calls_row *row, struct error *err) {
    static const char *const names[] = {"start",           "offered",      "answered", "abandoned",
                                        "answered_within", "within_s",     "wait_s",   "abandoned_wait_s",
                                        "talk_s",          "after_call_s", NULL};
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *start = NULL;
    *row = (struct calls_row){.answered_within = CALLS_UNKNOWN,
                              .within_s = CALLS_WITHIN_S,
                              .wait_s = CALLS_UNKNOWN,
                              .abandoned_wait_s = CALLS_UNKNOWN,
                              .talk_s = CALLS_UNKNOWN,
                              .after_call_s = CALLS_UNKNOWN};
    if (!visit_body(visit, names, &body, err) || !json_member_text(body, "start", 40, &start, err) ||
        !json_member_int(body, "offered", 0, CALLS_COUNT_MAX, &row->offered, err) ||
        !json_member_int(body, "answered", 0, CALLS_COUNT_MAX, &row->answered, err) ||
        !json_member_int(body, "abandoned", 0, CALLS_COUNT_MAX, &row->abandoned, err) ||
        !optional(body, "answered_within", CALLS_COUNT_MAX, &row->answered_within, err) ||
        !optional(body, "within_s", CLOCK_HOUR_MS / CLOCK_SECOND_MS, &row->within_s, err) ||
        !optional(body, "wait_s", CALLS_SECONDS_MAX, &row->wait_s, err) ||
        !optional(body, "abandoned_wait_s", CALLS_SECONDS_MAX, &row->abandoned_wait_s, err) ||
        !optional(body, "talk_s", CALLS_SECONDS_MAX, &row->talk_s, err) ||
        !optional(body, "after_call_s", CALLS_SECONDS_MAX, &row->after_call_s, err))
        return false;
    if (!clock_parse(start, &row->start_ms, err) || row->start_ms % CALLS_HALF_HOUR_MS != 0)
        return error_set_field(err, ERROR_INVALID, "start",
                               "start: must be a time at the full or the half hour, such as "
                               "2026-02-02T13:30:00+09:00");
    return calls_row_check(row, err);
}

static void answer_put(struct job *job, const struct error *err) {
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        visit_respond_empty(job->visit, 204);
}

void handle_console_calls_put(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct arena *arena = http_request_arena(request);
    struct calls_row *row = arena_alloc(arena, sizeof *row);
    struct error err;
    if (row == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!read_half_hour(visit, row, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct job *job = job_new(visit, row);
    if (job == NULL)
        return;
    calls_put(&job->command, row);
    audit_add(&job->command,
              &(struct audit_entry){
                  .at_ms = visit->now_ms,
                  .operator_name = visit->operator->name,
                  .action = "calls.put",
                  .subject = visit_time(visit, row->start_ms),
                  .after = arena_print(arena, "offered %" PRId64 ", answered %" PRId64 ", abandoned %" PRId64,
                                       row->offered, row->answered, row->abandoned)});
    job_write_ahead(job, answer_put);
}
