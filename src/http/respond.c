// respond.c - turns a struct http_response into libmicrohttpd's, with the headers that every response
// carries.
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/loop.h"
#include "http/server_internal.h"

#define DATE_SIZE 40

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

// A descriptor of its own, which libmicrohttpd closes: the caller may close the file at once.
static struct MHD_Response *from_file(const struct http_response *response) {
    int fd = dup(fileno(response->body_file));
    struct MHD_Response *made =
        fd < 0 ? NULL
               : MHD_create_response_from_fd_at_offset64(response->body_length, fd, response->body_offset);
    if (made == NULL && fd >= 0)
        (void)close(fd);
    return made;
}

static struct MHD_Response *make(const struct http_response *response, const struct http_header *defaults) {
    size_t length = response->content_type == NULL ? 0 : response->body_length;
    // libmicrohttpd takes the body without const, but only reads it.
    struct MHD_Response *made = response->body_file != NULL
                                    ? from_file(response)
                                    : MHD_create_response_from_buffer(
                                          length, length == 0 ? NULL : (void *)(uintptr_t)response->body,
                                          response->body_is_permanent || length == 0 ? MHD_RESPMEM_PERSISTENT
                                                                                     : MHD_RESPMEM_MUST_COPY);
    if (made != NULL && !add_headers(made, response, defaults)) {
        MHD_destroy_response(made);
        return NULL;
    }
    return made;
}

static const struct http_header *defaults_of(const struct loop *loop, const struct http_response *response) {
    const char *type = response->content_type;
    bool data = type != NULL && strncmp(type, "application/", 12) == 0 &&
                (strcmp(type + 12, "json") == 0 || strcmp(type + 12, "problem+json") == 0);
    return data && loop->options->data_headers != NULL ? loop->options->data_headers
                                                       : loop->options->default_headers;
}

static bool is_same(const struct http_response *a, const struct http_response *b) {
    if (a->status != b->status || a->content_type != b->content_type || a->body != b->body ||
        a->body_length != b->body_length || a->headers_count != b->headers_count)
        return false;
    for (size_t i = 0; i < a->headers_count; i++)
        if (a->headers[i].name != b->headers[i].name || a->headers[i].value != b->headers[i].value)
            return false;
    return true;
}

// Texts that never change are the same when they lie at the same place. A slot that is taken stays with the
// first who came: the rest is made each time, as everything else is.
static struct kept_response *slot_for(struct loop *loop, const struct http_response *response) {
    uintptr_t place =
        (uintptr_t)response->body ^ (uintptr_t)response->content_type ^ (unsigned)response->status;
    for (size_t i = 0; i < response->headers_count; i++)
        place = place * 31 + (uintptr_t)response->headers[i].value;
    return &loop->kept[(place ^ place >> 7 ^ place >> 17) % KEPT_RESPONSES];
}

static struct MHD_Response *make_or_reuse(struct loop *loop, const struct http_response *response,
                                          bool *ret_kept) {
    struct kept_response *slot = slot_for(loop, response);
    *ret_kept = true;
    if (slot->made == NULL) {
        slot->made = make(response, defaults_of(loop, response));
        slot->key = *response;
    } else if (!is_same(&slot->key, response)) {
        *ret_kept = false;
        return make(response, defaults_of(loop, response));
    }
    return slot->made;
}

void respond_forget(struct loop *loop) {
    for (size_t i = 0; i < KEPT_RESPONSES; i++) {
        if (loop->kept[i].made != NULL)
            MHD_destroy_response(loop->kept[i].made);
        loop->kept[i].made = NULL;
    }
    for (size_t i = 0; i < KEPT_VERSIONS; i++) {
        if (loop->versions[i].made != NULL)
            MHD_destroy_response(loop->versions[i].made);
        loop->versions[i] = (struct kept_version){0};
    }
}

// A Date of its own, for what is kept: that of the moment in which the content was made, as RFC 9110 (6.6.1)
// has it, instead of one that libmicrohttpd writes anew for every answer.
static bool add_date(struct MHD_Response *made) {
    char text[DATE_SIZE];
    time_t now = (time_t)(clock_wall_ms() / CLOCK_SECOND_MS);
    struct tm parts;
    return gmtime_r(&now, &parts) != NULL &&
           strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0 &&
           MHD_add_response_header(made, MHD_HTTP_HEADER_DATE, text) == MHD_YES;
}

// libmicrohttpd counts who still sends a response, so the version before can be given back at once.
static void keep_version(struct loop *loop, const struct http_response *response, struct MHD_Response *made) {
    for (size_t i = 0; i < KEPT_VERSIONS; i++) {
        struct kept_version *slot = &loop->versions[i];
        if (slot->key != NULL && slot->key != response->kept_key)
            continue;
        if (slot->made != NULL)
            MHD_destroy_response(slot->made);
        *slot = (struct kept_version){response->kept_key, response->kept_version, response->status, made};
        return;
    }
    ASSERT(false); // more such things than KEPT_VERSIONS
}

static void send_response(struct http_request *request, const struct http_response *response) {
    bool closes = request->close || server_is_stopping(request->loop->server);
    bool permanent =
        response->headers_are_permanent && (response->body_is_permanent || response->body_length == 0);
    bool kept = false, versioned = response->kept_key != NULL && !closes;
    struct MHD_Response *made = permanent && !closes ? make_or_reuse(request->loop, response, &kept)
                                                     : make(response, defaults_of(request->loop, response));
    if (versioned && made != NULL && add_date(made)) {
        keep_version(request->loop, response, made);
        kept = true;
    }
    // A response that is shared by many requests cannot carry the number of one.
    if (made != NULL && !kept)
        (void)MHD_add_response_header(made, "X-Request-Id", http_request_id(request));
    if (made != NULL && closes)
        (void)MHD_add_response_header(made, MHD_HTTP_HEADER_CONNECTION, "close");
    request->broken =
        made == NULL || MHD_queue_response(request->mhd, (unsigned)response->status, made) != MHD_YES;
    if (made != NULL && !kept)
        MHD_destroy_response(made);
}

static void note_sent(struct http_request *request, int status) {
    int64_t now_us = clock_monotonic_us();
    if (request->mhd != NULL) {
        request->connection->phase = PHASE_SENDING;
        request->connection->phase_started_us = now_us;
    }
    atomic_fetch_add_explicit(&request->loop->requests, 1, memory_order_relaxed);
    server_observe(request->loop->server, request, request->broken ? 500 : status,
                   now_us - request->started_us);
}

void http_respond(struct http_request *request, const struct http_response *response) {
    ASSERT(!request->responded);
    request->responded = true;
    if (request->mhd != NULL) // else the client is gone
        send_response(request, response);
    note_sent(request, response->status);
}

bool http_respond_kept(struct http_request *request, const void *key, uint64_t version) {
    const struct kept_version *slot = request->loop->versions, *end = slot + KEPT_VERSIONS;
    while (slot < end && (slot->key != key || slot->version != version))
        slot++;
    if (slot == end || request->close || server_is_stopping(request->loop->server))
        return false;
    ASSERT(!request->responded);
    request->responded = true;
    request->broken = request->mhd != NULL &&
                      MHD_queue_response(request->mhd, (unsigned)slot->status, slot->made) != MHD_YES;
    note_sent(request, slot->status);
    return true;
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
