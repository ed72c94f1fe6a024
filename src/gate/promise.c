// promise.c - see promise.h.
#include "gate/promise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EVERY_S   10
#define MOVES_S   30.0 // over which the line's speed is measured, and over so many people at least
#define BELIEVED  8    // outcomes that weigh as much as what was believed before, until there are others
#define RATIO_MIN 0.25
#define RATIO_MAX 8.0

#define HELD_SHARE 0.9
#define LEVEL_STEP 0.01
#define LEVEL_MIN  0.75
#define LEVEL_MAX  0.98

#define LEAN_STEP 0.00015 // an outcome
#define LEAN_MAX  0.03
#define LEAN_FROM 0.05 // outcomes that are off by more are no steady error

static const double span_ends_s[PROMISE_SPANS - 1] = {300, 1800};

// P90 over P50 before anything is known. Who is among the first in a line meets a gate that has not yet seen
// the provider at work.
static const double ninetieth_new[PROMISE_SPANS] = {2, 1.4, 1.4};

static int span_of(double guess_s) {
    int span = 0;
    while (span < PROMISE_SPANS - 1 && guess_s >= span_ends_s[span])
        span++;
    return span;
}

void promise_init(struct promise *promise) {
    *promise = (struct promise){.first = 0};
    for (int span = 0; span < PROMISE_SPANS; span++) {
        promise->learnt[span].ninetieth = promise->believed[span] = log(ninetieth_new[span]);
        promise->level[span] = HELD_SHARE;
    }
}

void promise_recall(struct promise *promise, const struct promise_learnt learnt[PROMISE_SPANS]) {
    for (int span = 0; span < PROMISE_SPANS; span++) {
        promise->learnt[span] = learnt[span];
        promise->believed[span] = learnt[span].ninetieth;
    }
}

void promise_forget_kept(struct promise *promise) {
    promise->first = promise->length = 0;
    promise->passed = 0;
    promise->moves_per_s = 0;
}

// A gate that stands still, by `steady_per_s`, gives no guess, however fast it moved before. A line moves by
// whole people: on average half of the first one's time is over.
static double guess(const struct promise *promise, uint64_t ahead, double steady_per_s) {
    double per_s = promise->moves_per_s > 0 ? promise->moves_per_s : steady_per_s;
    return steady_per_s > 0 ? fmin(fmax((double)ahead - 0.5, 0) / per_s, PROMISE_S_MAX) : PROMISE_S_MAX;
}

struct promise_wait promise_wait(const struct promise *promise, uint64_t ahead, double steady_per_s) {
    double guess_s = guess(promise, ahead, steady_per_s);
    const struct promise_learnt *learnt = &promise->learnt[span_of(guess_s)];
    double p50_s = fmin(guess_s * exp(learnt->lean), PROMISE_S_MAX);
    double p90_s = fmin(p50_s * exp(learnt->ninetieth), PROMISE_S_MAX);
    return (struct promise_wait){.p50_s = (uint32_t)lround(p50_s), .p90_s = (uint32_t)ceil(p90_s)};
}

static int compare(const void *a, const void *b) {
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

// Of sorted values, between two of them in proportion.
static double quantile(const double *values, size_t count, double probability) {
    double at = fmin(fmax(probability * (double)count - 0.5, 0), (double)count - 1);
    size_t below = (size_t)at, above = below + 1 < count ? below + 1 : below;
    return values[below] + (at - (double)below) * (values[above] - values[below]);
}

static void learn(struct promise *promise, int span, double outcome) {
    // Quantiles of the normal distribution at 1/16, 3/16, ... 15/16, in units of its ninetieth.
    static const double shape[BELIEVED] = {-1.197, -0.692, -0.381, -0.123, 0.123, 0.381, 0.692, 1.197};
    double values[PROMISE_SEEN_MAX + BELIEVED];
    promise->seen[span][promise->seen_count[span]++ % PROMISE_SEEN_MAX] =
        fmin(fmax(outcome, log(RATIO_MIN)), log(RATIO_MAX));
    size_t count =
        promise->seen_count[span] < PROMISE_SEEN_MAX ? (size_t)promise->seen_count[span] : PROMISE_SEEN_MAX;
    memcpy(values, promise->seen[span], count * sizeof *values);
    size_t believed = BELIEVED - BELIEVED * count / PROMISE_SEEN_MAX;
    for (size_t i = 0; i < believed; i++) // those in the middle stay longest
        values[count++] = promise->believed[span] * shape[(BELIEVED - believed) / 2 + i];
    qsort(values, count, sizeof *values, compare);
    promise->learnt[span].ninetieth = fmax(quantile(values, count, promise->level[span]), 0);
}

static void adapt_level(struct promise *promise, int span, bool held) {
    double level = promise->level[span] + LEVEL_STEP * (held ? HELD_SHARE - 1 : HELD_SHARE);
    promise->level[span] = fmin(fmax(level, LEVEL_MIN), LEVEL_MAX);
}

static void adapt_lean(struct promise *promise, int span, double outcome, bool held) {
    if (fabs(outcome) > LEAN_FROM)
        return;
    double lean = promise->learnt[span].lean + (held ? -LEAN_STEP : LEAN_STEP);
    promise->learnt[span].lean = fmin(fmax(lean, -LEAN_MAX), LEAN_MAX);
}

static void resolve(struct promise *promise, const struct promise_kept *kept) {
    double took_s = (double)(promise->ticks - kept->second);
    int span = span_of(kept->guess_s);
    double outcome = log(fmax(took_s, 1) / kept->guess_s);
    bool held_p50 = took_s <= kept->wait.p50_s, held_p90 = took_s <= kept->wait.p90_s;
    learn(promise, span, outcome);
    adapt_lean(promise, span, outcome, held_p50);
    if (held_p90) // else learn_overdue has done it
        adapt_level(promise, span, true);
    promise->records[span].promised++;
    promise->records[span].held_p50 += held_p50;
    promise->records[span].held_p90 += held_p90;
}

// Whose P90 ended in the last second and is still in the line: how much longer it takes is learnt later.
static void learn_overdue(struct promise *promise, uint64_t passed) {
    for (size_t i = 0; i < promise->length; i++) {
        const struct promise_kept *kept = &promise->kept[(promise->first + i) % PROMISE_KEPT_MAX];
        uint64_t waits_s = promise->ticks - kept->second;
        if (kept->position <= passed || waits_s != (uint64_t)kept->wait.p90_s + 1)
            continue;
        int span = span_of(kept->guess_s);
        learn(promise, span, log((double)waits_s / kept->guess_s));
        adapt_level(promise, span, false);
    }
}

static void keep(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s) {
    double guess_s = guess(promise, joined - passed, steady_per_s);
    if (joined <= passed || guess_s < 1 || guess_s >= PROMISE_S_MAX || promise->length == PROMISE_KEPT_MAX)
        return;
    promise->kept[(promise->first + promise->length++) % PROMISE_KEPT_MAX] =
        (struct promise_kept){.position = joined,
                              .second = promise->ticks,
                              .guess_s = guess_s,
                              .wait = promise_wait(promise, joined - passed, steady_per_s)};
}

// A line that forms moves at the steady pace until it is seen to move otherwise.
static void watch(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s) {
    uint64_t moved = passed > promise->passed ? passed - promise->passed : 0;
    promise->passed = passed;
    double per_s = promise->moves_per_s;
    if (joined <= passed) {
        promise->moves_per_s = 0;
    } else if (per_s <= 0) {
        promise->moves_per_s = steady_per_s;
    } else if (steady_per_s > 0) { // while it stands still by order nothing is learnt
        per_s += fmin(fmax(per_s, steady_per_s), 1) / MOVES_S * ((double)moved - per_s);
        promise->moves_per_s = fmax(per_s, steady_per_s / RATIO_MAX);
    }
}

static void tick(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s, bool leads) {
    promise->ticks++;
    watch(promise, joined, passed, steady_per_s);
    if (leads)
        learn_overdue(promise, passed);
    while (promise->length > 0 && promise->kept[promise->first].position <= passed) {
        if (leads)
            resolve(promise, &promise->kept[promise->first]);
        promise->first = (promise->first + 1) % PROMISE_KEPT_MAX;
        promise->length--;
    }
    if (promise->ticks % EVERY_S == 0)
        keep(promise, joined, passed, steady_per_s);
}

void promise_follow(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s) {
    tick(promise, joined, passed, steady_per_s, false);
}

void promise_tick(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s) {
    tick(promise, joined, passed, steady_per_s, true);
}
