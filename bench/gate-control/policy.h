// policy.h - rules that set the pace: Juncho's controller and what one would use instead.
//
// Each sees the same second of counts. The rivals' parameters are textbook values, not tuned by their
// authors.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/capacity.h"
#include "gate/controller.h"

struct policy_second {
    struct controller_counts counts; // stage 0 is the provider
    double wait_p50_s;               // of what ended in this second: served, or given up (at its patience)
    double wait_p95_s;
    uint64_t ended;
    uint64_t inside; // people on their way or at the provider, as an omniscient counter would know them
};

enum policy_kind {
    POLICY_JUNCHO,
    POLICY_FIXED,
    POLICY_FIXED_HIGH,
    POLICY_AIMD,
    POLICY_GRADIENT,
    POLICY_KINDS
};

struct policy {
    enum policy_kind kind;
    double per_s;                       // the pace
    double steady_per_s, ceiling_per_s; // what promises are made from; an order, 0: none
    double throughput;                  // what the guard believes the provider completes
    double carried;
    double long_wait_s;       // Gradient2's long average
    double start_per_s;       // capacity assumed at the start
    struct capacity capacity; // for the guards of the rivals, which have no estimate of their own
    struct controller *controller;
};

const char *policy_name(enum policy_kind kind);
void policy_init(struct policy *policy, enum policy_kind kind, double start_per_s);
void policy_done(struct policy *policy);
// One second; returns how many people to admit in the next.
uint64_t policy_tick(struct policy *policy, const struct policy_second *second);
