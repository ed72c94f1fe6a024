// policy.c - see policy.h.
#include "policy.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

#define PACE_MAX           500.0 // so that a rule that runs away does not take the computer along
#define PACE_MIN           1.0
#define AIMD_TARGET_S      5.0  // P95 of the waits inside
#define AIMD_ADD           0.5  // a second, each second
#define AIMD_MULTIPLY      0.95 // each second above the target
#define GRADIENT_TOLERANCE 1.5
#define GRADIENT_QUEUE     4.0
#define GRADIENT_SMOOTHING 0.2
#define GRADIENT_WINDOW    600.0

const char *policy_name(enum policy_kind kind) {
    static const char *const names[] = {[POLICY_JUNCHO] = "Juncho",
                                        [POLICY_FIXED] = "fixed, right for 50/s",
                                        [POLICY_FIXED_HIGH] = "fixed, 20 % too high",
                                        [POLICY_AIMD] = "AIMD on P95",
                                        [POLICY_GRADIENT] = "Gradient2 on the pace"};
    return names[kind];
}

void policy_init(struct policy *policy, enum policy_kind kind, double start_per_s) {
    *policy = (struct policy){
        .kind = kind, .per_s = start_per_s / 0.79, .throughput = start_per_s, .start_per_s = start_per_s};
    capacity_init(&policy->capacity, start_per_s);
    if (kind == POLICY_FIXED)
        policy->per_s = 50 / 0.79;
    if (kind == POLICY_FIXED_HIGH)
        policy->per_s = 1.2 * 50 / 0.79;
    if (kind != POLICY_JUNCHO)
        return;
    // What one would assume of people whom one has not seen yet.
    struct controller_stage stage = {
        .name = "identity provider", .capacity_per_s = start_per_s, .share = 0.8, .journey_s = 60};
    policy->controller = controller_new(&stage, 1);
    if (policy->controller == NULL)
        abort();
}

void policy_done(struct policy *policy) {
    controller_free(policy->controller);
    policy->controller = NULL;
}

static void tick_aimd(struct policy *policy, const struct policy_second *second) {
    if (second->ended == 0)
        return;
    policy->per_s =
        second->wait_p95_s > AIMD_TARGET_S ? policy->per_s * AIMD_MULTIPLY : policy->per_s + AIMD_ADD;
    policy->per_s = fmin(fmax(policy->per_s, PACE_MIN), PACE_MAX);
}

// Netflix's Gradient2Limit with the pace in place of the concurrency limit.
static void tick_gradient(struct policy *policy, const struct policy_second *second) {
    if (second->ended == 0)
        return;
    double now_s = fmax(second->wait_p50_s, 0.02);
    policy->long_wait_s = policy->long_wait_s == 0 ? now_s
                                                   : policy->long_wait_s + (now_s - policy->long_wait_s) * 2 /
                                                                               (GRADIENT_WINDOW + 1);
    if (policy->long_wait_s / now_s > 2)
        policy->long_wait_s *= 0.95;
    double gradient = fmin(fmax(GRADIENT_TOLERANCE * policy->long_wait_s / now_s, 0.5), 1);
    double wanted = policy->per_s * gradient + GRADIENT_QUEUE;
    policy->per_s += GRADIENT_SMOOTHING * (wanted - policy->per_s);
    policy->per_s = fmin(fmax(policy->per_s, PACE_MIN), PACE_MAX);
}

uint64_t policy_tick(struct policy *policy, const struct policy_second *second) {
    if (policy->kind == POLICY_JUNCHO) {
        struct controller_orders orders = {.ceiling_per_s = policy->ceiling_per_s};
        struct controller_pace pace = controller_tick(policy->controller, &second->counts, &orders);
        policy->per_s = pace.per_s;
        policy->steady_per_s = pace.steady_per_s;
        policy->throughput = controller_view(policy->controller, 0).capacity_per_s;
        return controller_people(policy->controller, &pace);
    }
    const struct stage_counts *seen = &second->counts.stages[0];
    capacity_tick(&policy->capacity, seen->completed, seen->backlog, true, 80);
    policy->throughput = policy->capacity.per_s;
    if (policy->kind == POLICY_AIMD)
        tick_aimd(policy, second);
    if (policy->kind == POLICY_GRADIENT)
        tick_gradient(policy, second);
    policy->carried += policy->per_s;
    double people = floor(policy->carried);
    policy->carried -= people;
    return (uint64_t)people;
}
