// controller.c - see controller.h.
#include "gate/controller.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"

#define BACKLOG_S    5.0  // of work kept waiting at a stage, so that it never stands idle
#define CORRECTION_S 20.0 // in which a surplus or a lack of people is made good
#define SURGE        2.0  // times the steady pace, at most
#define REASON_SHARE 0.1  // a correction of less than this part of the pace is not worth a word

struct stage {
    const char *name;
    struct capacity capacity;
    struct reach reach;
    double backlog;
};

struct controller {
    struct stage stages[CONTROLLER_STAGES_MAX];
    size_t stages_length;
    double carried; // part of a person
};

struct controller *controller_new(const struct controller_stage *stages, size_t stages_length) {
    ASSERT(stages_length >= 1 && stages_length <= CONTROLLER_STAGES_MAX);
    struct controller *controller = calloc(1, sizeof *controller);
    if (controller == NULL)
        return NULL;
    controller->stages_length = stages_length;
    for (size_t i = 0; i < stages_length; i++) {
        struct reach_options reach = {.share = stages[i].share, .journey_s = stages[i].journey_s};
        controller->stages[i].name = stages[i].name;
        capacity_init(&controller->stages[i].capacity, stages[i].capacity_per_s);
        reach_init(&controller->stages[i].reach, &reach);
    }
    return controller;
}

void controller_free(struct controller *controller) {
    free(controller);
}

void controller_cleanup(struct controller **controller) {
    controller_free(*controller);
}

static struct controller_pace pace_for_stage(const struct stage *stage) {
    double steady = stage->capacity.per_s / stage->reach.share;
    double wanted = stage->capacity.per_s * (stage->reach.journey_s + BACKLOG_S);
    double correction =
        (wanted - stage->reach.on_the_way - stage->backlog) / CORRECTION_S / stage->reach.share;
    enum pace_reason reason = PACE_CAPACITY;
    if (stage->capacity.silent)
        reason = PACE_SILENT;
    else if (correction < -REASON_SHARE * steady)
        reason = PACE_BACKLOG;
    else if (correction > REASON_SHARE * steady)
        reason = PACE_FILL;
    return (struct controller_pace){.per_s = fmin(fmax(steady + correction, 0), SURGE * steady),
                                    .steady_per_s = steady,
                                    .reason = reason};
}

static void bound(struct controller_pace *pace, double per_s, enum pace_reason reason) {
    pace->per_s = per_s;
    pace->reason = reason;
}

static void obey(struct controller_pace *pace, const struct controller_orders *orders) {
    if (orders->by_hand)
        bound(pace, orders->hand_per_s, PACE_BY_HAND);
    else if (orders->ceiling_per_s > 0 && pace->per_s > orders->ceiling_per_s)
        bound(pace, orders->ceiling_per_s, PACE_CEILING);
    else if (pace->per_s < orders->floor_per_s)
        bound(pace, orders->floor_per_s, PACE_FLOOR);
    if (orders->paused)
        bound(pace, 0, PACE_PAUSED);
    if (orders->by_hand || orders->paused)
        pace->steady_per_s = pace->per_s;
    else if (orders->ceiling_per_s > 0)
        pace->steady_per_s = fmin(pace->steady_per_s, orders->ceiling_per_s);
    pace->steady_per_s = fmax(pace->steady_per_s, orders->paused    ? 0
                                                  : orders->by_hand ? 0
                                                                    : orders->floor_per_s);
}

struct controller_pace controller_tick(struct controller *controller, const struct controller_counts *counts,
                                       const struct controller_orders *orders) {
    struct controller_pace narrowest = {.per_s = INFINITY, .steady_per_s = INFINITY};
    for (size_t i = 0; i < controller->stages_length; i++) {
        struct stage *stage = &controller->stages[i];
        const struct stage_counts *seen = &counts->stages[i];
        stage->backlog = (double)seen->backlog;
        reach_tick(&stage->reach, counts->admitted, seen->arrived_by_age);
        capacity_tick(&stage->capacity, seen->completed, seen->backlog, counts->waiting,
                      stage->reach.journey_s);
        struct controller_pace pace = pace_for_stage(stage);
        double steady = fmin(pace.steady_per_s, narrowest.steady_per_s);
        if (pace.per_s < narrowest.per_s) {
            narrowest = pace;
            narrowest.stage = i;
        }
        narrowest.steady_per_s = steady;
    }
    obey(&narrowest, orders);
    return narrowest;
}

uint64_t controller_people(struct controller *controller, const struct controller_pace *pace) {
    controller->carried = pace->per_s > 0 ? controller->carried + pace->per_s : 0;
    double people = floor(controller->carried);
    controller->carried -= people;
    return (uint64_t)people;
}

struct controller_view controller_view(const struct controller *controller, size_t stage) {
    ASSERT(stage < controller->stages_length);
    const struct stage *seen = &controller->stages[stage];
    return (struct controller_view){.name = seen->name,
                                    .capacity_per_s = seen->capacity.per_s,
                                    .share = seen->reach.share,
                                    .journey_s = seen->reach.journey_s,
                                    .on_the_way = seen->reach.on_the_way,
                                    .backlog = seen->backlog,
                                    .busy = seen->capacity.busy,
                                    .silent = seen->capacity.silent};
}

const char *pace_reason_name(enum pace_reason reason) {
    static const char *const names[] = {
        [PACE_CAPACITY] = "capacity", [PACE_BACKLOG] = "backlog", [PACE_FILL] = "fill",
        [PACE_SILENT] = "silent",     [PACE_FLOOR] = "floor",     [PACE_CEILING] = "ceiling",
        [PACE_PAUSED] = "paused",     [PACE_BY_HAND] = "by hand"};
    ASSERT((size_t)reason < sizeof names / sizeof names[0]);
    return names[reason];
}

void controller_explain(const struct controller *controller, const struct controller_pace *pace,
                        char target[CONTROLLER_TEXT_SIZE]) {
    struct controller_view stage = controller_view(controller, pace->stage);
    double per_min = 60 * pace->per_s;
    switch (pace->reason) {
    case PACE_CAPACITY:
        snprintf(target, CONTROLLER_TEXT_SIZE, "%.0f a minute: %s completes %.1f a second, %.0f %% reach it",
                 per_min, stage.name, stage.capacity_per_s, 100 * stage.share);
        return;
    case PACE_BACKLOG:
    case PACE_FILL:
        snprintf(
            target, CONTROLLER_TEXT_SIZE,
            "%.0f a minute: %s completes %.1f a second, too %s people there (%.0f) and on their way (%.0f)",
            per_min, stage.name, stage.capacity_per_s, pace->reason == PACE_FILL ? "few" : "many",
            stage.backlog, stage.on_the_way);
        return;
    case PACE_SILENT:
        snprintf(target, CONTROLLER_TEXT_SIZE,
                 "%.0f a minute: halved, nothing was heard from %s, %.0f people there", per_min, stage.name,
                 stage.backlog);
        return;
    case PACE_FLOOR:
    case PACE_CEILING:
    case PACE_PAUSED:
    case PACE_BY_HAND:
        snprintf(target, CONTROLLER_TEXT_SIZE, "%.0f a minute: the operator's order (%s)", per_min,
                 pace_reason_name(pace->reason));
    }
}
