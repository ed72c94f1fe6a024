// staffing.h - how many people must answer the telephone, by queueing theory.
//
// Erlang B (calls that find no line are lost), C (callers wait for ever) and A (callers hang up after an
// exponential patience; Palm 1957, Garnett, Mandelbaum and Reiman 2002), and callers who gave up and dial
// again. Everything is exact for its model and computed in logarithms: 10,000 agents do not overflow.
// Rates are per minute, times in minutes; a load in erlangs is calls_per_min * handle_min.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define STAFFING_AGENTS_MAX 200000

// Natural logarithm of the share of calls that find all `agents` busy and are lost; agents >= 0, load > 0.
double staffing_erlang_b_log(int64_t agents, double load);
// Natural logarithm of the share of callers who must wait when nobody hangs up; 0 from load >= agents on.
double staffing_erlang_c_log(int64_t agents, double load);

struct staffing_load {
    double calls_per_min; // first attempts
    double handle_min;    // talk and after-call work
    double patience_min;  // mean time until a waiting caller hangs up; INFINITY: never (Erlang C)
    double redial;        // probability in [0, 1) that a caller who hung up calls again
    double within_min;    // what "answered in time" means
};

struct staffing_state {
    double calls_per_min; // with the repeated calls
    double waits;         // share of calls that do not find a free agent
    double abandons;      // share of calls that hang up: 1 - answer rate of calls
    double answered;      // share of callers who reach someone in the end, however often they call
    double service_level; // answered within `within_min` / all calls, those that hung up included
    double wait_min;      // mean wait of a call, answered or not; INFINITY when the queue grows for ever
    double queue;         // mean number of waiting callers
    double occupancy;     // share of the time in which an agent is busy
};

// The steady state with `agents` people. ERROR_INVALID names the figure that makes no sense.
MUST_CHECK bool staffing_solve(const struct staffing_load *load, int64_t agents,
                               struct staffing_state *ret_state, struct error *err);

struct staffing_goal {
    double answer_rate;   // at least this share of calls answered; 0: no such goal
    double service_level; // at least; 0: no such goal
    double occupancy_max; // at most; 0 or 1: no such goal
    double shrinkage;     // share of the paid time in breaks, training and illness, in [0, 1)
};

struct staffing_plan {
    int64_t agents;    // at the telephone
    int64_t scheduled; // on the roster: agents / (1 - shrinkage), rounded up
    struct staffing_state state;
};

// The fewest agents that meet every goal. No calls need none. ERROR_INVALID: a figure makes no sense;
// ERROR_EXHAUSTED: more than STAFFING_AGENTS_MAX would be needed.
MUST_CHECK bool staffing_require(const struct staffing_load *load, const struct staffing_goal *goal,
                                 struct staffing_plan *ret_plan, struct error *err);

// The fewest lines on which at most `blocked_max` of the calls find none free (Erlang B).
MUST_CHECK bool staffing_lines(double load, double blocked_max, int64_t *ret_lines, struct error *err);

// The mean patience that explains `abandoned` hang-ups in `waited_min` minutes waited by all callers
// together, those who were answered included (the maximum-likelihood estimate under censoring); INFINITY for
// none.
double staffing_patience_min(double waited_min, double abandoned);
