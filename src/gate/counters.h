// counters.h - a long row of counters whose sums over any stretch are quick.
//
// Four bytes a counter, and a sum for every 256 of them; adding up a day of seconds reads some 850 numbers.
// The row grows at its end and is cut at its front, by whole blocks.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTERS_BLOCK 256

struct counters {
    uint32_t *counts;
    uint64_t *blocks;
    size_t length;   // counters in use
    size_t capacity; // a multiple of COUNTERS_BLOCK
};

// Zeroed is a valid empty counters.
void counters_done(struct counters *counters);
// Makes the row at least `length` long; new counters are 0. False when memory is exhausted.
__attribute__((warn_unused_result)) bool counters_extend(struct counters *counters, size_t length);
// Forgets the first `blocks` blocks of counters; what stood at index COUNTERS_BLOCK * blocks stands at 0
// then.
void counters_drop(struct counters *counters, size_t blocks);

// `index` must lie within the row.
void counters_set(struct counters *counters, size_t index, uint32_t count);
uint32_t counters_get(const struct counters *counters, size_t index); // 0 beyond the end
// The sum of the counters from `from` up to, not including, `to`.
uint64_t counters_sum(const struct counters *counters, size_t from, size_t to);
// The first index at or after `from` with a counter above 0; `length` when there is none.
size_t counters_next(const struct counters *counters, size_t from);
