// residents.c - registering, and what a resident sees of themselves.
#include <string.h>

#include "base/text.h"
#include "campaign/standing.h"
#include "guidance/guidance.h"
#include "identity/hold.h"
#include "ledger/balance.h"
#include "site/entry.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/naming.h"
#include "site/problem.h"

#define REGISTER_TRIES_MAX 3

struct registration {
    struct journey_change change;
    const char *language;
    int tries;
};

// 60 bits: milliseconds in the upper 41, so that new rows go to the end of the tree; 19 that differ between
// nodes. On one node ids always grow; two nodes that meet are told apart by the INSERT.
static int64_t draw_id(struct site *site) {
    struct random random;
    random_init_system(&random);
    int64_t drawn = clock_wall_ms() << 19 | (int64_t)random_below(&random, 1 << 19);
    int64_t last = atomic_load(&site->last_id);
    int64_t id = 0;
    do
        id = drawn > last ? drawn : last + 1;
    while (!atomic_compare_exchange_weak(&site->last_id, &last, id));
    return id;
}

static void respond_resident(struct visit *visit, int status, int64_t resident_id, const char *state) {
    struct http_response response = {.status = status};
    if (!visit_set_session(visit, &response, resident_id)) {
        problem_respond_memory(visit->request);
        return;
    }
    visit_respond_json(
        visit, &response,
        json_pack("{s:s,s:s}", "resident", visit_number(visit, 'R', resident_id), "state", state));
}

static void submit_registration(struct visit *visit, struct registration *registration);

static void registered(struct job *job, const struct error *err) {
    struct registration *registration = job->data;
    if (err != NULL) {
        problem_respond(job->visit->request, err, NULL);
        return;
    }
    if (!registration->change.changed && registration->tries < REGISTER_TRIES_MAX) {
        submit_registration(job->visit, registration); // another node drew the same number: draw again
        return;
    }
    if (!registration->change.changed) {
        problem_respond_status(job->visit->request, 503, "unavailable", NULL,
                               "no free number was found; try again");
        return;
    }
    respond_resident(job->visit, 201, registration->change.resident_id,
                     journey_state_name(JOURNEY_REGISTERED));
}

static void submit_registration(struct visit *visit, struct registration *registration) {
    struct job *job = job_new(visit, registration);
    if (job == NULL)
        return;
    registration->tries++;
    registration->change = (struct journey_change){
        .campaign = visit->site->campaign, .resident_id = draw_id(visit->site), .now_ms = visit->now_ms};
    journey_register(&job->command, &registration->change, registration->language);
    job_write(job, registered);
}

static bool parse_registration(struct visit *visit, const char **ret_language, struct error *err) {
    static const char *const names[] = {"terms", "language", NULL};
    const struct languages *languages = guidance_languages(visit->site->guidance);
    CLEANUP(json_cleanup) json_t *body = NULL;
    bool terms = false;
    const char *language = "ja";
    if (!visit_body(visit, names, &body, err) || !json_member_bool(body, "terms", &terms, err) ||
        !json_member_text_optional(body, "language", 15, &language, err))
        return false;
    if (!terms)
        return error_set_field(err, ERROR_INVALID, "terms", "the terms of use must be agreed to");
    size_t found = languages_find(languages, language);
    if (found == languages->count)
        return error_set_field(err, ERROR_INVALID, "language",
                               "must be one that GET /api/v1/languages lists");
    *ret_language = languages->list[found].code;
    return true;
}

static bool read_standing(struct job *job, struct session *session, struct error *err) {
    return standing_read(session, job->visit->resident_id, job->visit->site->campaign->id,
                         http_request_arena(job->visit->request), job->data, err);
}

static void already_registered(struct job *job, const struct error *err) {
    struct standing *standing = job->data;
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else if (standing->found)
        respond_resident(job->visit, 200, job->visit->resident_id, journey_state_name(standing->state));
    else {
        job->visit->resident_id = 0; // the session is of another store: begin anew
        handle_register(job->visit->request, job->visit->site);
    }
}

void handle_register(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct arena *arena = http_request_arena(request);
    struct registration *registration = arena_alloc(arena, sizeof *registration);
    struct standing *standing = arena_alloc(arena, sizeof *standing);
    struct error err;
    if (registration == NULL || standing == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!parse_registration(visit, &registration->language, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    if (visit->resident_id != 0) {
        struct job *job = job_new(visit, standing);
        if (job != NULL)
            job_read(job, read_standing, already_registered);
        return;
    }
    if (campaign_phase(visit->site->campaign, visit->now_ms) == CAMPAIGN_CLOSED) {
        problem_respond_status(request, 409, "campaign-closed", NULL, "the campaign is over");
        return;
    }
    submit_registration(visit, registration);
}

struct myself {
    struct standing standing;
    struct hold hold; // a check that came back in another browser
    struct balance balance;
    struct gate_place place;
    struct booking booking;
    bool entries;
};

static bool read_myself(struct job *job, struct session *session, struct error *err) {
    struct myself *myself = job->data;
    struct visit *visit = job->visit;
    struct arena *arena = http_request_arena(visit->request);
    if (!session_begin(session, err)) // all queries see the same moment
        return false;
    bool ok = standing_read(session, visit->resident_id, visit->site->campaign->id, arena, &myself->standing,
                            err) &&
              balance_read(session, visit->resident_id, myself->entries, arena, &myself->balance, err) &&
              (myself->entries ||
               (gate_place_read(session, visit->resident_id, visit->site->campaign->id, arena, &myself->place,
                                err) &&
                booking_read(session, visit->site->campaign->id, visit->resident_id, &myself->booking, err)));
    if (ok && myself->standing.state == JOURNEY_AUTHENTICATING)
        ok = hold_find(session, visit->resident_id, visit->site->campaign->id, visit->now_ms, arena,
                       &myself->hold, err);
    session_rollback(session);
    return ok;
}

// {"en": "..."}: only the languages in which the city gave the name.
static json_t *names_json(const struct site *site) {
    const struct languages *languages = guidance_languages(site->guidance);
    json_t *object = json_object();
    for (size_t i = 1; i < languages->count; i++) {
        struct naming naming = naming_of(site, i);
        if (naming.name != site->campaign->name)
            (void)json_object_set_new(object, languages->list[i].code, json_string(naming.name));
    }
    return object;
}

static json_t *hours_json(const struct site *site) {
    const struct languages *languages = guidance_languages(site->guidance);
    json_t *object = json_object();
    for (size_t i = 1; i < languages->count; i++) {
        const char *hours = naming_hours(site, i);
        if (hours != NULL)
            (void)json_object_set_new(object, languages->list[i].code, json_string(hours));
    }
    return object;
}

json_t *campaign_json(struct visit *visit) {
    const struct campaign *campaign = visit->site->campaign;
    const struct config *config = visit->site->config;
    return json_pack("{s:s,s:s,s:o,s:I,s:s,s:s,s:s,s:I,s:s,s:b,s:{s:s,s:s,s:s},s:{s:s,s:s,s:o}}", "id",
                     campaign->code, "name", campaign->name, "names", names_json(visit->site), "points",
                     (json_int_t)campaign->points, "opens", visit_time(visit, campaign->opens_ms), "closes",
                     visit_time(visit, campaign->closes_ms), "state",
                     campaign_phase_name(campaign_phase(campaign, visit->now_ms)), "age_min",
                     (json_int_t)campaign->age_min, "prefecture", campaign->prefecture, "sandbox",
                     visit->site->sandbox != NULL, "identity_app", "name", config->identity.app_name, "ios",
                     config->identity.app_ios, "android", config->identity.app_android, "contact", "phone",
                     config->calls.phone, "hours", config->calls.hours, "hours_in", hours_json(visit->site));
}

// The place as long as it is of use: until the pass came back, or the journey no longer needs it.
static json_t *place_json(struct visit *visit, const struct myself *myself) {
    struct holder holder = gate_resident(visit->resident_id);
    bool waits = myself->place.found && myself->place.epoch == gate_epoch(visit->site->gate) &&
                 myself->standing.state < JOURNEY_VERIFIED;
    return waits ? entry_place_json(visit, &holder, myself->place.place) : json_null();
}

static json_t *pass_json(struct visit *visit, const struct myself *myself) {
    int64_t until_ms = gate_pass_until_ms(&myself->place);
    if (!myself->place.found || until_ms <= visit->now_ms)
        return json_null();
    return json_pack("{s:s,s:b}", "until", visit_time(visit, until_ms), "at_provider",
                     myself->place.pass == GATE_PASS_AT_PROVIDER);
}

static json_t *standing_json(struct visit *visit, const struct myself *myself) {
    const struct standing *standing = &myself->standing;
    json_t *identity = json_null(), *application = json_null(), *confirmation = json_null();
    if (standing->outcome != 0)
        identity = json_pack(
            "{s:s,s:s,s:b}", "outcome", journey_outcome_name((enum journey_outcome)standing->outcome), "at",
            visit_time(visit, standing->outcome_ms), "may_move", visit_move_holder(visit) != 0);
    if (myself->hold.found)
        confirmation =
            json_pack("{s:s,s:i}", "until", visit_time(visit, myself->hold.held_ms + HOLD_LIFETIME_MS),
                      "tries_left", HOLD_TRIES_MAX - myself->hold.tries);
    if (standing->applied)
        application =
            json_pack("{s:s,s:s,s:I}", "receipt", visit_number(visit, 'J', standing->receipt), "at",
                      visit_time(visit, standing->applied_ms), "points", (json_int_t)standing->points);
    return json_pack("{s:s,s:s,s:s,s:s,s:b,s:{s:I,s:I},s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "now",
                     visit_time(visit, visit->now_ms), "resident",
                     visit_number(visit, 'R', visit->resident_id), "language", standing->language, "state",
                     journey_state_name(standing->state), "began", standing->began, "points", "balance",
                     (json_int_t)myself->balance.points, "pending", (json_int_t)myself->balance.pending,
                     "place", place_json(visit, myself), "pass", pass_json(visit, myself), "booking",
                     booking_json(visit, &myself->booking), "identity", identity, "confirmation",
                     confirmation, "application", application, "campaign", campaign_json(visit));
}

static bool answer_failed(struct job *job, const struct error *err) {
    struct myself *myself = job->data;
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else if (!myself->standing.found)
        problem_respond_status(job->visit->request, 401, "not-signed-in", NULL,
                               "the session is of another store");
    return err != NULL || !myself->standing.found;
}

static void answer_me(struct job *job, const struct error *err) {
    struct http_response response = {.status = 200};
    if (!answer_failed(job, err))
        visit_respond_json(job->visit, &response, standing_json(job->visit, job->data));
}

static void answer_points(struct job *job, const struct error *err) {
    if (answer_failed(job, err))
        return;
    const struct balance *balance = &((struct myself *)job->data)->balance;
    json_t *transfers = json_array();
    for (size_t i = 0; i < balance->entries_count; i++) {
        const struct balance_entry *entry = &balance->entries[i];
        char id[TRANSFER_ID_SIZE * 2 + 1];
        text_hex(id, sizeof id, entry->id, sizeof entry->id);
        (void)json_array_append_new(transfers, json_pack("{s:s,s:s,s:I,s:s,s:s}", "id", id, "at",
                                                         visit_time(job->visit, entry->at_ms), "points",
                                                         (json_int_t)entry->points, "kind",
                                                         transfer_kind_name(entry->kind), "state",
                                                         transfer_phase_name(entry->phase)));
    }
    struct http_response response = {.status = 200};
    visit_respond_json(job->visit, &response,
                       json_pack("{s:I,s:I,s:o}", "balance", (json_int_t)balance->points, "pending",
                                 (json_int_t)balance->pending, "transfers", transfers));
}

static void read_and_answer(struct http_request *request, bool entries,
                            void (*answer)(struct job *job, const struct error *err)) {
    struct visit *visit = http_request_context(request);
    struct myself *myself = arena_alloc(http_request_arena(request), sizeof *myself);
    struct job *job = job_new(visit, myself);
    if (job == NULL)
        return;
    if (myself == NULL) {
        problem_respond_memory(request);
        return;
    }
    myself->entries = entries;
    job_read(job, read_myself, answer);
}

void handle_me(struct http_request *request, void *context) {
    read_and_answer(request, false, answer_me);
}

void handle_points(struct http_request *request, void *context) {
    read_and_answer(request, true, answer_points);
}

void handle_session_end(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct http_response response = {.status = 204};
    if (!visit_set_session(visit, &response, 0)) {
        problem_respond_memory(request);
        return;
    }
    http_respond(request, &response);
}
