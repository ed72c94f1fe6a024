// line.h - the waiting line: who may enter now.
//
// The line keeps no list of people. It counts arrivals per second (lanes.h) and moves a watermark
// through them; whoever stands before the watermark may enter, now and later, so a place needs no
// heartbeat and cannot be lost. Four bytes a second, however many wait.
//
// Time is a parameter and need not be right: an arrival's second never falls behind an earlier one, here or
// on a node that has been heard of, so a clock that steps back or forth changes numbers and not the order.
// Between nodes an inversion lasts at most as long as they take to hear of each other (one second).
//
// The owner calls line_advance once a second on the node that leads, line_follow on the others. What it
// publishes it must have stored before; passes are stored with the watermark that allowed them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "gate/lanes.h"
#include "gate/ticket.h"

#define LINE_PROMPT_S 180 // who comes later than this after their turn enters as one who returns

struct line;

struct line_options {
    uint32_t epoch;   // raised by a reset of the line
    uint32_t node;    // which lane is ours, below LANES_MAX
    uint32_t opens_s; // arrivals before this second share a draw; 0: there is none
};

// What is stored beside the counts.
struct line_state {
    uint32_t epoch;
    uint32_t last_s;        // the newest arrival second
    struct place watermark; // the first place that still waits
    uint64_t passed;        // people whom the watermark has passed since the epoch began
};

enum line_entry {
    LINE_WAIT,   // the turn has not come
    LINE_TURN,   // the turn came just now; the pace has already counted this person
    LINE_RETURN, // the turn came long ago: ask line_admit_return, which goes before everybody in the line
};

// A new empty line, or NULL when memory is exhausted.
struct line *line_new(const struct line_options *options);
void line_free(struct line *line);
// The opening moves. Nothing happens once the line is open: it does not close again.
void line_set_opens(struct line *line, uint32_t opens_s);
void line_cleanup(struct line **line);

// Gives a place to one arrival. `draw_rank` is used before the opening only. When nobody waits and the pace
// of this second is not used up the place is before the watermark at once. ERROR_EXHAUSTED: no memory.
MUST_CHECK bool line_join(struct line *line, int64_t now_s, uint32_t draw_rank, struct place *ret_place,
                          struct error *err);

// Lets `people` more in, first come first served; to be called once a second. Returns how many the watermark
// passed, never more than were allowed until now; a fraction of a bucket of the draw is carried over.
uint64_t line_advance(struct line *line, int64_t now_s, uint64_t people);
// The watermark that another node published; ours never goes back. `share`: this node's part of the pace,
// for people who return and, while nobody waits, for those who just come.
void line_follow(struct line *line, struct place watermark, uint64_t share);
// The same for the node that leads, when others have let people in at once: they count against its pace.
void line_hear(struct line *line, struct place watermark);
// Another node's count, or one of our own from the store. Who turns out to be before the watermark is in,
// and the next seconds let in fewer.
MUST_CHECK bool line_take_count(struct line *line, const struct lane_count *count, struct error *err);

enum line_entry line_entry(const struct line *line, struct place place);
// Seconds since the turn of a place came, by the calls of line_advance; LINE_PROMPT_S when it is longer ago,
// 0 when it has not come. The pass carries it on, so that the pace learns how long people need from it.
uint32_t line_turn_age_s(const struct line *line, struct place place);
// One who returns (late, or after a lapsed pass) goes in at once at the expense of the line; false when as
// many as one second's pace have done so in advance: ask again in a second.
bool line_admit_return(struct line *line);

// People who wait before this place; 0 when it may enter.
uint64_t line_ahead(const struct line *line, struct place place);
uint64_t line_waiting(const struct line *line);
uint64_t line_joined(const struct line *line);
uint64_t line_passed(const struct line *line);
struct place line_watermark(const struct line *line);
uint32_t line_last_second(const struct line *line);
bool line_is_open(const struct line *line); // the opening has come
const struct lanes *line_lanes(const struct line *line);
size_t line_memory_bytes(const struct line *line);

// Our lane went to another node: whoever comes from now on is counted in this one.
void line_take_lane(struct line *line, uint32_t node);

// Persistence: state and changed counts each second; all counts again after line_forget_saved.
struct line_state line_state(const struct line *line);
size_t line_changes(struct line *line, struct lane_count *ret_counts, size_t room);
void line_forget_saved(struct line *line);
// Fills a new line from the store, counts of all nodes. New arrivals come two seconds after the newest one,
// so that a ticket whose count was not stored keeps its place before them. ERROR_CONFLICT: another epoch.
MUST_CHECK bool line_restore(struct line *line, const struct line_state *state,
                             const struct lane_count *counts, size_t counts_length, struct error *err);
