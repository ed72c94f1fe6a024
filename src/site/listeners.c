// listeners.c - one list behind a lock, in the order of coming.
#include "site/listeners.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SPREAD_PART 5 // of the time that a listener is held
// Multiples of the golden ratio lie evenly between 0 and 1, whatever their number.
#define GOLDEN UINT32_C(2654435769)

struct listeners {
    struct listeners_options options;
    pthread_mutex_t lock;
    struct listener *first, **end;
    atomic_uint_fast64_t moment;
    bool closed;
    uint32_t came;
    struct listeners_figures figures;
    uint32_t by_slot[ALLOWANCE_SLOTS];
};

struct listeners *listeners_new(const struct listeners_options *options) {
    struct listeners *listeners = calloc(1, sizeof *listeners);
    if (listeners == NULL)
        return NULL;
    listeners->options = *options;
    listeners->end = &listeners->first;
    (void)pthread_mutex_init(&listeners->lock, NULL);
    return listeners;
}

void listeners_free(struct listeners *listeners) {
    if (listeners == NULL)
        return;
    ASSERT(listeners->first == NULL);
    (void)pthread_mutex_destroy(&listeners->lock);
    free(listeners);
}

uint64_t listeners_moment(const struct listeners *listeners) {
    return atomic_load_explicit(&listeners->moment, memory_order_acquire);
}

static enum listeners_answer admit(struct listeners *listeners, uint64_t moment, uint32_t slot) {
    const struct listeners_options *options = &listeners->options;
    if (moment != listeners_moment(listeners))
        return LISTENERS_LATE;
    if (listeners->closed || listeners->figures.held >= options->held_max ||
        listeners->by_slot[slot] >= options->held_per_address_max) {
        listeners->figures.refused++;
        return LISTENERS_FULL;
    }
    return LISTENERS_HELD;
}

enum listeners_answer listeners_hold(struct listeners *listeners, struct listener *listener, uint64_t moment,
                                     const char *peer, int64_t now_us) {
    uint32_t slot = allowance_slot(peer, listeners->options.key);
    (void)pthread_mutex_lock(&listeners->lock);
    enum listeners_answer answer = admit(listeners, moment, slot);
    if (answer == LISTENERS_HELD) {
        int64_t spread_us = listeners->options.hold_us / SPREAD_PART;
        int64_t less_us = (int64_t)((double)(listeners->came++ * GOLDEN) / 0x1p32 * (double)spread_us);
        listener->until_us = now_us + listeners->options.hold_us - less_us;
        listener->early_us = now_us + listeners->options.hold_us - spread_us;
        listener->moment = moment;
        listener->slot = slot;
        listener->next = NULL;
        *listeners->end = listener;
        listeners->end = &listener->next;
        listeners->by_slot[slot]++;
        listeners->figures.held++;
    }
    (void)pthread_mutex_unlock(&listeners->lock);
    return answer;
}

void listeners_tell(struct listeners *listeners) {
    (void)pthread_mutex_lock(&listeners->lock);
    atomic_fetch_add_explicit(&listeners->moment, 1, memory_order_release);
    (void)pthread_mutex_unlock(&listeners->lock);
}

// Takes out whoever may go, in the order of coming. Who was told stands before all others, and who is not due
// yet by coming before all who came later.
static struct listener *take(struct listeners *listeners, int64_t now_us, size_t most, size_t *ret_count) {
    struct listener *taken = NULL, **taken_end = &taken, **place = &listeners->first;
    uint64_t moment = listeners_moment(listeners);
    size_t count = 0;
    while (*place != NULL && count < most) {
        struct listener *listener = *place;
        bool told = listener->moment != moment || listeners->closed;
        if (!told && listener->early_us > now_us)
            break;
        if (!told && listener->until_us > now_us) {
            place = &listener->next;
            continue;
        }
        *place = listener->next;
        *taken_end = listener;
        taken_end = &listener->next;
        listeners->by_slot[listener->slot]--;
        *(told ? &listeners->figures.told : &listeners->figures.expired) += 1;
        count++;
    }
    *taken_end = NULL;
    if (*place == NULL)
        listeners->end = place;
    listeners->figures.held -= count;
    *ret_count = count;
    return taken;
}

size_t listeners_let_go(struct listeners *listeners, int64_t now_us, size_t most) {
    size_t count = 0;
    (void)pthread_mutex_lock(&listeners->lock);
    struct listener *listener = take(listeners, now_us, most, &count);
    (void)pthread_mutex_unlock(&listeners->lock);
    while (listener != NULL) {
        struct listener *next = listener->next; // it may be gone once it is resumed
        listeners->options.resume(listener);
        listener = next;
    }
    return count;
}

void listeners_close(struct listeners *listeners) {
    if (listeners == NULL)
        return;
    (void)pthread_mutex_lock(&listeners->lock);
    listeners->closed = true;
    (void)pthread_mutex_unlock(&listeners->lock);
    (void)listeners_let_go(listeners, 0, SIZE_MAX);
}

void listeners_figures(struct listeners *listeners, struct listeners_figures *ret_figures) {
    (void)pthread_mutex_lock(&listeners->lock);
    *ret_figures = listeners->figures;
    (void)pthread_mutex_unlock(&listeners->lock);
}
