// sandbox_person.h - invented people for the sandbox: the same name is always the same person.
//
// Age and municipality follow those of Tokyo roughly, so that a rehearsal's figures look like real ones.
#pragma once

#include <stdint.h>

#define SANDBOX_PERSON_SIZE 80

enum sandbox_card {
    SANDBOX_ELIGIBLE,
    SANDBOX_AGE14,
    SANDBOX_OUTSIDE,
    SANDBOX_EXPIRED, // from here on nobody is identified
    SANDBOX_CANCEL,
    SANDBOX_PINLOCKED,
    SANDBOX_SLOW, // eligible, after a while
    SANDBOX_LOST,
    SANDBOX_CARDS,
};

struct sandbox_person {
    char subject[40];
    char name[64];
    char birthdate[9]; // "19850315"
    char address[200];
    char gender[2]; // "1" or "2"
};

// The person who is called `id` and holds this card. `now_ms` only matters for who must be 14 years old.
void sandbox_person(const char *id, enum sandbox_card card, int64_t now_ms,
                    struct sandbox_person *ret_person);
