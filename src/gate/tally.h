// tally.h - a long row of counters whose sums over any stretch are quick.
//
// Four bytes a counter, and a sum for every 256 of them; adding up a day of seconds reads some 850 numbers.
// The row grows at its end and is cut at its front, by whole blocks.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_BLOCK 256

struct tally {
    uint32_t *counts;
    uint64_t *blocks;
    size_t length;   // counters in use
    size_t capacity; // a multiple of TALLY_BLOCK
};

// Zeroed is a valid empty tally.
void tally_done(struct tally *tally);
// Makes the row at least `length` long; new counters are 0. False when memory is exhausted.
__attribute__((warn_unused_result)) bool tally_extend(struct tally *tally, size_t length);
// Forgets the first `blocks` blocks of counters; what stood at index TALLY_BLOCK * blocks stands at 0 then.
void tally_drop(struct tally *tally, size_t blocks);

void tally_set(struct tally *tally, size_t index, uint32_t count);
uint32_t tally_get(const struct tally *tally, size_t index); // 0 beyond the end
// The sum of the counters from `from` up to, not including, `to`.
uint64_t tally_sum(const struct tally *tally, size_t from, size_t to);
// The first index at or after `from` with a counter above 0; `length` when there is none.
size_t tally_next(const struct tally *tally, size_t from);
