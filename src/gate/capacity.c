// capacity.c - see capacity.h.
#include "gate/capacity.h"

#include <math.h>

#define BUSY_S         2.0  // of work waiting
#define GROWTH         1.5  // of an idle stage's estimate, in one journey and in all
#define GROWTH_FIRST   3.0  // likewise, until it has been seen busy for the first time
#define TRIED_SHARE    0.8  // of the estimate must be kept up before it grows
#define SLOW_PART      0.05 // of a new second in the slow average
#define FAST_PART      (1 / 3.0)
#define SMOOTH_PART    0.2
#define VARIANCE_PART  0.02
#define VARIANCE_CUT   6.0
#define JUMP_SIGMA     4.0
#define JUMP_SHARE     0.1
#define SILENT_S       10.0
#define SILENT_MISSING 5.0    // completions that should have come; a stage of one a minute is silent often
#define PEAK_KEEP      0.9999 // a second: forgotten in some three hours
#define FLOOR_OF_PEAK  0.05   // from there the estimate recovers in seven journeys
#define PER_S_MIN      0.01

void capacity_init(struct capacity *capacity, double per_s) {
    per_s = fmax(per_s, PER_S_MIN);
    *capacity = (struct capacity){.per_s = per_s,
                                  .measured = per_s,
                                  .fast = per_s,
                                  .variance = per_s,
                                  .samples = 1 / SLOW_PART,
                                  .peak = per_s};
}

// The deviation that the fast average shows by chance. Never less than that of independent completions.
static double noise(const struct capacity *capacity) {
    double variance = fmax(capacity->variance, capacity->per_s);
    return sqrt(variance * FAST_PART / (2 - FAST_PART));
}

static void measure(struct capacity *capacity, double completed) {
    double error = completed - capacity->per_s;
    capacity->fast += FAST_PART * (completed - capacity->fast);
    double gap = fabs(capacity->fast - capacity->per_s);
    if (gap > JUMP_SIGMA * noise(capacity) && gap > JUMP_SHARE * capacity->per_s) {
        capacity->per_s = capacity->fast;
        capacity->samples = 1 / FAST_PART;
    } else {
        // The mean of all seconds since the jump, until there are enough to forget the oldest.
        capacity->samples++;
        capacity->per_s += fmax(SLOW_PART, 1 / capacity->samples) * error;
        // Cut, so that a jump does not pass for noise.
        double square = fmin(error * error, VARIANCE_CUT * fmax(capacity->variance, capacity->per_s));
        capacity->variance += VARIANCE_PART * (square - capacity->variance);
    }
    capacity->measured = capacity->per_s;
    capacity->congested = true;
}

// What is kept up without a backlog is a lower bound; beyond it the estimate grows only if somebody wants it.
static void grow(struct capacity *capacity, bool wanted, double journey_s) {
    if (capacity->smooth > capacity->measured)
        capacity->measured = capacity->smooth;
    double growth = capacity->congested ? GROWTH : GROWTH_FIRST;
    double limit = growth * capacity->measured;
    bool tried = capacity->smooth >= TRIED_SHARE * capacity->per_s;
    if (wanted && tried && capacity->per_s < limit)
        capacity->per_s = fmin(limit, capacity->per_s * pow(growth, 1 / journey_s));
    capacity->per_s = fmax(capacity->per_s, capacity->smooth);
    capacity->fast = capacity->per_s;
}

// No completion for ten seconds though people are there and some were due: halve, and again each ten seconds.
static void hear(struct capacity *capacity, uint64_t completed, uint64_t backlog) {
    if (completed > 0 || backlog == 0) {
        capacity->silent_s = capacity->expected = 0;
        capacity->silent = false;
        return;
    }
    capacity->silent_s++;
    capacity->expected += capacity->per_s;
    if (capacity->silent_s < SILENT_S || (!capacity->silent && capacity->expected < SILENT_MISSING))
        return;
    capacity->silent = true;
    capacity->silent_s = 0;
    capacity->per_s /= 2;
}

void capacity_tick(struct capacity *capacity, uint64_t completed, uint64_t backlog, bool wanted,
                   double journey_s) {
    double least = fmin((double)backlog, capacity->backlog);
    capacity->busy = least >= fmax(BUSY_S * capacity->per_s, 1);
    capacity->backlog = (double)backlog;
    capacity->smooth += SMOOTH_PART * ((double)completed - capacity->smooth);
    if (capacity->busy)
        measure(capacity, (double)completed);
    else
        grow(capacity, wanted, journey_s);
    hear(capacity, completed, backlog);
    capacity->peak = fmax(capacity->peak * PEAK_KEEP, capacity->measured);
    capacity->per_s = fmax(capacity->per_s, fmax(FLOOR_OF_PEAK * capacity->peak, PER_S_MIN));
}
