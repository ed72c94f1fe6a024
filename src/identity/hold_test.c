// hold_test.c - a result waits for the right code: a few tries, a few minutes, once.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "identity/hold.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define NOW_MS   INT64_C(1770000000000)
#define CAMPAIGN 1
#define RESIDENT 42

static const unsigned char key[TRANSACTION_KEY_SIZE] = "a key for tests, thirty-two byte";
static const unsigned char other_key[TRANSACTION_KEY_SIZE] = "another key for tests, 32 bytes";

static struct hold make(unsigned char number) {
    struct hold hold = {.outcome = 1, .age_band = 3, .municipality = 131016, .held_ms = NOW_MS};
    memset(hold.state_hash, number, sizeof hold.state_hash);
    memset(hold.code_hash, number + 1, sizeof hold.code_hash);
    memset(hold.person_hash, number + 2, sizeof hold.person_hash);
    return hold;
}

static void the_code_needs_both_hashes_and_the_key(void **state) {
    (void)state;
    struct hold hold = make(1), other_state = make(1), other_code = make(1);
    char code[HOLD_CODE_SIZE], same[HOLD_CODE_SIZE], other[HOLD_CODE_SIZE];
    other_state.state_hash[0] ^= 1;
    other_code.code_hash[31] ^= 1;
    hold_code(&hold, key, code);
    hold_code(&hold, key, same);
    assert_true(text_is_made_of(code, "0123456789", HOLD_CODE_DIGITS, HOLD_CODE_DIGITS));
    assert_string_equal(code, same);
    hold_code(&other_state, key, other);
    assert_string_not_equal(code, other);
    hold_code(&other_code, key, other);
    assert_string_not_equal(code, other);
    hold_code(&hold, other_key, other);
    assert_string_not_equal(code, other);
}

static void codes_use_all_their_digits(void **state) {
    (void)state;
    bool seen[10] = {false};
    for (unsigned number = 0; number < 200; number++) {
        struct hold hold = make((unsigned char)number);
        char code[HOLD_CODE_SIZE];
        hold_code(&hold, key, code);
        seen[code[0] - '0'] = true;
    }
    for (int digit = 0; digit < 10; digit++)
        assert_true(seen[digit]);
}

// Runs a command's steps in one transaction; false with err when they are refused.
static bool run(const struct testbed *testbed, const struct command *command, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct step_run runs[4];
    size_t count = 0;
    for (struct step *step = command->steps; step != NULL; step = step->next)
        runs[count++] = (struct step_run){.step = step, .arena = testbed->arena};
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, err));
    assert_true(session_begin(session, err));
    return session_run(session, runs, count, err) && session_commit(session, err);
}

static struct hold find(const struct testbed *testbed, int64_t now_ms) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct hold hold = {0};
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    if (!hold_find(session, RESIDENT, CAMPAIGN, now_ms, testbed->arena, &hold, &err))
        fail_msg("%s", err.message);
    return hold;
}

static void keep(const struct testbed *testbed, const struct hold *hold) {
    struct command command;
    struct error err = {0};
    command_init(&command, testbed->arena);
    (void)hold_keep(&command, hold, RESIDENT, CAMPAIGN);
    if (!run(testbed, &command, &err))
        fail_msg("%s", err.message);
}

static void miss(const struct testbed *testbed, const struct hold *hold) {
    struct command command;
    struct error err = {0};
    command_init(&command, testbed->arena);
    hold_miss(&command, hold, RESIDENT, CAMPAIGN);
    if (!run(testbed, &command, &err))
        fail_msg("%s", err.message);
}

static bool take(const struct testbed *testbed, const struct hold *hold, int64_t now_ms, struct error *err) {
    struct command command;
    command_init(&command, testbed->arena);
    (void)hold_take(&command, hold, RESIDENT, CAMPAIGN, now_ms);
    return run(testbed, &command, err);
}

static void prepare(const struct testbed *testbed) {
    struct error err = {0};
    int applied = 0;
    if (!migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err))
        fail_msg("%s", err.message);
}

static void what_was_kept_is_found_and_taken_once(void **state) {
    const struct testbed *testbed = *state;
    struct error err = {0};
    struct hold hold = make(1);
    prepare(testbed);
    assert_false(find(testbed, NOW_MS).found);
    keep(testbed, &hold);
    struct hold found = find(testbed, NOW_MS);
    assert_true(found.found);
    assert_memory_equal(found.state_hash, hold.state_hash, sizeof hold.state_hash);
    assert_memory_equal(found.code_hash, hold.code_hash, sizeof hold.code_hash);
    assert_memory_equal(found.person_hash, hold.person_hash, sizeof hold.person_hash);
    assert_int_equal(found.outcome, 1);
    assert_int_equal(found.age_band, 3);
    assert_int_equal(found.municipality, 131016);
    assert_true(take(testbed, &hold, NOW_MS + 1, &err));
    assert_false(find(testbed, NOW_MS).found);
    assert_false(take(testbed, &hold, NOW_MS + 1, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
}

static void five_wrong_codes_end_the_wait(void **state) {
    const struct testbed *testbed = *state;
    struct error err = {0};
    struct hold hold = make(1), older = make(9);
    prepare(testbed);
    keep(testbed, &hold);
    for (int tries = 1; tries < HOLD_TRIES_MAX; tries++) {
        miss(testbed, &hold);
        assert_int_equal(find(testbed, NOW_MS).tries, tries);
        miss(testbed, &older); // of a jump that waits no more
        assert_int_equal(find(testbed, NOW_MS).tries, tries);
    }
    miss(testbed, &hold);
    assert_false(find(testbed, NOW_MS).found);
    assert_false(take(testbed, &hold, NOW_MS, &err));
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
}

static void after_ten_minutes_nothing_waits(void **state) {
    const struct testbed *testbed = *state;
    struct error err = {0};
    struct command command;
    struct hold hold = make(1);
    int64_t late_ms = NOW_MS + HOLD_LIFETIME_MS;
    prepare(testbed);
    keep(testbed, &hold);
    assert_true(find(testbed, late_ms - 1).found);
    assert_false(find(testbed, late_ms).found);
    assert_false(take(testbed, &hold, late_ms, &err));
    command_init(&command, testbed->arena);
    struct step *purge = hold_purge(&command, late_ms - 1);
    assert_true(run(testbed, &command, &err));
    assert_int_equal(purge->rows.changed, 0);
    command_init(&command, testbed->arena);
    purge = hold_purge(&command, late_ms);
    assert_true(run(testbed, &command, &err));
    assert_int_equal(purge->rows.changed, 1);
}

static void a_newer_result_takes_the_place_of_an_older_one(void **state) {
    const struct testbed *testbed = *state;
    struct error err = {0};
    struct hold older = make(1), newer = make(9);
    prepare(testbed);
    keep(testbed, &older);
    miss(testbed, &older);
    keep(testbed, &newer);
    assert_int_equal(find(testbed, NOW_MS).tries, 0);
    assert_false(take(testbed, &older, NOW_MS, &err));
    assert_true(take(testbed, &newer, NOW_MS, &err));
}

int main(void) {
    const struct CMUnitTest pure[] = {
        cmocka_unit_test(the_code_needs_both_hashes_and_the_key),
        cmocka_unit_test(codes_use_all_their_digits),
    };
    const struct CMUnitTest stored[] = {
        cmocka_unit_test(what_was_kept_is_found_and_taken_once),
        cmocka_unit_test(five_wrong_codes_end_the_wait),
        cmocka_unit_test(after_ten_minutes_nothing_waits),
        cmocka_unit_test(a_newer_result_takes_the_place_of_an_older_one),
    };
    int failed = cmocka_run_group_tests(pure, NULL, NULL);
    return failed + testbed_run(stored, sizeof stored / sizeof stored[0]);
}
