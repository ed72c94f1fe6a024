// hyperloglog.h - how many different ones there were, from their hashes, in 16 KiB whatever the number.
//
// Flajolet and others (2007) with the estimator of Ertl (2017, arXiv:1702.01284), which needs no tables of
// corrections. 2^14 registers: standard error 1.04 / sqrt(16384) = 0.81 %. The union of two is the larger of
// each register, so counts merge over files, days and nodes without counting anybody twice.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define HYPERLOGLOG_BITS      14
#define HYPERLOGLOG_REGISTERS (1 << HYPERLOGLOG_BITS)
#define HYPERLOGLOG_RANK_MAX  (64 - HYPERLOGLOG_BITS + 1)

struct hyperloglog {
    uint8_t registers[HYPERLOGLOG_REGISTERS]; // all zero: empty
};

// `hash` must be uniform in all its 64 bits.
static inline void hyperloglog_add(struct hyperloglog *counter, uint64_t hash) {
    uint64_t rest = (hash << HYPERLOGLOG_BITS) | (UINT64_C(1) << (HYPERLOGLOG_BITS - 1));
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);
    uint8_t *place = &counter->registers[hash >> (64 - HYPERLOGLOG_BITS)];
    if (rank > *place)
        *place = rank;
}
void hyperloglog_merge(struct hyperloglog *target, const struct hyperloglog *source);
double hyperloglog_estimate(const struct hyperloglog *counter);

// The form that is stored: what is not zero, or six bits a register, whichever is shorter (at most 12 KiB
// and a byte). NULL when the arena is full. The same contents give the same bytes.
const void *hyperloglog_bytes(const struct hyperloglog *counter, struct arena *arena, size_t *ret_length);
// Merges a stored one. ERROR_INVALID (and nothing merged): the bytes are not one.
MUST_CHECK bool hyperloglog_merge_bytes(struct hyperloglog *target, const void *bytes, size_t length,
                                        struct error *err);
