// limits.h - how many connections there may be, in all and from one address, over all loops.
//
// Addresses are counted in a table of fixed size by a keyed hash, IPv6 by /64: memory stays bounded whoever
// calls. Two addresses that share a slot share its limit; with the key nobody can choose to.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct limits;

struct limits_place {
    uint32_t slot;
    bool counted; // by address too
};

// per_address_max 0: no limit. NULL when memory is exhausted.
struct limits *limits_new(unsigned connections_max, unsigned per_address_max);
void limits_free(struct limits *limits); // NULL is fine

// Whether one more from this address may come now. `exempt`: a proxy of ours, which carries everybody.
bool limits_allow(struct limits *limits, const struct sockaddr *address, bool exempt);
// A connection that was let in, and its end; every enter has one leave.
struct limits_place limits_enter(struct limits *limits, const struct sockaddr *address, bool exempt);
void limits_leave(struct limits *limits, struct limits_place place);

// Open now; refused by limits_allow since the start.
unsigned limits_connections(const struct limits *limits);
uint64_t limits_refused(const struct limits *limits);
