// promise.c - see promise.h.
#include "gate/promise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EVERY_S       10
#define MOVES_S       30.0 // over which the line's speed is measured, and over so many people at least
#define BELIEVED      8    // outcomes that weigh as much as what was believed before
#define RATIO_MIN     0.25
#define RATIO_MAX     8.0
#define NINETIETH_NEW 1.4 // times the guess, before anything is known

static const double span_ends_s[PROMISE_SPANS - 1] = {300, 1800};

static int span_of(double guess_s) {
    int span = 0;
    while (span < PROMISE_SPANS - 1 && guess_s >= span_ends_s[span])
        span++;
    return span;
}

void promise_init(struct promise *promise) {
    *promise = (struct promise){.first = 0};
    for (int span = 0; span < PROMISE_SPANS; span++)
        promise->ninetieth[span] = promise->believed[span] = log(NINETIETH_NEW);
}

void promise_recall(struct promise *promise, const double ninetieth[PROMISE_SPANS]) {
    for (int span = 0; span < PROMISE_SPANS; span++)
        promise->ninetieth[span] = promise->believed[span] = ninetieth[span];
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
    double p90_s = fmin(guess_s * exp(promise->ninetieth[span_of(guess_s)]), PROMISE_S_MAX);
    return (struct promise_wait){.p50_s = (uint32_t)lround(guess_s), .p90_s = (uint32_t)ceil(p90_s)};
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
    for (size_t i = 0; i < BELIEVED; i++)
        values[count++] = promise->believed[span] * shape[i];
    qsort(values, count, sizeof *values, compare);
    promise->ninetieth[span] = fmax(quantile(values, count, 0.9), 0);
}

static void resolve(struct promise *promise, const struct promise_kept *kept) {
    double took_s = (double)(promise->ticks - kept->second);
    int span = span_of(kept->guess_s);
    double outcome = log(fmax(took_s, 1) / kept->guess_s);
    learn(promise, span, outcome);
    promise->records[span].promised++;
    promise->records[span].held_p50 += took_s <= kept->wait.p50_s;
    promise->records[span].held_p90 += took_s <= kept->wait.p90_s;
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
