#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "migrations_list.h"
#include "operator/audit.h"
#include "store/migrate.h"
#include "store/testbed.h"

static const struct writer_options options = {.queue_max = 100, .batch_max = 10};
static const struct statement NEVER = {"UPDATE operator SET role = 1 WHERE id = $1", "i"};

static void fresh(struct testbed *testbed) {
    struct error err = {0};
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
}

static bool append(struct testbed *testbed, struct writer *writer, const struct audit_entry *entry,
                   bool refused) {
    struct command command;
    struct error err = {0};
    command_init(&command, testbed->arena);
    if (refused)
        COMMAND_ADD(&command, &NEVER, value_int(99))->must_change = true;
    audit_add(&command, entry);
    return writer_run(writer, &command, &err);
}

static void append_three(struct testbed *testbed) {
    struct writer *writer = NULL;
    struct error err = {0};
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    const struct audit_entry entries[] = {
        {.at_ms = 1000, .operator_name = "yamada", .action = "gate.floor", .before = "100", .after = "200"},
        {.at_ms = 2000, .operator_name = "鈴木", .action = "gate.pause", .reason = "提供者の障害: 20分"},
        {.at_ms = 3000,
         .operator_name = "yamada",
         .action = "operator.add",
         .subject = "sato",
         .after = "{}"}};
    for (size_t i = 0; i < 3; i++)
        assert_true(append(testbed, writer, &entries[i], false));
    writer_stop(writer);
}

static size_t faults(struct testbed *testbed, const char **ret_detail) {
    struct audit audit = {.arena = testbed->arena};
    struct session *session = NULL;
    struct audit_end end;
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(audit_chain_check(&audit, session, &end, &err));
    session_close(session);
    *ret_detail = audit.faults_count == 0 ? "" : audit.faults[0].detail;
    return audit.faults_count;
}

static size_t faults_after(struct testbed *testbed, const char *sql, const char **ret_detail) {
    fresh(testbed);
    append_three(testbed);
    testbed_script(testbed, sql);
    return faults(testbed, ret_detail);
}

static void entries_are_read_newest_first(void **state) {
    struct testbed *testbed = *state;
    struct session *session = NULL;
    struct error err = {0};
    struct audit_page page = {.count_max = 2}, rest = {.count_max = 2, .before_sequence = 2};
    struct audit_page gate = {.count_max = 10, .action_prefix = "gate."};
    fresh(testbed);
    append_three(testbed);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(audit_read(session, &page, testbed->arena, &err));
    assert_int_equal(page.entries_count, 2);
    assert_int_equal(page.total, 3);
    assert_string_equal(page.entries[0].action, "operator.add");
    assert_string_equal(page.entries[0].subject, "sato");
    assert_string_equal(page.entries[1].operator_name, "鈴木");
    assert_string_equal(page.entries[1].reason, "提供者の障害: 20分");
    assert_string_equal(page.entries[1].before, "");
    assert_true(audit_read(session, &rest, testbed->arena, &err));
    assert_int_equal(rest.entries_count, 1);
    assert_int_equal(rest.entries[0].at_ms, 1000);
    assert_true(audit_read(session, &gate, testbed->arena, &err));
    assert_int_equal(gate.entries_count, 2);
    session_close(session);
}

static void an_empty_log_and_a_whole_one_are_in_order(void **state) {
    const char *detail = NULL;
    fresh(*state);
    assert_int_equal(faults(*state, &detail), 0);
    append_three(*state);
    assert_int_equal(faults(*state, &detail), 0);
}

static void a_change_that_was_refused_leaves_no_entry(void **state) {
    struct testbed *testbed = *state;
    static const struct statement COUNT = {"SELECT COUNT(*) FROM audit_entry", ""};
    struct writer *writer = NULL;
    struct error err = {0};
    const char *detail = NULL;
    fresh(testbed);
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    const struct audit_entry entry = {.at_ms = 1, .operator_name = "yamada", .action = "operator.role"};
    assert_false(append(testbed, writer, &entry, true));
    assert_true(append(testbed, writer, &entry, false));
    writer_stop(writer);
    assert_int_equal(testbed_number(testbed, &COUNT), 1);
    assert_int_equal(faults(testbed, &detail), 0);
}

static void a_changed_entry_is_named(void **state) {
    static const char *const changes[] = {"at_ms = 2001",  "operator = '田中'",  "action = 'gate.open'",
                                          "subject = 'x'", "value_before = 'x'", "value_after = 'x'",
                                          "reason = 'x'"};
    const char *detail = NULL;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char sql[160];
        (void)snprintf(sql, sizeof sql, "UPDATE audit_entry SET %s WHERE sequence = 2", changes[i]);
        assert_int_equal(faults_after(*state, sql, &detail), 1);
        assert_non_null(strstr(detail, "entry 2 of "));
    }
}

static void words_that_move_between_fields_are_noticed(void **state) {
    const char *detail = NULL;
    assert_int_equal(faults_after(*state,
                                  "UPDATE audit_entry SET value_before = '10', value_after = '0200' "
                                  "WHERE sequence = 1",
                                  &detail),
                     1);
}

static void an_entry_that_was_taken_out_is_noticed(void **state) {
    const char *detail = NULL;
    assert_int_equal(faults_after(*state, "DELETE FROM audit_entry WHERE sequence = 2", &detail), 1);
    assert_string_equal(detail, "entry 3: does not follow entry 2");
    assert_int_equal(faults_after(*state, "DELETE FROM audit_entry WHERE sequence = 1", &detail), 1);
    assert_int_equal(faults_after(*state, "DELETE FROM audit_entry WHERE sequence = 3", &detail), 1);
    assert_string_equal(detail, "entry 3 was the last and is not there");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_read_newest_first),
        cmocka_unit_test(an_empty_log_and_a_whole_one_are_in_order),
        cmocka_unit_test(a_change_that_was_refused_leaves_no_entry),
        cmocka_unit_test(a_changed_entry_is_named),
        cmocka_unit_test(words_that_move_between_fields_are_noticed),
        cmocka_unit_test(an_entry_that_was_taken_out_is_noticed),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
