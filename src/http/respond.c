// respond.c - turns a struct http_response into libmicrohttpd's, with the headers that every response
// carries.
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "http/loop.h"
#include "http/server_internal.h"

void http_response_header(struct http_response *response, const char *name, const char *value) {
    ASSERT(response->headers_count < HTTP_HEADERS_MAX);
    response->headers[response->headers_count++] = (struct http_header){.name = name, .value = value};
}

static bool has_header(const struct http_response *response, const char *name) {
    for (size_t i = 0; i < response->headers_count; i++)
        if (strcasecmp(response->headers[i].name, name) == 0)
            return true;
    return false;
}

static bool add_headers(struct MHD_Response *made, const struct http_response *response,
                        const struct http_header *defaults) {
    bool ok = response->content_type == NULL ||
              MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, response->content_type) == MHD_YES;
    for (size_t i = 0; ok && i < response->headers_count; i++)
        ok = MHD_add_response_header(made, response->headers[i].name, response->headers[i].value) == MHD_YES;
    for (; ok && defaults != NULL && defaults->name != NULL; defaults++)
        ok = has_header(response, defaults->name) ||
             MHD_add_response_header(made, defaults->name, defaults->value) == MHD_YES;
    return ok;
}

static struct MHD_Response *make(const struct http_response *response, const struct http_header *defaults) {
    size_t length = response->content_type == NULL ? 0 : response->body_length;
    // libmicrohttpd takes the body without const, but only reads it.
    struct MHD_Response *made = MHD_create_response_from_buffer(
        length, length == 0 ? NULL : (void *)(uintptr_t)response->body,
        response->body_is_permanent || length == 0 ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
    if (made != NULL && !add_headers(made, response, defaults)) {
        MHD_destroy_response(made);
        return NULL;
    }
    return made;
}

static void send_response(struct http_request *request, const struct http_response *response) {
    struct MHD_Response *made = make(response, request->loop->options->default_headers);
    if (made != NULL && (request->close || server_is_stopping(request->loop->server)))
        (void)MHD_add_response_header(made, MHD_HTTP_HEADER_CONNECTION, "close");
    request->broken =
        made == NULL || MHD_queue_response(request->mhd, (unsigned)response->status, made) != MHD_YES;
    if (made != NULL)
        MHD_destroy_response(made);
}

void http_respond(struct http_request *request, const struct http_response *response) {
    ASSERT(!request->responded);
    request->responded = true;
    int64_t now_us = clock_monotonic_us();
    if (request->mhd != NULL) { // else the client is gone
        send_response(request, response);
        request->connection->phase = PHASE_SENDING;
        request->connection->phase_started_us = now_us;
    }
    atomic_fetch_add_explicit(&request->loop->requests, 1, memory_order_relaxed);
    server_observe(request->loop->server, request, request->broken ? 500 : response->status,
                   now_us - request->started_us);
}

void request_respond_problem(struct http_request *request, int status, const char *detail) {
    char body[ERROR_MESSAGE_SIZE + 200];
    // The details are our own words, without anything that JSON would have to escape.
    int length = snprintf(body, sizeof body,
                          "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}",
                          MHD_get_reason_phrase_for((unsigned)status), status, detail);
    http_respond(request, &(struct http_response){.status = status,
                                                  .content_type = "application/problem+json",
                                                  .body = body,
                                                  .body_length = (size_t)length});
}
