// telephone.c - a load, its steady state, and draws around it.
#include "rehearse/telephone.h"

#include <math.h>

#include "base/clock.h"
#include "forecast/staffing.h"

#define WITHIN_MIN 0.5
#define HALF_HOUR  30.0

static int64_t draw_poisson(struct random *random, double mean) {
    int64_t count = 0;
    if (mean <= 0)
        return 0;
    double at = random_exponential(random, 1 / mean);
    while (at < 1) {
        count++;
        at += random_exponential(random, 1 / mean);
    }
    return count;
}

static int64_t draw_binomial(struct random *random, int64_t trials, double share) {
    int64_t hits = 0;
    for (int64_t i = 0; i < trials; i++)
        hits += random_unit(random) < share;
    return hits;
}

double telephone_expected(const struct plan_calls *plan, double accesses, double day, int half_hour) {
    double sum = 0;
    for (int hour = 0; hour < 24; hour++)
        sum += plan->profile[hour];
    if (sum <= 0)
        return 0;
    double learnt = day >= plan->learnt[0] ? plan->learnt[1] : 1;
    return accesses * plan->per_access * learnt * plan->profile[half_hour / 2] / sum / 2;
}

bool telephone_half_hour(const struct plan_calls *plan, int64_t agents, double expected,
                         struct random *random, struct calls_row *ret_row, struct error *err) {
    struct staffing_load load = {.calls_per_min = expected / HALF_HOUR,
                                 .handle_min = plan->handle_min,
                                 .patience_min = plan->patience_min,
                                 .redial = plan->redial,
                                 .within_min = WITHIN_MIN};
    struct staffing_state state;
    struct calls_row row = {.within_s = (int64_t)(WITHIN_MIN * 60),
                            .abandoned_wait_s = CALLS_UNKNOWN,
                            .after_call_s = CALLS_UNKNOWN};
    if (expected <= 0) {
        *ret_row = row;
        return true;
    }
    if (!staffing_solve(&load, agents, &state, err))
        return false;
    double answered = 1 - state.abandons;
    row.offered = draw_poisson(random, state.calls_per_min * HALF_HOUR);
    row.answered = draw_binomial(random, row.offered, answered);
    row.abandoned = row.offered - row.answered;
    row.answered_within =
        draw_binomial(random, row.answered, answered > 0 ? state.service_level / answered : 0);
    row.wait_s = (int64_t)((double)row.answered * state.wait_min * 60);
    row.talk_s = (int64_t)((double)row.answered * plan->handle_min * 60);
    *ret_row = row;
    return true;
}

bool telephone_day(const struct plan *plan, const struct telephone_day *day, struct random *random,
                   struct command *command, int64_t *ret_offered, struct error *err) {
    int64_t opens_ms = plan->campaign.opens_ms, offered = 0;
    double since = floor((double)(day->start_ms - clock_day_start_ms(opens_ms)) / CLOCK_DAY_MS + 0.5);
    double agents = round((double)plan->calls.agents * day->scale);
    for (int i = 0; i < TELEPHONE_HALF_HOURS; i++) {
        struct calls_row row;
        int64_t start_ms = day->start_ms + i * CALLS_HALF_HOUR_MS;
        bool open = start_ms >= opens_ms && start_ms < plan->campaign.closes_ms;
        double expected = open ? telephone_expected(&plan->calls, day->accesses, since, i) : 0;
        if (expected <= 0)
            continue;
        if (!telephone_half_hour(&plan->calls, agents < 1 ? 1 : (int64_t)agents, expected, random, &row, err))
            return false;
        row.start_ms = start_ms;
        calls_put(command, &row);
        offered += row.offered;
    }
    *ret_offered = offered;
    return true;
}
