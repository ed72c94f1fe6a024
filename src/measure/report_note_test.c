#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/report_note.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

static void set(struct testbed *testbed, const struct report_note *note) {
    const struct writer_options options = {.queue_max = 4, .batch_max = 4};
    struct writer *writer = NULL;
    struct command command;
    struct error err = {0};
    command_init(&command, testbed->arena);
    report_note_set(&command, 1, note);
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    bool ok = writer_run(writer, &command, &err);
    writer_stop(writer);
    if (!ok)
        fail_msg("%s", err.message);
}

static void a_note_is_set_changed_and_taken_back(void **state) {
    struct testbed *testbed = *state;
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct report_note note;
    struct error err = {0};
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(report_note_read(session, 1, testbed->arena, &note, &err));
    assert_null(note.text);
    set(testbed, &(struct report_note){"一つ目\n二つ目", "yamada", 5});
    set(testbed, &(struct report_note){"三つ目", "suzuki", 6});
    assert_true(report_note_read(session, 1, testbed->arena, &note, &err));
    assert_string_equal(note.text, "三つ目");
    assert_string_equal(note.set_by, "suzuki");
    assert_int_equal(note.set_ms, 6);
    assert_true(report_note_read(session, 2, testbed->arena, &note, &err));
    assert_null(note.text);
    set(testbed, &(struct report_note){"", "suzuki", 7});
    assert_true(report_note_read(session, 1, testbed->arena, &note, &err));
    assert_null(note.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_note_is_set_changed_and_taken_back)};
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
