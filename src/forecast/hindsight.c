#include "forecast/hindsight.h"

#include <math.h>
#include <stdlib.h>

#define SHARES     10  // tried, from 0 in equal steps to 1
#define COVER_END  0.9 // of the counts are to lie inside either end of the interval
#define DOUBT      1.0 // weeks' worth of trust in the model's own spread
#define ALIKE      0.5 // standard errors within which two shares cannot be told apart
#define SPREAD_MIN 0.4
#define SPREAD_MAX 1.6
#define REACH_MIN  1e-6

#define WEEKS_TO_COMPARE 3

double hindsight_mix(double p50, double recent, double share) {
    if (isnan(recent) || share == 0)
        return p50;
    return expm1((1 - share) * log1p(p50) + share * log1p(recent));
}

// Absolute errors of each share by week, as parts of those of the model alone: a week has the same say
// however many came in it.
struct errors {
    double of[SHARES + 1][HINDSIGHT_WEEKS_MAX];
    size_t weeks;
};

static void add_errors(const struct hindsight_slot *slots, size_t count, struct errors *errors) {
    double model[HINDSIGHT_WEEKS_MAX] = {0};
    for (size_t step = 0; step <= SHARES; step++) {
        double sum[HINDSIGHT_WEEKS_MAX] = {0}, share = (double)step / SHARES;
        for (size_t i = 0; i < count; i++)
            sum[slots[i].week] += fabs(slots[i].seen - hindsight_mix(slots[i].p50, slots[i].recent, share));
        errors->weeks = 0;
        for (size_t week = 0; week < HINDSIGHT_WEEKS_MAX; week++) {
            model[week] = step == 0 ? sum[week] : model[week];
            if (model[week] > 0)
                errors->of[step][errors->weeks++] = sum[week] / model[week];
        }
    }
}

// By how much `other` errs more than `best` on average, and the standard error of that.
static void compare(const struct errors *errors, size_t best, size_t other, double *ret_mean,
                    double *ret_standard_error) {
    double weeks = (double)errors->weeks, mean = 0, squares = 0;
    for (size_t week = 0; week < errors->weeks; week++)
        mean += (errors->of[other][week] - errors->of[best][week]) / weeks;
    for (size_t week = 0; week < errors->weeks; week++) {
        double distance = errors->of[other][week] - errors->of[best][week] - mean;
        squares += distance * distance;
    }
    *ret_mean = mean;
    *ret_standard_error = weeks > 1 ? sqrt(squares / (weeks - 1) / weeks) : 0;
}

// The share that erred least; of those that a few weeks cannot tell from it the largest, for what recent
// weeks say is the simpler forecast (the rule of the standard error, Breiman et al. 1984).
static double choose_share(const struct hindsight_slot *slots, size_t count) {
    struct errors errors;
    size_t best = 0, chosen;
    double mean, standard_error;
    add_errors(slots, count, &errors);
    for (size_t step = 1; step <= SHARES; step++) {
        compare(&errors, best, step, &mean, &standard_error);
        best = mean < 0 ? step : best;
    }
    chosen = best;
    for (size_t step = best + 1; errors.weeks >= WEEKS_TO_COMPARE && step <= SHARES; step++) {
        compare(&errors, best, step, &mean, &standard_error);
        if (mean > ALIKE * standard_error || standard_error == 0)
            break;
        chosen = step;
    }
    return (double)chosen / SHARES;
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

struct tail {
    bool above; // the upper end of the interval, else the lower
    bool firsts;
};

// By what part of the way from the median to an end of the interval the counts missed the median, towards
// that end; the value that nine in ten stay under. `misses` has room for all.
static double spread_of(const struct hindsight_slot *slots, size_t count, double share, struct tail tail,
                        double *misses) {
    size_t found = 0, weeks = 0, last = HINDSIGHT_WEEKS_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct hindsight_slot *slot = &slots[i];
        if (slot->first != tail.firsts || !(slot->p90 > slot->p10))
            continue;
        double middle = log1p(slot->p50);
        double reach = tail.above ? log1p(slot->p90) - middle : middle - log1p(slot->p10);
        double miss = log1p(slot->seen) - log1p(hindsight_mix(slot->p50, slot->recent, share));
        misses[found++] = (tail.above ? miss : -miss) / fmax(reach, REACH_MIN);
        weeks += slot->week != last;
        last = slot->week;
    }
    if (found < HINDSIGHT_COUNTS_MIN)
        return 1;
    qsort(misses, found, sizeof *misses, by_size);
    double spread = fmin(fmax(misses[(size_t)(COVER_END * (double)found)], SPREAD_MIN), SPREAD_MAX);
    return pow(spread, (double)weeks / ((double)weeks + DOUBT));
}

static void spreads_of(const struct hindsight_slot *slots, size_t count, double share, bool firsts,
                       double *misses, struct hindsight_spread *ret_spread) {
    ret_spread->below = spread_of(slots, count, share, (struct tail){false, firsts}, misses);
    ret_spread->above = spread_of(slots, count, share, (struct tail){true, firsts}, misses);
}

bool hindsight_learn(const struct hindsight_slot *slots, size_t count, struct hindsight *ret_hindsight) {
    *ret_hindsight = HINDSIGHT_NONE;
    if (count < HINDSIGHT_COUNTS_MIN)
        return true;
    double *misses = malloc(count * sizeof *misses);
    if (misses == NULL)
        return false;
    struct hindsight learned = {.share = choose_share(slots, count)};
    spreads_of(slots, count, learned.share, false, misses, &learned.usual);
    spreads_of(slots, count, learned.share, true, misses, &learned.firsts);
    learned.firsts.below = fmax(learned.firsts.below, 1);
    learned.firsts.above = fmax(learned.firsts.above, 1);
    free(misses);
    *ret_hindsight = learned;
    return true;
}
