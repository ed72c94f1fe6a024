// promise.h - how long it will take, said as a span, and learnt from the spans said before.
//
// The guess is the people ahead over the speed at which the line moves. Every ten seconds the guess for the
// end of the line is kept; when the watermark arrives there the ratio of what happened to what was guessed is
// known, or before, when the promised time is over: then it is more than that. Learnt apart for short, middle
// and long waits, each by the same rule:
// - P50 is the guess, leaning by as much as guesses that come true to a few hundredths are off in the same
//   direction. Nobody knows whether the line will be faster or slower then, and what the last change of speed
//   did to promises is no reason to expect it of the next (bench/gate-control): such outcomes lean nothing.
// - P90 is P50 times a high quantile of the latest ratios. The level of that quantile is itself adapted: a
// bit
//   lower after each promise that held, nine times that higher after each that did not, so that nine in ten
//   hold in the long run whatever the line does (Gibbs and Candes 2021, Adaptive conformal inference under
//   distribution shift). Until there are enough ratios, what was believed before weighs in.
// The outcomes are counted for the report.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROMISE_KEPT_MAX 4096 // guesses that wait for their outcome: eleven hours of them
#define PROMISE_SPANS    3    // under 5 minutes, under 30, longer
#define PROMISE_SEEN_MAX 120  // the latest outcomes of one length of wait
#define PROMISE_S_MAX    (48 * 3600)

// What outcomes of one length of wait taught; both are logarithms of a factor.
struct promise_learnt {
    double ninetieth; // P90 over P50, 0 or more
    double lean;      // P50 over the guess
};

struct promise_wait {
    uint32_t p50_s, p90_s; // half, and nine in ten, wait no longer
};

// How often it held, by length of the promised P50.
struct promise_record {
    uint64_t promised, held_p50, held_p90; // people
};

struct promise_kept {
    uint64_t position; // people who joined by then
    uint64_t second;   // by the number of ticks
    double guess_s;
    struct promise_wait wait;
};

struct promise {
    struct promise_kept kept[PROMISE_KEPT_MAX]; // a ring, oldest first
    size_t first, length;
    uint64_t ticks;
    uint64_t passed;                              // as of the last tick
    double moves_per_s;                           // how fast the line has moved of late; 0: nobody waits
    double seen[PROMISE_SPANS][PROMISE_SEEN_MAX]; // rings of logarithms of outcome over guess
    uint64_t seen_count[PROMISE_SPANS];
    double believed[PROMISE_SPANS]; // the ninetieth before anything was seen
    double level[PROMISE_SPANS];    // the quantile that is taken for P90
    struct promise_learnt learnt[PROMISE_SPANS];
    struct promise_record records[PROMISE_SPANS];
};

// With what is believed before any outcome was seen.
void promise_init(struct promise *promise);
// What was learnt before a restart, or by the node that leads.
void promise_recall(struct promise *promise, const struct promise_learnt learnt[PROMISE_SPANS]);
// The line has begun anew: outcomes of what was promised before will not come.
void promise_forget_kept(struct promise *promise);
// One second on a node that does not lead: what was promised is remembered; to learn from outcomes and to
// count them is the leader's.
void promise_follow(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s);
// One second: people who ever joined, people whom the watermark ever passed, the steady pace.
void promise_tick(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s);
// The span for somebody with so many ahead. A pace of 0 gives PROMISE_S_MAX: say that the gate stands still.
struct promise_wait promise_wait(const struct promise *promise, uint64_t ahead, double steady_per_s);
