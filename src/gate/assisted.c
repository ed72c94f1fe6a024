// assisted.c - see assisted.h.
#include "gate/assisted.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define CODE_BITS 40
#define CODE_TAIL (ASSISTED_CODE_SIZE - 1) // of a crockford text: its last two groups

static const struct statement ADD = {
    "INSERT INTO gate_assisted (code_hash, campaign_id, epoch, node, second, rank, at_ms, who) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    "biiiiiit"};
static const struct statement CLAIM = {
    "UPDATE gate_assisted SET resident_id = $4 WHERE code_hash = $1 AND campaign_id = $2 AND epoch = $3 "
    "AND (resident_id IS NULL OR resident_id = $4) AND EXISTS (SELECT 1 FROM resident WHERE id = $4)",
    "biii"};
static const struct statement BIND = {
    "INSERT INTO gate_place (resident_id, campaign_id, epoch, node, second, rank, joined_ms, pass, "
    "pass_node, "
    "turn_ms, renewed_ms) SELECT $4, $2, epoch, node, second, rank, $5, 0, 0, 0, 0 FROM gate_assisted "
    "WHERE code_hash = $1 AND campaign_id = $2 AND epoch = $3 AND resident_id = $4 "
    "ON CONFLICT (resident_id, campaign_id) DO UPDATE SET epoch = excluded.epoch, node = excluded.node, "
    "second = excluded.second, rank = excluded.rank WHERE gate_place.epoch < excluded.epoch "
    "OR (gate_place.epoch = excluded.epoch AND gate_place.pass = 0 "
    "AND (excluded.second, excluded.rank) < (gate_place.second, gate_place.rank))",
    "biiii"};

static void hash(struct assisted *assisted, const unsigned char key[ASSISTED_KEY_SIZE]) {
    (void)crypto_generichash(assisted->hash, sizeof assisted->hash, (const unsigned char *)assisted->code,
                             CODE_TAIL, key, ASSISTED_KEY_SIZE);
}

static void write_code(struct assisted *assisted, uint64_t number) {
    char text[TEXT_CROCKFORD_SIZE];
    text_crockford(text, number);
    memcpy(assisted->code, text + TEXT_CROCKFORD_SIZE - ASSISTED_CODE_SIZE, ASSISTED_CODE_SIZE);
}

void assisted_draw(struct assisted *assisted, const unsigned char key[ASSISTED_KEY_SIZE],
                   struct random *random) {
    write_code(assisted, random_below(random, UINT64_C(1) << CODE_BITS));
    hash(assisted, key);
}

bool assisted_read(struct assisted *assisted, const unsigned char key[ASSISTED_KEY_SIZE], const char *text,
                   struct error *err) {
    char padded[TEXT_CROCKFORD_SIZE + ASSISTED_CODE_SIZE];
    uint64_t number = 0;
    size_t length = strlen(text);
    bool fits = length >= CODE_TAIL - 1 && length <= CODE_TAIL;
    if (fits)
        (void)snprintf(padded, sizeof padded, "0000%s%s", length == CODE_TAIL ? "-" : "", text);
    if (!fits || !text_crockford_parse(padded, &number) || number >> CODE_BITS != 0)
        return error_set_field(err, ERROR_INVALID, "code", "not a code: eight letters and digits expected");
    write_code(assisted, number);
    hash(assisted, key);
    return true;
}

void assisted_add(struct command *command, const struct assisted *assisted, int64_t campaign_id,
                  const struct gate_place *place, const char *who) {
    COMMAND_ADD(command, &ADD, value_blob(assisted->hash, sizeof assisted->hash), value_int(campaign_id),
                value_int(place->epoch), value_int(place->node), value_int(place->place.second),
                value_int(place->place.rank), value_int(place->joined_ms), value_text(who));
}

struct step *assisted_bind(struct command *command, const struct assisted *assisted, int64_t campaign_id,
                           uint32_t epoch, int64_t resident_id, int64_t now_ms) {
    struct value code = value_blob(assisted->hash, sizeof assisted->hash);
    struct step *claim =
        COMMAND_ADD(command, &CLAIM, code, value_int(campaign_id), value_int(epoch), value_int(resident_id));
    if (claim != NULL)
        claim->must_change = true;
    COMMAND_ADD(command, &BIND, code, value_int(campaign_id), value_int(epoch), value_int(resident_id),
                value_int(now_ms));
    return gate_place_look(command, resident_id, campaign_id);
}
