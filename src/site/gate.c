// gate.c - the waiting room over HTTP: the public document, joining, passes, and the question of proxies.
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "http/static.h"
#include "site/assisted.h"
#include "site/device.h"
#include "site/entry.h"
#include "site/handlers.h"
#include "site/problem.h"

#define RETURN_BYTES_MAX 2000
#define CODE_BYTES_MAX   20
#define CACHE_CONTROL    "public, max-age=1"

static int64_t now_s(const struct visit *visit) {
    return visit->now_ms / CLOCK_SECOND_MS;
}

// -- the public document --

void handle_gate(struct http_request *request, void *context) {
    struct site *site = context;
    uint64_t version = gate_page_version(site->gate);
    const char *if_none_match = http_request_header(request, "If-None-Match");
    if (if_none_match == NULL && http_respond_kept(request, site->gate, version))
        return;
    struct gate_page *page = arena_alloc(http_request_arena(request), sizeof *page);
    if (page == NULL) {
        problem_respond_memory(request);
        return;
    }
    gate_page(site->gate, page);
    struct static_asset asset = {.plain = {.bytes = page->text, .length = page->length}};
    static_asset_tag(&asset);
    struct http_response response = {.status = 200,
                                     .content_type = "application/json",
                                     .body = page->text,
                                     .body_length = page->length,
                                     .kept_key = site->gate,
                                     .kept_version = page->version};
    http_response_header(&response, "ETag", asset.plain.tag);
    http_response_header(&response, "Cache-Control", CACHE_CONTROL);
    if (static_tag_matches(if_none_match, asset.plain.tag)) {
        response.status = 304;
        response.content_type = NULL;
        response.kept_key = NULL;
    }
    http_respond(request, &response);
}

void handle_gate_draw(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct site *site = context;
    struct http_response response = {.status = 200};
    struct gate_draw draw;
    char commitment[2 * DRAW_COMMITMENT_SIZE + 1], secret[2 * DRAW_SECRET_SIZE + 1];
    gate_draw(site->gate, now_s(visit), &draw);
    text_hex(commitment, sizeof commitment, draw.commitment, sizeof draw.commitment);
    text_hex(secret, sizeof secret, draw.secret, sizeof draw.secret);
    visit_respond_json(visit, &response,
                       json_pack("{s:b,s:s,s:s,s:s,s:o}", "draws", draw.draws, "campaign",
                                 site->campaign->code, "opens", visit_time(visit, site->campaign->opens_ms),
                                 "commitment", commitment, "secret",
                                 draw.revealed ? json_string(secret) : json_null()));
}

// -- joining --

static void respond_place(struct visit *visit, struct http_response *response, const struct holder *holder,
                          struct place place) {
    visit_respond_written(visit, response, entry_place_text(visit, holder, place));
}

static void joined(struct entry *entry, const struct error *err) {
    struct visit *visit = entry->visit;
    struct http_response response = {.status = entry->fresh ? 201 : 200};
    if (err != NULL)
        problem_respond(visit->request, err, NULL);
    else
        respond_place(visit, &response, &entry->holder, entry->place.place);
}

// A device that shows a ticket of its own keeps that place.
static void join_device(struct visit *visit, const char *ticket) {
    struct gate *gate = visit->site->gate;
    struct http_response response = {.status = 201};
    const char *device = device_of(visit);
    struct place place;
    struct error err;
    if (device != NULL && ticket != NULL) {
        struct holder holder = holder_of(HOLDER_DEVICE, device);
        if (gate_read_ticket(gate, ticket, &holder, &place, &err)) {
            response.status = 200;
            respond_place(visit, &response, &holder, place);
            return;
        }
    }
    if (!allowance_take(visit->site->anonymous, http_request_peer(visit->request), clock_monotonic_us())) {
        problem_respond_status(visit->request, 429, "too-many", NULL,
                               "too many places were taken from this address within a minute");
        return;
    }
    if (device == NULL && !(device_new(visit, &device) && device_keep(visit, &response, device))) {
        problem_respond_memory(visit->request);
        return;
    }
    if (!gate_join(gate, now_s(visit), NULL, &place, &err)) {
        problem_respond(visit->request, &err, err.kind == ERROR_CONFLICT ? "campaign-not-open" : NULL);
        return;
    }
    struct holder holder = holder_of(HOLDER_DEVICE, device);
    respond_place(visit, &response, &holder, place);
}

// Reads {"ticket": "..."} or, where `ret_code` is not NULL, {"code": "..."}; all optional, in the arena.
static bool parse_ticket(struct visit *visit, const char **ret_ticket, const char **ret_code,
                         struct error *err) {
    static const char *const with_code[] = {"ticket", "code", NULL}, *const without[] = {"ticket", NULL};
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct arena *arena = http_request_arena(visit->request);
    const char *ticket = NULL, *code = NULL;
    if (!visit_body(visit, ret_code == NULL ? without : with_code, &body, err) ||
        !json_member_text_optional(body, "ticket", TICKET_TEXT_SIZE - 1, &ticket, err) ||
        (ret_code != NULL && !json_member_text_optional(body, "code", CODE_BYTES_MAX, &code, err)))
        return false;
    *ret_ticket = arena_copy_text(arena, ticket);
    if (ret_code != NULL)
        *ret_code = arena_copy_text(arena, code);
    return true;
}

static bool is_over(struct visit *visit) {
    if (campaign_phase(visit->site->campaign, visit->now_ms) != CAMPAIGN_CLOSED)
        return false;
    problem_respond_status(visit->request, 409, "campaign-closed", NULL, "the campaign is over");
    return true;
}

void handle_gate_tickets(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const char *ticket = NULL, *code = NULL;
    struct error err;
    if (!parse_ticket(visit, &ticket, &code, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    if (is_over(visit))
        return;
    if (code != NULL) {
        assisted_take(visit, code);
        return;
    }
    if (visit->resident_id == 0) {
        join_device(visit, ticket);
        return;
    }
    struct entry *entry = arena_alloc(http_request_arena(request), sizeof *entry);
    if (entry == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    entry->visit = visit;
    entry_ask(entry, joined);
}

// -- passes --

static void respond_wait(struct visit *visit, struct place place) {
    struct gate *gate = visit->site->gate;
    uint64_t ahead = gate_ahead(gate, place);
    visit_respond_problem(visit, 409,
                          json_pack("{s:s,s:s,s:i,s:s,s:I,s:I}", "type", ENTRY_WAITING, "title",
                                    ENTRY_WAITING_TITLE, "status", 409, "detail",
                                    "the turn has not come; the place is kept", "ahead", (json_int_t)ahead,
                                    "look_again_s", (json_int_t)gate_look_again_s(gate, ahead)));
}

static void respond_pass(struct visit *visit, const struct holder *holder) {
    struct http_response response = {.status = 201};
    char pass[PASS_TEXT_SIZE];
    if (!device_set_pass(visit, &response, holder, pass)) {
        problem_respond_memory(visit->request);
        return;
    }
    visit_respond_json(visit, &response,
                       json_pack("{s:s,s:s}", "pass", pass, "until",
                                 visit_time(visit, visit->now_ms + LEASE_INSIDE_S * CLOCK_SECOND_MS)));
}

static void passed(struct job *job, const struct error *err) {
    struct entry *entry = job->data;
    if (err == NULL) {
        respond_pass(job->visit, &entry->holder);
        return;
    }
    entry_undo(entry);
    problem_respond(job->visit->request, err, NULL);
}

static void asked(struct entry *entry, const struct error *err) {
    if (err != NULL) {
        problem_respond(entry->visit->request, err, NULL);
        return;
    }
    if (!entry->inside) {
        respond_wait(entry->visit, entry->place.place);
        return;
    }
    struct job *job = job_new(entry->visit, entry);
    if (job == NULL) {
        entry_undo(entry);
        return;
    }
    entry_add(entry, &job->command, GATE_PASS_INSIDE);
    job_write(job, passed);
}

static void pass_device(struct visit *visit, const char *ticket) {
    struct gate *gate = visit->site->gate;
    const char *device = device_of(visit);
    struct holder holder = holder_of(HOLDER_DEVICE, device == NULL ? "" : device);
    struct place place;
    struct error err;
    if (ticket == NULL) {
        problem_respond_status(visit->request, 400, "invalid", "ticket",
                               "a ticket is needed without an account");
        return;
    }
    if (!gate_read_ticket(gate, ticket, &holder, &place, &err)) {
        problem_respond(visit->request, &err, NULL);
        return;
    }
    if (gate_enter(gate, now_s(visit), &holder, place) == GATE_ENTERS)
        respond_pass(visit, &holder);
    else
        respond_wait(visit, place);
}

void handle_gate_passes(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct gate *gate = visit->site->gate;
    const char *ticket = NULL;
    struct place place;
    struct error err;
    if (!parse_ticket(visit, &ticket, NULL, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    if (is_over(visit))
        return;
    if (visit->resident_id == 0) {
        pass_device(visit, ticket);
        return;
    }
    struct holder holder = gate_resident(visit->resident_id);
    if (ticket != NULL && !gate_read_ticket(gate, ticket, &holder, &place, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    if (ticket != NULL && gate_ahead(gate, place) > 0) { // asked too early: the store need not be
        respond_wait(visit, place);
        return;
    }
    struct entry *entry = arena_alloc(http_request_arena(request), sizeof *entry);
    if (entry == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    *entry = (struct entry){.visit = visit, .asks_to_enter = true};
    entry_ask(entry, asked);
}

// -- the question of proxies --

// Where the visitor wanted to go, when it is a path of the site behind the proxy.
static const char *wanted_path(const struct visit *visit) {
    static const char *const headers[] = {"X-Original-URI", "X-Forwarded-Uri"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const char *path = http_request_header(visit->request, headers[i]);
        if (path != NULL && path[0] == '/' && path[1] != '/' && strlen(path) <= RETURN_BYTES_MAX)
            return path;
    }
    const char *path = http_request_path(visit->request) + strlen("/gate/check");
    return path[0] == '/' && path[1] != '/' && strlen(path) <= RETURN_BYTES_MAX ? path : NULL;
}

static const char *waiting_address(struct visit *visit) {
    struct buffer buffer;
    const char *page = visit->site->config->gate.page, *path = wanted_path(visit);
    buffer_init(&buffer, http_request_arena(visit->request));
    if (page[0] == '\0')
        buffer_print(&buffer, "%s/waiting", visit->site->public_url);
    else
        buffer_add(&buffer, page);
    if (path != NULL)
        buffer_add(&buffer, strchr(page, '?') == NULL ? "?return=" : "&return=");
    for (; path != NULL && *path != '\0'; path++) {
        bool plain = (*path >= 'a' && *path <= 'z') || (*path >= 'A' && *path <= 'Z') ||
                     (*path >= '0' && *path <= '9') || strchr("-._~/", *path) != NULL;
        buffer_print(&buffer, plain ? "%c" : "%%%02X", (unsigned char)*path);
    }
    return buffer.failed ? NULL : buffer.text;
}

static void respond_go_on(struct visit *visit, struct http_response *response) {
    response->status = 204;
    http_response_header(response, "Cache-Control", "no-store");
    http_respond(visit->request, response);
}

// A resident who is inside, or a pass of a browser; on another node than the one that gave it, too.
static bool holds_pass(struct visit *visit) {
    struct gate *gate = visit->site->gate;
    struct holder holder = gate_resident(visit->resident_id);
    if (visit->resident_id != 0 && gate_renew(gate, now_s(visit), &holder, LEASE_INSIDE))
        return true;
    const char *pass = device_cookie(visit, "juncho-pass");
    if (pass == NULL || !gate_read_pass(gate, pass, now_s(visit), &holder))
        return false;
    gate_readmit(gate, now_s(visit), &holder);
    return true;
}

// Nobody waits and the pace is not used up: nobody sees the gate. There is no place to come back to, so the
// pass is the only cookie, for a proxy hands on no more than one.
static bool walks_in(struct visit *visit, struct http_response *response) {
    struct gate *gate = visit->site->gate;
    const char *device = device_of(visit);
    struct place place;
    struct error err;
    char pass[PASS_TEXT_SIZE];
    if (!gate_is_open(gate) ||
        !allowance_take(visit->site->anonymous, http_request_peer(visit->request), clock_monotonic_us()) ||
        (device == NULL && !device_new(visit, &device)) || !gate_join(gate, now_s(visit), NULL, &place, &err))
        return false;
    struct holder holder = holder_of(HOLDER_DEVICE, device);
    return gate_enter(gate, now_s(visit), &holder, place) == GATE_ENTERS &&
           device_set_pass(visit, response, &holder, pass);
}

// Envoy lets pass what is answered with 200, and sends any other answer to the visitor as it is.
void handle_gate_envoy(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct http_response response = {0};
    if (holds_pass(visit) || walks_in(visit, &response)) {
        response.status = 200;
        http_response_header(&response, "Cache-Control", "no-store");
        http_respond(request, &response);
        return;
    }
    const char *address = waiting_address(visit);
    response = (struct http_response){0};
    if (address == NULL)
        problem_respond_memory(request);
    else
        visit_redirect(visit, &response, address);
}

void handle_gate_check(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct http_response response = {0};
    if (holds_pass(visit) || walks_in(visit, &response)) {
        respond_go_on(visit, &response);
        return;
    }
    response = (struct http_response){.status = 401};
    const char *address = waiting_address(visit);
    if (address == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    // Some proxies pass the answer on as it is: ?redirect=1 makes it one that a browser follows.
    if (text_equal(http_request_query(request, "redirect"), "1")) {
        visit_redirect(visit, &response, address);
        return;
    }
    http_response_header(&response, "X-Juncho-Waiting", address);
    http_response_header(&response, "Cache-Control", "no-store");
    http_respond(request, &response);
}
