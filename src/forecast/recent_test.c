// covers: rows.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "forecast/recent.h"

#define FIRST_DAY 20486 // 2026-02-02, a Monday
#define DAYS      42

struct world {
    struct arena *arena;
    struct holidays holidays;
    struct occasions occasions;
    struct series series;
    struct columns columns;
    double *beta;
};

static void world_init(struct world *world) {
    struct error err = {0};
    double counts[DAYS];
    for (size_t i = 0; i < DAYS; i++)
        counts[i] = 100 + (double)i;
    *world = (struct world){.arena = arena_new(64 << 20)};
    assert_true(series_from(counts, DAYS, FIRST_DAY, SERIES_MINUTES_DAY, &world->series, &err));
    assert_true(columns_init(&world->columns, &world->holidays, &world->occasions, 1, FIRST_DAY,
                             FIRST_DAY + DAYS - 1, world->arena, &err));
    world->beta = arena_alloc(world->arena, world->columns.count * sizeof *world->beta);
    for (size_t i = 0; i < world->columns.count; i++)
        world->beta[i] = 0;
}

static void world_done(struct world *world) {
    series_done(&world->series);
    arena_free(world->arena);
}

static double of(struct world *world, size_t slot) {
    double count;
    struct error err = {0};
    assert_true(recent_weeks(&world->columns, world->beta, &world->series,
                             (struct recent_span){DAYS, slot, 1}, &count, &err));
    return count;
}

static void newer_weeks_weigh_more_and_only_the_last_four_count(void **state) {
    struct world world;
    world_init(&world);
    double fade = 0.75, sum = 0, weights = 0;
    for (int week = 0; week < RECENT_WEEKS; week++) {
        sum += pow(fade, week) * (100 + DAYS - 7 * (week + 1));
        weights += pow(fade, week);
    }
    assert_true(fabs(of(&world, DAYS) - sum / weights) < 1e-9);
    assert_true(fabs(of(&world, DAYS + 14) - sum / weights) < 1e-9); // weeks later the same
    world.series.counts[DAYS - 7] = NAN;
    assert_true(of(&world, DAYS) < sum / weights);
    for (size_t i = DAYS - 28; i < DAYS; i++)
        world.series.counts[i] = NAN;
    assert_true(isnan(of(&world, DAYS)));
    world_done(&world);
}

static void what_the_model_knows_of_a_day_is_carried_over_but_not_its_level(void **state) {
    struct world world;
    world_init(&world);
    double plain = of(&world, DAYS);
    for (size_t i = 0; i < world.columns.knots; i++)
        world.beta[world.columns.step_at + i] = 0.5;
    world.beta[world.columns.level_at] = 3;
    assert_true(fabs(of(&world, DAYS) - plain) < 1e-9);
    // The Monday ahead becomes a holiday, which the earlier Mondays were not.
    int64_t day = FIRST_DAY + DAYS;
    world.holidays = (struct holidays){&day, 1};
    world.beta[world.columns.day_at + 7 + COLUMNS_OFF] = log(2);
    assert_true(fabs(of(&world, DAYS) / plain - 2) < 1e-9);
    world_done(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newer_weeks_weigh_more_and_only_the_last_four_count),
        cmocka_unit_test(what_the_model_knows_of_a_day_is_carried_over_but_not_its_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
