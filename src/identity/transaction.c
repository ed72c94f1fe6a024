// transaction.c - what a jump needs, derived from its state; and the rows that remember it.
#include "identity/transaction.h"

#include <string.h>

#include <sodium.h>

#include "base/text.h"

#define STATE_BYTES    32
#define STATE_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// 32 bytes that only who knows the key can derive; `purpose` keeps them apart from one another.
static void derive(unsigned char target[STATE_BYTES], const unsigned char key[TRANSACTION_KEY_SIZE],
                   const char *purpose, const void *from, size_t from_length) {
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, key, TRANSACTION_KEY_SIZE, STATE_BYTES);
    (void)crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
    (void)crypto_generichash_update(&state, from, from_length);
    (void)crypto_generichash_final(&state, target, STATE_BYTES);
    sodium_memzero(&state, sizeof state);
}

static void derive_text(char target[TRANSACTION_TEXT_SIZE], const unsigned char key[TRANSACTION_KEY_SIZE],
                        const char *purpose, const char *state) {
    unsigned char bytes[STATE_BYTES];
    derive(bytes, key, purpose, state, strlen(state));
    text_base64url(target, TRANSACTION_TEXT_SIZE, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
}

static void complete(struct transaction *transaction, const unsigned char key[TRANSACTION_KEY_SIZE]) {
    derive_text(transaction->nonce, key, "nonce", transaction->state);
    derive_text(transaction->code_verifier, key, "code_verifier", transaction->state);
    derive(transaction->state_hash, key, "state", transaction->state, strlen(transaction->state));
}

void transaction_init(struct transaction *transaction, const unsigned char key[TRANSACTION_KEY_SIZE],
                      struct random *random) {
    unsigned char bytes[STATE_BYTES];
    random_bytes(random, bytes, sizeof bytes);
    text_base64url(transaction->state, sizeof transaction->state, bytes, sizeof bytes);
    complete(transaction, key);
}

bool transaction_from_state(struct transaction *transaction, const unsigned char key[TRANSACTION_KEY_SIZE],
                            const char *state, struct error *err) {
    size_t length = TRANSACTION_TEXT_SIZE - 1;
    if (!text_is_made_of(state, STATE_ALPHABET, length, length))
        return error_set_field(err, ERROR_INVALID, "state", "not the form of a state");
    (void)memcpy(transaction->state, state, TRANSACTION_TEXT_SIZE);
    complete(transaction, key);
    return true;
}

void transaction_done(struct transaction *transaction) {
    sodium_memzero(transaction, sizeof *transaction);
}

bool transaction_is_alive(int64_t began_ms, int64_t now_ms) {
    return now_ms - began_ms < TRANSACTION_LIFETIME_MS;
}

void transaction_code_hash(const char *code, unsigned char target[TRANSACTION_HASH_SIZE]) {
    (void)crypto_generichash(target, TRANSACTION_HASH_SIZE, (const unsigned char *)code, strlen(code), NULL,
                             0);
}

static const struct statement ADD = {
    "INSERT INTO identity_transaction (state_hash, resident_id, campaign_id, "
    "began_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    "biii"};

static const struct statement FIND = {
    "SELECT resident_id, campaign_id, began_ms, code_hash, returned_ms, outcome "
    "FROM identity_transaction WHERE state_hash = $1",
    "b"};

static const struct statement CLAIM = {"UPDATE identity_transaction SET code_hash = $2, returned_ms = $3 "
                                       "WHERE state_hash = $1 AND returned_ms IS NULL AND began_ms > $4",
                                       "bbii"};

static const struct statement SETTLE = {"UPDATE identity_transaction SET outcome = $3, "
                                        "returned_ms = COALESCE(returned_ms, $2) "
                                        "WHERE state_hash = $1 AND outcome = 0",
                                        "bii"};

static const struct statement PURGE = {"DELETE FROM identity_transaction WHERE began_ms < $1", "i"};

struct step *transaction_add(struct command *command, const struct transaction *transaction,
                             int64_t resident_id, int64_t campaign_id, int64_t now_ms) {
    return COMMAND_ADD(command, &ADD, value_blob(transaction->state_hash, TRANSACTION_HASH_SIZE),
                       value_int(resident_id), value_int(campaign_id), value_int(now_ms));
}

bool transaction_find(struct session *session, const unsigned char state_hash[TRANSACTION_HASH_SIZE],
                      struct arena *arena, struct transaction_row *ret_row, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &FIND, arena, &rows, err, value_blob(state_hash, TRANSACTION_HASH_SIZE)))
        return false;
    if (rows.count == 0)
        return error_set_field(err, ERROR_MISSING, "state", "no such jump was begun here");
    struct transaction_row row = {.resident_id = rows_int(&rows, 0, 0),
                                  .campaign_id = rows_int(&rows, 0, 1),
                                  .began_ms = rows_int(&rows, 0, 2),
                                  .returned = rows_value(&rows, 0, 4)->type != VALUE_NULL,
                                  .returned_ms = rows_int(&rows, 0, 4),
                                  .outcome = (int)rows_int(&rows, 0, 5)};
    const struct value *code_hash = rows_value(&rows, 0, 3);
    if (code_hash->type == VALUE_BLOB && code_hash->length == sizeof row.code_hash)
        (void)memcpy(row.code_hash, code_hash->bytes, sizeof row.code_hash);
    *ret_row = row;
    return true;
}

struct step *transaction_claim(struct command *command, const unsigned char state_hash[TRANSACTION_HASH_SIZE],
                               const unsigned char code_hash[TRANSACTION_HASH_SIZE], int64_t now_ms) {
    return COMMAND_ADD(command, &CLAIM, value_blob(state_hash, TRANSACTION_HASH_SIZE),
                       value_blob(code_hash, TRANSACTION_HASH_SIZE), value_int(now_ms),
                       value_int(now_ms - TRANSACTION_LIFETIME_MS));
}

struct step *transaction_settle(struct command *command,
                                const unsigned char state_hash[TRANSACTION_HASH_SIZE], int64_t now_ms,
                                int outcome) {
    return COMMAND_ADD(command, &SETTLE, value_blob(state_hash, TRANSACTION_HASH_SIZE), value_int(now_ms),
                       value_int(outcome));
}

struct step *transaction_purge(struct command *command, int64_t before_ms) {
    return COMMAND_ADD(command, &PURGE, value_int(before_ms));
}
