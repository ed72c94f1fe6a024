// lanes.h - how many came when, counted for each node; all that the line remembers of the people in it.
//
// A lane holds one node's counts: a counter a second after the opening, and a counter a bucket of ranks
// for the draw before it. Counts only grow, and a count may be told any number of times in any order,
// so nodes share theirs by writing them down, and a restart reads them back.
// The k-th arrivals of all nodes in one second are equals: nobody needs a clock finer than a second.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "gate/counters.h"
#include "gate/ticket.h"

#define LANES_MAX          16         // nodes
#define LANES_DRAW_BUCKETS (1u << 18) // 4 people a bucket when a million wait for the opening
#define LANES_DRAW_SHIFT   (32 - 18)  // a rank's bucket is its top 18 bits
#define LANES_SECONDS_MAX  (1u << 20) // twelve days between the watermark and the newest arrival
#define LANES_LATE_S       600        // counts of the last ten minutes may still grow behind the watermark
#define LANES_EARLY_S      7200       // of the first arrival of all; a node may be an hour behind then

// One count as it is stored: a second of a node, or (second 0) a bucket of its draw.
struct lane_count {
    uint32_t node;
    uint32_t second;
    uint32_t bucket; // 0 unless second is 0
    uint32_t count;
};

struct lane {
    struct counters seconds; // index 0 is base_s
    struct counters draw;
    uint32_t unsaved_from_s;       // what lanes_changes has not given yet
    uint64_t *unsaved_draw;        // a bit a bucket; NULL until the first one comes for the draw
    uint32_t unsaved_draw_buckets; // how many of them are set
};

struct lanes {
    struct lane lane[LANES_MAX];
    uint32_t base_s; // 0 until the first arrival after the opening
    uint32_t used;   // lanes up to this one have been told of
    uint32_t ours;   // a bit a lane: the own one, and those that were
    uint32_t own_node;
};

// `own_node`: the lane in which this node counts, from 0.
void lanes_init(struct lanes *lanes, uint32_t own_node);
void lanes_done(struct lanes *lanes);
// The own lane went to another node: whoever comes from now on is counted in lane `node`. What was counted
// before stays where it is, and is still given to be saved.
void lanes_move(struct lanes *lanes, uint32_t node);

// Where a rank of the draw is counted.
uint32_t lanes_bucket(uint32_t rank);

// Sets a count if it is higher than what is known, and tells by how much it grew. A count from before
// base_s is past and leaves everything as it is. ERROR_INVALID: no such node, bucket, or a second too far
// ahead; ERROR_EXHAUSTED: no memory.
MUST_CHECK bool lanes_raise(struct lanes *lanes, const struct lane_count *count, uint32_t *ret_growth,
                            struct error *err);
uint32_t lanes_get(const struct lanes *lanes, uint32_t node, uint32_t second, uint32_t bucket);

// How many stand before `place`, of all that are still counted; ranks of the draw are rounded down to
// buckets.
uint64_t lanes_before(const struct lanes *lanes, struct place place);
// All lanes together: in one second, in one bucket.
uint64_t lanes_in_second(const struct lanes *lanes, uint32_t second);
uint64_t lanes_in_bucket(const struct lanes *lanes, uint32_t bucket);
// In one second: the nodes with more than `rank` arrivals, those beyond `rank` in all nodes, the longest
// lane.
uint32_t lanes_at_rank(const struct lanes *lanes, uint32_t second, uint32_t rank);
uint64_t lanes_beyond_rank(const struct lanes *lanes, uint32_t second, uint32_t rank);
uint32_t lanes_longest(const struct lanes *lanes, uint32_t second);
// The first second or bucket at or after the given one in which anybody came; false when there is none.
bool lanes_next_second(const struct lanes *lanes, uint32_t from_s, uint32_t *ret_second);
bool lanes_next_bucket(const struct lanes *lanes, uint32_t from, uint32_t *ret_bucket);

// Forgets the seconds that are well before `second`.
void lanes_trim(struct lanes *lanes, uint32_t second);

// This node's counts that grew since the last call, at most `room`; call again while it is full.
size_t lanes_changes(struct lanes *lanes, struct lane_count *ret_counts, size_t room);
// The store lost what it was given: everything counts as changed again.
void lanes_forget_saved(struct lanes *lanes);
