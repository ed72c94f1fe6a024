// steps.c - the screens of the journey, and applying at its end.
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "campaign/application.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

#define IDEMPOTENCY_KEY_BYTES_MAX 255

bool visit_campaign_is_open(struct visit *visit) {
    switch (campaign_phase(visit->site->campaign, visit->now_ms)) {
    case CAMPAIGN_BEFORE:
        problem_respond_status(visit->request, 409, "campaign-not-open", NULL,
                               "the campaign has not opened yet");
        return false;
    case CAMPAIGN_CLOSED:
        problem_respond_status(visit->request, 409, "campaign-closed", NULL, "the campaign is over");
        return false;
    case CAMPAIGN_OPEN:
        return true;
    }
    return false;
}

bool visit_journey_is_open(struct visit *visit) {
    bool early = visit->site->config->gate.verify_early != 0 &&
                 campaign_phase(visit->site->campaign, visit->now_ms) == CAMPAIGN_BEFORE;
    return early || visit_campaign_is_open(visit);
}

struct screen_visit {
    struct journey_change change;
    enum journey_state state_after; // the least state that means that the screen is done
};

static void answer_step(struct job *job, const struct error *err) {
    struct screen_visit *screen = job->data;
    struct http_request *request = job->visit->request;
    if (err != NULL)
        problem_respond(request, err, NULL);
    else if (screen->change.state == 0)
        problem_respond_status(request, 401, "not-signed-in", NULL, "the session is of another store");
    else if (screen->change.state < screen->state_after)
        problem_respond_status(request, 409, "out-of-order", NULL, "an earlier screen has not been done");
    else {
        struct http_response response = {.status = 200};
        visit_respond_json(job->visit, &response,
                           json_pack("{s:s}", "state", journey_state_name(screen->change.state)));
    }
}

// A job for a request whose body must be {}; NULL after it responded.
static struct job *step_job(struct http_request *request, enum journey_state state_after) {
    static const char *const none[] = {NULL};
    struct visit *visit = http_request_context(request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct error err;
    if (!visit_body(visit, none, &body, &err)) {
        problem_respond(request, &err, NULL);
        return NULL;
    }
    if (!visit_journey_is_open(visit))
        return NULL;
    struct screen_visit *screen = arena_alloc(http_request_arena(request), sizeof *screen);
    struct job *job = job_new(visit, screen);
    if (job == NULL)
        return NULL;
    if (screen == NULL) {
        problem_respond_memory(request);
        return NULL;
    }
    screen->state_after = state_after;
    screen->change = (struct journey_change){
        .campaign = visit->site->campaign, .resident_id = visit->resident_id, .now_ms = visit->now_ms};
    return job;
}

void handle_begin(struct http_request *request, void *context) {
    struct job *job = step_job(request, JOURNEY_REGISTERED);
    if (job == NULL)
        return;
    journey_begin(&job->command, &((struct screen_visit *)job->data)->change);
    job_write(job, answer_step);
}

static void go_on(struct http_request *request, enum journey_screen screen, enum journey_state state_after) {
    struct job *job = step_job(request, state_after);
    if (job == NULL)
        return;
    journey_go_on(&job->command, &((struct screen_visit *)job->data)->change, screen);
    job_write(job, answer_step);
}

void handle_consent(struct http_request *request, void *context) {
    go_on(request, JOURNEY_CONSENT, JOURNEY_CONSENTED);
}

void handle_procedure(struct http_request *request, void *context) {
    go_on(request, JOURNEY_PROCEDURE, JOURNEY_INFORMED);
}

void handle_intent(struct http_request *request, void *context) {
    go_on(request, JOURNEY_INTENT, JOURNEY_INTENDED);
}

static void hash(unsigned char target[APPLICATION_HASH_SIZE], const char *text) {
    int result =
        crypto_generichash(target, APPLICATION_HASH_SIZE, (const unsigned char *)text, strlen(text), NULL, 0);
    ASSERT(result == 0);
}

// The receipt follows from the campaign and the resident under a key, so that it can neither be guessed nor
// differ.
static int64_t receipt_of(const struct visit *visit) {
    const int64_t what[] = {visit->site->campaign->id, visit->resident_id};
    int64_t receipt = 0;
    unsigned char digest[crypto_generichash_BYTES];
    int result = crypto_generichash(digest, sizeof digest, (const unsigned char *)what, sizeof what,
                                    visit->site->secrets.keys[SECRETS_RECEIPT], SECRETS_KEY_SIZE);
    ASSERT(result == 0);
    memcpy(&receipt, digest, sizeof receipt);
    return receipt & (int64_t)TEXT_CROCKFORD_MAX;
}

static void submit_application(struct visit *visit, struct application *application);

static void answer_application(struct job *job, const struct error *err) {
    struct application *application = job->data;
    struct visit *visit = job->visit;
    if (err != NULL) {
        problem_respond(visit->request, err, err->kind == ERROR_EXHAUSTED ? "budget-exhausted" : NULL);
        return;
    }
    switch (application->result) {
    case APPLICATION_GRANTED:
    case APPLICATION_REPEATED: {
        struct http_response response = {.status = application->result == APPLICATION_GRANTED ? 201 : 200};
        visit_respond_json(visit, &response,
                           json_pack("{s:s,s:I,s:s,s:s}", "receipt",
                                     visit_number(visit, 'J', application->receipt), "points",
                                     (json_int_t)application->points, "state",
                                     journey_state_name(application->change.state), "at",
                                     visit_time(visit, application->at_ms)));
        return;
    }
    case APPLICATION_MISMATCH:
        problem_respond_status(visit->request, 422, "idempotency-mismatch", "Idempotency-Key",
                               "the key was used before with other content");
        return;
    case APPLICATION_OUT_OF_ORDER:
        if (application->change.state == 0)
            problem_respond_status(visit->request, 401, "not-signed-in", NULL,
                                   "the session is of another store");
        else if (application->change.state == JOURNEY_REFUSED)
            problem_respond_status(visit->request, 409, "not-eligible", NULL, "the person may not take part");
        else
            problem_respond_status(visit->request, 409, "out-of-order", NULL,
                                   "the identity check comes first");
        return;
    case APPLICATION_NOT_RESERVED: // the budget was full when the resident was verified: is it now?
        application->reserve = true;
        application->number = application->reservations;
        submit_application(visit, application);
        return;
    }
}

static void submit_application(struct visit *visit, struct application *application) {
    struct job *job = job_new(visit, application);
    if (job == NULL)
        return;
    application_apply(&job->command, application);
    job_write(job, answer_application);
}

static bool parse_application(struct visit *visit, struct application *application, struct error *err) {
    static const char *const names[] = {"campaign", NULL};
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *campaign = NULL;
    const char *key = http_request_header(visit->request, "Idempotency-Key");
    if (key == NULL || key[0] == '\0')
        return error_set_field(err, ERROR_INVALID, "Idempotency-Key", "the header is missing");
    if (strlen(key) > IDEMPOTENCY_KEY_BYTES_MAX)
        return error_set_field(err, ERROR_INVALID, "Idempotency-Key", "longer than %d bytes",
                               IDEMPOTENCY_KEY_BYTES_MAX);
    if (!visit_body(visit, names, &body, err) ||
        !json_member_text(body, "campaign", CAMPAIGN_CODE_SIZE - 1, &campaign, err))
        return false;
    hash(application->key_hash, key);
    hash(application->body_hash, campaign);
    application->receipt = receipt_of(visit);
    application->change = (struct journey_change){
        .campaign = visit->site->campaign, .resident_id = visit->resident_id, .now_ms = visit->now_ms};
    return true;
}

// Another campaign than this one's: the key may have been used for this one (422), else there is none such.
static void answer_other_campaign(struct job *job, const struct error *err) {
    struct application *application = job->data;
    if (err == NULL && application->result != APPLICATION_MISMATCH) {
        problem_respond_status(job->visit->request, 404, "not-found", "campaign",
                               "there is no such campaign");
        return;
    }
    answer_application(job, err);
}

void handle_application(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct application *application = arena_alloc(http_request_arena(request), sizeof *application);
    struct error err = {0};
    if (application == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!parse_application(visit, application, &err)) {
        bool no_key = strcmp(err.field, "Idempotency-Key") == 0;
        problem_respond(request, &err, no_key ? "idempotency-key-missing" : NULL);
        return;
    }
    unsigned char own[APPLICATION_HASH_SIZE];
    hash(own, visit->site->campaign->code);
    if (memcmp(own, application->body_hash, sizeof own) != 0) {
        struct job *job = job_new(visit, application);
        if (job == NULL)
            return;
        application_look(&job->command, application);
        job_write(job, answer_other_campaign);
        return;
    }
    if (visit_campaign_is_open(visit))
        submit_application(visit, application);
}
