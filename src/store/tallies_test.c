#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/tallies.h"

static const struct statement BUDGET = {"UPDATE budget", "ii"};
static const struct statement COUNT = {"INSERT INTO count", "iii"};
static const struct statement COUNT_AGAIN = {"INSERT INTO count", "iii"}; // as another build would have it

static void add(struct tallies *tallies, const struct statement *statement, int64_t a, int64_t b,
                int64_t amount, const char *refusal) {
    tallies_add(tallies, &(struct tally){.statement = statement,
                                         .keys = {a, b},
                                         .keys_count = statement == &BUDGET ? 1 : 2,
                                         .amount = amount,
                                         .refusal = refusal});
}

static void sums_come_in_one_order_those_that_refuse_first(void **state) {
    struct tallies *tallies = tallies_new();
    struct step_run *runs = NULL;
    struct error err;
    size_t count = 0;
    add(tallies, &COUNT, 2, 1, 1, NULL);
    add(tallies, &BUDGET, 9, 0, 100, "no budget");
    add(tallies, &COUNT, 1, 5, 1, NULL);
    add(tallies, &COUNT_AGAIN, 2, 1, 3, NULL);
    add(tallies, &BUDGET, 9, 0, -30, "no budget");
    add(tallies, &COUNT, 1, 2, -4, NULL);
    assert_true(tallies_runs(tallies, false, &runs, &count, &err));
    assert_int_equal(count, 4);
    const int64_t expected[][3] = {{9, 70}, {1, 2, -4}, {1, 5, 1}, {2, 1, 4}};
    for (size_t i = 0; i < count; i++)
        for (size_t value = 0; value < runs[i].step->values_count; value++)
            assert_int_equal(runs[i].step->values[value].number, expected[i][value]);
    assert_true(runs[0].step->must_change);
    assert_false(runs[1].step->must_change);
    assert_string_equal(tallies_refusal(tallies), "no budget");
    runs[0].step->rows.changed = 1;
    assert_null(tallies_refusal(tallies));
    assert_true(tallies_runs(tallies, true, &runs, &count, &err));
    assert_int_equal(count, 1);
    tallies_free(tallies);
}

static void what_cannot_refuse_moves_to_the_batch(void **state) {
    struct tallies *batch = tallies_new(), *one = tallies_new();
    struct step_run *runs = NULL;
    struct error err;
    size_t count = 0;
    for (int i = 0; i < 1000; i++) {
        tallies_reset(one);
        add(one, &COUNT, 1, 1, 1, NULL);
        add(one, &BUDGET, 1, 0, 1, "no budget");
        tallies_add_others(batch, one);
    }
    assert_true(tallies_runs(batch, false, &runs, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(runs[0].step->values[2].number, 1000);
    tallies_reset(batch);
    assert_true(tallies_runs(batch, false, &runs, &count, &err));
    assert_int_equal(count, 0);
    tallies_free(batch);
    tallies_free(one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_come_in_one_order_those_that_refuse_first),
        cmocka_unit_test(what_cannot_refuse_moves_to_the_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
