#include "forecast/demand.h"

#include <math.h>
#include <string.h>

#include "forecast/recent.h"
#include "forecast/rows.h"

#define ARENA_BYTES     ((size_t)1 << 30)
#define SHIFT_USUAL     0.25 // days
#define SHIFT_ROUNDS    6
#define LEVEL_PRECISION 4.0  // of an expectation: half again as many, or two thirds
#define COUNTED_LEVEL   10.0 // of one that another campaign counted: a third more or less
#define USUAL_PRECISION 10.0 // of the usual day: a third more or less
#define LENT_PRECISION  25.0 // of what another campaign showed: a fifth more or less
#define LENT_PROFILE    4    // parts that an hour's profile adds up from: all together a fifth
#define LEAST_RUSH      0.8  // of the usual one
#define SMALL_MEAN      200.0

// Past weeks that are forecast again.
#define LOOK_BACK_DAYS  7
#define LOOK_LEARN_DAYS 14 // before the earliest of them

static const double shifts[] = {0.05, 0.1, 0.25, 0.5, 1, 1.67, 3};

// Quiet before dawn, a rise at noon, busiest in the evening, days off fuller by day (the Tokyo verification
// of 2025 says so of working days).
const struct demand_usual demand_usual_app = {
    .hour = {-0.6, -1.3, -1.8, -2.0, -2.0, -1.5, -0.7, 0.0, 0.2, 0.35, 0.45, 0.45,
             0.6,  0.45, 0.4,  0.4,  0.4,  0.45, 0.5,  0.6, 0.7, 0.7,  0.55, 0.0},
    .off = {0.0,  0.0,  0.0,  0.0,  0.0,  0.0,  0.0, 0.3, 0.4, 0.45, 0.45, 0.45, //
            0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.4, 0.3, 0.2, 0.2,  0.2,  0.1},
};

#define SHUT (-9.0)
const struct demand_usual demand_usual_calls = {
    .hour = {SHUT, SHUT, SHUT, SHUT, SHUT, SHUT, SHUT, SHUT, SHUT, 1.2,  0.9,  0.8, //
             0.7,  1.1,  1.1,  1.1,  1.1,  0.8,  0.5,  SHUT, SHUT, SHUT, SHUT, SHUT},
    .off = {0},
};

struct demand {
    struct arena *arena;
    const struct series *series;
    size_t slots;
    struct columns columns;
    struct glm_fit fit;
    struct hindsight hindsight;
    struct demand_summary summary;
    double size_lent; // of another campaign, to begin with; 0: none
};

// Whether another campaign began or ended with a rush of about the usual height. Where it did not, its counts
// may be those of a site that was there before, or lack their end; and a rush that was not seen is not ruled
// out.
static bool shows_launch(const struct demand *other) {
    size_t at = other->columns.launch_at; // the first one serves every launch
    const double *beta = other->fit.beta, *usual = other->columns.mean;
    return other->columns.occasions->launches > 0 &&
           beta[at] + beta[at + 1] > LEAST_RUSH * (usual[at] + usual[at + 1]);
}

static bool shows_deadline(const struct demand *other) {
    size_t at = other->columns.deadline_at;
    return other->columns.occasions->deadlines > 0 &&
           other->fit.beta[at] > LEAST_RUSH * other->columns.mean[at];
}

// Takes over what another campaign has shown: profile, launch and deadline, but not its level.
static void inherit(struct columns *columns, const struct demand *prior) {
    const struct columns *other = &prior->columns;
    const double *beta = prior->fit.beta;
    if (other->per_day != columns->per_day)
        return;
    memcpy(columns->mean + columns->day_at, beta + other->day_at,
           (columns->step_at - columns->day_at) * sizeof *beta);
    size_t slots = columns->per_day > 1 ? columns->per_day : 0;
    memcpy(columns->mean + columns->profile_at, beta + other->profile_at,
           slots * COLUMNS_PROFILE * sizeof *beta);
    for (size_t i = 0; shows_launch(prior) && i < COLUMNS_LAUNCH * columns->occasions->launches; i++)
        columns->mean[columns->launch_at + i] = beta[other->launch_at + i % COLUMNS_LAUNCH];
    if (columns->occasions->deadlines > 0 && shows_deadline(prior))
        columns->mean[columns->deadline_at] = beta[other->deadline_at];
}

static void assume_usual_day(struct columns *columns, const struct demand_usual *usual) {
    for (size_t slot = 0; columns->per_day > 1 && slot < columns->per_day; slot++) {
        size_t hour = slot * 24 / columns->per_day;
        double *profile = columns->mean + columns_profile(columns, slot);
        profile[0] = usual->hour[hour];
        for (size_t type = COLUMNS_SATURDAY; type <= COLUMNS_OFF; type++)
            profile[1 + type] = usual->off[hour];
    }
}

// The level that gives `per_day` arrivals on an average day of the profile assumed.
static double level_of(const struct columns *columns, double per_day) {
    double sum = columns->per_day == 1 ? 1 : 0;
    for (size_t slot = 0; columns->per_day > 1 && slot < columns->per_day; slot++)
        sum += exp(columns->mean[columns_profile(columns, slot)]);
    return log(per_day / sum);
}

static bool set_priors(struct demand *demand, const struct demand_options *options, struct glm_prior *prior,
                       struct error *err) {
    struct columns *columns = &demand->columns;
    *prior = (struct glm_prior){.group_of = columns->group_of, .mean = columns->mean};
    columns_precision(prior);
    if (options->prior != NULL)
        inherit(columns, options->prior);
    else if (demand->summary.days_seen < DEMAND_FEW_DAYS)
        assume_usual_day(columns, options->usual != NULL ? options->usual : &demand_usual_app);
    if (demand->summary.days_seen >= DEMAND_FEW_DAYS)
        return true;
    // Too little to tell how wild the series is: spreads stay as they usually are, or as the other
    // campaign's.
    for (size_t group = 0; group < prior->groups; group++) {
        prior->fixed[group] = true;
        if (options->prior != NULL && !options->prior_is_profile)
            prior->precision[group] = options->prior->fit.precision[group];
    }
    demand->size_lent = options->prior != NULL ? options->prior->fit.size : 0;
    prior->precision[GROUP_SLOT] = prior->precision[GROUP_TYPE_SLOT] = USUAL_PRECISION;
    if (options->prior != NULL) // around what it showed, not around nothing
        prior->precision[GROUP_SLOT] = prior->precision[GROUP_TYPE_SLOT] =
            prior->precision[GROUP_WEEKDAY_SLOT] = prior->precision[GROUP_DAY] =
                LENT_PROFILE * LENT_PRECISION;
    if (options->prior != NULL && shows_launch(options->prior))
        prior->precision[GROUP_LAUNCH] = LENT_PRECISION;
    if (options->prior != NULL && shows_deadline(options->prior))
        prior->precision[GROUP_DEADLINE] = LENT_PRECISION;
    if (options->expected_per_day > 0) {
        columns->mean[columns->level_at] = level_of(columns, options->expected_per_day);
        prior->precision[GROUP_LEVEL] = options->expected_was_counted ? COUNTED_LEVEL : LEVEL_PRECISION;
    } else if (demand->summary.days_seen == 0 && options->prior != NULL) {
        columns->mean[columns->level_at] = level_of(columns, options->prior->summary.ordinary_day);
        prior->precision[GROUP_LEVEL] = COUNTED_LEVEL;
    } else if (demand->summary.days_seen == 0) {
        return error_set(
            err, ERROR_INVALID,
            "there is no count to learn from; say how many are expected a day, or whose profile to use");
    }
    return true;
}

// Whether the counts say anything about how people behave just before a deadline.
static bool reaches_deadline(const struct demand *demand) {
    const struct occasions *occasions = demand->columns.occasions;
    for (size_t i = 0; i < occasions->deadlines; i++)
        for (size_t slot = 0; slot < demand->slots; slot++) {
            double left = occasions->deadline[i] - series_time_of(demand->series, slot);
            if (left > 0 && left <= OCCASIONS_HURRY_DAYS && !isnan(demand->series->counts[slot]))
                return true;
        }
    return false;
}

static bool solve(struct demand *demand, const struct glm_prior *prior, int rounds, struct arena *arena,
                  struct glm_fit *ret_fit, struct error *err) {
    struct rows rows;
    struct glm_options options = {.rounds_max = rounds, .size_init = demand->size_lent};
    return rows_build(&demand->columns, demand->series, 0, demand->slots, arena, &rows, err) &&
           glm_solve(&rows.design, rows.counts, rows.censored, prior, &options, arena, ret_fit, err);
}

static bool choose_shift(struct demand *demand, const struct glm_prior *prior, struct error *err) {
    demand->columns.shift = SHIFT_USUAL;
    if (demand->columns.occasions->deadlines == 0 || !reaches_deadline(demand))
        return true;
    struct arena *arena = arena_new(ARENA_BYTES);
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    double best = -INFINITY, chosen = SHIFT_USUAL;
    bool good = true;
    for (size_t i = 0; good && i < sizeof shifts / sizeof shifts[0]; i++) {
        struct glm_fit fit;
        demand->columns.shift = shifts[i];
        good = solve(demand, prior, SHIFT_ROUNDS, arena, &fit, err);
        if (good && fit.evidence > best) {
            best = fit.evidence;
            chosen = shifts[i];
        }
        arena_reset(arena);
    }
    arena_free(arena);
    demand->columns.shift = chosen;
    demand->summary.shift_fitted = good;
    return good;
}

static void look_at(struct demand *demand) {
    size_t last = SIZE_MAX;
    for (size_t slot = 0; slot < demand->slots; slot++) {
        if (isnan(demand->series->counts[slot])) {
            demand->summary.slots_missing++;
            continue;
        }
        demand->summary.days_seen += slot / demand->series->per_day != last;
        last = slot / demand->series->per_day;
    }
}

// Forecasts the week from slot `origin` on from what lay before it, with the precisions of the whole.
static bool look_back(const struct demand *demand, const struct demand_options *options, size_t origin,
                      struct demand_slot *slots, double *recent, struct error *err) {
    const struct series *series = demand->series;
    size_t ahead = LOOK_BACK_DAYS * series->per_day;
    struct demand past = {.series = series, .slots = origin, .hindsight = HINDSIGHT_NONE};
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    struct glm_prior prior;
    struct glm_options glm = {.size_init = demand->fit.size, .keep = true, .mean_init = demand->fit.mean};
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    past.arena = arena;
    look_at(&past);
    if (!columns_init(&past.columns, options->holidays, options->occasions, series->per_day, series->day,
                      series_day_of(series, origin - 1), arena, err) ||
        !set_priors(&past, options, &prior, err))
        return false;
    past.columns.shift = demand->columns.shift;
    memcpy(prior.precision, demand->fit.precision, sizeof prior.precision);
    return rows_build(&past.columns, series, 0, origin, arena, &rows, err) &&
           glm_solve(&rows.design, rows.counts, rows.censored, &prior, &glm, arena, &past.fit, err) &&
           demand_forecast(&past, origin, ahead, slots, err) &&
           recent_weeks(&past.columns, past.fit.beta, series, (struct recent_span){origin, origin, ahead},
                        recent, err);
}

// Learns from up to six past weeks how far the model is to be trusted.
static bool calibrate(struct demand *demand, const struct demand_options *options, struct error *err) {
    const struct series *series = demand->series;
    size_t ahead = LOOK_BACK_DAYS * series->per_day, least = LOOK_LEARN_DAYS * series->per_day, count = 0;
    demand->hindsight = HINDSIGHT_NONE;
    struct hindsight_slot *all = arena_alloc(demand->arena, HINDSIGHT_WEEKS_MAX * ahead * sizeof *all);
    struct demand_slot *slots = arena_alloc(demand->arena, ahead * sizeof *slots);
    double *recent = arena_alloc(demand->arena, ahead * sizeof *recent);
    if (all == NULL || slots == NULL || recent == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t week = 0; week < HINDSIGHT_WEEKS_MAX && demand->slots >= least + (week + 1) * ahead; week++) {
        size_t origin = demand->slots - (week + 1) * ahead;
        if (!look_back(demand, options, origin, slots, recent, err))
            return false;
        double first = occasions_first_after(options->occasions, series_time_of(series, origin));
        for (size_t i = 0; i < ahead; i++) {
            bool censored = series->censored != NULL && series->censored[origin + i];
            if (isnan(series->counts[origin + i]) || censored)
                continue;
            all[count++] = (struct hindsight_slot){
                .week = week,
                .first = slots[i].time >= first,
                .seen = series->counts[origin + i],
                .p10 = slots[i].p10,
                .p50 = slots[i].p50,
                .p90 = slots[i].p90,
                .recent = recent[i],
            };
        }
    }
    return hindsight_learn(all, count, &demand->hindsight) ||
           error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

static int by_number(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

// The median day of what would have been counted without the rush of launches and deadlines; 0: none. Half a
// day without counts is no day.
static bool find_ordinary_day(struct demand *demand, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    const struct columns *columns = &demand->columns;
    size_t per_day = columns->per_day, days = 0;
    double *rush = arena == NULL ? NULL : arena_alloc(arena, columns->count * sizeof *rush);
    double *totals =
        arena == NULL ? NULL : arena_alloc(arena, (demand->slots / per_day + 1) * sizeof *totals);
    struct rows rows;
    if (rush == NULL || totals == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < columns->count; i++)
        if (columns->group_of[i] == GROUP_LAUNCH || columns->group_of[i] == GROUP_DEADLINE)
            rush[i] = demand->fit.beta[i];
    if (!rows_build(columns, demand->series, 0, demand->slots, arena, &rows, err))
        return false;
    for (size_t first = 0; first < demand->slots; first += per_day) {
        size_t end = first + per_day < demand->slots ? first + per_day : demand->slots, seen = 0;
        totals[days] = 0;
        for (size_t slot = first; slot < end; slot++) {
            if (isnan(rows.counts[slot]))
                continue;
            totals[days] += rows.counts[slot] * exp(-glm_sparse_dot(&rows.design.rows, slot, rush));
            seen++;
        }
        days += 2 * seen >= per_day;
    }
    qsort(totals, days, sizeof *totals, by_number);
    demand->summary.ordinary_day = days > 0 ? totals[days / 2] : 0;
    return true;
}

static bool learn(struct demand *demand, const struct demand_options *options, struct error *err) {
    const struct series *series = demand->series;
    int64_t last_day = demand->slots == 0 ? series->day - 1 : series_day_of(series, demand->slots - 1);
    struct glm_prior prior;
    look_at(demand);
    if (!columns_init(&demand->columns, options->holidays, options->occasions, series->per_day, series->day,
                      last_day, demand->arena, err))
        return false;
    if (!set_priors(demand, options, &prior, err) || !choose_shift(demand, &prior, err))
        return false;
    if (!solve(demand, &prior, 0, demand->arena, &demand->fit, err))
        return false;
    struct demand_summary *summary = &demand->summary;
    summary->columns = demand->columns.count;
    summary->size = demand->fit.size;
    summary->shift = demand->columns.shift;
    summary->step = 1 / sqrt(demand->fit.precision[GROUP_STEP]);
    summary->trend = 1 / sqrt(demand->fit.precision[GROUP_TREND]);
    summary->shock = 1 / sqrt(demand->fit.precision[GROUP_SHOCK]);
    summary->rounds = demand->fit.rounds;
    if (!calibrate(demand, options, err) || !find_ordinary_day(demand, err))
        return false;
    summary->spread = demand->hindsight.usual;
    summary->recent_share = demand->hindsight.share;
    return true;
}

bool demand_new(const struct series *series, size_t slots, const struct demand_options *options,
                struct demand **ret_demand, struct error *err) {
    struct demand *demand = calloc(1, sizeof *demand);
    if (demand == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    demand->series = series;
    demand->slots = slots < series->count ? slots : series->count;
    demand->arena = arena_new(ARENA_BYTES);
    if (demand->arena == NULL) {
        demand_free(demand);
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    if (!learn(demand, options, err)) {
        demand_free(demand);
        return false;
    }
    *ret_demand = demand;
    return true;
}

void demand_free(struct demand *demand) {
    if (demand == NULL)
        return;
    arena_free(demand->arena);
    free(demand);
}

void demand_cleanup(struct demand **demand) {
    demand_free(*demand);
}

struct demand_summary demand_summarize(const struct demand *demand) {
    return demand->summary;
}

static double normal_quantile(double probability) {
    // Newton's method on the error function, from the logistic approximation.
    double z = log(probability / (1 - probability)) / 1.702;
    for (int i = 0; i < 20; i++)
        z -= (0.5 * erfc(-z / M_SQRT2) - probability) * sqrt(2 * M_PI) * exp(z * z / 2);
    return z;
}

// Moves median and ends to where past forecasts say they belong, on the scale of log(1 + count).
static void adjust(struct demand_slot *slot, double recent, double share,
                   const struct hindsight_spread *spread) {
    double middle = log1p(slot->p50), below = log1p(slot->p10) - middle, above = log1p(slot->p90) - middle;
    double mixed = hindsight_mix(slot->p50, recent, share);
    if (share == 0 && spread->below == 1 && spread->above == 1)
        return;
    slot->p50 = mixed;
    slot->p10 = fmax(expm1(log1p(mixed) + spread->below * below), 0);
    slot->p90 = expm1(log1p(mixed) + spread->above * above);
}

double demand_quantile(double log_mean, double log_variance, double size, double probability) {
    double mean = exp(log_mean);
    if (mean > SMALL_MEAN) // a logarithm's spread; the count's own part is small
        return exp(log_mean + normal_quantile(probability) * sqrt(log_variance + log1p(1 / size + 1 / mean)));
    // The negative binomial with the same mean and variance as the mixture, added up from zero.
    double wide = exp(log_mean + log_variance / 2);
    double k = 1 / (expm1(log_variance) + exp(log_variance) / size);
    double term = exp(-k * log1p(wide / k)), sum = term;
    double count = 0;
    while (sum < probability && count < 1e6) {
        term *= (count + k) / (count + 1) * wide / (wide + k);
        sum += term;
        count++;
    }
    return count;
}

bool demand_forecast(const struct demand *demand, size_t first, size_t count, struct demand_slot *ret_slots,
                     struct error *err) {
    if (count > DEMAND_AHEAD_DAYS_MAX * demand->series->per_day)
        return error_set(err, ERROR_INVALID, "a forecast reaches at most %d days", DEMAND_AHEAD_DAYS_MAX);
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    struct rows rows;
    double *recent = arena == NULL ? NULL : arena_alloc(arena, (count + 1) * sizeof *recent);
    struct glm_guess *guesses = arena == NULL ? NULL : arena_alloc(arena, (count + 1) * sizeof *guesses);
    if (recent == NULL || guesses == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    const struct hindsight *hindsight = &demand->hindsight;
    if (!rows_build(&demand->columns, demand->series, first, count, arena, &rows, err) ||
        !glm_predict(&demand->fit, &rows.design, arena, guesses, err) ||
        (hindsight->share > 0 &&
         !recent_weeks(&demand->columns, demand->fit.beta, demand->series,
                       (struct recent_span){demand->slots, first, count}, recent, err)))
        return false;
    double last = series_time_of(demand->series, demand->slots);
    double first_time = occasions_first_after(demand->columns.occasions, last);
    for (size_t i = 0; i < count; i++) {
        double log_mean = guesses[i].log_mean, variance = guesses[i].variance;
        int64_t ahead = series_day_of(demand->series, first + i) - demand->columns.last_day;
        if (ahead > 0 && demand->summary.days_seen > 0) // an expectation has no last day to drift from
            variance += columns_drift(demand->fit.precision, ahead, demand->series->per_day > 1);
        double size = demand->fit.size;
        ret_slots[i] = (struct demand_slot){
            .time = series_time_of(demand->series, first + i),
            .p10 = demand_quantile(log_mean, variance, size, 0.1),
            .p50 = demand_quantile(log_mean, variance, size, 0.5),
            .p90 = demand_quantile(log_mean, variance, size, 0.9),
        };
        adjust(&ret_slots[i], hindsight->share > 0 ? recent[i] : NAN, hindsight->share,
               ret_slots[i].time >= first_time ? &hindsight->firsts : &hindsight->usual);
    }
    return true;
}
