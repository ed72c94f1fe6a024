// console_staff.c - how many must answer the telephone: one interval, or all of a day in one request.
#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "forecast/staffing.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/problem.h"

#define INTERVALS_MAX 96 // of a day, by the quarter of an hour

struct question {
    double calls, minutes, handle_s, patience_s, within_s, redial, agents;
    struct staffing_goal goal;
};

// A number of the query in [min, max]; false after it responded.
static bool take_number(struct http_request *request, const char *name, double min, double max,
                        double *ret_number) {
    const char *text = http_request_query(request, name);
    struct error err;
    double number = 0;
    if (text == NULL)
        return true;
    if (!csv_number(text, name, &number, &err) || !(number >= min && number <= max)) {
        problem_respond_status(request, 400, "invalid", name, "not a possible number");
        return false;
    }
    *ret_number = number;
    return true;
}

static bool take_question(struct visit *visit, struct question *question) {
    struct http_request *request = visit->request;
    const struct config *config = visit->site->config;
    *question = (struct question){.minutes = 30,
                                  .handle_s = (double)config->calls.handle_s,
                                  .patience_s = (double)config->calls.patience_s,
                                  .within_s = 20,
                                  .redial = 0.5,
                                  .agents = -1,
                                  .goal = {.answer_rate = 0.9,
                                           .occupancy_max = (double)config->calls.occupancy_percent / 100,
                                           .shrinkage = 0.3}};
    return take_number(request, "minutes", 1, 1440, &question->minutes) &&
           take_number(request, "handle_s", 1, 7200, &question->handle_s) &&
           take_number(request, "patience_s", 1, 7200, &question->patience_s) &&
           take_number(request, "within_s", 0, 3600, &question->within_s) &&
           take_number(request, "redial", 0, 0.95, &question->redial) &&
           take_number(request, "agents", 0, 10000, &question->agents) &&
           take_number(request, "answer_rate", 0, 0.999, &question->goal.answer_rate) &&
           take_number(request, "service_level", 0, 0.999, &question->goal.service_level) &&
           take_number(request, "occupancy_max", 0.1, 1, &question->goal.occupancy_max) &&
           take_number(request, "shrinkage", 0, 0.9, &question->goal.shrinkage);
}

static bool solve(const struct question *question, double calls, json_t **ret_plan, struct error *err) {
    struct staffing_load load = {.calls_per_min = calls / question->minutes,
                                 .handle_min = question->handle_s / 60,
                                 .patience_min = question->patience_s / 60,
                                 .redial = question->redial,
                                 .within_min = question->within_s / 60};
    struct staffing_plan plan = {.agents = (int64_t)question->agents};
    bool ok = question->agents >= 0 ? staffing_solve(&load, plan.agents, &plan.state, err)
                                    : staffing_require(&load, &question->goal, &plan, err);
    if (!ok)
        return false;
    plan.scheduled = (int64_t)ceil((double)plan.agents / (1 - question->goal.shrinkage) - 1e-9);
    double wait_s = isfinite(plan.state.wait_min) ? plan.state.wait_min * 60 : 0;
    *ret_plan =
        json_pack("{s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "agents", (json_int_t)plan.agents, "scheduled",
                  (json_int_t)plan.scheduled, "answer_rate", 1 - plan.state.abandons, "answered",
                  plan.state.answered, "service_level", plan.state.service_level, "wait_s", wait_s,
                  "handle_s", question->handle_s, "occupancy", plan.state.occupancy);
    return true;
}

// "82.4,74.6,47.8": the calls of each interval, in their order.
static bool solve_day(const struct question *question, const char *text, struct arena *arena,
                      json_t *ret_plans, struct error *err) {
    char *rest = arena_copy_text(arena, text), *word = NULL;
    if (rest == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    while ((word = strsep(&rest, ",")) != NULL) {
        json_t *plan = NULL;
        double calls = 0;
        if (json_array_size(ret_plans) == INTERVALS_MAX)
            return error_set_field(err, ERROR_INVALID, "day", "at most %d intervals", INTERVALS_MAX);
        if (!csv_number(word, "day", &calls, err) || !(calls >= 0 && calls <= 1e6))
            return error_set_field(err, ERROR_INVALID, "day", "not a list of possible numbers");
        if (!solve(question, calls, &plan, err))
            return false;
        (void)json_array_append_new(ret_plans, plan);
    }
    return true;
}

// How many people would be needed, or how it would go with so many: {"calls", "minutes"} of an interval, or
// the calls of each interval of a "day", and what else is asked. Nothing is read or kept.
void handle_console_staff(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const char *day = http_request_query(request, "day");
    struct http_response response = {.status = 200};
    struct question question;
    struct error err;
    if (!take_question(visit, &question) || !take_number(request, "calls", 0, 1e6, &question.calls))
        return;
    json_t *answer = day == NULL ? NULL : json_array();
    bool ok = day == NULL ? solve(&question, question.calls, &answer, &err)
                          : solve_day(&question, day, http_request_arena(request), answer, &err);
    if (ok) {
        visit_respond_json(visit, &response, day == NULL ? answer : json_pack("{s:o}", "plans", answer));
        return;
    }
    json_decref(answer);
    problem_respond(request, &err, NULL);
}
