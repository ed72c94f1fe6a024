// promises.c - see promises.h.
#include "promises.h"

#include <stdio.h>

#include "gate/promise.h"
#include "plant.h"

struct sums {
    struct promise_record spans[PROMISE_SPANS], all;
};

static void add(struct promise_record *sum, const struct promise_record *more) {
    sum->promised += more->promised;
    sum->held_p50 += more->held_p50;
    sum->held_p90 += more->held_p90;
}

static void run(const struct plant_options *crowd, int seed, struct sums *sums) {
    static const double believed[] = {0.3, 1, 2}; // times the capacity
    static struct promise promise;
    struct policy policy;
    struct plant_result result;
    policy_init(&policy, POLICY_JUNCHO, crowd->steps[0].per_s * believed[seed % 3]);
    policy.ceiling_per_s = crowd->ceiling_per_s;
    plant_run(crowd, &policy, true, (uint64_t)seed, &result);
    promise_init(&promise);
    for (size_t second = 0; second < result.seconds_length; second++) {
        const struct plant_second *seen = &result.seconds[second];
        promise_tick(&promise, seen->joined, seen->passed, seen->steady);
    }
    for (int span = 0; span < PROMISE_SPANS; span++) {
        add(&sums->spans[span], &promise.records[span]);
        add(&sums->all, &promise.records[span]);
    }
    plant_result_done(&result);
    policy_done(&policy);
}

static void print(const struct promise_record *record) {
    double promised = record->promised == 0 ? 1 : (double)record->promised;
    printf(" %llu | %.0f / %.0f |", (unsigned long long)record->promised,
           100 * (double)record->held_p50 / promised, 100 * (double)record->held_p90 / promised);
}

void promises_print(int seeds) {
    const struct plant_options *crowd;
    printf("\n| crowd | under 5 minutes | P50 / P90 held, %% | under 30 | P50 / P90 | longer | P50 / P90 | "
           "all | "
           "P50 / P90 |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n");
    for (size_t number = 0; (crowd = crowd_named(number)) != NULL; number++) {
        struct sums sums = {0};
        for (int seed = 1; seed <= seeds; seed++)
            run(crowd, seed, &sums);
        printf("| %s: %s |", crowd->name, crowd->title);
        for (int span = 0; span < PROMISE_SPANS; span++)
            print(&sums.spans[span]);
        print(&sums.all);
        printf("\n");
        fflush(stdout);
    }
}
