// chronicle.h - whole journeys written at once, as they stand when everything has happened.
//
// A simulation knows how a life ends before it is written. The rows are those that the journey's own commands
// would have left, and the counts those that they would have counted, so that an audit finds nothing; there
// are only fewer statements.
#pragma once

#include "campaign/journey.h"

// Times are 0 when it did not happen; each needs the ones before it. A return needs the jump.
struct chronicle_life {
    int64_t resident_id;
    int64_t created_ms;
    int64_t began_ms, consented_ms, informed_ms, intended_ms;
    int64_t jumped_ms;            // left for the identity app for the first time
    int64_t returned_ms;          // came back the last time
    int64_t granted_ms;           // applied and was granted the points, in one moment
    int attempts;                 // jumps
    enum journey_outcome outcome; // of the last return; VERIFIED at returned_ms
    enum journey_outcome before;  // of every return before the last one
    int age_band, municipality;   // when the person is known
    unsigned char person_hash[JOURNEY_PERSON_HASH_SIZE];
    int64_t receipt;
};

// Adds the rows of one life. Of a verified one the points are reserved, of a granted one posted.
void chronicle_add(struct command *command, const struct campaign *campaign,
                   const struct chronicle_life *life);
// Adds what it counted, the campaign's budget included; to be called when the command settles.
void chronicle_count(struct tallies *tallies, const struct campaign *campaign,
                     const struct chronicle_life *life);
enum journey_state chronicle_state(const struct chronicle_life *life);
