// counters.c - see counters.h.
#include "gate/counters.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void counters_done(struct counters *counters) {
    if (counters == NULL)
        return;
    free(counters->counts);
    free(counters->blocks);
    *counters = (struct counters){0};
}

static bool grow(struct counters *counters, size_t length) {
    size_t wanted = length > counters->capacity * 3 / 2 ? length : counters->capacity * 3 / 2;
    size_t capacity = (wanted + COUNTERS_BLOCK - 1) / COUNTERS_BLOCK * COUNTERS_BLOCK;
    uint32_t *counts = realloc(counters->counts, capacity * sizeof *counts);
    if (counts == NULL)
        return false;
    counters->counts = counts;
    uint64_t *blocks = realloc(counters->blocks, capacity / COUNTERS_BLOCK * sizeof *blocks);
    if (blocks == NULL)
        return false;
    counters->blocks = blocks;
    memset(counts + counters->capacity, 0, (capacity - counters->capacity) * sizeof *counts);
    memset(blocks + counters->capacity / COUNTERS_BLOCK, 0,
           (capacity - counters->capacity) / COUNTERS_BLOCK * sizeof *blocks);
    counters->capacity = capacity;
    return true;
}

bool counters_extend(struct counters *counters, size_t length) {
    if (length > counters->capacity && !grow(counters, length))
        return false;
    if (length > counters->length)
        counters->length = length;
    return true;
}

void counters_drop(struct counters *counters, size_t blocks) {
    size_t dropped = blocks * COUNTERS_BLOCK;
    ASSERT(dropped <= counters->length);
    if (blocks == 0)
        return;
    size_t kept = counters->capacity - dropped;
    memmove(counters->counts, counters->counts + dropped, kept * sizeof *counters->counts);
    memset(counters->counts + kept, 0, dropped * sizeof *counters->counts);
    memmove(counters->blocks, counters->blocks + blocks, kept / COUNTERS_BLOCK * sizeof *counters->blocks);
    memset(counters->blocks + kept / COUNTERS_BLOCK, 0, blocks * sizeof *counters->blocks);
    counters->length -= dropped;
}

void counters_set(struct counters *counters, size_t index, uint32_t count) {
    ASSERT(index < counters->length);
    counters->blocks[index / COUNTERS_BLOCK] += (uint64_t)count - counters->counts[index];
    counters->counts[index] = count;
}

uint32_t counters_get(const struct counters *counters, size_t index) {
    return index < counters->length ? counters->counts[index] : 0;
}

uint64_t counters_sum(const struct counters *counters, size_t from, size_t to) {
    uint64_t sum = 0;
    if (to > counters->length)
        to = counters->length;
    while (from < to) {
        if (from % COUNTERS_BLOCK == 0 && to - from >= COUNTERS_BLOCK) {
            sum += counters->blocks[from / COUNTERS_BLOCK];
            from += COUNTERS_BLOCK;
        } else {
            sum += counters->counts[from++];
        }
    }
    return sum;
}

size_t counters_next(const struct counters *counters, size_t from) {
    while (from < counters->length) {
        if (from % COUNTERS_BLOCK == 0 && counters->blocks[from / COUNTERS_BLOCK] == 0) {
            from += COUNTERS_BLOCK;
            continue;
        }
        if (counters->counts[from] > 0)
            return from;
        from++;
    }
    return counters->length;
}
