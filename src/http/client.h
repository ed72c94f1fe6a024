// client.h - calls to other servers (the identity provider), on one thread with libcurl's multi interface.
//
// Connections are kept alive and their number is capped; a call that finds no room waits in order.
// TLS certificates are checked; redirects are never followed; answers are bounded.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct http_client;

struct http_client_options {
    unsigned connections_max; // to one host
    size_t calls_max;         // waiting and under way; more are refused with ERROR_UNAVAILABLE
    size_t body_bytes_max;    // of an answer
    const char *ca_file;      // NULL: the system's
};

struct http_call {
    const char *url;
    const char *form;          // NULL: GET; else POST of application/x-www-form-urlencoded
    const char *authorization; // NULL or "Bearer ..."
    int64_t timeout_ms;
    struct arena *arena; // the answer's body lies here
    void *context;
    // On the client's thread, exactly once. err is NULL when an answer came, whatever its status.
    void (*done)(struct http_call *call, const struct error *err);
    // The answer.
    int status;
    const char *content_type;
    const char *body; // NUL-terminated
    size_t body_length;
    int64_t duration_us;
    struct http_call *next; // the client's
};

MUST_CHECK bool http_client_start(const struct http_client_options *options, struct http_client **ret_client,
                                  struct error *err);
void http_client_stop(struct http_client *client); // calls under way end with ERROR_UNAVAILABLE; NULL is fine
// Begins the call; it and all that it points to live until `done`. From any thread. ERROR_INVALID: the
// address; ERROR_UNAVAILABLE: too many calls already, or it is stopping. Then `done` is not called.
MUST_CHECK bool http_client_send(struct http_client *client, struct http_call *call, struct error *err);
