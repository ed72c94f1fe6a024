// held.c - see held.h.
#include "site/held.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"

#define HELD_US_MAX INT64_C(20000000)

struct held {
    pthread_mutex_t lock;
    struct held_person *first, *last;
    size_t count;
};

struct held *held_new(void) {
    struct held *held = calloc(1, sizeof *held);
    if (held != NULL)
        (void)pthread_mutex_init(&held->lock, NULL);
    return held;
}

void held_free(struct held *held) {
    if (held == NULL)
        return;
    (void)pthread_mutex_destroy(&held->lock);
    free(held);
}

// The first of the queue, when it may go on.
static struct held_person *take(struct held *held, struct gate *gate) {
    (void)pthread_mutex_lock(&held->lock);
    struct held_person *person = held->first;
    if (person != NULL) {
        person->may_send = gate_may_send(gate);
        if (!person->may_send && clock_monotonic_us() - person->since_us < HELD_US_MAX)
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

void held_release(struct held *held, struct gate *gate) {
    struct held_person *person = NULL;
    while ((person = take(held, gate)) != NULL)
        http_request_continue(person->request, person->then, person->context);
}

void held_wait(struct held *held, struct gate *gate, struct held_person *person) {
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
    held_release(held, gate);
}

size_t held_count(struct held *held) {
    (void)pthread_mutex_lock(&held->lock);
    size_t count = held->count;
    (void)pthread_mutex_unlock(&held->lock);
    return count;
}
