// outcome.h - what came of a jump to the identity provider, in the words that the journey stores.
#pragma once

// The numbers are stored and are those of the journey (campaign/journey.h): do not change.
enum identity_outcome {
    IDENTITY_UNDER_WAY = 0,
    IDENTITY_VERIFIED = 1,
    IDENTITY_AGE = 2,       // known who it is, but too young
    IDENTITY_OUTSIDE = 3,   // ... but lives elsewhere
    IDENTITY_REVIEW = 4,    // ... but the address needs a person to look at it
    IDENTITY_CANCELLED = 5, // from here on nobody was identified
    IDENTITY_CARD_TROUBLE = 6,
    IDENTITY_CERTIFICATE = 7,
    IDENTITY_BUSY = 8,
    IDENTITY_LINKED_ELSEWHERE = 9, // the person is verified in another account; only the journey finds this
    IDENTITY_OTHER = 10,
};

// "verified", "age", ..., "other"; "under_way" for 0 and NULL for a number that is no outcome.
const char *identity_outcome_name(enum identity_outcome outcome);

// What `error` and `error_description` of a callback (RFC 6749 section 4.1.2.1, OpenID Connect 3.1.2.6) mean
// for the resident. The provider's own table is not public: the standard codes decide, and words on
// certificates, cards and PINs in the description make them finer. Description may be NULL.
enum identity_outcome identity_outcome_of_error(const char *error, const char *description);
