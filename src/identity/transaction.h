// transaction.h - one jump to the identity provider, as the server remembers it.
//
// Only a hash of `state` is stored. Nonce and code verifier are derived from the state under a key that is
// not in the store, so that neither a stolen store nor a stolen address bar is enough to finish a jump.
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "store/store.h"
#include "store/writer.h"

#define TRANSACTION_KEY_SIZE    32
#define TRANSACTION_HASH_SIZE   32
#define TRANSACTION_TEXT_SIZE   44 // 32 bytes in base64url and the NUL: [A-Za-z0-9_-]
#define TRANSACTION_LIFETIME_MS (60 * CLOCK_MINUTE_MS)

struct transaction {
    char state[TRANSACTION_TEXT_SIZE];
    char nonce[TRANSACTION_TEXT_SIZE];
    char code_verifier[TRANSACTION_TEXT_SIZE];
    unsigned char state_hash[TRANSACTION_HASH_SIZE];
};

// A new transaction with 256 random bits.
void transaction_init(struct transaction *transaction, const unsigned char key[TRANSACTION_KEY_SIZE],
                      struct random *random);
// The same transaction again from the state that a callback brought. ERROR_INVALID: not the form of a state.
MUST_CHECK bool transaction_from_state(struct transaction *transaction,
                                       const unsigned char key[TRANSACTION_KEY_SIZE], const char *state,
                                       struct error *err);
void transaction_done(struct transaction *transaction); // wipes it
bool transaction_is_alive(int64_t began_ms, int64_t now_ms);

// The hash under which an authorization code is remembered, to know the same callback again.
void transaction_code_hash(const char *code, unsigned char target[TRANSACTION_HASH_SIZE]);

// The rows in table identity_transaction. Hashes are not copied: they live as long as the command.

struct transaction_row {
    int64_t resident_id;
    int64_t campaign_id;
    int64_t began_ms;
    bool returned; // a code or an error came back
    unsigned char code_hash[TRANSACTION_HASH_SIZE];
    int64_t returned_ms;
    int outcome; // enum identity_outcome
};

// Adds the step that keeps a new transaction.
struct step *transaction_add(struct command *command, const struct transaction *transaction,
                             int64_t resident_id, int64_t campaign_id, int64_t now_ms);
// ERROR_MISSING: no such transaction.
MUST_CHECK bool transaction_find(struct session *session,
                                 const unsigned char state_hash[TRANSACTION_HASH_SIZE], struct arena *arena,
                                 struct transaction_row *ret_row, struct error *err);
// Adds the step that claims the return: it changes a row only for the first code that comes back alive, so
// that of callbacks that race, one asks the provider and the others are told what it found.
struct step *transaction_claim(struct command *command, const unsigned char state_hash[TRANSACTION_HASH_SIZE],
                               const unsigned char code_hash[TRANSACTION_HASH_SIZE], int64_t now_ms);
// Adds the step that writes the outcome, once; also for a callback that brought an error instead of a code.
struct step *transaction_settle(struct command *command,
                                const unsigned char state_hash[TRANSACTION_HASH_SIZE], int64_t now_ms,
                                int outcome);
// Adds the step that forgets what began before `before_ms`.
struct step *transaction_purge(struct command *command, int64_t before_ms);
