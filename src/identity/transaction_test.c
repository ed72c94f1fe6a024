// transaction_test.c - what a jump is made of, and that of its returns exactly one counts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "identity/transaction.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define NOW_MS   INT64_C(1770000000000)
#define ALLOWED  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define CAMPAIGN 1
#define RESIDENT 42

static const unsigned char key[TRANSACTION_KEY_SIZE] = "a key for tests, thirty-two byte";
static const unsigned char other_key[TRANSACTION_KEY_SIZE] = "another key for tests, 32 bytes";

static struct transaction begin(uint64_t seed) {
    struct transaction transaction;
    struct random random;
    random_init_seeded(&random, seed);
    transaction_init(&transaction, key, &random);
    return transaction;
}

static void all_of_it_comes_back_from_the_state(void **state) {
    (void)state;
    struct error err = {0};
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct transaction transaction = begin(seed), again;
        assert_true(text_is_made_of(transaction.state, ALLOWED, 43, 43));
        assert_true(text_is_made_of(transaction.nonce, ALLOWED, 43, 43));
        assert_true(text_is_made_of(transaction.code_verifier, ALLOWED, 43, 43));
        assert_true(transaction_from_state(&again, key, transaction.state, &err));
        assert_memory_equal(&transaction, &again, sizeof transaction);
    }
}

static void no_part_of_it_tells_another(void **state) {
    (void)state;
    struct error err = {0};
    struct transaction one = begin(1), two = begin(2), other;
    assert_true(transaction_from_state(&other, other_key, one.state, &err));
    const char *const texts[] = {one.state, one.nonce,         one.code_verifier, two.state,
                                 two.nonce, two.code_verifier, other.nonce,       other.code_verifier};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(texts[i], texts[k]);
    assert_memory_not_equal(one.state_hash, two.state_hash, TRANSACTION_HASH_SIZE);
    assert_memory_not_equal(one.state_hash, other.state_hash, TRANSACTION_HASH_SIZE);
}

static void texts_of_another_form_are_no_state(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "abc",
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA;",
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error err = {0};
        struct transaction transaction;
        assert_false(transaction_from_state(&transaction, key, wrong[i], &err));
        assert_string_equal(err.field, "state");
    }
}

static void a_jump_lives_for_an_hour(void **state) {
    (void)state;
    assert_true(transaction_is_alive(NOW_MS, NOW_MS));
    assert_true(transaction_is_alive(NOW_MS, NOW_MS + TRANSACTION_LIFETIME_MS - 1));
    assert_false(transaction_is_alive(NOW_MS, NOW_MS + TRANSACTION_LIFETIME_MS));
}

static void prepare_tables(const struct testbed *testbed) {
    struct error err = {0};
    int applied = 0;
    if (!migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err))
        fail_msg("%s", err.message);
}

// Runs a command of one step and tells how many rows it touched.
static int64_t run(const struct testbed *testbed, struct step *step) {
    struct error err = {0};
    CLEANUP(session_cleanup) struct session *session = NULL;
    const struct step_run step_run = {.step = step, .arena = testbed->arena};
    if (!session_open(testbed->store, SESSION_WRITE, &session, &err) || !session_begin(session, &err) ||
        !session_run(session, &step_run, 1, &err) || !session_commit(session, &err))
        fail_msg("%s", err.message);
    return step->rows.changed;
}

static bool find(const struct testbed *testbed, const struct transaction *transaction,
                 struct transaction_row *ret_row, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    assert_true(session_open(testbed->store, SESSION_READ, &session, err));
    return transaction_find(session, transaction->state_hash, testbed->arena, ret_row, err);
}

static void of_returns_that_race_one_is_claimed_and_settled_once(void **state) {
    const struct testbed *testbed = *state;
    struct error err = {0};
    struct transaction transaction = begin(1), unknown = begin(2);
    struct command command;
    struct transaction_row row;
    unsigned char first[TRANSACTION_HASH_SIZE], second[TRANSACTION_HASH_SIZE];
    prepare_tables(testbed);
    command_init(&command, testbed->arena);
    transaction_code_hash("first", first);
    transaction_code_hash("second", second);
    assert_int_equal(run(testbed, transaction_add(&command, &transaction, RESIDENT, CAMPAIGN, NOW_MS)), 1);
    assert_true(find(testbed, &transaction, &row, &err));
    assert_int_equal(row.resident_id, RESIDENT);
    assert_false(row.returned);
    assert_int_equal(run(testbed, transaction_claim(&command, transaction.state_hash, first, NOW_MS + 5)), 1);
    assert_int_equal(run(testbed, transaction_claim(&command, transaction.state_hash, first, NOW_MS + 6)), 0);
    assert_int_equal(run(testbed, transaction_claim(&command, transaction.state_hash, second, NOW_MS + 6)),
                     0);
    assert_int_equal(run(testbed, transaction_settle(&command, transaction.state_hash, NOW_MS + 9, 1)), 1);
    assert_int_equal(run(testbed, transaction_settle(&command, transaction.state_hash, NOW_MS + 9, 8)), 0);
    assert_true(find(testbed, &transaction, &row, &err));
    assert_true(row.returned);
    assert_int_equal(row.returned_ms, NOW_MS + 5);
    assert_int_equal(row.outcome, 1);
    assert_memory_equal(row.code_hash, first, sizeof first);
    assert_false(find(testbed, &unknown, &row, &err));
    assert_int_equal(err.kind, ERROR_MISSING);
}

static void a_return_after_an_hour_is_not_claimed_and_old_jumps_are_forgotten(void **state) {
    const struct testbed *testbed = *state;
    struct error err = {0};
    struct transaction old = begin(1), young = begin(2);
    struct command command;
    struct transaction_row row;
    unsigned char hash[TRANSACTION_HASH_SIZE];
    int64_t late_ms = NOW_MS + TRANSACTION_LIFETIME_MS;
    prepare_tables(testbed);
    command_init(&command, testbed->arena);
    transaction_code_hash("code", hash);
    assert_int_equal(run(testbed, transaction_add(&command, &old, RESIDENT, CAMPAIGN, NOW_MS)), 1);
    assert_int_equal(run(testbed, transaction_add(&command, &young, RESIDENT, CAMPAIGN, NOW_MS + 1)), 1);
    assert_int_equal(run(testbed, transaction_claim(&command, old.state_hash, hash, late_ms)), 0);
    assert_int_equal(run(testbed, transaction_claim(&command, young.state_hash, hash, late_ms)), 1);
    assert_int_equal(run(testbed, transaction_purge(&command, NOW_MS + 1)), 1);
    assert_false(find(testbed, &old, &row, &err));
    assert_true(find(testbed, &young, &row, &err));
}

int main(void) {
    const struct CMUnitTest pure[] = {
        cmocka_unit_test(all_of_it_comes_back_from_the_state),
        cmocka_unit_test(no_part_of_it_tells_another),
        cmocka_unit_test(texts_of_another_form_are_no_state),
        cmocka_unit_test(a_jump_lives_for_an_hour),
    };
    const struct CMUnitTest stored[] = {
        cmocka_unit_test(of_returns_that_race_one_is_claimed_and_settled_once),
        cmocka_unit_test(a_return_after_an_hour_is_not_claimed_and_old_jumps_are_forgotten),
    };
    int failed = cmocka_run_group_tests(pure, NULL, NULL);
    return failed + testbed_run(stored, sizeof stored / sizeof stored[0]);
}
