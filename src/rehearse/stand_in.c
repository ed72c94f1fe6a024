// stand_in.c - one table of answers.
#include "rehearse/stand_in.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define POINTS 11000

enum special { PLAIN, TO_PROVIDER, AT_PROVIDER, RETURNED, CAMPAIGN, COUNTS };

static const struct {
    const char *path; // its beginning
    int status;
    const char *body;
    enum special special;
    size_t counter; // offset, 0: none
} ANSWERS[] = {
    {"/api/v1/accesses", 204, NULL, PLAIN, offsetof(struct stand_in, accesses)},
    {"/api/v1/residents", 201, "{}", PLAIN, offsetof(struct stand_in, residents)},
    {"/api/v1/me/journey/begin", 200, "{}", PLAIN, offsetof(struct stand_in, begun)},
    {"/api/v1/me/journey/consent", 200, "{}", PLAIN, offsetof(struct stand_in, went_on[0])},
    {"/api/v1/me/journey/procedure", 200, "{}", PLAIN, offsetof(struct stand_in, went_on[1])},
    {"/api/v1/me/journey/intent", 200, "{}", PLAIN, offsetof(struct stand_in, went_on[2])},
    {"/api/v1/me/identity", 200, NULL, TO_PROVIDER, 0},
    {"/provider", 302, NULL, AT_PROVIDER, 0},
    {"/identity/callback", 303, NULL, RETURNED, offsetof(struct stand_in, callbacks)},
    {"/api/v1/me/application", 201, "{\"points\":11000}", PLAIN, offsetof(struct stand_in, applications)},
    {"/api/v1/me", 200, "{}", PLAIN, 0},
    {"/api/v1/campaign", 200, NULL, CAMPAIGN, 0},
    {"/api/v1/sandbox/counts", 200, NULL, COUNTS, 0},
};

static char *counts_text(struct stand_in *own, struct arena *arena) {
    int screens[] = {own->begun,      own->went_on[0], own->went_on[1],
                     own->went_on[2], own->callbacks,  own->applications};
    static const char *const names[] = {"consent", "procedure", "intent", "authenticate", "verified"};
    struct buffer buffer;
    buffer_init(&buffer, arena);
    buffer_print(&buffer, "{\"accesses\":%d,\"residents\":%d,\"granted\":%d,\"points\":%lld,\"steps\":{",
                 own->accesses, own->residents, own->applications, (long long)POINTS * own->applications);
    for (int i = 0; i < 5; i++)
        buffer_print(&buffer, "%s\"%s\":{\"reached\":%d,\"went_on\":%d}", i > 0 ? "," : "", names[i],
                     screens[i], screens[i + 1]);
    buffer_add(&buffer, "}}");
    return buffer.text;
}

static void fill(struct stand_in *own, struct http_request *request, size_t which,
                 struct http_response *response) {
    struct arena *arena = http_request_arena(request);
    response->status = ANSWERS[which].status;
    response->body = ANSWERS[which].body;
    enum special special = ANSWERS[which].special;
    if (special == TO_PROVIDER)
        response->body = arena_print(arena, "{\"location\":\"%s/provider?state=s\"}", own->base);
    if (special == AT_PROVIDER)
        http_response_header(response, "Location", "/identity/callback?code=c&state=s");
    if (special == RETURNED)
        http_response_header(response, "Location", "/?returned=verified");
    if (special == CAMPAIGN)
        response->body = arena_print(arena, "{\"id\":\"c\",\"state\":\"%s\"}", own->campaign);
    if (special == COUNTS)
        response->body = counts_text(own, arena);
    if (response->body != NULL) {
        response->content_type = "application/json";
        response->body_length = strlen(response->body);
    }
    if (ANSWERS[which].counter != 0)
        atomic_fetch_add((_Atomic int *)((char *)own + ANSWERS[which].counter), 1);
}

static void answer(struct http_request *request, void *context) {
    struct stand_in *own = context;
    struct http_response response = {.status = 404};
    const char *path = http_request_path(request);
    bool asked_about = strncmp(path, "/api/v1/c", 9) == 0;
    int number = asked_about ? 1 : atomic_fetch_add(&own->requests, 1);
    if (!asked_about && own->busy_every > 0 && number % own->busy_every == 0) {
        atomic_fetch_add(&own->refusals, 1);
        response.status = 503;
        http_response_header(&response, "Retry-After", "0");
        http_respond(request, &response);
        return;
    }
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS && response.status == 404; i++)
        if (strncmp(path, ANSWERS[i].path, strlen(ANSWERS[i].path)) == 0)
            fill(own, request, i, &response);
    http_respond(request, &response);
}

bool stand_in_start(struct stand_in *stand_in, struct error *err) {
    const struct http_options options = {.address = "127.0.0.1",
                                         .loops = 1,
                                         .body_bytes_max = 4096,
                                         .arena_bytes_max = 65536,
                                         .idle_timeout_s = 30,
                                         .connections_max = 500};
    *stand_in = (struct stand_in){.campaign = "open"};
    if (!http_server_start(&options, answer, NULL, stand_in, &stand_in->server, err))
        return false;
    (void)snprintf(stand_in->base, sizeof stand_in->base, "http://127.0.0.1:%d",
                   http_server_port(stand_in->server));
    return true;
}

void stand_in_stop(struct stand_in *stand_in) {
    http_server_stop(stand_in->server, 1000);
    stand_in->server = NULL;
}
