#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "migrations_list.h"
#include "operator/operator.h"
#include "store/migrate.h"
#include "store/testbed.h"

static const struct writer_options options = {.queue_max = 100, .batch_max = 10};
static const struct operator_secrets secrets = {.password = "$argon2id$"};

struct bench {
    struct testbed *testbed;
    struct writer *writer;
    struct command command;
};

static struct bench bench_of(void **state) {
    struct bench bench = {.testbed = *state};
    struct error err = {0};
    int applied = 0;
    testbed_fresh(bench.testbed);
    assert_true(migrate_run(bench.testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(writer_start(bench.testbed->store, &options, &bench.writer, &err));
    return bench;
}

static struct command *command_of(struct bench *bench) {
    command_init(&bench->command, bench->testbed->arena);
    return &bench->command;
}

static enum error_kind run(struct bench *bench) {
    struct error err = {0};
    return writer_run(bench->writer, &bench->command, &err) ? ERROR_NONE : err.kind;
}

static enum error_kind add(struct bench *bench, const char *name, enum operator_role role) {
    operator_add(command_of(bench), name, role, &secrets, 1000);
    return run(bench);
}

static void roles_have_names(void **state) {
    enum operator_role role = OPERATOR_ADMIN;
    assert_true(operator_role_parse("viewer", &role));
    assert_int_equal(role, OPERATOR_VIEWER);
    assert_false(operator_role_parse("", &role));
    assert_false(operator_role_parse("root", &role));
    assert_string_equal(operator_role_name(OPERATOR_ADMIN), "admin");
}

static void names_are_short_and_without_blanks(void **state) {
    struct error err = {0};
    assert_true(operator_name_check("山田", &err));
    assert_false(operator_name_check("", &err));
    assert_false(operator_name_check("a b", &err));
    assert_false(operator_name_check("a\nb", &err));
    assert_false(operator_name_check("1234567890123456789012345678901234567890123456789012345678901", &err));
}

static void a_name_is_taken_once(void **state) {
    struct bench bench = bench_of(state);
    struct session *session = NULL;
    struct error err = {0};
    struct operator_account *operators = NULL;
    struct operator_proof proof;
    size_t count = 0;
    assert_int_equal(add(&bench, "yamada", OPERATOR_ADMIN), ERROR_NONE);
    assert_int_equal(add(&bench, "yamada", OPERATOR_VIEWER), ERROR_EXHAUSTED);
    assert_int_equal(add(&bench, "abe", OPERATOR_VIEWER), ERROR_NONE);
    assert_true(session_open(bench.testbed->store, SESSION_READ, &session, &err));
    assert_true(operator_list(session, bench.testbed->arena, &operators, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(operators[0].name, "abe");
    assert_int_equal(operators[1].role, OPERATOR_ADMIN);
    assert_int_equal(operators[1].last_seen_ms, 0);
    assert_true(operator_find(session, "abe", bench.testbed->arena, &proof, &err));
    assert_int_equal(proof.totp_length, TOTP_SEALED_SIZE);
    assert_false(operator_find(session, "nobody", bench.testbed->arena, &proof, &err));
    assert_int_equal(err.kind, ERROR_MISSING);
    session_close(session);
    writer_stop(bench.writer);
}

static void the_last_admin_stays(void **state) {
    struct bench bench = bench_of(state);
    assert_int_equal(add(&bench, "yamada", OPERATOR_ADMIN), ERROR_NONE);
    assert_int_equal(add(&bench, "abe", OPERATOR_VIEWER), ERROR_NONE);
    operator_add_by_link(command_of(&bench), "sandbox", OPERATOR_ADMIN, 1);
    assert_int_equal(run(&bench), ERROR_NONE);
    operator_disable(command_of(&bench), "yamada", 5);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    operator_set_role(command_of(&bench), "yamada", OPERATOR_ADMIN, OPERATOR_OPERATOR);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    operator_set_role(command_of(&bench), "abe", OPERATOR_OPERATOR, OPERATOR_ADMIN);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED); // is no operator but a viewer
    operator_set_role(command_of(&bench), "abe", OPERATOR_VIEWER, OPERATOR_ADMIN);
    assert_int_equal(run(&bench), ERROR_NONE);
    operator_disable(command_of(&bench), "yamada", 5);
    assert_int_equal(run(&bench), ERROR_NONE);
    operator_disable(command_of(&bench), "yamada", 6);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED); // is disabled already
    operator_reset(command_of(&bench), "yamada", &secrets);
    assert_int_equal(run(&bench), ERROR_NONE);
    operator_reset(command_of(&bench), "nobody", &secrets);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    writer_stop(bench.writer);
}

static void who_comes_by_the_organisation_is_made_once_and_takes_no_name(void **state) {
    struct bench bench = bench_of(state);
    operator_add(command_of(&bench), "yamada", OPERATOR_ADMIN, &secrets, 1);
    assert_int_equal(run(&bench), ERROR_NONE);
    operator_enter(command_of(&bench), "https://id 1", "sato", OPERATOR_VIEWER, 2);
    assert_int_equal(run(&bench), ERROR_NONE);
    operator_enter(command_of(&bench), "https://id 1", "sato", OPERATOR_ADMIN, 3);
    assert_int_equal(run(&bench), ERROR_NONE);
    operator_enter(command_of(&bench), "https://id 2", "yamada", OPERATOR_ADMIN, 3); // a name with a password
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    operator_reset(command_of(&bench), "sato", &secrets);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    operator_disable(command_of(&bench), "yamada", 4); // an admin of the organisation is not the last way in
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    operator_disable(command_of(&bench), "sato", 4);
    assert_int_equal(run(&bench), ERROR_NONE);
    operator_enter(command_of(&bench), "https://id 1", "sato", OPERATOR_ADMIN, 5);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    writer_stop(bench.writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_have_names),
        cmocka_unit_test(names_are_short_and_without_blanks),
        cmocka_unit_test(a_name_is_taken_once),
        cmocka_unit_test(the_last_admin_stays),
        cmocka_unit_test(who_comes_by_the_organisation_is_made_once_and_takes_no_name),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
