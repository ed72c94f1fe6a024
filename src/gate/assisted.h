// assisted.h - places for people who cannot queue by themselves: an operator joins for them and tells a code.
//
// The code is eight characters that can be said over a telephone. Whoever names it first, signed in, has the
// place; naming it again changes nothing. A resident who stands further to the front already stays there.
#pragma once

#include "base/random.h"
#include "gate/gate_store.h"

#define ASSISTED_CODE_SIZE 10 // "7K3M-02KE" and NUL
#define ASSISTED_KEY_SIZE  32
#define ASSISTED_HASH_SIZE 32

struct assisted {
    char code[ASSISTED_CODE_SIZE];
    unsigned char hash[ASSISTED_HASH_SIZE];
};

void assisted_draw(struct assisted *assisted, const unsigned char key[ASSISTED_KEY_SIZE],
                   struct random *random);
// What somebody typed: small letters, O for 0 and missing hyphens are fine. ERROR_INVALID (field code).
MUST_CHECK bool assisted_read(struct assisted *assisted, const unsigned char key[ASSISTED_KEY_SIZE],
                              const char *text, struct error *err);

// Keeps the place under its code. The hash must live as long as the command.
void assisted_add(struct command *command, const struct assisted *assisted, int64_t campaign_id,
                  const struct gate_place *place, const char *who);
// Makes it the resident's. ERROR_EXHAUSTED after the command: there is no such code in this line, or it is
// somebody else's. Returns the step whose rows are gate_place_of the resident's.
struct step *assisted_bind(struct command *command, const struct assisted *assisted, int64_t campaign_id,
                           uint32_t epoch, int64_t resident_id, int64_t now_ms);
