// confirm.c - the browser that began names the code that the strange one shows; only then the result counts.
//
// The code is compared here, but whether a right one still counts is decided by the writer: tries that were
// noted before it have used the wait up, however many requests are sent at once.
#include <sodium.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "campaign/standing.h"
#include "identity/hold.h"
#include "site/entry.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

struct confirmation {
    struct standing standing;
    struct hold hold;
    const char *code;
    struct journey_return result;
};

static void respond_nothing_waits(struct visit *visit) {
    problem_respond_status(visit->request, 409, "out-of-order", NULL,
                           "no identity check waits for a code; it was confirmed, or given up, or too late");
}

static void confirmed(struct job *job, const struct error *err);

static void submit_confirmation(struct visit *visit, struct confirmation *confirmation, bool reserve) {
    struct job *job = job_new(visit, confirmation);
    if (job == NULL)
        return;
    const struct hold *hold = &confirmation->hold;
    struct journey_return *result = &confirmation->result;
    *result = (struct journey_return){.change = {.campaign = visit->site->campaign,
                                                 .resident_id = visit->resident_id,
                                                 .now_ms = visit->now_ms},
                                      .outcome = (enum journey_outcome)hold->outcome,
                                      .age_band = hold->age_band,
                                      .municipality = hold->municipality,
                                      .reserve = reserve,
                                      .number = confirmation->standing.reservations};
    memcpy(result->person_hash, hold->person_hash, sizeof result->person_hash);
    (void)hold_take(&job->command, hold, visit->resident_id, visit->site->campaign->id, visit->now_ms);
    (void)transaction_settle(&job->command, hold->state_hash, visit->now_ms, hold->outcome);
    entry_add_return(visit, visit->resident_id, result->outcome, &job->command);
    journey_return(&job->command, result);
    job_write(job, confirmed);
}

static void confirmed(struct job *job, const struct error *err) {
    struct confirmation *confirmation = job->data;
    const struct journey_return *result = &confirmation->result;
    struct visit *visit = job->visit;
    if (err != NULL && err->kind == ERROR_EXHAUSTED && result->reserve) {
        // Perhaps only the budget is: verified all the same. If nothing waits any more, it says so now.
        submit_confirmation(visit, confirmation, false);
        return;
    }
    if (err != NULL && err->kind == ERROR_EXHAUSTED) {
        respond_nothing_waits(visit);
        return;
    }
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    struct http_response response = {.status = 200};
    entry_note_return(visit, visit->resident_id, result->outcome);
    visit_respond_json(visit, &response,
                       json_pack("{s:s,s:s}", "outcome", journey_outcome_name(result->outcome), "state",
                                 journey_state_name(result->change.state)));
}

static void missed(struct job *job, const struct error *err) {
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        problem_respond_status(job->visit->request, 403, "wrong-code", "code",
                               "not the code that the other browser shows");
}

static void compare(struct job *job, const struct error *err) {
    struct confirmation *confirmation = job->data;
    struct visit *visit = job->visit;
    const struct hold *hold = &confirmation->hold;
    char code[HOLD_CODE_SIZE];
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    if (!hold->found || confirmation->standing.state != JOURNEY_AUTHENTICATING) {
        respond_nothing_waits(visit);
        return;
    }
    hold_code(hold, visit->site->secrets.keys[SECRETS_TRANSACTION], code);
    if (sodium_memcmp(code, confirmation->code, HOLD_CODE_SIZE) == 0) {
        submit_confirmation(visit, confirmation, true);
        return;
    }
    struct job *miss = job_new(visit, confirmation);
    if (miss == NULL)
        return;
    hold_miss(&miss->command, hold, visit->resident_id, visit->site->campaign->id);
    job_write(miss, missed);
}

static bool read_waiting(struct job *job, struct session *session, struct error *err) {
    struct confirmation *confirmation = job->data;
    struct visit *visit = job->visit;
    struct arena *arena = http_request_arena(visit->request);
    int64_t campaign_id = visit->site->campaign->id;
    return standing_read(session, visit->resident_id, campaign_id, arena, &confirmation->standing, err) &&
           hold_find(session, visit->resident_id, campaign_id, visit->now_ms, arena, &confirmation->hold,
                     err);
}

static bool parse_code(struct visit *visit, const char **ret_code, struct error *err) {
    static const char *const names[] = {"code", NULL};
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *code = NULL;
    if (!visit_body(visit, names, &body, err) ||
        !json_member_text(body, "code", HOLD_CODE_DIGITS, &code, err))
        return false;
    if (!text_is_made_of(code, "0123456789", HOLD_CODE_DIGITS, HOLD_CODE_DIGITS))
        return error_set_field(err, ERROR_INVALID, "code", "must be %d digits", HOLD_CODE_DIGITS);
    *ret_code = arena_copy_text(http_request_arena(visit->request), code);
    return *ret_code != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

void handle_identity_confirm(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct confirmation *confirmation = arena_alloc(http_request_arena(request), sizeof *confirmation);
    struct error err;
    if (confirmation == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!parse_code(visit, &confirmation->code, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct job *job = job_new(visit, confirmation);
    if (job != NULL)
        job_read(job, read_waiting, compare);
}
