// listeners.h - requests that wait until something else is said: open pages that hear of it at once.
//
// A page asks for what is said after what it shows. While that is all there is, the request is held here, and
// let go when something else is said or its time is over. Whoever comes beyond the bound is not held, so
// listeners can never take the connections of those who want to do something.
// Nothing waits in here and no clock is read: one thread calls listeners_let_go again and again, in portions,
// so that ten thousand answers do not stand before everybody else's.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "http/allowance.h"

struct listeners;

// One held request; it lives until `resume` was called for it.
struct listener {
    void *request;
    int64_t until_us, early_us; // nobody who came with it is due before `early_us`
    uint64_t moment;
    uint32_t slot; // of its address (allowance.h)
    struct listener *next;
};

struct listeners_options {
    size_t held_max;
    size_t held_per_address_max;
    int64_t hold_us;
    // Secret: so nobody can choose with whom to share a bound.
    unsigned char key[ALLOWANCE_KEY_SIZE];
    // Any thread; the listener is no longer used here.
    void (*resume)(struct listener *listener);
};

enum listeners_answer {
    LISTENERS_HELD,
    LISTENERS_LATE, // something was said since `moment`: what is said now must be looked at again
    LISTENERS_FULL, // also once they are closed
};

// NULL when memory is exhausted.
struct listeners *listeners_new(const struct listeners_options *options);
void listeners_free(struct listeners *listeners); // nobody is held any more; NULL is fine

// How often something was said. To be read before what is said is, so that nothing in between is missed.
uint64_t listeners_moment(const struct listeners *listeners);
// Holds `listener->request` for `hold_us`, or up to a fifth less: those who came together come back apart.
// `peer` is the client's address as text; addresses that share a slot (allowance.h) share its bound.
enum listeners_answer listeners_hold(struct listeners *listeners, struct listener *listener, uint64_t moment,
                                     const char *peer, int64_t now_us);
// Something else is said: all who are held now may go.
void listeners_tell(struct listeners *listeners);
// Lets go of whoever may go or is held long enough, `most` at most; returns how many.
size_t listeners_let_go(struct listeners *listeners, int64_t now_us, size_t most);
// For the end: lets all go, and holds nobody any more. NULL is fine.
void listeners_close(struct listeners *listeners);

struct listeners_figures {
    size_t held;
    uint64_t told, expired, refused; // since the start
};
void listeners_figures(struct listeners *listeners, struct listeners_figures *ret_figures);
