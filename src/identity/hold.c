// hold.c - the code from two hashes, and the row that waits.
#include "identity/hold.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define CODES UINT64_C(1000000) // of HOLD_CODE_DIGITS digits

void hold_code(const struct hold *hold, const unsigned char key[TRANSACTION_KEY_SIZE],
               char target[HOLD_CODE_SIZE]) {
    static const char purpose[] = "return code";
    crypto_generichash_state state;
    unsigned char bytes[TRANSACTION_HASH_SIZE];
    uint64_t number = 0;
    (void)crypto_generichash_init(&state, key, TRANSACTION_KEY_SIZE, sizeof bytes);
    (void)crypto_generichash_update(&state, (const unsigned char *)purpose, sizeof purpose);
    (void)crypto_generichash_update(&state, hold->state_hash, sizeof hold->state_hash);
    (void)crypto_generichash_update(&state, hold->code_hash, sizeof hold->code_hash);
    (void)crypto_generichash_final(&state, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof number; i++)
        number = number << 8 | bytes[i];
    (void)snprintf(target, HOLD_CODE_SIZE, "%0*" PRIu64, HOLD_CODE_DIGITS, number % CODES);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(bytes, sizeof bytes);
}

#define WHERE_HELD " WHERE resident_id = $1 AND campaign_id = $2 "

static const struct statement KEEP = {
    "INSERT INTO identity_hold (resident_id, campaign_id, state_hash, code_hash, outcome, person_hash, "
    "age_band, municipality, held_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
    "ON CONFLICT (resident_id, campaign_id) DO UPDATE SET state_hash = excluded.state_hash, "
    "code_hash = excluded.code_hash, outcome = excluded.outcome, person_hash = excluded.person_hash, "
    "age_band = excluded.age_band, municipality = excluded.municipality, held_ms = excluded.held_ms, tries = "
    "0",
    "iibbibiii"};
static const struct statement FIND = {
    "SELECT state_hash, code_hash, outcome, person_hash, age_band, municipality, held_ms, tries "
    "FROM identity_hold" WHERE_HELD "AND held_ms > $3",
    "iii"};
static const struct statement TAKE = {
    "DELETE FROM identity_hold" WHERE_HELD "AND state_hash = $3 AND held_ms > $4", "iibi"};
static const struct statement MISS = {
    "UPDATE identity_hold SET tries = tries + 1" WHERE_HELD "AND state_hash = $3", "iib"};
static const struct statement GIVE_UP = {"DELETE FROM identity_hold" WHERE_HELD "AND tries >= $3", "iii"};
static const struct statement PURGE = {"DELETE FROM identity_hold WHERE held_ms <= $1", "i"};

struct step *hold_keep(struct command *command, const struct hold *hold, int64_t resident_id,
                       int64_t campaign_id) {
    return COMMAND_ADD(command, &KEEP, value_int(resident_id), value_int(campaign_id),
                       value_blob(hold->state_hash, sizeof hold->state_hash),
                       value_blob(hold->code_hash, sizeof hold->code_hash), value_int(hold->outcome),
                       value_blob(hold->person_hash, sizeof hold->person_hash), value_int(hold->age_band),
                       value_int(hold->municipality), value_int(hold->held_ms));
}

// Copies a cell of exactly `size` bytes.
static bool copy_hash(const struct rows *rows, size_t column, unsigned char *target, size_t size) {
    const struct value *cell = rows_value(rows, 0, column);
    if (cell->type != VALUE_BLOB || cell->length != size)
        return false;
    (void)memcpy(target, cell->bytes, size);
    return true;
}

bool hold_find(struct session *session, int64_t resident_id, int64_t campaign_id, int64_t now_ms,
               struct arena *arena, struct hold *ret_hold, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &FIND, arena, &rows, err, value_int(resident_id), value_int(campaign_id),
                       value_int(now_ms - HOLD_LIFETIME_MS)))
        return false;
    if (rows.count == 0) {
        *ret_hold = (struct hold){.found = false};
        return true;
    }
    struct hold hold = {.found = true,
                        .outcome = (int)rows_int(&rows, 0, 2),
                        .age_band = (int)rows_int(&rows, 0, 4),
                        .municipality = (int)rows_int(&rows, 0, 5),
                        .held_ms = rows_int(&rows, 0, 6),
                        .tries = (int)rows_int(&rows, 0, 7)};
    if (!copy_hash(&rows, 0, hold.state_hash, sizeof hold.state_hash) ||
        !copy_hash(&rows, 1, hold.code_hash, sizeof hold.code_hash) ||
        !copy_hash(&rows, 3, hold.person_hash, sizeof hold.person_hash))
        return error_set(err, ERROR_INVALID, "a held result in the store has a hash of another length");
    *ret_hold = hold;
    return true;
}

struct step *hold_take(struct command *command, const struct hold *hold, int64_t resident_id,
                       int64_t campaign_id, int64_t now_ms) {
    struct step *step = COMMAND_ADD(command, &TAKE, value_int(resident_id), value_int(campaign_id),
                                    value_blob(hold->state_hash, sizeof hold->state_hash),
                                    value_int(now_ms - HOLD_LIFETIME_MS));
    if (step != NULL)
        step->must_change = true;
    return step;
}

void hold_miss(struct command *command, const struct hold *hold, int64_t resident_id, int64_t campaign_id) {
    (void)COMMAND_ADD(command, &MISS, value_int(resident_id), value_int(campaign_id),
                      value_blob(hold->state_hash, sizeof hold->state_hash));
    (void)COMMAND_ADD(command, &GIVE_UP, value_int(resident_id), value_int(campaign_id),
                      value_int(HOLD_TRIES_MAX));
}

struct step *hold_purge(struct command *command, int64_t now_ms) {
    return COMMAND_ADD(command, &PURGE, value_int(now_ms - HOLD_LIFETIME_MS));
}
