// funnel_journeys.c - a row of times becomes a handful of events.
#include "measure/funnel_journeys.h"

#define JUMPED   6 // column of authenticating_ms
#define OUTCOME  7
#define RETURNED 8

static const struct statement JOURNEYS = {
    "SELECT began_ms, consented_ms, informed_ms, intended_ms, verified_ms, granted_ms, "
    "authenticating_ms, outcome, outcome_ms FROM journey WHERE campaign_id = $1 AND began_ms >= $2 "
    "AND began_ms < $3",
    "iii"};
static const struct statement HOPS = {
    "SELECT began_ms, returned_ms, outcome FROM identity_transaction WHERE campaign_id = $1 AND "
    "began_ms >= $2 AND began_ms < $3",
    "iii"};

enum funnel_exit funnel_exit_of_outcome(int64_t outcome) {
    static const enum funnel_exit exits[] = {
        FUNNEL_EXIT_STOPPED,      FUNNEL_EXIT_STOPPED,   FUNNEL_EXIT_NOT_ELIGIBLE, FUNNEL_EXIT_NOT_ELIGIBLE,
        FUNNEL_EXIT_NOT_ELIGIBLE, FUNNEL_EXIT_CANCELLED, FUNNEL_EXIT_CARD,         FUNNEL_EXIT_CERTIFICATE,
        FUNNEL_EXIT_BUSY,         FUNNEL_EXIT_LINKED};
    return outcome >= 0 && outcome < (int64_t)(sizeof exits / sizeof *exits) ? exits[outcome]
                                                                             : FUNNEL_EXIT_OTHER;
}

// A signal goes before the step that follows it; times of a journey rise by themselves, but for this one.
static size_t insert(struct funnel_event *events, size_t count, struct funnel_event event) {
    size_t place = count;
    for (; place > 0 && events[place - 1].at_ms > event.at_ms; place--)
        events[place] = events[place - 1];
    events[place] = event;
    return count + 1;
}

static bool take_journey(void *context, const struct value *row, size_t columns, struct error *err) {
    struct funnel_event events[FUNNEL_JOURNEY_STEPS + 1];
    size_t count = 0;
    for (int step = 0; step < FUNNEL_JOURNEY_STEPS; step++)
        if (row[step].type != VALUE_NULL)
            count = insert(events, count, (struct funnel_event){row[step].number, step, FUNNEL_EXIT_NONE});
    if (row[0].type != VALUE_NULL && row[1].type != VALUE_NULL && row[0].number == row[1].number)
        events[0].at_ms--;
    if (row[4].type == VALUE_NULL && row[RETURNED].type != VALUE_NULL)
        count = insert(
            events, count,
            (struct funnel_event){row[RETURNED].number, -1, funnel_exit_of_outcome(row[OUTCOME].number)});
    else if (row[4].type == VALUE_NULL && row[JUMPED].type != VALUE_NULL)
        count =
            insert(events, count, (struct funnel_event){row[JUMPED].number, -1, FUNNEL_EXIT_NEVER_RETURNED});
    funnel_add(context, events, count);
    return true;
}

static bool take_hop(void *context, const struct value *row, size_t columns, struct error *err) {
    enum { JUMP, BACK, VERIFIED };
    struct funnel_event events[3] = {{row[0].number, JUMP, FUNNEL_EXIT_NONE}};
    size_t count = 1;
    if (row[1].type == VALUE_NULL) {
        events[count++] = (struct funnel_event){row[0].number, -1, FUNNEL_EXIT_NEVER_RETURNED};
    } else {
        events[count++] = (struct funnel_event){row[1].number, BACK, FUNNEL_EXIT_NONE};
        events[count++] =
            row[2].number == 1
                ? (struct funnel_event){row[1].number + 1, VERIFIED, FUNNEL_EXIT_NONE}
                : (struct funnel_event){row[1].number + 1, -1, funnel_exit_of_outcome(row[2].number)};
    }
    funnel_add(context, events, count);
    return true;
}

static bool read_funnel(struct session *session, const struct funnel_journeys *query,
                        const struct statement *statement, struct funnel_result *ret_result,
                        struct error *err) {
    bool hops = statement == &HOPS;
    struct funnel_rules rules = {.steps_count = hops ? FUNNEL_HOP_STEPS : FUNNEL_JOURNEY_STEPS,
                                 .window_ms =
                                     query->window_ms > 0 ? query->window_ms : FUNNEL_JOURNEY_WINDOW_MS,
                                 .as_of_ms = query->as_of_ms};
    for (size_t i = 0; i < rules.steps_count; i++) {
        rules.steps[i] = (int)i;
        rules.step_window_ms[i] = query->step_window_ms;
    }
    CLEANUP(funnel_cleanup) struct funnel *funnel = funnel_new(&rules);
    if (funnel == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    const struct value values[] = {value_int(query->campaign_id), value_int(query->from_ms),
                                   value_int(query->to_ms == 0 ? INT64_MAX : query->to_ms)};
    if (!session_each(session, statement, values, 3, hops ? take_hop : take_journey, funnel, err))
        return false;
    funnel_result(funnel, ret_result);
    return true;
}

bool funnel_journeys_read(struct session *session, const struct funnel_journeys *query,
                          struct funnel_result *ret_result, struct error *err) {
    return read_funnel(session, query, &JOURNEYS, ret_result, err);
}

bool funnel_hops_read(struct session *session, const struct funnel_journeys *query,
                      struct funnel_result *ret_result, struct error *err) {
    return read_funnel(session, query, &HOPS, ret_result, err);
}
