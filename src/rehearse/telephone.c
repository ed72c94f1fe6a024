// telephone.c - a load, its steady state, and draws around it.
#include "rehearse/telephone.h"

#include "forecast/staffing.h"
#include "measure/call_topics.h"
#include "rehearse/life.h"

#define WITHIN_MIN 0.5
#define HALF_HOUR  30.0

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
    row.offered = random_poisson(random, state.calls_per_min * HALF_HOUR);
    row.answered = draw_binomial(random, row.offered, answered);
    row.abandoned = row.offered - row.answered;
    row.answered_within =
        draw_binomial(random, row.answered, answered > 0 ? state.service_level / answered : 0);
    row.wait_s = (int64_t)((double)row.answered * state.wait_min * 60);
    row.talk_s = (int64_t)((double)row.answered * plan->handle_min * 60);
    *ret_row = row;
    return true;
}

void telephone_topics(const struct plan_calls *plan, const struct calls_row *row, struct random *random,
                      struct command *command) {
    int64_t counts[PLAN_SHARES_MAX] = {0};
    for (int64_t i = 0; i < row->answered && plan->topics.count > 0; i++)
        counts[life_draw_weighted(random, plan->topics.weights, plan->topics.count)]++;
    for (size_t i = 0; i < plan->topics.count; i++)
        if (counts[i] > 0)
            call_topics_put(command, &(struct call_topic){row->start_ms, plan->topics.names[i], counts[i]});
}
