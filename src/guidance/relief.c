// relief.c - residuals by time of day, their correlation, and how sure it is.
#include "guidance/relief.h"

#include <math.h>

#include "base/clock.h"

#define HOURS_OF_DAY 24
#define PER          1000.0
#define Z_OF_THREE   2.394 // two-sided 95 % for three looks at once

struct pair {
    int64_t start_ms;
    size_t at; // time of day of the reading
    double x, y;
};

// A walk over the hours that pairs each with the one `lag` later.
struct walk {
    const struct relief_hour *hours;
    size_t count, first, second;
    size_t lag;
};

static bool says_something(const struct relief_hour *hour) {
    return hour->openings >= RELIEF_OPENINGS_MIN;
}

static bool next_pair(struct walk *walk, struct pair *ret_pair) {
    for (; walk->first < walk->count; walk->first++) {
        const struct relief_hour *read = &walk->hours[walk->first];
        int64_t wanted_ms = read->start_ms + (int64_t)walk->lag * CLOCK_HOUR_MS;
        while (walk->second < walk->count && walk->hours[walk->second].start_ms < wanted_ms)
            walk->second++;
        if (walk->second == walk->count)
            return false;
        const struct relief_hour *called = &walk->hours[walk->second];
        if (called->start_ms != wanted_ms || called->calls < 0 || !says_something(read) ||
            !says_something(called))
            continue;
        *ret_pair = (struct pair){.start_ms = read->start_ms,
                                  .at = (size_t)((read->start_ms / CLOCK_HOUR_MS) % HOURS_OF_DAY),
                                  .x = PER * (double)read->reads / (double)read->openings,
                                  .y = PER * (double)called->calls / (double)called->openings};
        walk->first++;
        return true;
    }
    return false;
}

struct means {
    double x[HOURS_OF_DAY], y[HOURS_OF_DAY];
    size_t count[HOURS_OF_DAY];
};

static void find_means(struct walk walk, struct means *means) {
    struct pair pair;
    *means = (struct means){0};
    while (next_pair(&walk, &pair)) {
        means->x[pair.at] += pair.x;
        means->y[pair.at] += pair.y;
        means->count[pair.at]++;
    }
    for (size_t i = 0; i < HOURS_OF_DAY; i++) {
        if (means->count[i] == 0)
            continue;
        means->x[i] /= (double)means->count[i];
        means->y[i] /= (double)means->count[i];
    }
}

struct sums {
    double xx, yy, xy;
    double xx_next, yy_next; // of neighbouring hours
    size_t pairs, times;     // pairs, and times of day among them
};

// A time of day that was seen once is its own mean and says nothing.
static void add_up(struct walk walk, const struct means *means, struct sums *sums) {
    struct pair pair, before = {.start_ms = INT64_MIN};
    bool seen[HOURS_OF_DAY] = {false};
    *sums = (struct sums){0};
    while (next_pair(&walk, &pair)) {
        if (means->count[pair.at] < 2)
            continue;
        pair.x -= means->x[pair.at];
        pair.y -= means->y[pair.at];
        sums->xx += pair.x * pair.x;
        sums->yy += pair.y * pair.y;
        sums->xy += pair.x * pair.y;
        if (before.start_ms == pair.start_ms - CLOCK_HOUR_MS) {
            sums->xx_next += before.x * pair.x;
            sums->yy_next += before.y * pair.y;
        }
        sums->pairs++;
        sums->times += seen[pair.at] ? 0 : 1;
        seen[pair.at] = true;
        before = pair;
    }
}

static struct relief_lag at_lag(struct walk walk) {
    struct means means;
    struct sums sums;
    find_means(walk, &means);
    add_up(walk, &means, &sums);
    struct relief_lag found = {.pairs = sums.pairs, .r = NAN, .low = NAN, .high = NAN};
    double freedom = (double)sums.pairs - (double)sums.times;
    if (freedom < RELIEF_FREEDOM_MIN || sums.xx <= 0 || sums.yy <= 0)
        return found;
    double shared = fmax(sums.xx_next / sums.xx * (sums.yy_next / sums.yy), 0);
    double worth = fmax(freedom * (1 - shared) / (1 + shared), 4);
    double r = fmin(fmax(sums.xy / sqrt(sums.xx * sums.yy), -0.999999), 0.999999);
    double half = Z_OF_THREE / sqrt(worth - 3);
    found.r = r;
    found.low = tanh(atanh(r) - half);
    found.high = tanh(atanh(r) + half);
    return found;
}

void relief_find(const struct relief_hour *hours, size_t count, struct relief *ret_relief) {
    *ret_relief = (struct relief){.verdict = RELIEF_TOO_LITTLE};
    double strongest = 0;
    for (size_t lag = 0; lag < RELIEF_LAGS; lag++) {
        struct relief_lag found = at_lag((struct walk){.hours = hours, .count = count, .lag = lag});
        ret_relief->lags[lag] = found;
        if (isnan(found.r))
            continue;
        if (ret_relief->verdict == RELIEF_TOO_LITTLE)
            ret_relief->verdict = RELIEF_NONE;
        bool sure = found.low > 0 || found.high < 0;
        if (!sure || fabs(found.r) <= strongest)
            continue;
        strongest = fabs(found.r);
        ret_relief->lag = lag;
        ret_relief->verdict = found.r < 0 ? RELIEF_FEWER : RELIEF_MORE;
    }
}

const char *relief_verdict_name(enum relief_verdict verdict) {
    static const char *const names[] = {[RELIEF_TOO_LITTLE] = "too-little",
                                        [RELIEF_NONE] = "none",
                                        [RELIEF_FEWER] = "fewer",
                                        [RELIEF_MORE] = "more"};
    return names[verdict];
}
