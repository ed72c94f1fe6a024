// lease.h - who is inside: passes that come back by themselves when their holders do not.
//
// A pass is a lease of one of the places inside. It lasts 30 minutes after the last step, 60 while its
// holder is at the identity provider, and needs no heartbeat. Completion gives it back at once. One that has
// lapsed costs nothing but its room: its ticket still stands before the watermark, so its holder comes back
// to the front of the line (line_admit_return), never to its tail.
//
// Every operation takes the same short time however many are inside. The clock may step: time between two
// calls counts for at most a minute, so nobody is thrown out by a clock, or by a server that slept.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "gate/ticket.h"

#define LEASE_INSIDE_S      (30 * 60)
#define LEASE_AT_PROVIDER_S (60 * 60)
#define LEASE_STEP_S_MAX    60

struct leases;

enum lease_state {
    LEASE_INSIDE,
    LEASE_AT_PROVIDER,
};

// A lease as others see and store it.
struct lease {
    struct holder holder;
    enum lease_state state;
    int64_t age_s;  // since its holder's turn came; the controller learns journeys from it
    int64_t left_s; // until it lapses
};

// `leases_max`: a limit of the operator's; NULL when memory is exhausted.
struct leases *leases_new(size_t leases_max);
void leases_free(struct leases *leases);
void leases_cleanup(struct leases **leases);

// Gives a pass, or renews the one that the holder has; `turn_age_s` ago the holder's turn came.
// ERROR_EXHAUSTED: all places inside are taken, or no memory.
MUST_CHECK bool leases_enter(struct leases *leases, int64_t now_s, const struct holder *holder,
                             int64_t turn_age_s, struct error *err);
// A step was done, or the holder leaves for the provider or is back: the time begins anew. False: no such
// lease.
bool leases_renew(struct leases *leases, int64_t now_s, const struct holder *holder, enum lease_state state);
// Done: the place is free at once. False: no such lease.
bool leases_give_back(struct leases *leases, const struct holder *holder);
// Takes back what has lapsed, at most `room` at a time; call again while it is full.
size_t leases_lapse(struct leases *leases, int64_t now_s, struct holder *ret_holders, size_t room);

// False when the holder has none; what has lapsed but was not yet taken back still counts.
bool leases_find(const struct leases *leases, const struct holder *holder, struct lease *ret_lease);
size_t leases_count(const struct leases *leases);
size_t leases_count_in(const struct leases *leases, enum lease_state state);

// All leases, in order of lapsing within each state; `ret_leases` has room for leases_count().
void leases_list(const struct leases *leases, struct lease *ret_leases);
// Fills new leases from what was stored, in any order; `left_s` may be below zero.
MUST_CHECK bool leases_restore(struct leases *leases, int64_t now_s, struct lease *stored,
                               size_t stored_length, struct error *err);
