#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/prepared.h"

static void a_statement_is_known_by_its_address(void **state) {
    static struct statement statements[PREPARED_MAX / 2];
    struct prepared_table *table = prepared_table_new();
    assert_non_null(table);
    for (unsigned i = 0; i < PREPARED_MAX / 2; i++) {
        prepared_find(table, &statements[i], false)->number = i;
        prepared_find(table, &statements[i], true)->number = i + PREPARED_MAX;
    }
    for (unsigned i = 0; i < PREPARED_MAX / 2; i++) {
        assert_int_equal(prepared_find(table, &statements[i], false)->number, i);
        assert_int_equal(prepared_find(table, &statements[i], true)->number, i + PREPARED_MAX);
    }
    prepared_table_clear(table);
    assert_null(prepared_find(table, &statements[1], false)->sql);
    assert_int_equal(prepared_find(table, &statements[1], false)->number, 0);
    prepared_table_free(table, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_statement_is_known_by_its_address)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
