// histogram.h - how long things took: exact counts in buckets that are never wider than a thousandth.
//
// Values up to 2,047 have a bucket each; above that every doubling is cut into 1,024, so that a value read
// back is less than 0.1 % off (three significant digits). Counts are exact and add up: histograms of
// threads, hours and nodes merge into one without loss. Nothing here locks: one thread, one histogram.
// Values are microseconds by custom, but any non-negative number does.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

// Longer ones are counted in the last bucket; their exact sum and maximum are kept all the same.
#define HISTOGRAM_VALUE_MAX ((INT64_C(1) << 32) - 1) // 71 minutes in microseconds

struct histogram;

// Empty; NULL when memory is exhausted. 184 KiB of addresses, of which only the touched pages cost memory.
struct histogram *histogram_new(void);
void histogram_free(struct histogram *histogram); // NULL is fine
void histogram_cleanup(struct histogram **histogram);
void histogram_clear(struct histogram *histogram);

// A negative value counts as 0.
void histogram_record(struct histogram *histogram, int64_t value);
void histogram_merge(struct histogram *target, const struct histogram *source);

// Values recorded so far.
uint64_t histogram_count(const struct histogram *histogram);
// 0 when empty.
int64_t histogram_min(const struct histogram *histogram);
int64_t histogram_max(const struct histogram *histogram);
double histogram_mean(const struct histogram *histogram);
// The smallest bucket end that at least `percent` of the values do not exceed, never above the maximum;
// 0 when empty. `percent` in (0, 100]: 50, 90, 99, 99.9.
int64_t histogram_percentile(const struct histogram *histogram, double percent);

// A compact form to store: a few hundred bytes for what one route does in an hour. NULL when the arena is
// full. The same contents give the same bytes.
const void *histogram_bytes(const struct histogram *histogram, struct arena *arena, size_t *ret_length);
// Adds a stored histogram to this one. ERROR_INVALID (and nothing added) when the bytes are not one.
MUST_CHECK bool histogram_merge_bytes(struct histogram *target, const void *bytes, size_t length,
                                      struct error *err);
