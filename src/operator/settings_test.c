#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "migrations_list.h"
#include "operator/settings.h"
#include "store/migrate.h"
#include "store/testbed.h"

static const struct writer_options options = {.queue_max = 100, .batch_max = 10};

static int64_t slow_ms(struct testbed *testbed) {
    struct session *session = NULL;
    struct settings settings;
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(settings_load(session, testbed->arena, &settings, &err));
    session_close(session);
    return settings.values[SETTING_SLOW_MS];
}

static enum error_kind change(struct testbed *testbed, struct writer *writer, int64_t before, int64_t value) {
    struct command command;
    struct error err = {0};
    command_init(&command, testbed->arena);
    setting_change(&command, SETTING_SLOW_MS, before, value, 1000);
    return writer_run(writer, &command, &err) ? ERROR_NONE : err.kind;
}

static void names_are_found(void **state) {
    enum setting setting = SETTINGS;
    assert_true(setting_find("console.slow_ms", &setting));
    assert_int_equal(setting, SETTING_SLOW_MS);
    assert_false(setting_find("console.slow", &setting));
    for (enum setting each = 0; each < SETTINGS; each++)
        assert_true(setting_kind(each)->min <= setting_kind(each)->fallback &&
                    setting_kind(each)->fallback <= setting_kind(each)->max);
}

static void a_change_holds_and_is_undone_and_two_do_not_meet(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = NULL;
    struct error err = {0};
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    assert_int_equal(slow_ms(testbed), 1000);
    assert_int_equal(change(testbed, writer, 1000, 500), ERROR_NONE);
    assert_int_equal(slow_ms(testbed), 500);
    assert_int_equal(change(testbed, writer, 1000, 700), ERROR_EXHAUSTED); // somebody was faster
    assert_int_equal(slow_ms(testbed), 500);
    assert_int_equal(change(testbed, writer, 500, 1000), ERROR_NONE);
    assert_int_equal(slow_ms(testbed), 1000);
    testbed_script(testbed, "UPDATE setting SET value = '7'"); // beyond the limits
    assert_int_equal(slow_ms(testbed), 1000);
    writer_stop(writer);
}

static struct setting_override *only(struct testbed *testbed) {
    struct session *session = NULL;
    struct setting_override *overrides = NULL;
    struct error err = {0};
    size_t count = 0;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(setting_overrides(session, testbed->arena, &overrides, &count, &err));
    session_close(session);
    assert_true(count <= 1);
    return count == 0 ? NULL : overrides;
}

static enum error_kind put_over(struct testbed *testbed, struct writer *writer,
                                const struct setting_override *before, const char *value) {
    struct setting_override after = {"campaign.points", value, 5000};
    struct command command;
    struct error err = {0};
    command_init(&command, testbed->arena);
    setting_override_change(&command, before, value == NULL ? NULL : &after);
    return writer_run(writer, &command, &err) ? ERROR_NONE : err.kind;
}

static void a_value_over_the_file_is_set_changed_and_forgotten(void **state) {
    struct testbed *testbed = *state;
    const struct setting_override stale = {"campaign.points", "11000", 0};
    struct writer *writer = NULL;
    struct error err = {0};
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    assert_int_equal(change(testbed, writer, 1000, 500), ERROR_NONE); // the console's own is not among them
    assert_null(only(testbed));
    assert_int_equal(put_over(testbed, writer, &stale, "12000"), ERROR_EXHAUSTED);
    assert_int_equal(put_over(testbed, writer, NULL, "12000"), ERROR_NONE);
    assert_int_equal(put_over(testbed, writer, NULL, "13000"), ERROR_EXHAUSTED);
    assert_int_equal(put_over(testbed, writer, only(testbed), "13000"), ERROR_NONE);
    assert_string_equal(only(testbed)->value, "13000");
    assert_int_equal(only(testbed)->at_ms, 5000);
    assert_int_equal(put_over(testbed, writer, &stale, NULL), ERROR_EXHAUSTED);
    assert_int_equal(put_over(testbed, writer, only(testbed), NULL), ERROR_NONE);
    assert_null(only(testbed));
    writer_stop(writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(a_value_over_the_file_is_set_changed_and_forgotten),
        cmocka_unit_test(a_change_holds_and_is_undone_and_two_do_not_meet),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
