// plan.h - what a rehearsal does: who arrives when, how they behave, and what counts as good enough.
//
// A plan is an INI file. Arrivals come from a file of counts ([arrivals] file=) or from [stages] of a rate
// that rises or falls; everything is in the service's time, which runs `speed` times as fast as the wall.
// Unknown sections and keys, and values out of range, are errors that name the line.
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define PLAN_STAGES_MAX 100

// The screens of the journey, in their order.
enum plan_screen {
    PLAN_CONSENT,
    PLAN_PROCEDURE,
    PLAN_INTENT,
    PLAN_AUTHENTICATE,
    PLAN_VERIFIED,
    PLAN_SCREENS,
};
const char *plan_screen_name(enum plan_screen screen); // "consent", ...

struct plan_stage {
    double minutes;
    double from_per_hour, to_per_hour; // residents; the rate goes evenly from one to the other
};

// A time that people take: gamma distributed.
struct plan_time {
    double mean_s, deviation_s;
};

struct plan {
    char arrivals_file[PATH_MAX]; // "" when there are stages; relative to the plan's folder when read
    int64_t start_ms;             // what the service's clock shows at the beginning
    double hours;                 // how much of the file is replayed from there
    double scale;                 // residents for each arrival of the file or the stages
    double speed;
    bool even;     // exactly as many as planned, evenly spaced in each interval; else a Poisson process
    uint64_t seed; // of everything that is drawn
    struct plan_stage stages[PLAN_STAGES_MAX];
    size_t stages_count;

    struct {
        double leave[PLAN_SCREENS]; // share of those who reach the screen
        double lost_in_hop;         // of those who leave at authenticate: did jump, never came back
        struct plan_time time_home, time_screen[PLAN_SCREENS];
        double retry;    // share that tries again when refused for now
        int retries_max; // by one resident
    } behaviour;

    int connections_max; // kept open at once
    double patience_s;   // wall seconds until a request without an answer is given up

    struct {
        double p50_ms_max, p99_ms_max; // over all requests, from the intended start
        int64_t lost_max, refused_max;
        double finished_share_min; // of those who started
    } thresholds;
};

// The plan before a file is read: Tokyo's shares, no arrivals, and no thresholds but that nothing is lost.
void plan_default(struct plan *ret_plan);
// Reads `text` (named `name` in errors) over the defaults.
MUST_CHECK bool plan_parse(const char *text, const char *name, struct plan *ret_plan, struct error *err);
// As plan_parse, from a file of at most PLAN_BYTES_MAX bytes.
#define PLAN_BYTES_MAX 65536
MUST_CHECK bool plan_read(const char *path, struct plan *ret_plan, struct error *err);
