// funnel.h - how far people come through an ordered list of steps, where they leave, and how long it takes.
//
// Events of one participant go in, one participant at a time; only sums and histograms stay, so a million
// participants need no more memory than ten. What is counted:
//
// - Order: a chain of events that are strictly later from step to step; other events may lie between. Two
//   events of one moment are never one after the other, and so no event is used twice.
// - Window: the whole chain within `window_ms` of its first event (bound included), each step within
//   `step_window_ms` of the one before. A later try that gets further counts; the best chain is taken, of
//   equal ones the first.
// - Closed (default): a chain begins at the first step. Open: anywhere; `entered` says where.
// - Unit: a participant counts once, with the best chain; or every attempt counts, an attempt being what
//   lies between two events of the first step.
// - Strict: nothing else may lie between. An event that is no step, a step too far ahead, or the first step
//   again (unless `reentry`) ends the chain; repeating a step that was reached does not.
// - Left: reached a step and did not go on within the window. Whoever still has time at `as_of_ms` is under
//   way and in no share: abandonment = left / (reached - under way).
#pragma once

#include <stdint.h>

#include "base/error.h"

#define FUNNEL_STEPS_MAX 12

enum funnel_unit { FUNNEL_PARTICIPANTS, FUNNEL_ATTEMPTS };

struct funnel_rules {
    int steps[FUNNEL_STEPS_MAX]; // names of events, in order; a name may stand at several steps
    size_t steps_count;
    int64_t window_ms;                        // 0: no bound
    int64_t step_window_ms[FUNNEL_STEPS_MAX]; // [i]: from step i to the next; 0: no bound
    int64_t as_of_ms;                         // until when is known what happened; 0: to the end of time
    enum funnel_unit unit;
    bool open, strict, reentry;
};

// Why somebody left. A signal is an event with `exit` set and belongs to the step that was reached before it.
enum funnel_exit {
    FUNNEL_EXIT_NONE,           // no signal: the event is a step
    FUNNEL_EXIT_STOPPED,        // left without a word
    FUNNEL_EXIT_CANCELLED,      // said no
    FUNNEL_EXIT_CARD,           // trouble with card or PIN
    FUNNEL_EXIT_CERTIFICATE,    // the card's certificate is not valid
    FUNNEL_EXIT_BUSY,           // the other side could not
    FUNNEL_EXIT_NOT_ELIGIBLE,   // age, address
    FUNNEL_EXIT_LINKED,         // takes part under another account
    FUNNEL_EXIT_OTHER,          // any other error
    FUNNEL_EXIT_NEVER_RETURNED, // went to the other side and did not come back
    FUNNEL_EXIT_RETURNED_LATE,  // came on, after the window
    FUNNEL_EXITS,
};
const char *funnel_exit_name(enum funnel_exit exit); // "stopped", ...

struct funnel_event {
    int64_t at_ms;
    int name;              // of a step, or anything else
    enum funnel_exit exit; // NONE for a step
};

struct funnel;

struct funnel *funnel_new(const struct funnel_rules *rules); // NULL when memory is exhausted
void funnel_free(struct funnel *funnel);                     // NULL is fine
void funnel_cleanup(struct funnel **funnel);

// One participant's events by time; those of one moment in any order.
void funnel_add(struct funnel *funnel, const struct funnel_event *events, size_t count);

struct funnel_step {
    int64_t entered;                           // of those who reached it: began here
    int64_t reached, went_on, left, under_way; // participants
    int64_t exits[FUNNEL_EXITS];               // of those who left
    // Over those who went on, within a thousandth; 0 when nobody did.
    int64_t to_next_median_ms, to_next_p90_ms;
};
struct funnel_result {
    int64_t all;     // participants, or attempts and participants without one
    int64_t entered; // came into any step
    size_t steps_count;
    struct funnel_step steps[FUNNEL_STEPS_MAX];
};
// What all that was added so far comes to; more may follow.
void funnel_result(const struct funnel *funnel, struct funnel_result *ret_result);

// Shares in percent; 0 when the denominator is.
double funnel_abandonment(const struct funnel_step *step);        // left / (reached - under way)
double funnel_share_left(const struct funnel_result *, size_t i); // left at step i / entered
double funnel_share_reached(const struct funnel_result *, size_t i);
