// console_gate.c - the gate as operators see and order it.
//
// An order replaces the one before it and carries who gave it and why; both stand in the log of changes. Two
// operators who order at once do not overwrite each other unseen: the second is told to look again.
#include <string.h>

#include "base/text.h"
#include "gate/gate_store.h"
#include "operator/audit.h"
#include "operator/operator.h"
#include "site/handlers.h"
#include "site/held.h"
#include "site/job.h"
#include "site/problem.h"

#define PER_MIN_MAX 10000000
#define EPOCH_MAX   (INT32_MAX - 1)

static json_t *orders_json(const struct gate_orders *orders) {
    return json_pack("{s:I,s:I,s:I,s:b,s:I,s:b,s:s}", "number", (json_int_t)orders->number, "floor_per_min",
                     (json_int_t)orders->floor_per_min, "ceiling_per_min",
                     (json_int_t)orders->ceiling_per_min, "by_hand", orders->by_hand, "hand_per_min",
                     (json_int_t)orders->hand_per_min, "paused", orders->paused, "message", orders->message);
}

static json_t *stages_json(const struct gate_view *view) {
    json_t *stages = json_array();
    for (size_t i = 0; i < GATE_STAGES; i++) {
        const struct controller_view *stage = &view->stages[i];
        (void)json_array_append_new(
            stages, json_pack("{s:s,s:f,s:f,s:f,s:I,s:I,s:b,s:b}", "name", stage->name, "capacity_per_s",
                              stage->capacity_per_s, "share", stage->share, "journey_s", stage->journey_s,
                              "on_the_way", (json_int_t)stage->on_the_way, "backlog",
                              (json_int_t)stage->backlog, "busy", stage->busy, "silent", stage->silent));
    }
    return stages;
}

static json_t *promises_json(const struct gate_view *view) {
    json_t *promises = json_array();
    for (int span = 0; span < PROMISE_SPANS; span++)
        (void)json_array_append_new(promises, json_pack("{s:I,s:I,s:I}", "promised",
                                                        (json_int_t)view->promises[span].promised, "held_p50",
                                                        (json_int_t)view->promises[span].held_p50, "held_p90",
                                                        (json_int_t)view->promises[span].held_p90));
    return promises;
}

static json_t *view_json(struct site *site) {
    struct gate_view view;
    gate_view(site->gate, &view);
    return json_pack(
        "{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:s,s:b,s:{s:I,s:I},s:o,s:o,s:o}", "state",
        gate_state_name(view.state), "epoch", (json_int_t)view.epoch, "joined", (json_int_t)view.joined,
        "passed", (json_int_t)view.passed, "waiting", (json_int_t)view.waiting, "inside",
        (json_int_t)view.inside, "at_provider", (json_int_t)view.at_provider, "held",
        (json_int_t)held_count(site->held), "pace_per_min", (json_int_t)(view.per_s * 60),
        "steady_pace_per_min", (json_int_t)(view.steady_per_s * 60), "reason", pace_reason_name(view.reason),
        "explanation", view.explanation, "frozen", view.frozen, "wait_s", "p50", (json_int_t)view.tail.p50_s,
        "p90", (json_int_t)view.tail.p90_s, "orders", orders_json(&view.orders), "stages", stages_json(&view),
        "promises", promises_json(&view));
}

void handle_console_gate(struct http_request *request, void *context) {
    struct http_response response = {.status = 200};
    visit_respond_json(http_request_context(request), &response, view_json(context));
}

struct order {
    struct gate_orders before, after;
    const char *why;
};

static void ordered(struct job *job, const struct error *err) {
    const struct order *order = job->data;
    struct http_response response = {.status = 200};
    if (err != NULL && err->kind == ERROR_CONFLICT) {
        problem_respond_status(job->visit->request, 409, "conflict", NULL,
                               "another order came first: look at it and decide again");
        return;
    }
    if (err != NULL) {
        problem_respond(job->visit->request, err, NULL);
        return;
    }
    gate_order(job->visit->site->gate, &order->after);
    visit_respond_json(job->visit, &response, view_json(job->visit->site));
}

static bool take_number(const json_t *body, const char *name, int64_t *number, struct error *err) {
    return json_object_get(body, name) == NULL || json_member_int(body, name, 0, PER_MIN_MAX, number, err);
}

static bool take_switch(const json_t *body, const char *name, bool *value, struct error *err) {
    return json_object_get(body, name) == NULL || json_member_bool(body, name, value, err);
}

// What is left out stays as it is.
static bool parse_order(struct visit *visit, struct order *order, struct error *err) {
    static const char *const names[] = {"floor_per_min", "ceiling_per_min", "hand_per_min", "by_hand",
                                        "paused",        "message",         "why",          NULL};
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct gate_orders *after = &order->after;
    const char *message = after->message, *why = NULL;
    if (!visit_body(visit, names, &body, err) ||
        !take_number(body, "floor_per_min", &after->floor_per_min, err) ||
        !take_number(body, "ceiling_per_min", &after->ceiling_per_min, err) ||
        !take_number(body, "hand_per_min", &after->hand_per_min, err) ||
        !take_switch(body, "by_hand", &after->by_hand, err) ||
        !take_switch(body, "paused", &after->paused, err) ||
        !json_member_text_optional(body, "message", DOCUMENT_MESSAGE_MAX, &message, err) ||
        !json_member_text(body, "why", AUDIT_REASON_BYTES_MAX, &why, err))
        return false;
    if (why[0] == '\0')
        return error_set_field(err, ERROR_INVALID, "why", "say why; it stands in the log of changes");
    if (after->ceiling_per_min > 0 && after->floor_per_min > after->ceiling_per_min)
        return error_set_field(err, ERROR_INVALID, "floor_per_min", "the floor is above the ceiling");
    char kept[DOCUMENT_MESSAGE_MAX + 1];
    bool fits = text_copy(kept, sizeof kept, message);
    ASSERT(fits);
    memcpy(after->message, kept, sizeof kept);
    order->why = arena_copy_text(http_request_arena(visit->request), why);
    return order->why != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

static const char *text_of(struct visit *visit, const struct gate_orders *orders) {
    CLEANUP(json_cleanup) json_t *json = orders_json(orders);
    return json_text(http_request_arena(visit->request), json);
}

void handle_console_gate_order(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct site *site = context;
    struct order *order = arena_alloc(http_request_arena(request), sizeof *order);
    struct gate_view view;
    struct error err;
    if (order == NULL) {
        problem_respond_memory(request);
        return;
    }
    gate_view(site->gate, &view);
    order->before = order->after = view.orders;
    order->after.number++;
    if (!parse_order(visit, order, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct job *job = job_new(visit, order);
    if (job == NULL)
        return;
    gate_orders_write(&job->command, site->campaign->id, &order->after, visit->now_ms, visit->operator->name,
                      order->why);
    audit_add(&job->command, &(struct audit_entry){.at_ms = visit->now_ms,
                                                   .operator_name = visit->operator->name,
                                                   .action = "gate.order",
                                                   .before = text_of(visit, &order->before),
                                                   .after = text_of(visit, &order->after),
                                                   .reason = order->why});
    job_write_ahead(job, ordered);
}

// -- a new line --

struct reset {
    int64_t epoch; // of the line that the operator saw
    const char *why;
};

static void begun_anew(struct job *job, const struct error *err) {
    const struct reset *reset = job->data;
    struct site *site = job->visit->site;
    struct http_response response = {.status = 200};
    struct error memory;
    if (err != NULL && err->kind == ERROR_EXHAUSTED) {
        problem_respond_status(job->visit->request, 409, "conflict", NULL,
                               "another line has begun already: look at it and decide again");
        return;
    }
    if (err == NULL &&
        !gate_begin_anew(site->gate, (uint32_t)reset->epoch + 1, site->secrets.keys[SECRETS_GATE], &memory))
        err = &memory;
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        visit_respond_json(job->visit, &response, view_json(site));
}

static bool parse_reset(struct visit *visit, struct reset *reset, struct error *err) {
    static const char *const names[] = {"epoch", "why", NULL};
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *why = NULL;
    if (!visit_body(visit, names, &body, err) ||
        !json_member_int(body, "epoch", 1, EPOCH_MAX, &reset->epoch, err) ||
        !json_member_text(body, "why", AUDIT_REASON_BYTES_MAX, &why, err))
        return false;
    if (why[0] == '\0')
        return error_set_field(err, ERROR_INVALID, "why", "say why; it stands in the log of changes");
    reset->why = arena_copy_text(http_request_arena(visit->request), why);
    return reset->why != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

void handle_console_gate_reset(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct site *site = context;
    struct arena *arena = http_request_arena(request);
    struct reset *reset = arena_alloc(arena, sizeof *reset);
    struct error err;
    if (reset == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!parse_reset(visit, reset, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct job *job = job_new(visit, reset);
    if (job == NULL)
        return;
    gate_store_begin_anew(&job->command, site->campaign->id, (uint32_t)reset->epoch);
    audit_add(&job->command, &(struct audit_entry){
                                 .at_ms = visit->now_ms,
                                 .operator_name = visit->operator->name,
                                 .action = "gate.reset",
                                 .before = arena_print(arena, "{\"epoch\":%lld}", (long long)reset->epoch),
                                 .after = arena_print(arena, "{\"epoch\":%lld}", (long long)reset->epoch + 1),
                                 .reason = reset->why});
    job_write_ahead(job, begun_anew);
}
