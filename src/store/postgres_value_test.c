#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "store/postgres_value.h"

static void parameters_are_sent_in_network_order(void **state) {
    static const struct statement statement = {"SELECT $1, $2, $3, $4, $5", "irtbi"};
    const struct value values[] = {value_int(-2), value_real(1), value_text("\xc3\xa9"),
                                   value_blob("\0\1", 2), value_null()};
    struct step step = {.statement = &statement, .values = values, .values_count = 5};
    struct postgres_parameters parameters;
    Oid types[STATEMENT_VALUES_MAX];
    assert_int_equal(postgres_parameter_types(&statement, types), 5);
    const Oid expected[] = {20, 701, 25, 17, 20};
    assert_memory_equal(types, expected, sizeof expected);
    postgres_parameters_set(&parameters, &step);
    assert_int_equal(parameters.count, 5);
    assert_memory_equal(parameters.values[0], "\xff\xff\xff\xff\xff\xff\xff\xfe", 8);
    assert_memory_equal(parameters.values[1], "\x3f\xf0\0\0\0\0\0\0", 8);
    assert_int_equal(parameters.lengths[2], 2);
    assert_memory_equal(parameters.values[3], "\0\1", 2);
    assert_null(parameters.values[4]);
    for (int i = 0; i < 5; i++)
        assert_int_equal(parameters.formats[i], 1);
}

static PGresult *make_result(Oid type, const char *bytes, int length) {
    char name[] = "cell";
    PGresAttDesc column = {.name = name, .format = 1, .typid = type};
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    assert_non_null(result);
    assert_int_equal(PQsetResultAttrs(result, 1, &column), 1);
    char copy[16] = "";
    memcpy(copy, bytes, (size_t)length);
    assert_int_equal(PQsetvalue(result, 0, 0, copy, length), 1);
    return result;
}

static struct value read_cell(Oid type, const char *bytes, int length) {
    struct value value;
    struct error err;
    PGresult *result = make_result(type, bytes, length);
    assert_true(postgres_cell(result, 0, 0, &value, &err));
    PQclear(result);
    return value;
}

static void numbers_of_every_size_are_read(void **state) {
    assert_int_equal(read_cell(20, "\x80\0\0\0\0\0\0\0", 8).number, INT64_MIN);
    assert_int_equal(read_cell(23, "\xff\xff\xff\xfe", 4).number, -2);
    assert_int_equal(read_cell(21, "\x01\x02", 2).number, 258);
    assert_int_equal(read_cell(16, "\1", 1).number, 1);
    assert_true(read_cell(701, "\xbf\xf0\0\0\0\0\0\0", 8).real == -1);
    assert_int_equal(read_cell(2278, "", 0).type, VALUE_NULL);
}

static void a_type_that_is_not_read_names_its_column(void **state) {
    struct value value;
    struct error err;
    PGresult *result = make_result(1700, "\0\0\0\0", 4);
    assert_false(postgres_cell(result, 0, 0, &value, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_non_null(strstr(err.message, "cell"));
    PQclear(result);
}

static void codes_become_kinds(void **state) {
    static const struct {
        const char *code;
        enum error_kind kind;
        bool race;
    } expected[] = {
        {NULL, ERROR_UNAVAILABLE, false},    {"40001", ERROR_UNAVAILABLE, true},
        {"40P01", ERROR_UNAVAILABLE, true},  {"23505", ERROR_CONFLICT, false},
        {"23514", ERROR_CONFLICT, false},    {"53100", ERROR_UNAVAILABLE, false},
        {"57P01", ERROR_UNAVAILABLE, false}, {"42P01", ERROR_INVALID, false},
        {"25006", ERROR_UNAVAILABLE, false}, {"25P02", ERROR_INVALID, false},
        {"54000", ERROR_EXHAUSTED, false},   {"08006", ERROR_UNAVAILABLE, false},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        bool race = false;
        assert_int_equal(postgres_error_kind(expected[i].code, &race), expected[i].kind);
        assert_int_equal(race, expected[i].race);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_sent_in_network_order),
        cmocka_unit_test(numbers_of_every_size_are_read),
        cmocka_unit_test(a_type_that_is_not_read_names_its_column),
        cmocka_unit_test(codes_become_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
