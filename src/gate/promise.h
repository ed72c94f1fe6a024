// promise.h - how long it will take, said as a span, and learnt from the spans said before.
//
// The people ahead over the steady pace is a first guess. Every ten seconds the guess for the end of the
// line is kept; when the watermark arrives there the ratio of what happened to what was guessed moves
// two quantiles (the median and the ninetieth) a little, apart for short, middle and long waits. A span so
// made comes to hold about as often as it says, whatever makes the guess wrong. The outcomes are counted for
// the report.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PROMISE_KEPT_MAX 4096 // guesses that wait for their outcome: eleven hours of them
#define PROMISE_SPANS    3    // under 5 minutes, under 30, longer
#define PROMISE_S_MAX    (48 * 3600)

struct promise_wait {
    uint32_t p50_s, p90_s;
};

// How often it held, by length of the promised P50.
struct promise_record {
    uint64_t promised, held_p50, held_p90;
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
    double median[PROMISE_SPANS], ninetieth[PROMISE_SPANS]; // logarithms of outcome over guess
    struct promise_record records[PROMISE_SPANS];
};

void promise_init(struct promise *promise);
// The line has begun anew: outcomes of what was promised before will not come.
void promise_forget_kept(struct promise *promise);
// One second: people who ever joined, people whom the watermark ever passed, the steady pace.
void promise_tick(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s);
// The span for somebody with so many ahead. A pace of 0 gives PROMISE_S_MAX: say that the gate stands still.
struct promise_wait promise_wait(const struct promise *promise, uint64_t ahead, double steady_per_s);
