#include "forecast/score.h"

#include <math.h>
#include <time.h>

#define INTERVAL_BACK_WEEKS 8 // of the baselines' own errors, for their intervals

double score_pinball(double count, double quantile, double probability) {
    return count >= quantile ? probability * (count - quantile) : (1 - probability) * (quantile - count);
}

double score_season_scale(const double *counts, size_t count, size_t season) {
    double sum = 0, seen = 0;
    for (size_t i = season; i < count; i++) {
        if (isnan(counts[i]) || isnan(counts[i - season]))
            continue;
        sum += fabs(counts[i] - counts[i - season]);
        seen++;
    }
    return seen > 0 ? sum / seen : NAN;
}

void score_add(struct score_sum *sum, const double *counts, const struct demand_slot *forecast, size_t count,
               double season_scale) {
    for (size_t i = 0; i < count; i++) {
        double actual = counts[i];
        const struct demand_slot *slot = &forecast[i];
        if (isnan(actual) || isnan(slot->p50))
            continue;
        sum->slots++;
        sum->error += fabs(actual - slot->p50);
        sum->scaled_error += fabs(actual - slot->p50) / season_scale;
        sum->total += actual;
        if (isnan(slot->p10) || isnan(slot->p90))
            continue;
        sum->intervals++;
        sum->covered += actual >= slot->p10 && actual <= slot->p90;
        sum->pinball += (score_pinball(actual, slot->p10, 0.1) + score_pinball(actual, slot->p50, 0.5) +
                         score_pinball(actual, slot->p90, 0.9)) /
                        3;
    }
}

struct score score_of(const struct score_sum *sum) {
    double slots = (double)sum->slots, intervals = (double)sum->intervals;
    return (struct score){
        .slots = sum->slots,
        .mase = sum->slots > 0 ? sum->scaled_error / slots : NAN,
        .wape = sum->total > 0 ? sum->error / sum->total : NAN,
        .pinball = sum->intervals > 0 ? sum->pinball / intervals : NAN,
        .coverage80 = sum->intervals > 0 ? sum->covered / intervals : NAN,
    };
}

static double week_before(const struct series *series, size_t origin, size_t slot) {
    size_t week = 7 * series->per_day;
    while (slot >= week) {
        slot -= week;
        if (slot < origin && !isnan(series->counts[slot]))
            return series->counts[slot];
    }
    return NAN;
}

static double same_hour_mean(const struct series *series, size_t origin, size_t slot) {
    double sum = 0, seen = 0;
    for (size_t i = slot % series->per_day; i < origin; i += series->per_day) {
        if (isnan(series->counts[i]))
            continue;
        sum += series->counts[i];
        seen++;
    }
    return seen > 0 ? sum / seen : NAN;
}

// An interval of the same relative width as the baseline's own errors before the origin.
static void add_interval(struct demand_slot *slots, size_t count, double spread) {
    for (size_t i = 0; i < count; i++) {
        slots[i].p10 = fmax(slots[i].p50 - 1.2816 * spread, 0);
        slots[i].p90 = slots[i].p50 + 1.2816 * spread;
    }
}

static double spread_before(const struct series *series, size_t origin, bool naive) {
    double squares = 0, seen = 0;
    size_t back = INTERVAL_BACK_WEEKS * 7 * series->per_day;
    for (size_t i = origin > back ? origin - back : 0; i < origin; i++) {
        double guess = naive ? week_before(series, i, i) : same_hour_mean(series, origin, i);
        if (isnan(guess) || isnan(series->counts[i]))
            continue;
        squares += (series->counts[i] - guess) * (series->counts[i] - guess);
        seen++;
    }
    return seen > 0 ? sqrt(squares / seen) : NAN;
}

void score_seasonal_naive(const struct series *series, size_t origin, size_t count,
                          struct demand_slot *ret_slots) {
    for (size_t i = 0; i < count; i++)
        ret_slots[i] = (struct demand_slot){.time = series_time_of(series, origin + i),
                                            .p50 = week_before(series, origin, origin + i)};
    add_interval(ret_slots, count, spread_before(series, origin, true));
}

void score_same_hour_mean(const struct series *series, size_t origin, size_t count,
                          struct demand_slot *ret_slots) {
    for (size_t i = 0; i < count; i++)
        ret_slots[i] = (struct demand_slot){.time = series_time_of(series, origin + i),
                                            .p50 = same_hour_mean(series, origin, origin + i)};
    add_interval(ret_slots, count, spread_before(series, origin, false));
}

struct sums {
    struct score_sum juncho, naive, mean;
};

// NOLINTNEXTLINE(readability-function-size): one origin of the backtest needs the whole setting
static bool run_origin(const struct series *series, const struct demand_options *options, size_t origin,
                       size_t count, struct sums *sums, struct demand_slot *slots, double *seconds,
                       struct error *err) {
    double scale = score_season_scale(series->counts, origin, 7 * series->per_day);
    const double *actual = series->counts + origin;
    score_seasonal_naive(series, origin, count, slots);
    score_add(&sums->naive, actual, slots, count, scale);
    score_same_hour_mean(series, origin, count, slots);
    score_add(&sums->mean, actual, slots, count, scale);
    CLEANUP(demand_cleanup) struct demand *demand = NULL;
    clock_t begun = clock();
    if (!demand_new(series, origin, options, &demand, err))
        return false;
    *seconds = fmax(*seconds, (double)(clock() - begun) / CLOCKS_PER_SEC);
    if (!demand_forecast(demand, origin, count, slots, err))
        return false;
    score_add(&sums->juncho, actual, slots, count, scale);
    return true;
}

bool backtest_run(const struct series *series, const struct demand_options *options, size_t test_days,
                  size_t horizon_days, struct backtest *ret_backtest, struct demand_slot *ret_slots,
                  struct error *err) {
    size_t days = (series->count + series->per_day - 1) / series->per_day;
    if (horizon_days == 0 || test_days < horizon_days)
        return error_set(err, ERROR_INVALID, "a backtest holds out at least its horizon of days");
    if (days < test_days + 7)
        return error_set(err, ERROR_INVALID,
                         "%zu days are too few to hold out %zu of them and learn from a week", days,
                         test_days);
    struct demand_slot *slots = calloc(horizon_days * series->per_day, sizeof *slots);
    if (slots == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    struct sums sums = {0};
    struct backtest backtest = {.horizon_days = horizon_days};
    bool good = true;
    size_t begin = (days - test_days) * series->per_day, step = horizon_days * series->per_day;
    for (size_t origin = begin; good && origin < series->count; origin += step) {
        size_t count = series->count - origin < step ? series->count - origin : step;
        good = run_origin(series, options, origin, count, &sums, slots, &backtest.fit_seconds, err);
        for (size_t i = 0; good && ret_slots != NULL && i < count; i++)
            ret_slots[origin - begin + i] = slots[i];
        backtest.origins++;
    }
    free(slots);
    if (!good)
        return false;
    backtest.juncho = score_of(&sums.juncho);
    backtest.seasonal_naive = score_of(&sums.naive);
    backtest.same_hour_mean = score_of(&sums.mean);
    *ret_backtest = backtest;
    return true;
}
