// server.h - HTTP requests in, responses out, on libmicrohttpd with one event loop a core.
//
// A handler runs on the loop's thread when the whole request is there, and never waits. It either responds
// at once, or leaves the request suspended and lets another thread call http_request_continue, which runs a
// function on the request's own loop thread. Exactly one http_respond per request.
// A request owns its memory: what is allocated in its arena is gone when the response has been sent.
#pragma once

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"

// HTTP_OTHER is of a request that has another one, HTTP_ANY of a route that answers them all (http/router.h).
enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OTHER, HTTP_ANY };

struct http_server;
struct http_request;

struct http_header {
    const char *name;
    const char *value;
};

struct http_options {
    const char *address;    // "127.0.0.1", "0.0.0.0", "::"
    uint16_t port;          // 0: the system chooses
    unsigned loops;         // 0: one a core
    size_t body_bytes_max;  // more is answered with 413
    size_t arena_bytes_max; // a request's memory, body included
    unsigned
        idle_timeout_s; // for a connection that says nothing; also for a header or body that does not end
    unsigned connections_max;             // in all; more are closed at once
    unsigned connections_per_address_max; // 0: no limit
    const char *const
        *trusted_proxies; // addresses whose X-Forwarded-For is believed; ends with NULL; or NULL
    // Stand on every response, the server's own refusals included, unless the response sets the same name.
    // Ends with a NULL name; or NULL. All texts must live as long as the server.
    const struct http_header *default_headers;
    // Instead of them on JSON, which no browser renders: whatever belongs to a page is left out. NULL: the
    // same.
    const struct http_header *data_headers;
};

#define HTTP_HEADERS_MAX 16

struct http_response {
    int status;
    const char *content_type; // NULL: no body
    const void *body;
    size_t body_length;
    FILE *body_file; // when not NULL: `body_length` bytes of it are sent, however many; `body` is not used
    uint64_t body_offset;   // where in `body_file` they begin
    bool body_is_permanent; // lives longer than the server: sent without a copy
    // The header's texts live longer than the server, too, and never change: such a response is made once a
    // loop and kept. For what is the same for everybody.
    bool headers_are_permanent;
    // Not NULL: what is made is kept, once a loop, until another version of the same thing is made; see
    // http_respond_kept. For what changes now and then and is the same for everybody.
    const void *kept_key;
    uint64_t kept_version;
    struct http_header headers[HTTP_HEADERS_MAX]; // beside the ones that every response carries
    size_t headers_count;
};
// Adds a header; both texts must live until the response is sent (arena or permanent).
void http_response_header(struct http_response *response, const char *name, const char *value);

typedef void http_handler(struct http_request *request, void *context);
// After the response was queued, on the loop's thread: for the access log and the counters.
typedef void http_observer(struct http_request *request, int status, int64_t duration_us, void *context);

// Starts the loops. ERROR_UNAVAILABLE names the address when it cannot be had.
MUST_CHECK bool http_server_start(const struct http_options *options, http_handler *handler,
                                  http_observer *observer, void *context, struct http_server **ret_server,
                                  struct error *err);
uint16_t http_server_port(const struct http_server *server);
// Takes no more connections, lets every request that was taken finish (at most `wait_ms_max`), then ends.
void http_server_stop(struct http_server *server, int64_t wait_ms_max); // NULL is fine

struct http_figures {
    uint64_t requests;
    uint64_t connections_refused;
    unsigned connections; // open now
    unsigned suspended;   // requests that wait for a store or a provider now
};
// From any thread; exact at rest, close to it under load.
void http_server_figures(const struct http_server *server, struct http_figures *ret_figures);

enum http_method http_request_method(const struct http_request *request);
const char *http_request_path(
    const struct http_request *request); // percent-decoded, valid UTF-8, without query
const char *http_request_query(const struct http_request *request, const char *name); // decoded; NULL: none
// The first field of that name, in any case; NULL: none.
const char *http_request_header(const struct http_request *request, const char *name);
const char *http_request_cookie(struct http_request *request, const char *name);       // value; NULL: none
const char *http_request_body(const struct http_request *request, size_t *ret_length); // NUL-terminated
const char *http_request_id(struct http_request *request); // "1f-2a3b...": stands in every log line of it
const char *http_request_peer(const struct http_request *request); // the client's address as text
// By the wall, as the request's loop read it when it woke up; the same for all that it does until it sleeps
// again.
int64_t http_request_wall_ms(const struct http_request *request);
// Memory that goes with the request, at most `arena_bytes_max`.
struct arena *http_request_arena(struct http_request *request);
// What the handler wants to remember (the route, the resident); NULL at first.
void http_request_set_context(struct http_request *request, void *context);
void *http_request_context(const struct http_request *request);

// On the loop's thread only, exactly once a request.
void http_respond(struct http_request *request, const struct http_response *response);
// Responds with the kept version of a thing, if this loop has it; else false, and nothing has happened yet.
bool http_respond_kept(struct http_request *request, const void *key, uint64_t version);
// From any thread: `then` runs on the request's loop thread, after the handler has returned. It runs even
// when the client has gone meanwhile; then the request has no headers any more, and the response goes
// nowhere.
void http_request_continue(struct http_request *request,
                           void (*then)(struct http_request *request, void *context), void *context);
