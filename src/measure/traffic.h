// traffic.h - requests by hour and how long each route took, kept in memory and written every second.
//
// Recording is called by every loop at every request; flushing by the ticker. An hour's histogram stays in
// memory until the hour is over and written: a node overwrites its own rows and no others.
#pragma once

#include <stdint.h>

#include "base/histogram.h"
#include "store/writer.h"

struct traffic;

// `node` tells this process's rows apart from those of others and of its own past: random, and the numbers
// after it, one an hour, belong to it too.
struct traffic *traffic_new(int64_t node);  // NULL when memory is exhausted
void traffic_free(struct traffic *traffic); // NULL is fine

// One request: `route` is a constant text (a pattern), `status` the HTTP status.
void traffic_record(struct traffic *traffic, int64_t now_ms, const char *route, int status,
                    int64_t duration_us);
// Writes what is new through the writer and waits for it. On failure everything is kept for the next time.
MUST_CHECK bool traffic_flush(struct traffic *traffic, struct writer *writer, struct error *err);

// Adds to a command what the next flush would write, for those who write many hours of a past at once: at
// most TRAFFIC_CLASSES + the routes of an hour in steps. It counts as written: a command that fails takes it
// along.
void traffic_add(struct traffic *traffic, struct command *command);

#define TRAFFIC_CLASSES 6
struct traffic_totals {
    uint64_t by_class[TRAFFIC_CLASSES]; // since the start; [2] is 2xx
};
// Since the start of the process.
void traffic_totals(struct traffic *traffic, struct traffic_totals *ret_totals);
// Calls `each` for every route that was asked for in this hour, under the lock: be quick.
void traffic_each_route(struct traffic *traffic,
                        void (*each)(void *context, const char *route, const struct histogram *histogram),
                        void *context);
