// funnel.c - for each step the best chain that ends there; one pass over a participant's events.
//
// Why one chain a step is enough: a later event of a step follows a later (or the same) chain of the step
// before, so its chain begins no earlier and ends later. It is better for every window than the one it
// replaces. Events of one moment are first all judged by what was before them.
#include "measure/funnel.h"

#include <string.h>

#include "base/histogram.h"

struct chain {
    bool set;
    size_t entry;                    // the step at which it began
    int64_t at_ms[FUNNEL_STEPS_MAX]; // from entry to the step whose chain this is
};

struct funnel {
    struct funnel_rules rules;
    struct funnel_result sums;
    struct histogram *to_next[FUNNEL_STEPS_MAX];
};

// One participant or attempt while its events are read.
struct walk {
    const struct funnel_rules *rules;
    struct chain chains[FUNNEL_STEPS_MAX];
    struct chain best;
    size_t best_last; // the step that `best` reached
    bool over;        // strict: the chain was ended
};

const char *funnel_exit_name(enum funnel_exit exit) {
    static const char *const names[FUNNEL_EXITS] = {"none",        "stopped",        "cancelled",    "card",
                                                    "certificate", "busy",           "not_eligible", "linked",
                                                    "other",       "never_returned", "returned_late"};
    ASSERT((size_t)exit < FUNNEL_EXITS);
    return names[exit];
}

struct funnel *funnel_new(const struct funnel_rules *rules) {
    ASSERT(rules->steps_count >= 1 && rules->steps_count <= FUNNEL_STEPS_MAX);
    struct funnel *funnel = calloc(1, sizeof *funnel);
    if (funnel == NULL)
        return NULL;
    funnel->rules = *rules;
    funnel->sums.steps_count = rules->steps_count;
    for (size_t i = 0; i < rules->steps_count; i++) {
        funnel->to_next[i] = histogram_new();
        if (funnel->to_next[i] == NULL) {
            funnel_free(funnel);
            return NULL;
        }
    }
    return funnel;
}

void funnel_free(struct funnel *funnel) {
    if (funnel == NULL)
        return;
    for (size_t i = 0; i < FUNNEL_STEPS_MAX; i++)
        histogram_free(funnel->to_next[i]);
    free(funnel);
}

void funnel_cleanup(struct funnel **funnel) {
    funnel_free(*funnel);
}

// When the time to go on from the last step of a chain is over.
static int64_t deadline_ms(const struct funnel_rules *rules, const struct chain *chain, size_t last) {
    int64_t deadline = INT64_MAX;
    if (rules->window_ms > 0)
        deadline = chain->at_ms[chain->entry] + rules->window_ms;
    if (rules->step_window_ms[last] > 0 && chain->at_ms[last] + rules->step_window_ms[last] < deadline)
        deadline = chain->at_ms[last] + rules->step_window_ms[last];
    return deadline;
}

// Makes of the chain of the step before what an event at `step` makes of it; false, and nothing is made, when
// it continues none.
static bool extend(const struct walk *walk, size_t step, int64_t at_ms, struct chain *ret_chain) {
    const struct chain *before = step > 0 ? &walk->chains[step - 1] : NULL;
    if (before != NULL && before->set && before->at_ms[step - 1] < at_ms &&
        at_ms <= deadline_ms(walk->rules, before, step - 1))
        *ret_chain = *before;
    else if (step > 0 && !walk->rules->open)
        return false;
    else
        ret_chain->entry = step;
    ret_chain->set = true;
    ret_chain->at_ms[step] = at_ms;
    return true;
}

static void keep_best(struct walk *walk, const struct chain *chain, size_t last) {
    if (!walk->best.set || last - chain->entry > walk->best_last - walk->best.entry) {
        walk->best = *chain;
        walk->best_last = last;
    }
}

// Strict: does this event end what was begun?
static bool interrupts(const struct walk *walk, const struct funnel_event *event) {
    const struct funnel_rules *rules = walk->rules;
    if (!rules->strict || !walk->best.set || event->exit != FUNNEL_EXIT_NONE)
        return false;
    for (size_t step = 0; step < rules->steps_count; step++) {
        if (rules->steps[step] != event->name)
            continue;
        bool again = step == 0 && rules->steps_count > 1 && walk->chains[1].set;
        return (again && !rules->reentry) || step > walk->best_last + 1;
    }
    return true;
}

static bool is_step(const struct walk *walk, size_t step, const struct funnel_event *event) {
    return event->exit == FUNNEL_EXIT_NONE && walk->rules->steps[step] == event->name;
}

// An event that is alone in its moment: from the last step down, so that none sees what it made itself.
static void take_event(struct walk *walk, const struct funnel_event *event) {
    bool made[FUNNEL_STEPS_MAX];
    walk->over = interrupts(walk, event);
    if (walk->over)
        return;
    for (size_t step = walk->rules->steps_count; step-- > 0;)
        made[step] = is_step(walk, step, event) && extend(walk, step, event->at_ms, &walk->chains[step]);
    for (size_t step = 0; step < walk->rules->steps_count; step++)
        if (made[step])
            keep_best(walk, &walk->chains[step], step);
}

// Takes all events of one moment; returns how many there are.
static size_t take_moment(struct walk *walk, const struct funnel_event *events, size_t count) {
    struct chain made[FUNNEL_STEPS_MAX] = {0};
    size_t taken = 0;
    for (; taken < count && events[taken].at_ms == events[0].at_ms && !walk->over; taken++) {
        walk->over = interrupts(walk, &events[taken]);
        for (size_t step = 0; step < walk->rules->steps_count && !walk->over; step++)
            if (is_step(walk, step, &events[taken]))
                made[step].set = extend(walk, step, events[taken].at_ms, &made[step]);
    }
    for (size_t step = 0; step < walk->rules->steps_count; step++) {
        if (!made[step].set)
            continue;
        walk->chains[step] = made[step];
        keep_best(walk, &made[step], step);
    }
    return taken;
}

static enum funnel_exit why_left(const struct walk *walk, const struct funnel_event *events, size_t count,
                                 int64_t deadline) {
    const struct funnel_rules *rules = walk->rules;
    size_t last = walk->best_last;
    enum funnel_exit exit = FUNNEL_EXIT_STOPPED;
    for (size_t i = 0; i < count; i++) {
        if (events[i].at_ms < walk->best.at_ms[last])
            continue;
        bool next = events[i].exit == FUNNEL_EXIT_NONE && events[i].name == rules->steps[last + 1];
        if (next && events[i].at_ms > deadline)
            return FUNNEL_EXIT_RETURNED_LATE;
        if (events[i].exit != FUNNEL_EXIT_NONE)
            exit = events[i].exit;
    }
    return exit;
}

static void count_chain(struct funnel *funnel, const struct walk *walk, const struct funnel_event *events,
                        size_t count) {
    const struct chain *best = &walk->best;
    size_t last = walk->best_last;
    funnel->sums.steps[best->entry].entered++;
    funnel->sums.entered++;
    for (size_t step = best->entry; step <= last; step++)
        funnel->sums.steps[step].reached++;
    for (size_t step = best->entry; step < last; step++) {
        funnel->sums.steps[step].went_on++;
        histogram_record(funnel->to_next[step], best->at_ms[step + 1] - best->at_ms[step]);
    }
    if (last + 1 == funnel->rules.steps_count)
        return;
    int64_t deadline = deadline_ms(&funnel->rules, best, last);
    if (funnel->rules.as_of_ms > 0 && deadline >= funnel->rules.as_of_ms) {
        funnel->sums.steps[last].under_way++;
        return;
    }
    funnel->sums.steps[last].left++;
    funnel->sums.steps[last].exits[why_left(walk, events, count, deadline)]++;
}

// Only what is looked at is set: there are as many walks as participants.
static void walk_begin(struct walk *walk, const struct funnel_rules *rules) {
    walk->rules = rules;
    walk->over = walk->best.set = false;
    for (size_t step = 0; step < rules->steps_count; step++)
        walk->chains[step].set = false;
}

// A participant, or one attempt of theirs.
static void add_walk(struct funnel *funnel, const struct funnel_event *events, size_t count) {
    struct walk walk;
    walk_begin(&walk, &funnel->rules);
    funnel->sums.all++;
    for (size_t i = 0; i < count && !walk.over;) {
        bool alone = i + 1 == count || events[i + 1].at_ms != events[i].at_ms;
        if (alone)
            take_event(&walk, &events[i]);
        i += alone ? 1 : take_moment(&walk, events + i, count - i);
    }
    if (walk.best.set)
        count_chain(funnel, &walk, events, count);
}

static bool begins_attempt(const struct funnel *funnel, const struct funnel_event *event) {
    return event->exit == FUNNEL_EXIT_NONE && event->name == funnel->rules.steps[0];
}

void funnel_add(struct funnel *funnel, const struct funnel_event *events, size_t count) {
    size_t from = 0;
    for (size_t i = 1; i < count && funnel->rules.unit == FUNNEL_ATTEMPTS; i++) {
        if (!begins_attempt(funnel, &events[i]))
            continue;
        add_walk(funnel, events + from, i - from);
        from = i;
    }
    add_walk(funnel, events + from, count - from);
}

void funnel_result(const struct funnel *funnel, struct funnel_result *ret_result) {
    *ret_result = funnel->sums;
    for (size_t i = 0; i < funnel->rules.steps_count; i++) {
        ret_result->steps[i].to_next_median_ms = histogram_percentile(funnel->to_next[i], 50);
        ret_result->steps[i].to_next_p90_ms = histogram_percentile(funnel->to_next[i], 90);
    }
}

static double percent(int64_t part, int64_t whole) {
    return whole > 0 ? (double)part / (double)whole * 100 : 0;
}

double funnel_abandonment(const struct funnel_step *step) {
    return percent(step->left, step->reached - step->under_way);
}

double funnel_share_left(const struct funnel_result *result, size_t i) {
    return percent(result->steps[i].left, result->entered);
}

double funnel_share_reached(const struct funnel_result *result, size_t i) {
    return percent(result->steps[i].reached, result->entered);
}
