// main.c - gate-control: the pace through a drop of the provider, beside fixed pace, AIMD and Gradient2.
//
//   gate-control [--seeds N] [--start PER_S] [--plant NAME] [--rivals no] [--plot FILE.svg]
//   gate-control --promises SEEDS
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plant.h"
#include "plot.h"
#include "promises.h"

struct row_means {
    double share, p50, p95, max, backlog, lost;
    double share_min, p95_max;
};

static void run_seeds(const struct plant_options *plant, enum policy_kind kind, bool guarded, int seeds,
                      double start_per_s, struct row_means *ret_means) {
    *ret_means = (struct row_means){.share_min = 1};
    for (int seed = 1; seed <= seeds; seed++) {
        struct policy policy;
        struct plant_result result;
        policy_init(&policy, kind, start_per_s);
        plant_run(plant, &policy, guarded, (uint64_t)seed, &result);
        double share = (double)result.completed / result.possible;
        ret_means->share += share / seeds;
        ret_means->p50 += result.wait_p50_s / seeds;
        ret_means->p95 += result.wait_p95_s / seeds;
        ret_means->max += result.wait_max_s / seeds;
        ret_means->backlog += (double)result.backlog_max / seeds;
        ret_means->lost += (double)result.lost / seeds;
        ret_means->share_min = share < ret_means->share_min ? share : ret_means->share_min;
        ret_means->p95_max = result.wait_p95_s > ret_means->p95_max ? result.wait_p95_s : ret_means->p95_max;
        plant_result_done(&result);
        policy_done(&policy);
    }
}

static void print_table(const struct plant_options *plant, int seeds, double start_per_s, int kinds) {
    printf("\n%s: %s\n\n", plant->name, plant->title);
    printf("| pace | guard | completed of possible | worst seed | wait inside P50 | P95 | worst seed's P95 | "
           "longest "
           "| most people at the provider | gave up |\n");
    printf("| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: |\n");
    for (int kind = 0; kind < kinds; kind++)
        for (int guarded = 1; guarded >= 0; guarded--) {
            struct row_means means;
            run_seeds(plant, (enum policy_kind)kind, guarded, seeds, start_per_s, &means);
            printf("| %s | %s | %.1f %% | %.1f %% | %.1f s | %.1f s | %.1f s | %.0f s | %.0f | %.0f |\n",
                   policy_name((enum policy_kind)kind), guarded ? "yes" : "no", 100 * means.share,
                   100 * means.share_min, means.p50, means.p95, means.p95_max, means.max, means.backlog,
                   means.lost);
            fflush(stdout);
        }
}

static bool write_plot(const char *path, double start_per_s) {
    static const enum policy_kind kinds[] = {POLICY_JUNCHO, POLICY_FIXED, POLICY_AIMD, POLICY_GRADIENT};
    struct plant_result results[PLOT_RUNS_MAX];
    struct plot_run runs[PLOT_RUNS_MAX];
    for (int i = 0; i < PLOT_RUNS_MAX; i++) {
        struct policy policy;
        policy_init(&policy, kinds[i], start_per_s);
        plant_run(plant_named(0), &policy, true, 1, &results[i]);
        policy_done(&policy);
        runs[i] = (struct plot_run){.name = policy_name(kinds[i]), .result = &results[i]};
    }
    bool written = plot_write(path, plant_named(0)->title, runs, PLOT_RUNS_MAX);
    for (int i = 0; i < PLOT_RUNS_MAX; i++)
        plant_result_done(&results[i]);
    return written;
}

struct arguments {
    int seeds, kinds, promises;
    double start_per_s;
    const char *plot, *plant;
};

static bool read_arguments(int argc, char **argv, struct arguments *arguments) {
    for (int i = 1; i < argc; i += 2) {
        const char *value = argv[i + 1]; // NULL after the last
        int64_t number = 0;
        if (value == NULL)
            return false;
        if (strcmp(argv[i], "--plot") == 0)
            arguments->plot = value;
        else if (strcmp(argv[i], "--plant") == 0)
            arguments->plant = value;
        else if (strcmp(argv[i], "--rivals") == 0)
            arguments->kinds = strcmp(value, "no") == 0 ? POLICY_JUNCHO + 1 : POLICY_KINDS;
        else if (!text_parse_int(value, 1, 1000, &number))
            return false;
        else if (strcmp(argv[i], "--seeds") == 0)
            arguments->seeds = (int)number;
        else if (strcmp(argv[i], "--promises") == 0)
            arguments->promises = (int)number;
        else if (strcmp(argv[i], "--start") == 0)
            arguments->start_per_s = (double)number;
        else
            return false;
    }
    return true;
}

int main(int argc, char **argv) {
    struct arguments arguments = {.seeds = 5, .kinds = POLICY_KINDS, .start_per_s = 25};
    if (!read_arguments(argc, argv, &arguments)) {
        fprintf(stderr, "usage: gate-control [--seeds N] [--start PER_S] [--plant NAME] [--rivals no] "
                        "[--plot FILE.svg] | --promises SEEDS\n");
        return 2;
    }
    if (arguments.promises > 0) {
        promises_print(arguments.promises);
        return 0;
    }
    const struct plant_options *plant;
    for (size_t number = 0; (plant = plant_named(number)) != NULL; number++)
        if (arguments.plant == NULL || strcmp(arguments.plant, plant->name) == 0)
            print_table(plant, arguments.seeds, arguments.start_per_s, arguments.kinds);
    if (arguments.plot != NULL && !write_plot(arguments.plot, arguments.start_per_s)) {
        perror(arguments.plot);
        return 1;
    }
    return 0;
}
