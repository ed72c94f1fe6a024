// held.h - people who wait for room at a stage, the provider or the writer: the person is held, not a
// request.
//
// First come, first served. Whoever is held has their place and loses nothing; when it takes too long they
// are told to try again, as when the stage is busy.
#pragma once

#include "http/server.h"

struct held;

struct held_person {
    struct http_request *request;
    void (*then)(struct http_request *request, void *context); // on the request's loop thread
    void *context;
    bool may_send; // room was taken for them. Else it took too long
    int64_t since_us;
    struct held_person *next;
};

// Nobody is held longer than `wait_s_max`. `take_room`, from any thread: true when one more may go on, who is
// then counted. NULL when memory is exhausted.
struct held *held_new(int64_t wait_s_max, bool (*take_room)(void *context), void *context);
void held_free(struct held *held); // NULL is fine
// `then` runs in its turn; the person lives until then.
void held_wait(struct held *held, struct held_person *person);
// Lets on as many as there is room for; when an answer has come, and each second.
void held_release(struct held *held);
// As far as this thread knows. Whoever comes while it is not goes to its end.
bool held_is_empty(const struct held *held);
size_t held_count(const struct held *held);
