// courier.h - carries many requests at once over kept-alive connections, on the caller's thread.
//
// libcurl's multi interface on an epoll. Redirects are not followed (a resident's browser does that, and it
// counts), nothing is retried, answers are cut at a limit. Durations end when the whole answer is there.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define COURIER_BODY_MAX 16384

struct courier;

struct courier_options {
    const char *base;    // "http://127.0.0.1:8080", where paths belong; also the Origin of POSTs
    int connections_max; // open at once; more requests wait in order
    double patience_s;
};

struct courier_request {
    bool post;
    const char *target; // "/path" or a whole address
    const char *body;
    const char *idempotency_key; // NULL: none
    const char *cookies;         // "" for none
};

struct courier_answer {
    int status;             // 0: none came
    const char *location;   // NULL: none
    const char *body;       // NUL-terminated
    const char *set_cookie; // one a line, "" for none
    int64_t retry_after_s;  // -1: none
};

typedef void courier_done(void *context, const struct courier_answer *answer);

MUST_CHECK bool courier_new(const struct courier_options *options, struct courier **ret_courier,
                            struct error *err);
// Gives up what is under way without calling back. NULL is fine.
void courier_free(struct courier *courier);
void courier_cleanup(struct courier **courier);

// `done` is called exactly once, from courier_wait. Texts are copied. ERROR_DENIED: the address lies on
// another host than `base`.
MUST_CHECK bool courier_send(struct courier *courier, const struct courier_request *request,
                             courier_done *done, void *context, struct error *err);
// Moves everything on; returns after `timeout_us` at most, sooner when something happened.
void courier_wait(struct courier *courier, int64_t timeout_us);
size_t courier_under_way(const struct courier *courier);

// "http://host:port" of an address; ERROR_INVALID when it is not an http or https address.
#define COURIER_ORIGIN_MAX 256
MUST_CHECK bool courier_origin(const char *url, char ret_origin[COURIER_ORIGIN_MAX], struct error *err);
// True for 127.0.0.0/8, ::1 and localhost.
bool courier_is_loopback(const char *url);
