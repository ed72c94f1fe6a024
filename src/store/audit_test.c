#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "store/audit.h"
#include "store/testbed.h"

static void every_row_of_a_check_is_a_fault(void **state) {
    static const struct audit_check checks[] = {
        {"nothing is empty", "SELECT 'nothing' WHERE 1 = 0"},
        {"numbers are small",
         "SELECT 'number ' || n FROM (SELECT 7 AS n UNION ALL SELECT 8) numbers ORDER BY 1"},
    };
    struct testbed *testbed = *state;
    struct error err = {0};
    struct session *session = NULL;
    testbed_fresh(testbed);
    struct audit audit = {.arena = testbed->arena};
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    for (int round = 1; round <= 20; round++) {
        assert_true(audit_run(&audit, session, checks, 2, &err));
        assert_int_equal(audit.faults_count, 2 * round);
    }
    assert_string_equal(audit.faults[0].check, "numbers are small");
    assert_string_equal(audit.faults[39].detail, "number 8");
    session_close(session);
}

static void a_check_that_cannot_run_is_an_error_that_names_it(void **state) {
    static const struct audit_check checks[] = {{"the moon is full", "SELECT phase FROM moon"}};
    struct testbed *testbed = *state;
    struct error err = {0};
    struct session *session = NULL;
    testbed_fresh(testbed);
    struct audit audit = {.arena = testbed->arena};
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_false(audit_run(&audit, session, checks, 1, &err));
    assert_memory_equal(err.message, "the moon is full: ", 18);
    session_close(session);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_a_check_is_a_fault),
        cmocka_unit_test(a_check_that_cannot_run_is_an_error_that_names_it),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
