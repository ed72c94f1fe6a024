// promise.c - see promise.h.
#include "gate/promise.h"

#include <math.h>

#define EVERY_S       10
#define STEP          0.01 // of a quantile, for one outcome
#define RATIO_MIN     0.25
#define RATIO_MAX     8.0
#define NINETIETH_NEW 1.5 // times the guess, before anything is known

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
        promise->ninetieth[span] = log(NINETIETH_NEW);
}

void promise_forget_kept(struct promise *promise) {
    promise->first = promise->length = 0;
}

static double guess(uint64_t ahead, double steady_per_s) {
    return steady_per_s > 0 ? fmin((double)ahead / steady_per_s, PROMISE_S_MAX) : PROMISE_S_MAX;
}

struct promise_wait promise_wait(const struct promise *promise, uint64_t ahead, double steady_per_s) {
    double guess_s = guess(ahead, steady_per_s);
    int span = span_of(guess_s);
    double p50_s = fmin(guess_s * exp(promise->median[span]), PROMISE_S_MAX);
    double p90_s = fmin(guess_s * exp(fmax(promise->ninetieth[span], promise->median[span])), PROMISE_S_MAX);
    return (struct promise_wait){.p50_s = (uint32_t)ceil(p50_s), .p90_s = (uint32_t)ceil(p90_s)};
}

// Robbins and Monro: in the long run the share of outcomes below the quantile is its probability.
static void learn(double *quantile, double probability, double outcome) {
    *quantile += STEP * (probability - (outcome <= *quantile ? 1 : 0));
    *quantile = fmin(fmax(*quantile, log(RATIO_MIN)), log(RATIO_MAX));
}

static void resolve(struct promise *promise, const struct promise_kept *kept) {
    double took_s = (double)(promise->ticks - kept->second);
    int span = span_of(kept->guess_s);
    double outcome = log(fmax(took_s, 1) / kept->guess_s);
    learn(&promise->median[span], 0.5, outcome);
    learn(&promise->ninetieth[span], 0.9, outcome);
    promise->records[span].promised++;
    promise->records[span].held_p50 += took_s <= kept->wait.p50_s;
    promise->records[span].held_p90 += took_s <= kept->wait.p90_s;
}

static void keep(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s) {
    double guess_s = guess(joined - passed, steady_per_s);
    if (joined <= passed || guess_s < 1 || guess_s >= PROMISE_S_MAX || promise->length == PROMISE_KEPT_MAX)
        return;
    promise->kept[(promise->first + promise->length++) % PROMISE_KEPT_MAX] =
        (struct promise_kept){.position = joined,
                              .second = promise->ticks,
                              .guess_s = guess_s,
                              .wait = promise_wait(promise, joined - passed, steady_per_s)};
}

void promise_tick(struct promise *promise, uint64_t joined, uint64_t passed, double steady_per_s) {
    promise->ticks++;
    while (promise->length > 0 && promise->kept[promise->first].position <= passed) {
        resolve(promise, &promise->kept[promise->first]);
        promise->first = (promise->first + 1) % PROMISE_KEPT_MAX;
        promise->length--;
    }
    if (promise->ticks % EVERY_S == 0)
        keep(promise, joined, passed, steady_per_s);
}
