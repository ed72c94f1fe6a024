#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "forecast/glm.h"

static void near(double actual, double expected, double tolerance) {
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", actual, tolerance, expected);
}

// A design whose days carry one column and whose rows the others.
struct world {
    struct arena *arena;
    struct glm_design design;
    struct glm_prior prior;
    uint32_t day_of[4000];
    uint8_t group_of[64];
    double mean[64];
    double counts[4000];
    bool censored[4000];
};

static void world_init(struct world *world, size_t rows, size_t columns, size_t days) {
    memset(world, 0, sizeof *world);
    world->arena = arena_new(64 << 20);
    world->design = (struct glm_design){.columns = columns,
                                        .rows = glm_sparse_new(world->arena, rows, rows * columns),
                                        .days = glm_sparse_new(world->arena, days, days * columns),
                                        .day_of = world->day_of};
    world->prior = (struct glm_prior){
        .groups = 1, .precision = {1e-9}, .fixed = {true}, .group_of = world->group_of, .mean = world->mean};
}

static void the_poisson_regression_of_the_textbook_comes_out(void **state) {
    static const double counts[] = {18, 17, 15, 20, 10, 20, 25, 13, 12};
    struct world world;
    world_init(&world, 9, 5, 3);
    for (size_t i = 0; i < 9; i++) {
        world.counts[i] = counts[i];
        world.day_of[i] = (uint32_t)(i / 3);
        for (size_t outcome = 1; outcome < 3; outcome++)
            glm_sparse_add(&world.design.rows, outcome, i % 3 == outcome);
        glm_sparse_end_row(&world.design.rows);
    }
    for (size_t treatment = 0; treatment < 3; treatment++) { // constant within a day: a day's columns
        glm_sparse_add(&world.design.days, 0, 1);
        if (treatment > 0)
            glm_sparse_add(&world.design.days, 2 + treatment, 1);
        glm_sparse_end_row(&world.design.days);
    }
    struct glm_fit fit;
    struct error err = {0};
    struct glm_options options = {.poisson = true, .rounds_max = 1};
    assert_true(
        glm_solve(&world.design, world.counts, NULL, &world.prior, &options, world.arena, &fit, &err));
    static const double expected[] = {3.044522, -0.454255, -0.292987, 0, 0};
    static const double deviation[] = {0.1709, 0.2022, 0.1927, 0.2, 0.2};
    double scratch[25], variance[5];
    arrow_inverse_diagonal(&fit.information, scratch, variance);
    for (size_t i = 0; i < 5; i++) {
        near(fit.beta[i], expected[i], 1e-6);
        near(sqrt(variance[i]), deviation[i], 1e-4);
    }
    near(fit.deviance, 5.1291, 1e-4);
    struct glm_guess guesses[9];
    assert_true(glm_predict(&fit, &world.design, world.arena, guesses, &err));
    near(guesses[4].log_mean, 3.044522 - 0.454255, 1e-6);
    near(guesses[0].variance, variance[0], 1e-9); // of the constant alone
    arena_free(world.arena);
}

// Draws a negative binomial count as a Poisson of a gamma.
static double draw(struct random *random, double mean, double size) {
    double rate = random_gamma(random, mean, mean / sqrt(size)), count = 0;
    if (rate > 500)
        return round(rate + sqrt(rate) * random_normal(random));
    for (double limit = exp(-rate), product = random_unit(random); product > limit; count++)
        product *= random_unit(random);
    return count;
}

static void draw_world(struct world *world, uint64_t seed, size_t rows) {
    struct random random;
    random_init_seeded(&random, seed);
    world_init(world, rows, 21, rows / 20);
    world->prior.groups = 2;
    world->prior.precision[1] = 1;
    double effect[20];
    for (size_t i = 0; i < 20; i++) {
        effect[i] = 0.5 * random_normal(&random);
        world->group_of[i + 1] = 1;
    }
    for (size_t i = 0; i < rows; i++) {
        world->day_of[i] = (uint32_t)(i / 20);
        glm_sparse_add(&world->design.rows, 1 + i % 20, 1);
        glm_sparse_end_row(&world->design.rows);
        world->counts[i] = draw(&random, exp(4 + effect[i % 20]), 12);
    }
    for (size_t day = 0; day < rows / 20; day++) {
        glm_sparse_add(&world->design.days, 0, 1);
        glm_sparse_end_row(&world->design.days);
    }
}

static void spread_and_dispersion_are_found_in_the_data(void **state) {
    struct world world;
    draw_world(&world, 7, 4000);
    struct glm_fit fit;
    struct error err = {0};
    struct glm_options options = {0};
    assert_true(
        glm_solve(&world.design, world.counts, NULL, &world.prior, &options, world.arena, &fit, &err));
    near(fit.size, 12, 1.5);
    near(1 / sqrt(fit.precision[1]), 0.5, 0.2);
    assert_true(fit.rounds <= 12);
    arena_free(world.arena);
}

static void missing_rows_say_nothing_and_censored_ones_only_at_least(void **state) {
    struct world world;
    draw_world(&world, 8, 2000);
    for (size_t i = 0; i < 2000; i++)
        if (i % 20 == 3 && i >= 100) // full: only forty were let in
            world.censored[i] = true, world.counts[i] = fmin(world.counts[i], 5);
    struct glm_fit as_counts, as_censored, as_missing;
    struct error err = {0};
    struct glm_options options = {0};
    assert_true(
        glm_solve(&world.design, world.counts, NULL, &world.prior, &options, world.arena, &as_counts, &err));
    assert_true(glm_solve(&world.design, world.counts, world.censored, &world.prior, &options, world.arena,
                          &as_censored, &err));
    for (size_t i = 0; i < 2000; i++)
        if (world.censored[i])
            world.counts[i] = NAN;
    assert_true(
        glm_solve(&world.design, world.counts, NULL, &world.prior, &options, world.arena, &as_missing, &err));
    near(as_censored.beta[4], as_missing.beta[4], 0.05);
    assert_true(as_counts.beta[4] < as_missing.beta[4] - 0.5);
    arena_free(world.arena);
}

static void without_data_the_prior_is_the_answer(void **state) {
    struct world world;
    draw_world(&world, 9, 40);
    for (size_t i = 0; i < 40; i++)
        world.counts[i] = NAN;
    world.mean[0] = 2;
    world.mean[5] = 0.7;
    struct glm_fit fit;
    struct error err = {0};
    struct glm_options options = {0};
    assert_true(
        glm_solve(&world.design, world.counts, NULL, &world.prior, &options, world.arena, &fit, &err));
    near(fit.beta[0], 2, 1e-6);
    near(fit.beta[5], 0.7, 1e-6);
    arena_free(world.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_poisson_regression_of_the_textbook_comes_out),
        cmocka_unit_test(spread_and_dispersion_are_found_in_the_data),
        cmocka_unit_test(missing_rows_say_nothing_and_censored_ones_only_at_least),
        cmocka_unit_test(without_data_the_prior_is_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
