#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "measure/import.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

static int64_t taken(struct testbed *testbed, const struct import *import) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct error err = {0};
    int64_t number = 0;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(import_find(session, import, &number, &err));
    return number;
}

static void save(struct testbed *testbed, const struct import *import, uint64_t rows) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct import_result result = {.read = rows, .taken = rows};
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    if (!session_begin(session, &err) || !import_save(session, import, &result, &err) ||
        !session_commit(session, &err))
        fail_msg("%s", err.message);
}

static void the_same_contents_read_in_the_same_way_are_known_again(void **state) {
    struct testbed *testbed = *state;
    struct error err = {0};
    int applied = 0;
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    struct import import = {IMPORT_CALLS, {1, 2, 3}, "zone=Asia/Tokyo", "a.csv", 5};
    assert_int_equal(taken(testbed, &import), -1);
    save(testbed, &import, 7);
    import.name = "b.csv";
    assert_int_equal(taken(testbed, &import), 7);
    import.options = "zone=UTC";
    assert_int_equal(taken(testbed, &import), -1);
    save(testbed, &import, 8); // read anew in another way: that is what it is now
    assert_int_equal(taken(testbed, &import), 8);
    import.digest[15] = 1;
    assert_int_equal(taken(testbed, &import), -1);
}

static void the_number_of_a_file_tells_kinds_and_contents_apart(void **state) {
    struct import calls = {.kind = IMPORT_CALLS, .digest = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    struct import daily = calls, other = calls;
    daily.kind = IMPORT_DAILY;
    other.digest[0] = 0;
    assert_true(import_id(&calls) > 0 && import_id(&daily) > 0 && import_id(&other) > 0);
    assert_int_not_equal(import_id(&calls), import_id(&daily));
    assert_int_not_equal(import_id(&calls), import_id(&other));
}

static void bad_lines_are_listed_up_to_a_limit_and_counted_beyond(void **state) {
    struct import_result result = {.read = 0};
    for (uint64_t line = 1; line <= 2 * IMPORT_BAD_LISTED_MAX; line++)
        import_add_bad(&result, line, "why");
    assert_int_equal(result.bad, 2 * IMPORT_BAD_LISTED_MAX);
    assert_int_equal(result.bad_listed_count, IMPORT_BAD_LISTED_MAX);
    assert_int_equal(result.bad_listed[IMPORT_BAD_LISTED_MAX - 1].line, IMPORT_BAD_LISTED_MAX);
    import_add_note(&result, "so", 2);
    import_add_note(&result, "so", 3);
    assert_int_equal(result.notes_count, 1);
    assert_int_equal(result.notes[0].count, 5);
}

static void what_is_to_come_has_not_been_counted(void **state) {
    struct import_result result = {.latest_ms = 1000};
    struct error err = {0};
    assert_true(import_check_moment(&result, 1000, &err));
    assert_false(import_check_moment(&result, 1001, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    result.latest_ms = 0;
    assert_true(import_check_moment(&result, INT64_MAX, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_to_come_has_not_been_counted),
        cmocka_unit_test(the_same_contents_read_in_the_same_way_are_known_again),
        cmocka_unit_test(the_number_of_a_file_tells_kinds_and_contents_apart),
        cmocka_unit_test(bad_lines_are_listed_up_to_a_limit_and_counted_beyond),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
