// held.c - see held.h.
#include "site/held.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"

#define SECOND_US INT64_C(1000000)

struct held {
    pthread_mutex_t lock;
    struct held_person *first, *last;
    atomic_size_t count;
    int64_t wait_us_max;
    bool (*take_room)(void *context);
    void *context;
};

struct held *held_new(int64_t wait_s_max, bool (*take_room)(void *context), void *context) {
    struct held *held = calloc(1, sizeof *held);
    if (held == NULL)
        return NULL;
    (void)pthread_mutex_init(&held->lock, NULL);
    held->wait_us_max = wait_s_max * SECOND_US;
    held->take_room = take_room;
    held->context = context;
    return held;
}

void held_free(struct held *held) {
    if (held == NULL)
        return;
    (void)pthread_mutex_destroy(&held->lock);
    free(held);
}

// The first of the queue, when it may go on.
static struct held_person *take(struct held *held) {
    (void)pthread_mutex_lock(&held->lock);
    struct held_person *person = held->first;
    if (person != NULL) {
        person->may_send = held->take_room(held->context);
        if (!person->may_send && clock_monotonic_us() - person->since_us < held->wait_us_max)
            person = NULL;
    }
    if (person != NULL) {
        held->first = person->next;
        held->count--;
        if (held->first == NULL)
            held->last = NULL;
    }
    (void)pthread_mutex_unlock(&held->lock);
    return person;
}

bool held_is_empty(const struct held *held) {
    return atomic_load_explicit(&held->count, memory_order_relaxed) == 0;
}

void held_release(struct held *held) {
    struct held_person *person = NULL;
    while (!held_is_empty(held) && (person = take(held)) != NULL)
        http_request_continue(person->request, person->then, person->context);
}

void held_wait(struct held *held, struct held_person *person) {
    person->since_us = clock_monotonic_us();
    person->next = NULL;
    (void)pthread_mutex_lock(&held->lock);
    if (held->last == NULL)
        held->first = person;
    else
        held->last->next = person;
    held->last = person;
    held->count++;
    (void)pthread_mutex_unlock(&held->lock);
    held_release(held);
}

size_t held_count(const struct held *held) {
    return atomic_load_explicit(&held->count, memory_order_relaxed);
}
