// reach.c - see reach.h.
#include "gate/reach.h"

#include <math.h>

#include "base/error.h"

#define FORGET_S         600.0 // a change of habits is learnt within some ten minutes
#define ASSUMED_WEIGHT_S 100.0 // the assumption counts as much as twenty people of each age
#define MATURE           3.0   // journeys; who has not come by then hardly comes
#define SHARE_MIN        0.01

// Until people were seen they are assumed to come at any age between half and one and a half of the mean.
static void assume(struct reach *reach, const struct reach_options *options) {
    double from = options->journey_s / 2, to = fmin(options->journey_s * 3 / 2, REACH_AGES_S);
    for (int bin = 0; bin < REACH_BINS; bin++) {
        double start = fmax(bin * REACH_BIN_S, from), end = fmin((bin + 1) * REACH_BIN_S, to);
        double part = end > start ? (end - start) / (to - from) : 0;
        reach->assumed[bin] = options->share * part / REACH_BIN_S;
    }
}

void reach_init(struct reach *reach, const struct reach_options *options) {
    ASSERT(options->share > 0 && options->share <= 1);
    ASSERT(options->journey_s >= 2 * REACH_BIN_S && options->journey_s <= REACH_AGES_S / 2.0);
    *reach = (struct reach){.share = options->share,
                            .journey_s = options->journey_s,
                            .assumed_share = options->share,
                            .mature_bin = reach_bin((int64_t)(MATURE * options->journey_s))};
    assume(reach, options);
}

uint32_t reach_bin(int64_t age_s) {
    if (age_s < 0)
        return 0;
    return age_s >= REACH_AGES_S ? REACH_BINS - 1 : (uint32_t)(age_s / REACH_BIN_S);
}

// People who have an age of this bin now.
static double people_of_age(const struct reach *reach, int bin) {
    uint64_t people = 0;
    for (uint32_t age = (uint32_t)bin * REACH_BIN_S; age < (uint32_t)(bin + 1) * REACH_BIN_S; age++)
        people += reach->admitted[(reach->newest + REACH_AGES_S - age) % REACH_AGES_S];
    return (double)people;
}

void reach_tick(struct reach *reach, uint64_t admitted, const uint32_t arrived_by_age[REACH_BINS]) {
    double keep = exp(-1 / FORGET_S), share = 0, age_sum = 0, people[REACH_BINS], density[REACH_BINS];
    reach->newest = (reach->newest + 1) % REACH_AGES_S;
    reach->admitted[reach->newest] = admitted > UINT32_MAX ? UINT32_MAX : (uint32_t)admitted;
    for (int bin = 0; bin < REACH_BINS; bin++) {
        people[bin] = people_of_age(reach, bin);
        reach->arrived[bin] = keep * reach->arrived[bin] + arrived_by_age[bin];
        reach->exposed[bin] = keep * reach->exposed[bin] + people[bin];
        density[bin] = (reach->arrived[bin] + ASSUMED_WEIGHT_S * reach->assumed[bin]) /
                       (reach->exposed[bin] + ASSUMED_WEIGHT_S);
        share += REACH_BIN_S * density[bin];
        age_sum += REACH_BIN_S * density[bin] * (bin + 0.5) * REACH_BIN_S;
    }
    reach->journey_s = share > 0 ? age_sum / share : reach->journey_s;
    // As long as nobody has grown old, those who have not come yet are still expected, as assumed.
    double old = reach->exposed[reach->mature_bin];
    double seen = old / (old + ASSUMED_WEIGHT_S);
    share = seen * share + (1 - seen) * fmax(share, reach->assumed_share);
    reach->share = fmin(fmax(share, SHARE_MIN), 1);
    // Whoever has reached an age comes with what is left of the density; half of the bin is behind them.
    double left = share;
    reach->on_the_way = 0;
    for (int bin = 0; bin < REACH_BINS; bin++) {
        double here = REACH_BIN_S * density[bin];
        reach->on_the_way += people[bin] * fmax(left - here / 2, 0);
        left -= here;
    }
}
