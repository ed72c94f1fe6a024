#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/population.h"

static void every_code_is_found_and_no_other(void **state) {
    int64_t sum = 0;
    int found = 0;
    for (int code = 130000; code < 136000; code++) {
        sum += population_of(code);
        found += population_of(code) > 0;
    }
    assert_int_equal(found, 62);
    assert_int_equal(sum, 13794933); // the register's total for Tokyo
    assert_int_equal(population_of(134023), 170);
    assert_int_equal(population_of(131121), 916208);
    assert_int_equal(population_of(0), 0);
    assert_int_equal(population_of(999999), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_code_is_found_and_no_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
