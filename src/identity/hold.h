// hold.h - a result that came back in a strange browser and waits for the one that began.
//
// Whoever receives another person's link and shows their own card must not verify a stranger's account. So
// what the provider said is held, and the strange browser is shown a code. Only the browser that began can
// name it, a few times and for a few minutes; then the result counts. The code is derived from what only the
// callback carried (state and authorization code) under a key outside the store: it is kept nowhere, the same
// callback shows it again, and whoever only sent the link cannot make it appear.
#pragma once

#include "identity/transaction.h"

#define HOLD_LIFETIME_MS (10 * CLOCK_MINUTE_MS)
#define HOLD_TRIES_MAX   5
#define HOLD_CODE_DIGITS 6
#define HOLD_CODE_SIZE   (HOLD_CODE_DIGITS + 1)
#define HOLD_PERSON_SIZE 32

struct hold {
    bool found; // of hold_find
    unsigned char state_hash[TRANSACTION_HASH_SIZE];
    unsigned char code_hash[TRANSACTION_HASH_SIZE];
    int outcome; // enum identity_outcome: somebody was identified
    unsigned char person_hash[HOLD_PERSON_SIZE];
    int age_band;
    int municipality;
    int64_t held_ms;
    int tries; // wrong codes so far
};

// "042917": what the strange browser shows.
void hold_code(const struct hold *hold, const unsigned char key[TRANSACTION_KEY_SIZE],
               char target[HOLD_CODE_SIZE]);

// The row in table identity_hold, one a resident. Hashes are not copied: they live as long as the command.

// Adds the step that holds a result, in place of an older one.
struct step *hold_keep(struct command *command, const struct hold *hold, int64_t resident_id,
                       int64_t campaign_id);
// What waits for this resident now, `found` false when nothing does.
MUST_CHECK bool hold_find(struct session *session, int64_t resident_id, int64_t campaign_id, int64_t now_ms,
                          struct arena *arena, struct hold *ret_hold, struct error *err);
// Adds the step that ends the wait after the right code. When nothing may be taken any more (tries used up,
// too late, taken before) the whole command is refused with ERROR_EXHAUSTED: the right code among many that
// are sent at once counts only while wrong ones were not committed before it.
struct step *hold_take(struct command *command, const struct hold *hold, int64_t resident_id,
                       int64_t campaign_id, int64_t now_ms);
// Adds the steps that note a wrong code; the last one that is allowed ends the wait.
void hold_miss(struct command *command, const struct hold *hold, int64_t resident_id, int64_t campaign_id);
// Adds the step that forgets what waited too long.
struct step *hold_purge(struct command *command, int64_t now_ms);
