// loop.h - one event loop: a thread, a listening socket, a libmicrohttpd daemon without threads, a mailbox.
//
// Only the loop's own thread calls libmicrohttpd. With threads of its own, or when another thread resumes,
// libmicrohttpd 0.9.75 loses wake-ups and every connection hangs; so finished work comes through the mailbox.
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "http/limits.h"
#include "http/request.h"

// Header of the request, cookies parsed, header of the response: libmicrohttpd keeps all of it in here, as
// long as the connection lives.
#define CONNECTION_MEMORY_BYTES 10240

enum phase {
    PHASE_IDLE,      // between requests
    PHASE_RECEIVING, // from the request line to the end of the body
    PHASE_HANDLING,
    PHASE_SENDING,
};

struct connection {
    struct connection *next, *previous;
    int fd;
    enum phase phase;
    int64_t phase_started_us;
    uint64_t taken_bytes; // by the client, when this was looked at last while sending
    int64_t taken_us;     // when they were found to have grown
    struct limits_place place;
    bool trusted;
    bool ending;
    char peer[INET6_ADDRSTRLEN];
};

#define KEPT_RESPONSES 64 // a power of two

// A response that is the same for everybody, made once.
struct kept_response {
    struct http_response key;
    struct MHD_Response *made; // NULL: free
};

#define KEPT_VERSIONS 4 // things that change now and then

struct kept_version {
    const void *key; // NULL: free
    uint64_t version;
    int status;
    struct MHD_Response *made;
};

struct loop {
    struct http_server *server;
    const struct http_options *options;
    struct limits *limits;
    unsigned index;
    int listen_fd;
    int epoll_fd;
    int wake_fd;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    bool thread_started;
    _Atomic(struct http_request *) mailbox;
    struct connection *connections;
    struct http_request *spare;
    unsigned spare_count;
    struct kept_response kept[KEPT_RESPONSES];
    struct kept_version versions[KEPT_VERSIONS];
    uint64_t requests_started;
    int64_t now_us;  // monotonic, read once a round
    int64_t wall_ms; // the same moment by the wall
    int64_t swept_us;
    bool quiesced;
    bool abandoned; // requests were still suspended at the end: their memory stays
    atomic_ulong requests;
    atomic_uint suspended;
};

// Takes over `listen_fd`, also on failure.
MUST_CHECK bool loop_init(struct loop *loop, struct http_server *server, unsigned index, int listen_fd,
                          struct error *err);
MUST_CHECK bool loop_start(struct loop *loop, struct error *err);
void loop_wake(struct loop *loop);
void loop_join(struct loop *loop);
void loop_done(struct loop *loop);

// For the end: gives the kept responses back.
void respond_forget(struct loop *loop);

// From any thread: the request's `then` is run by its loop.
void loop_post(struct loop *loop, struct http_request *request);
