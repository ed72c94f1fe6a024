#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "migrations_list.h"
#include "operator/password.h"
#include "operator/sign_in.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define PASSWORD "three windows at noon"
#define NOW_MS   INT64_C(1770000000000)

static const struct writer_options options = {.queue_max = 100, .batch_max = 10};
static const unsigned char key[TOTP_KEY_SIZE] = {7};
static const struct totp_secret secret = {{1, 2, 3}};

struct bench {
    struct testbed *testbed;
    struct writer *writer;
    struct session *session;
    struct command command;
    struct random random;
    int64_t operator_id;
};

static enum error_kind run(struct bench *bench) {
    struct error err = {0};
    return writer_run(bench->writer, &bench->command, &err) ? ERROR_NONE : err.kind;
}

static struct command *command_of(struct bench *bench) {
    command_init(&bench->command, bench->testbed->arena);
    return &bench->command;
}

static struct bench bench_of(void **state) {
    struct bench bench = {.testbed = *state};
    struct error err = {0};
    char hash[PASSWORD_HASH_SIZE];
    struct operator_secrets secrets = {.password = hash};
    struct operator_proof proof;
    int applied = 0;
    testbed_fresh(bench.testbed);
    random_init_seeded(&bench.random, 11);
    assert_true(migrate_run(bench.testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(writer_start(bench.testbed->store, &options, &bench.writer, &err));
    assert_true(password_hash(PASSWORD, hash, &err));
    totp_seal(&secret, key, "yamada", &bench.random, secrets.totp);
    operator_add(command_of(&bench), "yamada", OPERATOR_OPERATOR, &secrets, 1);
    assert_int_equal(run(&bench), ERROR_NONE);
    assert_true(session_open(bench.testbed->store, SESSION_READ, &bench.session, &err));
    assert_true(operator_find(bench.session, "yamada", bench.testbed->arena, &proof, &err));
    bench.operator_id = proof.operator.id;
    return bench;
}

static void bench_done(struct bench *bench) {
    session_close(bench->session);
    writer_stop(bench->writer);
}

static enum error_kind check(struct bench *bench, const char *name, const char *password, int64_t code_step,
                             int64_t *ret_step) {
    char code[16];
    struct operator_proof proof;
    struct error err = {0};
    (void)snprintf(code, sizeof code, "%06u", totp_number(secret.bytes, TOTP_SECRET_SIZE, code_step, 6));
    const struct sign_in_claim claim = {name, password, code, key, NOW_MS};
    return sign_in_check(bench->session, &claim, bench->testbed->arena, &proof, ret_step, &err) ? ERROR_NONE
                                                                                                : err.kind;
}

static enum error_kind read_at(struct bench *bench, const struct sign_in_token *token, int64_t now_ms,
                               struct sign_in *ret_sign_in) {
    struct error err = {0};
    return sign_in_read(bench->session, token, now_ms, bench->testbed->arena, ret_sign_in, &err) ? ERROR_NONE
                                                                                                 : err.kind;
}

static void all_three_must_fit(void **state) {
    struct bench bench = bench_of(state);
    int64_t now_step = NOW_MS / 1000 / TOTP_STEP_S, step = 0;
    assert_int_equal(check(&bench, "yamada", PASSWORD, now_step, &step), ERROR_NONE);
    assert_int_equal(step, now_step);
    assert_int_equal(check(&bench, "yamada", PASSWORD, now_step + 7, &step), ERROR_DENIED);
    assert_int_equal(check(&bench, "yamada", "another password", now_step, &step), ERROR_DENIED);
    assert_int_equal(check(&bench, "suzuki", PASSWORD, now_step, &step), ERROR_DENIED);
    operator_disable(command_of(&bench), "yamada", 5);
    assert_int_equal(run(&bench), ERROR_NONE);
    assert_int_equal(check(&bench, "yamada", PASSWORD, now_step, &step), ERROR_DENIED);
    bench_done(&bench);
}

static void a_code_begins_one_session(void **state) {
    struct bench bench = bench_of(state);
    struct sign_in_token token, second, parsed;
    struct sign_in sign_in;
    sign_in_draw(&bench.random, &token);
    sign_in_draw(&bench.random, &second);
    sign_in_begin(command_of(&bench), bench.operator_id, 500, &token, NOW_MS);
    assert_int_equal(run(&bench), ERROR_NONE);
    sign_in_begin(command_of(&bench), bench.operator_id, 500, &second, NOW_MS);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    sign_in_begin(command_of(&bench), bench.operator_id, 499, &second, NOW_MS);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    assert_int_equal(read_at(&bench, &second, NOW_MS, &sign_in), ERROR_DENIED);
    assert_true(sign_in_parse(token.text, &parsed));
    assert_int_equal(read_at(&bench, &parsed, NOW_MS, &sign_in), ERROR_NONE);
    assert_string_equal(sign_in.operator.name, "yamada");
    assert_int_equal(sign_in.operator.role, OPERATOR_OPERATOR);
    assert_false(sign_in_parse("short", &parsed));
    bench_done(&bench);
}

static void a_session_ends_by_quiet_and_by_the_day(void **state) {
    struct bench bench = bench_of(state);
    struct sign_in_token token;
    struct sign_in sign_in;
    sign_in_draw(&bench.random, &token);
    sign_in_begin(command_of(&bench), bench.operator_id, 0, &token, NOW_MS);
    assert_int_equal(run(&bench), ERROR_NONE);
    assert_int_equal(read_at(&bench, &token, NOW_MS + SIGN_IN_IDLE_MS - 1, &sign_in), ERROR_NONE);
    assert_int_equal(read_at(&bench, &token, NOW_MS + SIGN_IN_IDLE_MS, &sign_in), ERROR_DENIED);
    for (int64_t after_ms = 0; after_ms < SIGN_IN_LIFE_MS; after_ms += SIGN_IN_IDLE_MS / 2) {
        assert_int_equal(read_at(&bench, &token, NOW_MS + after_ms, &sign_in), ERROR_NONE);
        sign_in_touch(command_of(&bench), &token, NOW_MS + after_ms);
        assert_int_equal(run(&bench), ERROR_NONE);
    }
    assert_int_equal(read_at(&bench, &token, NOW_MS + SIGN_IN_LIFE_MS, &sign_in), ERROR_DENIED);
    bench_done(&bench);
}

static void a_session_ends_when_it_is_left_and_when_its_operator_is_disabled(void **state) {
    struct bench bench = bench_of(state);
    struct sign_in_token one, two, three;
    struct sign_in sign_in;
    sign_in_draw(&bench.random, &one);
    sign_in_draw(&bench.random, &two);
    sign_in_draw(&bench.random, &three);
    sign_in_begin(command_of(&bench), bench.operator_id, 0, &one, NOW_MS);
    sign_in_begin(&bench.command, bench.operator_id, 0, &two, NOW_MS);
    assert_int_equal(run(&bench), ERROR_NONE);
    sign_in_end(command_of(&bench), &one);
    assert_int_equal(run(&bench), ERROR_NONE);
    assert_int_equal(read_at(&bench, &one, NOW_MS, &sign_in), ERROR_DENIED);
    assert_int_equal(read_at(&bench, &two, NOW_MS, &sign_in), ERROR_NONE);
    operator_disable(command_of(&bench), "yamada", 5);
    assert_int_equal(run(&bench), ERROR_NONE);
    assert_int_equal(read_at(&bench, &two, NOW_MS, &sign_in), ERROR_DENIED);
    sign_in_begin(command_of(&bench), bench.operator_id, 0, &three, NOW_MS);
    assert_int_equal(run(&bench), ERROR_EXHAUSTED);
    bench_done(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_three_must_fit),
        cmocka_unit_test(a_code_begins_one_session),
        cmocka_unit_test(a_session_ends_by_quiet_and_by_the_day),
        cmocka_unit_test(a_session_ends_when_it_is_left_and_when_its_operator_is_disabled),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
