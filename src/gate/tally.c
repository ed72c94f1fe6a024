// tally.c - see tally.h.
#include "gate/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void tally_done(struct tally *tally) {
    if (tally == NULL)
        return;
    free(tally->counts);
    free(tally->blocks);
    *tally = (struct tally){0};
}

static bool grow(struct tally *tally, size_t length) {
    size_t wanted = length > tally->capacity * 3 / 2 ? length : tally->capacity * 3 / 2;
    size_t capacity = (wanted + TALLY_BLOCK - 1) / TALLY_BLOCK * TALLY_BLOCK;
    uint32_t *counts = realloc(tally->counts, capacity * sizeof *counts);
    if (counts == NULL)
        return false;
    tally->counts = counts;
    uint64_t *blocks = realloc(tally->blocks, capacity / TALLY_BLOCK * sizeof *blocks);
    if (blocks == NULL)
        return false;
    tally->blocks = blocks;
    memset(counts + tally->capacity, 0, (capacity - tally->capacity) * sizeof *counts);
    memset(blocks + tally->capacity / TALLY_BLOCK, 0,
           (capacity - tally->capacity) / TALLY_BLOCK * sizeof *blocks);
    tally->capacity = capacity;
    return true;
}

bool tally_extend(struct tally *tally, size_t length) {
    if (length > tally->capacity && !grow(tally, length))
        return false;
    if (length > tally->length)
        tally->length = length;
    return true;
}

void tally_drop(struct tally *tally, size_t blocks) {
    size_t dropped = blocks * TALLY_BLOCK;
    ASSERT(dropped <= tally->length);
    if (blocks == 0)
        return;
    size_t kept = tally->capacity - dropped;
    memmove(tally->counts, tally->counts + dropped, kept * sizeof *tally->counts);
    memset(tally->counts + kept, 0, dropped * sizeof *tally->counts);
    memmove(tally->blocks, tally->blocks + blocks, kept / TALLY_BLOCK * sizeof *tally->blocks);
    memset(tally->blocks + kept / TALLY_BLOCK, 0, blocks * sizeof *tally->blocks);
    tally->length -= dropped;
}

void tally_set(struct tally *tally, size_t index, uint32_t count) {
    ASSERT(index < tally->length);
    tally->blocks[index / TALLY_BLOCK] += (uint64_t)count - tally->counts[index];
    tally->counts[index] = count;
}

uint32_t tally_get(const struct tally *tally, size_t index) {
    return index < tally->length ? tally->counts[index] : 0;
}

uint64_t tally_sum(const struct tally *tally, size_t from, size_t to) {
    uint64_t sum = 0;
    if (to > tally->length)
        to = tally->length;
    while (from < to) {
        if (from % TALLY_BLOCK == 0 && to - from >= TALLY_BLOCK) {
            sum += tally->blocks[from / TALLY_BLOCK];
            from += TALLY_BLOCK;
        } else {
            sum += tally->counts[from++];
        }
    }
    return sum;
}

size_t tally_next(const struct tally *tally, size_t from) {
    while (from < tally->length) {
        if (from % TALLY_BLOCK == 0 && tally->blocks[from / TALLY_BLOCK] == 0) {
            from += TALLY_BLOCK;
            continue;
        }
        if (tally->counts[from] > 0)
            return from;
        from++;
    }
    return tally->length;
}
