// request.h - one request as the loop sees it; the public face of it is server.h.
//
// Belongs to the loop's thread. Only `then`, `then_context` and `next` are written by another thread, and
// only while the request is suspended: the mailbox hands them over.
#pragma once

#include <microhttpd.h>

#include "http/server.h"
#include "http/target.h"

struct loop;
struct connection;

#define REQUEST_ID_SIZE 32

// libmicrohttpd before 0.9.77 takes a line like ": x" for the end of the header, cuts values at a NUL, and
// takes folded lines and bare LF. It splits the header in place, so all of that shows as a field that does
// not begin right behind the last one. Later versions, when told to be strict, refuse these by themselves
// (with a page of their own, which no callback can change) and cut in other ways.
#define HTTP_LIBRARY_IS_LAX (MHD_VERSION < 0x00097700)

struct http_request {
    struct loop *loop;
    struct connection *connection; // NULL once the client is gone
    struct MHD_Connection *mhd;    // NULL once the client is gone
    struct arena *arena;
    enum http_method method;
    struct target target;
    char *body;
    size_t body_length;
    size_t body_capacity;
    uint64_t body_discarded;
    const char *peer;
    const char *forwarded_for; // the last such header
    const char *raw_end;       // where the raw target ends in libmicrohttpd's buffer
    void *context;
    int64_t started_us;
    void (*then)(struct http_request *request, void *context);
    void *then_context;
    struct http_request *next; // in the mailbox or among the spare ones
    int refused_status;        // not 0: the server refuses by itself, once the request is there
    bool headers_seen;
    bool handled;          // the handler has run
    bool responded;        // libmicrohttpd has a response, or none could be made
    bool broken;           // the connection can only be closed
    bool close;            // after the response
    uint64_t name_lengths; // of the header's fields: bit n for a name of n bytes, 64 and more folded in
    uint64_t number;       // of this server's requests
    // Written before they are read, but for their first bytes: the next request finds what the last one left.
    char refused_detail[ERROR_MESSAGE_SIZE];
    char id[REQUEST_ID_SIZE]; // empty: not written yet
};

// Starts a request at its request line. The target is parsed here; a bad one is refused later.
void request_begin(struct http_request *request, const char *raw_target);
// Looks at the header: shapes that two servers could read differently are refused at once.
void request_read_headers(struct http_request *request, const char *method, const char *version);
void request_take_body(struct http_request *request, const char *bytes, size_t length);
// Marks a refusal; the first one counts.
void request_refuse(struct http_request *request, int status, const char *detail);
// Responds with a problem document (RFC 9457).
void request_respond_problem(struct http_request *request, int status, const char *detail);
