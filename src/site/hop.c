// hop.c - the jump to the identity provider and the return from it.
//
// The transaction lives on the server, keyed by a hash of its state; cookies are a convenience. Of callbacks
// that race, one asks the provider; the others, and every repetition, are sent to where the journey stands.
// What comes back in a strange browser waits for the one that began (identity/hold.h, confirm.c).
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "campaign/standing.h"
#include "identity/hold.h"
#include "site/entry.h"
#include "site/handlers.h"
#include "site/held.h"
#include "site/job.h"
#include "site/problem.h"

struct hop {
    struct entry entry;
    struct transaction transaction;
    struct journey_change change;
    const char *location;
};

static void answer_hop(struct job *job, const struct error *err) {
    struct hop *hop = job->data;
    struct http_request *request = job->visit->request;
    if (err != NULL || !hop->change.changed)
        entry_undo(&hop->entry);
    if (err != NULL)
        problem_respond(request, err, NULL);
    else if (hop->change.state == 0)
        problem_respond_status(request, 401, "not-signed-in", NULL, "the session is of another store");
    else if (!hop->change.changed)
        problem_respond_status(request, 409, "out-of-order", NULL,
                               hop->change.state >= JOURNEY_VERIFIED ? "the identity check is done already"
                                                                     : "an earlier screen has not been done");
    else {
        struct http_response response = {.status = 200};
        (void)gate_renew(job->visit->site->gate, job->visit->now_ms / CLOCK_SECOND_MS, &hop->entry.holder,
                         LEASE_AT_PROVIDER);
        visit_respond_json(job->visit, &response, json_pack("{s:s}", "location", hop->location));
    }
}

// The gate has answered: on to the provider, or wait with a place.
static void leave(struct entry *entry, const struct error *err) {
    struct hop *hop = entry->data;
    struct visit *visit = entry->visit;
    struct site *site = visit->site;
    struct random random;
    struct error begin_err;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    if (!entry->inside) {
        entry_respond_waiting(entry);
        return;
    }
    random_init_system(&random);
    transaction_init(&hop->transaction, site->secrets.keys[SECRETS_TRANSACTION], &random);
    if (!provider_begin(site->provider, &hop->transaction, http_request_arena(visit->request), &hop->location,
                        &begin_err)) {
        entry_undo(entry);
        problem_respond(visit->request, &begin_err, NULL);
        return;
    }
    struct job *job = job_new(visit, hop);
    if (job == NULL) {
        entry_undo(entry);
        return;
    }
    hop->change = (struct journey_change){
        .campaign = site->campaign, .resident_id = visit->resident_id, .now_ms = visit->now_ms};
    entry_add(entry, &job->command, GATE_PASS_AT_PROVIDER);
    (void)transaction_add(&job->command, &hop->transaction, visit->resident_id, site->campaign->id,
                          visit->now_ms);
    journey_authenticate(&job->command, &hop->change);
    job_write(job, answer_hop);
}

void handle_identity(struct http_request *request, void *context) {
    static const char *const none[] = {NULL};
    struct visit *visit = http_request_context(request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct error err;
    struct hop *hop = arena_alloc(http_request_arena(request), sizeof *hop);
    if (hop == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!visit_body(visit, none, &body, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    if (!visit_journey_is_open(visit))
        return;
    hop->entry = (struct entry){.visit = visit, .asks_to_enter = true, .data = hop};
    entry_ask(&hop->entry, leave);
}

struct comeback {
    struct transaction transaction;
    struct transaction_row row;
    struct standing standing;
    unsigned char code_hash[TRANSACTION_HASH_SIZE];
    const char *code; // NULL: the provider sent an error instead
    const char *error;
    const char *description;
    struct step *claim;
    struct provider_visit provider;
    struct journey_return result;
    struct holder holder; // who began, at the gate
    struct held_person held_person;
};

static bool is_strange(const struct visit *visit, const struct comeback *comeback) {
    return visit->resident_id != comeback->row.resident_id;
}

// The code belongs to the very callback that brought the result, while that waits: who only knows the state
// (whoever sent the link) is shown none.
static bool has_code(const struct visit *visit, const struct comeback *comeback) {
    const struct transaction_row *row = &comeback->row;
    return comeback->code != NULL && row->outcome == 0 &&
           memcmp(comeback->code_hash, row->code_hash, sizeof row->code_hash) == 0 &&
           comeback->standing.state == JOURNEY_AUTHENTICATING &&
           visit->now_ms - row->returned_ms < HOLD_LIFETIME_MS;
}

// "Return to the app where you began". The code stands behind the #: it reaches no log of a proxy.
static void send_back(struct visit *visit, struct comeback *comeback) {
    struct http_response response = {0};
    struct hold hold = {0};
    char code[HOLD_CODE_SIZE];
    if (!has_code(visit, comeback)) {
        visit_redirect(visit, &response, "/return");
        return;
    }
    memcpy(hold.state_hash, comeback->transaction.state_hash, sizeof hold.state_hash);
    memcpy(hold.code_hash, comeback->code_hash, sizeof hold.code_hash);
    hold_code(&hold, visit->site->secrets.keys[SECRETS_TRANSACTION], code);
    visit_redirect(visit, &response,
                   arena_print(http_request_arena(visit->request), "/return#code=%s", code));
}

// Sends the browser on: where the journey began to the home screen, elsewhere back to there. A strange
// browser is never signed in.
static void send_on(struct visit *visit, struct comeback *comeback, int outcome, int64_t holder) {
    const char *name = journey_outcome_name((enum journey_outcome)outcome);
    struct http_response response = {0};
    if (is_strange(visit, comeback)) {
        send_back(visit, comeback);
        return;
    }
    bool moves = holder != 0 && holder != visit->resident_id;
    if (moves && !visit_set_move(visit, &response, holder)) {
        problem_respond_memory(visit->request);
        return;
    }
    visit_redirect(visit, &response,
                   name == NULL ? "/journey" // under way: in another browser, or in another request
                                : arena_print(http_request_arena(visit->request), "/?returned=%s", name));
}

static void settled(struct job *job, const struct error *err);

static void submit_result(struct visit *visit, struct comeback *comeback, bool reserve) {
    struct job *job = job_new(visit, comeback);
    if (job == NULL)
        return;
    struct journey_return *result = &comeback->result;
    result->reserve = reserve;
    result->number = comeback->standing.reservations;
    result->change = (struct journey_change){
        .campaign = visit->site->campaign, .resident_id = comeback->row.resident_id, .now_ms = visit->now_ms};
    entry_add_return(visit, comeback->row.resident_id, result->outcome, &job->command);
    gate_stage_enter(visit->site->gate, GATE_WRITER, &comeback->holder);
    (void)transaction_settle(&job->command, comeback->transaction.state_hash, visit->now_ms,
                             (int)result->outcome);
    journey_return(&job->command, result);
    job_write_ahead(job, settled);
}

static void settled(struct job *job, const struct error *err) {
    struct comeback *comeback = job->data;
    struct visit *visit = job->visit;
    gate_stage_leave(visit->site->gate, GATE_WRITER, err == NULL);
    entry_note_return(visit, comeback->row.resident_id,
                      err == NULL ? comeback->result.outcome : JOURNEY_OUTCOME_BUSY);
    if (err != NULL && err->kind == ERROR_EXHAUSTED && comeback->result.reserve) {
        submit_result(visit, comeback,
                      false); // verified all the same; the points can be reserved when there are some
        return;
    }
    if (err != NULL) {
        LOG(LOG_WARNING, "identity result not kept", log_text("request", http_request_id(visit->request)),
            log_text("cause", err->message));
        comeback->code = NULL; // nothing waits for a code
        send_on(visit, comeback, JOURNEY_OUTCOME_BUSY, 0);
        return;
    }
    comeback->row.outcome = (int)comeback->result.outcome;
    send_on(visit, comeback, comeback->row.outcome, comeback->result.holder);
}

static void held(struct job *job, const struct error *err) {
    struct comeback *comeback = job->data;
    if (err != NULL) {
        LOG(LOG_WARNING, "identity result not held",
            log_text("request", http_request_id(job->visit->request)), log_text("cause", err->message));
        comeback->code = NULL; // nothing waits for a code
    }
    send_on(job->visit, comeback, 0, 0);
}

static void submit_hold(struct visit *visit, struct comeback *comeback) {
    const struct journey_return *result = &comeback->result;
    struct hold *hold = arena_alloc(http_request_arena(visit->request), sizeof *hold);
    if (hold == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    struct job *job = job_new(visit, comeback);
    if (job == NULL)
        return;
    *hold = (struct hold){.outcome = (int)result->outcome,
                          .age_band = result->age_band,
                          .municipality = result->municipality,
                          .held_ms = visit->now_ms};
    memcpy(hold->state_hash, comeback->transaction.state_hash, sizeof hold->state_hash);
    memcpy(hold->code_hash, comeback->code_hash, sizeof hold->code_hash);
    _Static_assert(sizeof hold->person_hash == sizeof result->person_hash, "one form of hash");
    memcpy(hold->person_hash, result->person_hash, sizeof hold->person_hash);
    (void)hold_keep(&job->command, hold, comeback->row.resident_id, comeback->row.campaign_id);
    job_write_ahead(job, held);
}

static void take_result(struct http_request *request, void *context) {
    struct comeback *comeback = context;
    struct visit *visit = http_request_context(request);
    const struct provider_visit *provider = &comeback->provider;
    if (provider->cause.kind != ERROR_NONE)
        LOG(LOG_INFO, "identity not established", log_text("request", http_request_id(request)),
            log_text("outcome", identity_outcome_name(provider->outcome)),
            log_text("cause", provider->cause.message));
    comeback->result.outcome = (enum journey_outcome)provider->outcome;
    comeback->result.age_band = provider->age_band;
    comeback->result.municipality = provider->municipality;
    memcpy(comeback->result.person_hash, provider->person_hash, sizeof comeback->result.person_hash);
    bool identified = comeback->result.outcome < JOURNEY_OUTCOME_CANCELLED;
    if (!is_strange(visit, comeback) || !identified)
        submit_result(visit, comeback, true);
    else if (comeback->standing.state == JOURNEY_AUTHENTICATING)
        submit_hold(visit, comeback);
    else
        send_back(visit, comeback);
}

static void provider_done(struct provider_visit *provider) {
    struct visit *visit = provider->context;
    struct site *site = visit->site;
    gate_request_over(site->gate, provider->outcome != IDENTITY_BUSY);
    gate_stage_leave(site->gate, GATE_IDENTITY, entry_is_over((enum journey_outcome)provider->outcome));
    held_release(site->held);
    struct comeback *comeback =
        (struct comeback *)(void *)((char *)provider - offsetof(struct comeback, provider));
    http_request_continue(visit->request, take_result, comeback);
}

static void replayed(struct job *job, const struct error *err) {
    struct comeback *comeback = job->data;
    if (err != NULL) {
        problem_respond(job->visit->request, err, NULL);
        return;
    }
    send_on(job->visit, comeback, comeback->standing.outcome, 0);
}

static bool read_comeback(struct job *job, struct session *session, struct error *err) {
    struct comeback *comeback = job->data;
    struct arena *arena = http_request_arena(job->visit->request);
    return transaction_find(session, comeback->transaction.state_hash, arena, &comeback->row, err) &&
           standing_read(session, comeback->row.resident_id, comeback->row.campaign_id, arena,
                         &comeback->standing, err);
}

// There is room at the provider now, or there was none for too long.
static void ask_provider(struct http_request *request, void *context) {
    struct comeback *comeback = context;
    struct visit *visit = http_request_context(request);
    struct site *site = visit->site;
    struct error err = {0};
    comeback->provider = (struct provider_visit){.code = comeback->code,
                                                 .transaction = &comeback->transaction,
                                                 .day = clock_civil(visit->now_ms),
                                                 .context = visit,
                                                 .done = provider_done};
    if (comeback->held_person.may_send && provider_finish(site->provider, &comeback->provider, &err))
        return;
    if (comeback->held_person.may_send)
        gate_request_over(site->gate, true); // nothing was sent
    gate_stage_leave(site->gate, GATE_IDENTITY, false);
    LOG(LOG_WARNING, "provider not asked", log_text("request", http_request_id(request)),
        log_text("cause", err.kind == ERROR_NONE ? "no room there for too long" : err.message));
    comeback->result.outcome = JOURNEY_OUTCOME_BUSY;
    submit_result(visit, comeback, false);
}

static void claimed(struct job *job, const struct error *err) {
    struct comeback *comeback = job->data;
    struct visit *visit = job->visit;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL); // nothing was claimed: loading the page again goes on
        return;
    }
    if (comeback->claim == NULL || comeback->claim->rows.changed == 0) {
        struct job *again = job_new(visit, comeback); // another request was first: go where it led
        if (again != NULL)
            job_read(again, read_comeback, replayed);
        return;
    }
    memcpy(comeback->row.code_hash, comeback->code_hash, sizeof comeback->row.code_hash);
    comeback->row.returned_ms = visit->now_ms;
    gate_stage_enter(visit->site->gate, GATE_IDENTITY, &comeback->holder);
    comeback->held_person =
        (struct held_person){.request = visit->request, .then = ask_provider, .context = comeback};
    held_wait(visit->site->held, &comeback->held_person);
}

static void found(struct job *job, const struct error *err) {
    struct comeback *comeback = job->data;
    struct visit *visit = job->visit;
    struct http_response response = {0};
    comeback->holder = gate_resident(comeback->row.resident_id);
    bool dead = err == NULL && (comeback->row.campaign_id != visit->site->campaign->id ||
                                !transaction_is_alive(comeback->row.began_ms, visit->now_ms));
    if (err != NULL && err->kind != ERROR_MISSING)
        problem_respond(visit->request, err, NULL);
    else if (err != NULL || (dead && !comeback->row.returned))
        visit_redirect(visit, &response, "/?returned=unknown");
    else if (comeback->row.returned)
        replayed(job, NULL);
    else if (comeback->code == NULL) {
        comeback->result.outcome =
            (enum journey_outcome)identity_outcome_of_error(comeback->error, comeback->description);
        submit_result(visit, comeback, false);
    } else {
        struct job *claim = job_new(visit, comeback);
        if (claim == NULL)
            return;
        comeback->claim = transaction_claim(&claim->command, comeback->transaction.state_hash,
                                            comeback->code_hash, visit->now_ms);
        job_write_ahead(claim, claimed);
    }
}

void handle_callback(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct comeback *comeback = arena_alloc(http_request_arena(request), sizeof *comeback);
    struct job *job = job_new(visit, comeback);
    const char *state = http_request_query(request, "state");
    struct http_response response = {0};
    struct error err;
    if (job == NULL)
        return;
    if (comeback == NULL) {
        problem_respond_memory(request);
        return;
    }
    comeback->code = http_request_query(request, "code");
    comeback->error = http_request_query(request, "error");
    comeback->description = http_request_query(request, "error_description");
    bool usable = state != NULL && (comeback->code != NULL) != (comeback->error != NULL) &&
                  (comeback->code == NULL || strlen(comeback->code) <= PROVIDER_CODE_BYTES_MAX) &&
                  transaction_from_state(&comeback->transaction,
                                         visit->site->secrets.keys[SECRETS_TRANSACTION], state, &err);
    if (!usable) {
        visit_redirect(visit, &response, "/?returned=unknown");
        return;
    }
    if (comeback->code != NULL)
        transaction_code_hash(comeback->code, comeback->code_hash);
    job_read(job, read_comeback, found);
}

void handle_identity_move(struct http_request *request, void *context) {
    static const char *const none[] = {NULL};
    struct visit *visit = http_request_context(request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct http_response response = {.status = 200};
    struct error err;
    if (!visit_body(visit, none, &body, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    int64_t holder = visit_move_holder(visit);
    if (holder == 0) {
        problem_respond_status(request, 409, "out-of-order", NULL,
                               "no identity check of the last ten minutes found an older account");
        return;
    }
    if (!visit_set_session(visit, &response, holder) || !visit_set_move(visit, &response, 0)) {
        problem_respond_memory(request);
        return;
    }
    visit_respond_json(visit, &response, json_pack("{s:s}", "resident", visit_number(visit, 'R', holder)));
}
