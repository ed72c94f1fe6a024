// held.h - people who came back from the provider and wait for room there: the person is held, not a request.
//
// First come, first served. Whoever is held has their place and loses nothing; when it takes too long they
// are told to try again, as when the provider is busy.
#pragma once

#include "gate/gate.h"
#include "http/server.h"

struct held;

struct held_person {
    struct http_request *request;
    void (*then)(struct http_request *request, void *context); // on the request's loop thread
    void *context;
    bool may_send; // counted by the guard: gate_request_over must follow. Else it took too long
    int64_t since_us;
    struct held_person *next;
};

struct held *held_new(void);       // NULL when memory is exhausted
void held_free(struct held *held); // NULL is fine
// `then` runs in its turn; the person lives until then.
void held_wait(struct held *held, struct gate *gate, struct held_person *person);
// Lets on as many as there is room for; when an answer has come, and each second.
void held_release(struct held *held, struct gate *gate);
size_t held_count(struct held *held);
