// assisted.c - the lane for people who cannot queue by themselves.
#include "site/assisted.h"

#include "gate/assisted.h"
#include "operator/audit.h"
#include "operator/operator.h"
#include "site/entry.h"
#include "site/handlers.h"
#include "site/problem.h"

struct assistance {
    struct assisted assisted;
    struct gate_place place;
    const struct step *look;
};

static const unsigned char *key_of(const struct visit *visit) {
    return visit->site->secrets.keys[SECRETS_GATE];
}

static struct assistance *assistance_new(struct visit *visit) {
    struct assistance *assistance = arena_alloc(http_request_arena(visit->request), sizeof *assistance);
    if (assistance == NULL)
        problem_respond_memory(visit->request);
    return assistance;
}

static void joined(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct assistance *assistance = job->data;
    struct http_response response = {.status = 201};
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    struct place place = assistance->place.place;
    visit_respond_json(visit, &response,
                       json_pack("{s:s,s:I,s:I,s:I}", "code", assistance->assisted.code, "second",
                                 (json_int_t)place.second, "rank", (json_int_t)place.rank, "ahead",
                                 (json_int_t)gate_ahead(visit->site->gate, place)));
}

void handle_console_gate_assisted(struct http_request *request, void *context) {
    static const char *const none[] = {NULL};
    struct visit *visit = http_request_context(request);
    struct gate *gate = visit->site->gate;
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct random random;
    struct error err;
    if (!visit_body(visit, none, &body, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct assistance *assistance = assistance_new(visit);
    struct job *job = assistance == NULL ? NULL : job_new(visit, assistance);
    if (job == NULL)
        return;
    random_init_system(&random);
    assisted_draw(&assistance->assisted, key_of(visit), &random);
    assistance->place =
        (struct gate_place){.epoch = gate_epoch(gate), .node = gate_node(gate), .joined_ms = visit->now_ms};
    // Before the opening the code takes part in the draw: it is as good as a resident's number.
    if (!gate_join(gate, visit->now_ms / CLOCK_SECOND_MS, assistance->assisted.code, &assistance->place.place,
                   &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    const char *who = visit->operator->name;
    assisted_add(&job->command, &assistance->assisted, visit->site->campaign->id, &assistance->place, who);
    audit_add(&job->command,
              &(struct audit_entry){.at_ms = visit->now_ms, .operator_name = who, .action = "gate.assisted"});
    job_write(job, joined);
}

static void taken(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct assistance *assistance = job->data;
    struct http_response response = {.status = 200};
    struct holder holder = gate_resident(visit->resident_id);
    if (err != NULL && err->kind == ERROR_EXHAUSTED) {
        problem_respond_status(visit->request, 404, "not-found", "code",
                               "there is no such code, or it is somebody else's");
        return;
    }
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    gate_note_place(visit->site->gate, visit->resident_id);
    struct gate_place place = gate_place_of(&assistance->look->rows);
    visit_respond_written(visit, &response, entry_place_text(visit, &holder, place.place));
}

void assisted_take(struct visit *visit, const char *code) {
    struct error err;
    if (visit->resident_id == 0) {
        problem_respond_status(visit->request, 401, "not-signed-in", NULL,
                               "register first, then name the code");
        return;
    }
    if (!allowance_take(visit->site->anonymous, http_request_peer(visit->request), clock_monotonic_us())) {
        problem_respond_status(visit->request, 429, "too-many", "code",
                               "too many codes were named from this address within a minute");
        return;
    }
    struct assistance *assistance = assistance_new(visit);
    if (assistance == NULL)
        return;
    if (!assisted_read(&assistance->assisted, key_of(visit), code, &err)) {
        problem_respond(visit->request, &err, NULL);
        return;
    }
    struct job *job = job_new(visit, assistance);
    if (job == NULL)
        return;
    assistance->look = assisted_bind(&job->command, &assistance->assisted, visit->site->campaign->id,
                                     gate_epoch(visit->site->gate), visit->resident_id, visit->now_ms);
    job_write(job, taken);
}
