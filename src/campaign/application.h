// application.h - applying for the points, and the grant that follows in the same transaction.
//
// One person, one grant: the application is one row a resident and campaign, the grant one transfer whose id
// follows from both. Repeating is harmless: the same Idempotency-Key with the same content, or a new key,
// gives the receipt that is there; the same key with other content is refused.
#pragma once

#include <stdint.h>

#include "campaign/journey.h"

#define APPLICATION_HASH_SIZE 16

enum application_result {
    APPLICATION_GRANTED = 1,  // now
    APPLICATION_REPEATED,     // before; the receipt is the same
    APPLICATION_MISMATCH,     // the key was used for something else
    APPLICATION_OUT_OF_ORDER, // not verified yet
    APPLICATION_NOT_RESERVED, // verified, but no points are reserved: reserve, then apply again
};

struct application {
    struct journey_change change;
    int64_t receipt;                                // drawn by the caller; stays if it is granted now
    unsigned char key_hash[APPLICATION_HASH_SIZE];  // of the Idempotency-Key
    unsigned char body_hash[APPLICATION_HASH_SIZE]; // of the content
    bool reserve;                                   // reserve first, as reservation `number`
    int64_t number;
    // After the commit:
    enum application_result result;
    int64_t points;
    int64_t at_ms;
    int64_t reservations; // how many there have been: the next `number`
};

// ERROR_EXHAUSTED when `reserve` and the budget does not allow it.
void application_apply(struct command *command, struct application *application);
// Only looks: fills `result` and the rest as they are, and changes nothing.
void application_look(struct command *command, struct application *application);
