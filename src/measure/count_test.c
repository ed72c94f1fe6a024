#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "measure/count.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define HOUR_MS INT64_C(1770004800000)

static void settle(struct command *command, struct tallies *tallies) {
    const int64_t *now_ms = command->context;
    count_step(tallies, *now_ms, 1, COUNT_CONSENT, COUNT_REACHED);
    count_step(tallies, *now_ms, 1, COUNT_CONSENT, COUNT_WENT_ON);
    count_step(tallies, *now_ms, 2, COUNT_CONSENT, COUNT_REACHED);
    count_step(tallies, *now_ms, 1, COUNT_REGISTER, COUNT_REACHED);
    count_access(tallies, *now_ms);
}

static void counts_add_up_over_hours_and_keep_campaigns_apart(void **state) {
    static const struct statement HOURS = {"SELECT COUNT(*) FROM access_count", ""};
    struct testbed *testbed = *state;
    struct error err = {0};
    struct session *session = NULL;
    struct count_sums sums;
    struct writer *writer = NULL;
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    for (int i = 0; i < 7; i++) {
        int64_t now_ms = HOUR_MS + i * CLOCK_HOUR_MS / 2;
        struct command command;
        command_init(&command, testbed->arena);
        command.context = &now_ms;
        command.settle = settle;
        assert_true(writer_run(writer, &command, &err));
    }
    writer_stop(writer);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(count_read(session, 1, &sums, &err));
    session_close(session);
    assert_int_equal(sums.accesses, 7);
    assert_int_equal(sums.residents, 7);
    assert_int_equal(sums.reached[COUNT_CONSENT], 7);
    assert_int_equal(sums.went_on[COUNT_CONSENT], 7);
    assert_int_equal(sums.reached[COUNT_PROCEDURE], 0);
    assert_int_equal(testbed_number(testbed, &HOURS), 4);
}

static void every_step_has_a_name(void **state) {
    assert_null(count_step_name(0));
    for (int step = COUNT_CONSENT; step < COUNT_STEPS; step++)
        assert_non_null(count_step_name((enum count_step)step));
    assert_null(count_step_name(COUNT_STEPS));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_add_up_over_hours_and_keep_campaigns_apart),
        cmocka_unit_test(every_step_has_a_name),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
