#include "forecast/hindsight.h"

#include <math.h>
#include <stdlib.h>

#define SHARES    10  // tried, from 0 in equal steps to 1
#define ALIKE     0.5 // standard errors within which two shares cannot be told apart
#define COVER     0.8 // of the counts are to lie inside the interval
#define COVER_END 0.9 // and inside either end of it
#define REACH_MIN 1e-6
#define MISS_MAX  4.0

// What is believed beforehand, in weeks' worth of counts: that the model's own interval is right, and that
// both its ends are wrong alike. The errors of a week go one way, so a few weeks say little about one end
// alone.
#define WEEKS_FOR_THE_MODEL 1.0
#define WEEKS_FOR_ALIKE     3.0
#define SPREAD_MIN          0.4
#define SPREAD_MAX          3.0

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

// By what part of the way from the median to the ends of the interval the counts missed the median.
struct misses {
    double *either, *below,
        *above; // towards the end that was on their side, towards the lower, towards the upper
    size_t count, weeks;
};

static void add_misses(const struct hindsight_slot *slots, size_t count, double share, bool firsts,
                       struct misses *misses) {
    size_t last = HINDSIGHT_WEEKS_MAX;
    misses->count = misses->weeks = 0;
    for (size_t i = 0; i < count; i++) {
        const struct hindsight_slot *slot = &slots[i];
        if (slot->first != firsts || !(slot->p90 > slot->p10))
            continue;
        double middle = log1p(slot->p50);
        double above = fmax(log1p(slot->p90) - middle, REACH_MIN);
        double below = fmax(middle - log1p(slot->p10), REACH_MIN);
        double miss = log1p(slot->seen) - log1p(hindsight_mix(slot->p50, slot->recent, share));
        misses->either[misses->count] = miss > 0 ? miss / above : -miss / below;
        misses->above[misses->count] = miss / above;
        misses->below[misses->count++] = -miss / below;
        misses->weeks += slot->week != last;
        last = slot->week;
    }
}

static double quantile(double *misses, size_t count, double probability) {
    qsort(misses, count, sizeof *misses, by_size);
    return fmin(fmax(misses[(size_t)(probability * (double)count)], 0), MISS_MAX);
}

// The mean of a belief and of what weeks say, by their weights.
static double shrink(double seen, double weeks, double belief, double belief_weeks) {
    return (weeks * seen + belief_weeks * belief) / (weeks + belief_weeks);
}

static struct hindsight_spread spread_of(const struct misses *misses) {
    double weeks = (double)misses->weeks;
    if (misses->count < HINDSIGHT_COUNTS_MIN)
        return (struct hindsight_spread){1, 1};
    double both = shrink(quantile(misses->either, misses->count, COVER), weeks, 1, WEEKS_FOR_THE_MODEL);
    double below = quantile(misses->below, misses->count, COVER_END);
    double above = quantile(misses->above, misses->count, COVER_END);
    return (struct hindsight_spread){
        fmin(fmax(shrink(below, weeks, both, WEEKS_FOR_ALIKE), SPREAD_MIN), SPREAD_MAX),
        fmin(fmax(shrink(above, weeks, both, WEEKS_FOR_ALIKE), SPREAD_MIN), SPREAD_MAX)};
}

bool hindsight_learn(const struct hindsight_slot *slots, size_t count, struct hindsight *ret_hindsight) {
    *ret_hindsight = HINDSIGHT_NONE;
    if (count < HINDSIGHT_COUNTS_MIN)
        return true;
    double *room = malloc(3 * count * sizeof *room);
    if (room == NULL)
        return false;
    struct misses misses = {.either = room, .below = room + count, .above = room + 2 * count};
    struct hindsight learned = {.share = choose_share(slots, count)};
    add_misses(slots, count, learned.share, false, &misses);
    learned.usual = spread_of(&misses);
    add_misses(slots, count, learned.share, true, &misses);
    learned.firsts = spread_of(&misses);
    learned.firsts.below = fmax(learned.firsts.below, 1);
    learned.firsts.above = fmax(learned.firsts.above, 1);
    free(room);
    *ret_hindsight = learned;
    return true;
}
