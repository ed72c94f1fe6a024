// hours.h - everything that is counted by the hour, in one row an hour: what the console looks at.
//
// Only counters are read, by their keys: a look costs the same whether ten or a million residents take part.
#pragma once

#include <stdint.h>

#include "measure/count.h"
#include "measure/traffic.h"
#include "store/store.h"

#define HOURS_MAX      (24 * 100)
#define HOURS_OUTCOMES 32 // by enum identity_outcome

struct hours_row {
    int64_t start_ms;
    int64_t accesses;
    int64_t requests[TRAFFIC_CLASSES];                  // by the first digit of the status
    int64_t reached[COUNT_STEPS], went_on[COUNT_STEPS]; // by enum count_step
    int64_t outcomes[HOURS_OUTCOMES];                   // of jumps to the identity app
};

struct hours {
    struct hours_row *rows; // those in which anything was counted, by time; in the arena
    size_t rows_count;
};

// [from_ms, to_ms). ERROR_EXHAUSTED: more than HOURS_MAX hours.
MUST_CHECK bool hours_read(struct session *session, int64_t campaign_id, int64_t from_ms, int64_t to_ms,
                           struct arena *arena, struct hours *ret_hours, struct error *err);
// Adds up the rows in [from_ms, to_ms); start_ms is that of the first of them.
struct hours_row hours_sum(const struct hours *hours, int64_t from_ms, int64_t to_ms);
