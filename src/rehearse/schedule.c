// schedule.c - walks the stretches once, from target to target.
#include "rehearse/schedule.h"

#include <math.h>

#include "base/clock.h"

#define STAGE_PIECES 60 // a ramp becomes this many steps

struct stretch {
    double start_ms, length_ms; // since the plan's beginning, in the service's time
    double expected;
};

struct schedule {
    struct stretch *stretches;
    size_t count, current;
    double passed; // expected arrivals before the current stretch
    double target;
    double expected;
    double speed;
    bool even;
    struct random random;
};

static void add_stretch(struct schedule *schedule, struct stretch stretch) {
    schedule->stretches[schedule->count++] = stretch;
    schedule->expected += stretch.expected;
}

static void add_arrivals(struct schedule *schedule, const struct plan *plan,
                         const struct arrivals *arrivals) {
    int64_t until_ms = plan->start_ms + (int64_t)(plan->hours * (double)CLOCK_HOUR_MS);
    for (size_t i = 0; i < arrivals->count; i++) {
        const struct arrivals_slot *slot = &arrivals->slots[i];
        if (slot->start_ms < plan->start_ms || slot->start_ms >= until_ms)
            continue;
        add_stretch(schedule, (struct stretch){.start_ms = (double)(slot->start_ms - plan->start_ms),
                                               .length_ms = (double)arrivals->slot_ms,
                                               .expected = (double)slot->count * plan->scale});
    }
}

static void add_stages(struct schedule *schedule, const struct plan *plan) {
    double start_ms = 0;
    for (size_t i = 0; i < plan->stages_count; i++) {
        const struct plan_stage *stage = &plan->stages[i];
        double piece_ms = stage->minutes * (double)CLOCK_MINUTE_MS / STAGE_PIECES;
        double rise = (stage->to_per_hour - stage->from_per_hour) / STAGE_PIECES;
        for (int piece = 0; piece < STAGE_PIECES; piece++) {
            double per_hour = stage->from_per_hour + rise * (piece + 0.5);
            double expected = per_hour * piece_ms / (double)CLOCK_HOUR_MS * plan->scale;
            add_stretch(schedule, (struct stretch){start_ms, piece_ms, expected});
            start_ms += piece_ms;
        }
    }
}

bool schedule_new(const struct plan *plan, const struct arrivals *arrivals, struct schedule **ret_schedule,
                  struct error *err) {
    ASSERT(arrivals != NULL || plan->stages_count > 0);
    struct schedule *schedule = calloc(1, sizeof *schedule);
    size_t stretches_max = arrivals != NULL ? arrivals->count : plan->stages_count * STAGE_PIECES;
    if (schedule != NULL)
        schedule->stretches = calloc(stretches_max, sizeof *schedule->stretches);
    if (schedule == NULL || schedule->stretches == NULL) {
        schedule_free(schedule);
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    schedule->speed = plan->speed;
    schedule->even = plan->even;
    random_init_seeded(&schedule->random, plan->seed);
    if (arrivals != NULL)
        add_arrivals(schedule, plan, arrivals);
    else
        add_stages(schedule, plan);
    if (!(schedule->expected > 0)) {
        schedule_free(schedule);
        return error_set(err, ERROR_INVALID, "nobody arrives between the plan's start and its end");
    }
    schedule->target = plan->even ? 0.5 : random_exponential(&schedule->random, 1);
    *ret_schedule = schedule;
    return true;
}

void schedule_free(struct schedule *schedule) {
    if (schedule == NULL)
        return;
    free(schedule->stretches);
    free(schedule);
}

bool schedule_next(struct schedule *schedule, int64_t *ret_wall_us) {
    while (schedule->current < schedule->count &&
           schedule->passed + schedule->stretches[schedule->current].expected <= schedule->target)
        schedule->passed += schedule->stretches[schedule->current++].expected;
    if (schedule->current == schedule->count)
        return false;
    const struct stretch *stretch = &schedule->stretches[schedule->current];
    double share = (schedule->target - schedule->passed) / stretch->expected;
    *ret_wall_us = (int64_t)((stretch->start_ms + share * stretch->length_ms) * 1000 / schedule->speed);
    schedule->target += schedule->even ? 1 : random_exponential(&schedule->random, 1);
    return true;
}
