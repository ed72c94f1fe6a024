#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "store/dialect.h"

static void check(const char *sql, const char *expected) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    assert_string_equal(dialect_for_postgres(sql, arena), expected);
}

static void types_are_exchanged_as_whole_words(void **state) {
    check("CREATE TABLE a (b INTEGER, c BLOB, d REAL, e TEXT)",
          "CREATE TABLE a (b BIGINT, c BYTEA, d DOUBLE PRECISION, e TEXT)");
    check("integers blob_ real$ MYBLOB integer", "integers blob_ real$ MYBLOB BIGINT");
}

static void table_options_go_and_their_commas_with_them(void **state) {
    check("CREATE TABLE a (b INTEGER) STRICT;", "CREATE TABLE a (b BIGINT) ;");
    check("CREATE TABLE a (b TEXT) STRICT, WITHOUT ROWID;x", "CREATE TABLE a (b TEXT)  ;x");
    check("CREATE TABLE a (b TEXT) WITHOUT\n ROWID,STRICT; b, c", "CREATE TABLE a (b TEXT) ; b, c");
    check("CREATE TABLE a (strict TEXT, b TEXT) WITHOUT rows",
          "CREATE TABLE a (strict TEXT, b TEXT) WITHOUT rows");
}

static void quotes_and_comments_are_left_alone(void **state) {
    check("'INTEGER ''BLOB' \"REAL\" -- STRICT BLOB\n/* REAL */ REAL",
          "'INTEGER ''BLOB' \"REAL\" -- STRICT BLOB\n/* REAL */ DOUBLE PRECISION");
    check("'never closed INTEGER", "'never closed INTEGER");
    check("/* never closed INTEGER", "/* never closed INTEGER");
    check("-- to the end INTEGER", "-- to the end INTEGER");
    check("a - b / c -", "a - b / c -");
}

static void bytes_are_written_as_bytea(void **state) {
    check("VALUES (x'00Ff', X'', 'x')", "VALUES (BYTEA '\\x00Ff', BYTEA '\\x', 'x')");
}

static void an_arena_that_is_full_gives_nothing(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(16);
    assert_null(dialect_for_postgres("CREATE TABLE a (b INTEGER, c BLOB, d REAL, e TEXT)", arena));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_exchanged_as_whole_words),
        cmocka_unit_test(table_options_go_and_their_commas_with_them),
        cmocka_unit_test(quotes_and_comments_are_left_alone),
        cmocka_unit_test(bytes_are_written_as_bytea),
        cmocka_unit_test(an_arena_that_is_full_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
