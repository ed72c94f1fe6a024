// limits.c - two kinds of counters that any loop may touch.
#include "http/limits.h"

#include <netinet/in.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 65536u

struct limits {
    unsigned connections_max;
    unsigned per_address_max;
    atomic_uint connections;
    atomic_ulong refused;
    unsigned char key[crypto_shorthash_KEYBYTES];
    atomic_uint by_slot[SLOTS];
};

struct limits *limits_new(unsigned connections_max, unsigned per_address_max) {
    struct limits *limits = calloc(1, sizeof *limits);
    if (limits == NULL)
        return NULL;
    limits->connections_max = connections_max;
    limits->per_address_max = per_address_max;
    randombytes_buf(limits->key, sizeof limits->key);
    return limits;
}

void limits_free(struct limits *limits) {
    free(limits);
}

static uint32_t slot_of(const struct limits *limits, const struct sockaddr *address) {
    unsigned char bytes[8] = {0};
    if (address->sa_family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *in6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        // An IPv4 client on a dual-stack socket is one address, not the /64 that all of them share.
        memcpy(bytes, IN6_IS_ADDR_V4MAPPED(in6) ? in6->s6_addr + 8 : in6->s6_addr, 8);
    }
    unsigned char hash[crypto_shorthash_BYTES];
    (void)crypto_shorthash(hash, bytes, sizeof bytes, limits->key);
    uint32_t slot;
    memcpy(&slot, hash, sizeof slot);
    return slot % SLOTS;
}

bool limits_allow(struct limits *limits, const struct sockaddr *address, bool exempt) {
    bool allowed = atomic_load_explicit(&limits->connections, memory_order_relaxed) < limits->connections_max;
    if (allowed && limits->per_address_max > 0 && !exempt)
        allowed = atomic_load_explicit(&limits->by_slot[slot_of(limits, address)], memory_order_relaxed) <
                  limits->per_address_max;
    if (!allowed)
        atomic_fetch_add_explicit(&limits->refused, 1, memory_order_relaxed);
    return allowed;
}

struct limits_place limits_enter(struct limits *limits, const struct sockaddr *address, bool exempt) {
    struct limits_place place = {.counted = limits->per_address_max > 0 && !exempt};
    atomic_fetch_add_explicit(&limits->connections, 1, memory_order_relaxed);
    if (place.counted) {
        place.slot = slot_of(limits, address);
        atomic_fetch_add_explicit(&limits->by_slot[place.slot], 1, memory_order_relaxed);
    }
    return place;
}

void limits_leave(struct limits *limits, struct limits_place place) {
    atomic_fetch_sub_explicit(&limits->connections, 1, memory_order_relaxed);
    if (place.counted)
        atomic_fetch_sub_explicit(&limits->by_slot[place.slot], 1, memory_order_relaxed);
}

unsigned limits_connections(const struct limits *limits) {
    return atomic_load_explicit(&limits->connections, memory_order_relaxed);
}

uint64_t limits_refused(const struct limits *limits) {
    return atomic_load_explicit(&limits->refused, memory_order_relaxed);
}
