// journey.h - how far a resident has come, and the commands that take them further.
//
// registered -> consented -> informed -> intended -> authenticating -> verified -> granted, with refused
// beside verified. Every command adds steps to a struct command; its conditions live in the SQL, doing it
// again changes nothing, and what it counts rides in the same transaction. After the commit the outcome
// stands in the struct that was passed.
#pragma once

#include <stdint.h>

#include "campaign/campaign.h"
#include "store/writer.h"

// The numbers are stored: do not change.
enum journey_state {
    JOURNEY_REGISTERED = 1,
    JOURNEY_CONSENTED = 2,
    JOURNEY_INFORMED = 3,
    JOURNEY_INTENDED = 4,
    JOURNEY_AUTHENTICATING = 5,
    JOURNEY_VERIFIED = 6,
    JOURNEY_APPLIED = 7, // applied for, points not posted yet
    JOURNEY_GRANTED = 8,
    JOURNEY_REFUSED = 9, // the identity check succeeded, the person may not take part
};
const char *journey_state_name(enum journey_state state); // "registered", ...

// What every journey command needs and gives back. Lives in the request's arena with the command.
struct journey_change {
    const struct campaign *campaign;
    int64_t resident_id;
    int64_t now_ms;
    // Filled by settle, valid after the commit:
    enum journey_state state; // 0: there is no such resident
    bool changed;             // this command made the change; false: it was made before, or not allowed
    struct step *steps[8];    // the command's own
};

// A new resident with a journey. `changed` is false when the id is taken already: draw another.
void journey_register(struct command *command, struct journey_change *change, const char *language);

// The first screen was opened.
void journey_begin(struct command *command, struct journey_change *change);

enum journey_screen { JOURNEY_CONSENT, JOURNEY_PROCEDURE, JOURNEY_INTENT };
// A screen was done. Not `changed` and a state before the screen: out of order.
void journey_go_on(struct command *command, struct journey_change *change, enum journey_screen screen);

// Leaves for the identity provider. Allowed from intended, authenticating and refused; sets `changed`.
void journey_authenticate(struct command *command, struct journey_change *change);

// What came of a jump to the provider. The numbers are stored: do not change.
enum journey_outcome {
    JOURNEY_OUTCOME_VERIFIED = 1,
    JOURNEY_OUTCOME_AGE = 2,       // known who it is, but too young
    JOURNEY_OUTCOME_OUTSIDE = 3,   // ... but lives elsewhere
    JOURNEY_OUTCOME_REVIEW = 4,    // ... but the address needs a person to look at it
    JOURNEY_OUTCOME_CANCELLED = 5, // from here on nobody was identified
    JOURNEY_OUTCOME_CARD_TROUBLE = 6,
    JOURNEY_OUTCOME_CERTIFICATE = 7,
    JOURNEY_OUTCOME_BUSY = 8,
    JOURNEY_OUTCOME_LINKED_ELSEWHERE = 9, // the person is verified in another account
    JOURNEY_OUTCOME_OTHER = 10,
};
const char *journey_outcome_name(enum journey_outcome outcome); // "verified", ...; NULL for 0

#define JOURNEY_PERSON_HASH_SIZE 32

struct journey_return {
    struct journey_change change;
    enum journey_outcome outcome;
    unsigned char person_hash[JOURNEY_PERSON_HASH_SIZE]; // for VERIFIED
    int age_band;                                        // for VERIFIED, AGE, OUTSIDE, REVIEW
    int municipality;
    bool reserve;   // with VERIFIED: also reserve the points; ERROR_EXHAUSTED when they do not fit
    int64_t number; // which reservation of this resident this would be, from 0
    int64_t holder; // after the commit: who holds the person's place, 0 when nobody does
};
// Sets the state to verified, refused, or leaves it; a return that comes too late (already verified) changes
// nothing. VERIFIED may settle as LINKED_ELSEWHERE: then `outcome` says so after the commit.
void journey_return(struct command *command, struct journey_return *result);

// Adds the steps that reserve the points for a verified resident who has no reservation. The step that is
// returned changes a row exactly when they were reserved now; then settle owes ledger_tally_reserve.
struct step *journey_add_reservation(struct command *command, const struct journey_change *change,
                                     int64_t number);
