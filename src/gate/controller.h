// controller.h - the pace at which people are let in, from what really completes.
//
// Once a second, a pure function of counts. Each stage i has a capacity C (capacity.h), a share f of the
// admitted who reach it and a mean journey T to it (reach.h). People count against a stage from their
// turn on, so the pace looks at everybody who is still to be served there: those on their way and those
// waiting at it. Little's law says how many that should be: C * (T + 5 s). The pace is
//     min over the stages of  [C + (C * (T + 5 s) - on the way - backlog) / 20 s] / f,
// at least 0, at most twice C / f. When capacity falls the people on their way are already too many, and
// the pace stops until they have been served; when it comes back the journey is filled again at once.
// (Correcting by the backlog alone, as others do, acts a journey too late: see bench/gate-control.)
//
// The operator's orders come on top: floor, ceiling, pause, a pace by hand.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/capacity.h"
#include "gate/reach.h"

#define CONTROLLER_STAGES_MAX 4
#define CONTROLLER_TEXT_SIZE  200

struct controller;

struct controller_stage {
    const char *name;      // as the operator reads it: "identity provider"; kept by reference
    double capacity_per_s; // assumed before anything is measured
    double share;          // of the admitted who reach it, assumed likewise
    double journey_s;      // and how long they need
};

// What happened in one second.
struct stage_counts {
    uint64_t completed;                  // answers of use to somebody
    uint64_t backlog;                    // people at the stage: held, or with a request outstanding
    uint32_t arrived_by_age[REACH_BINS]; // people who came to it, by reach_bin(seconds since their turn)
};

struct controller_counts {
    uint64_t admitted; // people whom the watermark passed, and those who returned
    bool waiting;      // there is somebody in the line
    struct stage_counts stages[CONTROLLER_STAGES_MAX];
};

struct controller_orders {
    double floor_per_s;
    double ceiling_per_s; // 0: none
    double hand_per_s;    // when by_hand
    bool by_hand;
    bool paused;
};

enum pace_reason {
    PACE_CAPACITY, // a stage's capacity
    PACE_BACKLOG,  // too many are on their way to it or waiting at it
    PACE_FILL,     // too few are
    PACE_SILENT,   // nothing was heard from it
    PACE_FLOOR,
    PACE_CEILING,
    PACE_PAUSED,
    PACE_BY_HAND,
};

struct controller_pace {
    double per_s;        // let so many in during the next second
    double steady_per_s; // what the stages can do in the long run; promises are made from it
    enum pace_reason reason;
    size_t stage; // the narrowest one
};

// What the console shows of a stage.
struct controller_view {
    const char *name;
    double capacity_per_s, share, journey_s, on_the_way, backlog;
    bool busy, silent;
};

// NULL when memory is exhausted; 1 to CONTROLLER_STAGES_MAX stages.
struct controller *controller_new(const struct controller_stage *stages, size_t stages_length);
void controller_free(struct controller *controller);
void controller_cleanup(struct controller **controller);

// One second: what the stages saw in it gives the pace of the next; orders of operators bound it.
struct controller_pace controller_tick(struct controller *controller, const struct controller_counts *counts,
                                       const struct controller_orders *orders);

// The pace in whole people: what is left of one second is carried to the next.
uint64_t controller_people(struct controller *controller, const struct controller_pace *pace);

// `stage` counts from 0, in the order of controller_new.
struct controller_view controller_view(const struct controller *controller, size_t stage);
const char *pace_reason_name(enum pace_reason reason); // "capacity", "backlog", ...: for metrics
// A sentence for the log and the audit trail.
void controller_explain(const struct controller *controller, const struct controller_pace *pace,
                        char target[CONTROLLER_TEXT_SIZE]);
