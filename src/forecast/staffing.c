#include "forecast/staffing.h"

#include <math.h>
#include <stddef.h>

#define QUEUE_TERMS_MAX  4000000 // states above `agents` that are added up before the fluid limit is used
#define TERM_LOG_DROPPED 45.0    // a term below e^-45 of the largest does not change a double
#define PANELS_MIN       16
#define PANELS_MAX       20000
#define REDIAL_ROUNDS    200

// log(e^a + e^b)
static double log_add(double a, double b) {
    double high = fmax(a, b), low = fmin(a, b);
    return isinf(low) ? high : high + log1p(exp(low - high));
}

double staffing_erlang_b_log(int64_t agents, double load) {
    ASSERT(agents >= 0 && load > 0);
    double inverse_log = 0; // log of 1/B, which grows by 1/B(n) = 1 + n/A * 1/B(n-1)
    double load_log = log(load);
    for (int64_t n = 1; n <= agents; n++)
        inverse_log = log_add(0, log((double)n) - load_log + inverse_log);
    return -inverse_log;
}

double staffing_erlang_c_log(int64_t agents, double load) {
    if (load >= (double)agents)
        return 0;
    double blocked_log = staffing_erlang_b_log(agents, load);
    double occupancy = load / (double)agents;
    return blocked_log - log1p(-occupancy + occupancy * exp(blocked_log));
}

static bool check_share(double value, double max, const char *name, struct error *err) {
    if (value >= 0 && value <= max) // a NaN is neither
        return true;
    return error_set_field(err, ERROR_INVALID, name, "%s: %g is not between 0 and %g", name, value, max);
}

static bool check_load(const struct staffing_load *load, struct error *err) {
    if (!(load->calls_per_min >= 0) || isinf(load->calls_per_min))
        return error_set_field(err, ERROR_INVALID, "calls_per_min", "calls_per_min must not be negative");
    if (!(load->handle_min > 0) || isinf(load->handle_min))
        return error_set_field(err, ERROR_INVALID, "handle_min", "handle_min must be above zero");
    if (!(load->patience_min > 0))
        return error_set_field(err, ERROR_INVALID, "patience_min", "patience_min must be above zero");
    if (!(load->within_min >= 0) || isinf(load->within_min))
        return error_set_field(err, ERROR_INVALID, "within_min", "within_min must not be negative");
    return check_share(load->redial, 0.999, "redial", err);
}

static struct staffing_state idle_state(void) {
    return (struct staffing_state){.answered = 1, .service_level = 1};
}

static struct staffing_state solve_patient(const struct staffing_load *load, int64_t agents) {
    double erlangs = load->calls_per_min * load->handle_min;
    double spare = (double)agents - erlangs;
    if (spare <= 0)
        return (struct staffing_state){.calls_per_min = load->calls_per_min,
                                       .waits = 1,
                                       .answered = 1,
                                       .wait_min = INFINITY,
                                       .queue = INFINITY,
                                       .occupancy = 1};
    double waits = exp(staffing_erlang_c_log(agents, erlangs));
    double wait_min = waits * load->handle_min / spare;
    return (struct staffing_state){
        .calls_per_min = load->calls_per_min,
        .waits = waits,
        .answered = 1,
        .service_level = 1 - waits * exp(-spare * load->within_min / load->handle_min),
        .wait_min = wait_min,
        .queue = load->calls_per_min * wait_min,
        .occupancy = erlangs / (double)agents,
    };
}

// Logarithms of sums over the states in which someone waits or the next caller would, relative to the state
// "all agents busy, nobody waits".
struct queue_sums {
    double states_log; // sum of p(N + j), j >= 0
    double people_log; // sum of j p(N + j)
};

static struct queue_sums sum_queue(double arrivals, double service, double leaving) {
    struct queue_sums sums = {.states_log = 0, .people_log = -INFINITY};
    double term_log = 0;
    for (int64_t j = 1; j <= QUEUE_TERMS_MAX; j++) {
        double departures = service + (double)j * leaving;
        term_log += log(arrivals / departures);
        sums.states_log = log_add(sums.states_log, term_log);
        sums.people_log = log_add(sums.people_log, term_log + log((double)j));
        if (departures > arrivals && term_log + log((double)j) < sums.people_log - TERM_LOG_DROPPED)
            break;
    }
    return sums;
}

// Share of calls that wait, are answered, and within `load->within_min`. A caller who finds j waiting goes
// through j + 1 departures; e^(-leaving * wait) is then Beta distributed, and the sum over j closes to
//   p(N) * service * integral over [0, T] of exp(-(service + leaving) t + arrivals / leaving * (1 -
//   e^(-leaving t))) dt.
static double answered_in_time(double arrivals, double service, double leaving, double within_min,
                               double full_log) {
    static const double nodes[] = {0.0, 0.5384693101056831, -0.5384693101056831, 0.9061798459386640,
                                   -0.9061798459386640};
    static const double weights[] = {0.5688888888888889, 0.4786286704993665, 0.4786286704993665,
                                     0.2369268850561891, 0.2369268850561891};
    if (within_min <= 0)
        return 0;
    double panels = fmin(fmax(ceil((service + arrivals + leaving) * within_min), PANELS_MIN), PANELS_MAX);
    double half = within_min / panels / 2;
    double total = 0;
    for (int64_t panel = 0; panel < (int64_t)panels; panel++) {
        double middle = (2.0 * (double)panel + 1) * half;
        for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
            double t = middle + half * nodes[i];
            double exponent = -(service + leaving) * t - arrivals / leaving * expm1(-leaving * t);
            total += weights[i] * half * exp(full_log + exponent);
        }
    }
    return service * total;
}

static struct staffing_state solve_impatient(const struct staffing_load *load, int64_t agents) {
    double arrivals = load->calls_per_min, leaving = 1 / load->patience_min;
    double service = (double)agents / load->handle_min;
    struct staffing_state state = {.calls_per_min = arrivals};
    if ((arrivals - service) / leaving > QUEUE_TERMS_MAX / 4.0) { // so patient and so many: a fluid
        state.waits = 1;
        state.abandons = 1 - service / arrivals;
        state.queue = (arrivals - service) / leaving;
    } else {
        struct queue_sums sums = sum_queue(arrivals, service, leaving);
        double below_log = agents == 0 ? -INFINITY // states with a free agent: (1/B(N) - 1) of the full one
                                       : log((double)agents) - log(arrivals * load->handle_min) -
                                             staffing_erlang_b_log(agents - 1, arrivals * load->handle_min);
        double total_log = log_add(below_log, sums.states_log);
        state.waits = exp(sums.states_log - total_log);
        state.queue = exp(sums.people_log - total_log);
        state.abandons = fmin(1, leaving * state.queue / arrivals);
        state.service_level =
            1 - state.waits + answered_in_time(arrivals, service, leaving, load->within_min, -total_log);
    }
    state.wait_min = state.queue / arrivals;
    state.answered = 1 - state.abandons;
    state.occupancy = agents == 0 ? 0 : arrivals * (1 - state.abandons) / service;
    return state;
}

static struct staffing_state solve_once(const struct staffing_load *load, double calls_per_min,
                                        int64_t agents) {
    struct staffing_load total = *load;
    total.calls_per_min = calls_per_min;
    return isinf(load->patience_min) ? solve_patient(&total, agents) : solve_impatient(&total, agents);
}

bool staffing_solve(const struct staffing_load *load, int64_t agents, struct staffing_state *ret_state,
                    struct error *err) {
    if (!check_load(load, err))
        return false;
    if (agents < 0 || agents > STAFFING_AGENTS_MAX)
        return error_set_field(err, ERROR_INVALID, "agents", "agents must lie between 0 and %d",
                               STAFFING_AGENTS_MAX);
    double fresh = load->calls_per_min;
    if (fresh <= 0) {
        *ret_state = idle_state();
        return true;
    }
    struct staffing_state state = solve_once(load, fresh, agents);
    if (load->redial > 0 && state.abandons > 0) {
        // total * (1 - redial * abandons(total)) grows with total, so the fixed point is bracketed.
        double low = fresh, high = fresh / (1 - load->redial);
        for (int round = 0; round < REDIAL_ROUNDS && high - low > 1e-13 * high; round++) {
            double total = (low + high) / 2;
            state = solve_once(load, total, agents);
            if (total * (1 - load->redial * state.abandons) < fresh)
                low = total;
            else
                high = total;
        }
        state = solve_once(load, (low + high) / 2, agents);
        state.answered = fmin(1, state.calls_per_min * (1 - state.abandons) / fresh);
    }
    *ret_state = state;
    return true;
}

static bool goal_met(const struct staffing_goal *goal, const struct staffing_state *state) {
    if (isinf(state->wait_min) || 1 - state->abandons < goal->answer_rate)
        return false;
    if (state->service_level < goal->service_level)
        return false;
    return goal->occupancy_max <= 0 || state->occupancy <= goal->occupancy_max;
}

static bool check_goal(const struct staffing_goal *goal, struct error *err) {
    return check_share(goal->answer_rate, 0.9999999, "answer_rate", err) &&
           check_share(goal->service_level, 0.9999999, "service_level", err) &&
           check_share(goal->occupancy_max, 1, "occupancy_max", err) &&
           check_share(goal->shrinkage, 0.95, "shrinkage", err);
}

// Doubles the agents until the goal is met, then halves the gap below; the goal is monotone in their number.
static bool search_agents(const struct staffing_load *load, const struct staffing_goal *goal,
                          struct staffing_plan *plan, struct error *err) {
    int64_t low = 0, high = 1; // low fails, high meets
    if (!staffing_solve(load, high, &plan->state, err))
        return false;
    while (!goal_met(goal, &plan->state)) {
        low = high;
        high *= 2;
        if (high > STAFFING_AGENTS_MAX)
            return error_set(err, ERROR_EXHAUSTED, "more than %d agents would be needed",
                             STAFFING_AGENTS_MAX);
        if (!staffing_solve(load, high, &plan->state, err))
            return false;
    }
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        struct staffing_state state;
        if (!staffing_solve(load, middle, &state, err))
            return false;
        if (goal_met(goal, &state)) {
            high = middle;
            plan->state = state;
        } else {
            low = middle;
        }
    }
    plan->agents = high;
    return true;
}

bool staffing_require(const struct staffing_load *load, const struct staffing_goal *goal,
                      struct staffing_plan *ret_plan, struct error *err) {
    if (!check_goal(goal, err) || !check_load(load, err))
        return false;
    struct staffing_plan plan = {.agents = 0, .state = idle_state()};
    if (load->calls_per_min > 0 && !search_agents(load, goal, &plan, err))
        return false;
    plan.scheduled = (int64_t)ceil((double)plan.agents / (1 - goal->shrinkage) - 1e-9);
    *ret_plan = plan;
    return true;
}

bool staffing_lines(double load, double blocked_max, int64_t *ret_lines, struct error *err) {
    if (!(load > 0) || isinf(load))
        return error_set_field(err, ERROR_INVALID, "load", "load must be above zero");
    if (!(blocked_max > 0 && blocked_max < 1))
        return error_set_field(err, ERROR_INVALID, "blocked_max", "blocked_max must lie between 0 and 1");
    double inverse = 1;
    for (int64_t lines = 1; lines <= STAFFING_AGENTS_MAX; lines++) {
        inverse = 1 + (double)lines / load * inverse;
        if (1 / inverse <= blocked_max) {
            *ret_lines = lines;
            return true;
        }
    }
    return error_set(err, ERROR_EXHAUSTED, "more than %d lines would be needed", STAFFING_AGENTS_MAX);
}

double staffing_patience_min(double waited_min, double abandoned) {
    return abandoned > 0 ? waited_min / abandoned : INFINITY;
}
