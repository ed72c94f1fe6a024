// eligibility.h - may this person take part: age on a civil day and municipality of the address.
//
// A person turns N on the Nth birthday; whoever was born on 29 February does so on 1 March in a common year.
// (The Japanese law by which an age is reached at the end of the day before matters for school years and
// pensions; a campaign that says "15 or over" means the birthday.)
#pragma once

#include <jansson.h>

#include "base/clock.h"
#include "base/error.h"
#include "identity/outcome.h"

// The numbers are stored: do not change.
enum age_band {
    AGE_BAND_NONE = 0, // not known, or under 15
    AGE_BAND_15 = 1,   // 15 to 19
    AGE_BAND_20 = 2,   // 20 to 29, and so on
    AGE_BAND_30 = 3,
    AGE_BAND_40 = 4,
    AGE_BAND_50 = 5,
    AGE_BAND_60 = 6,
    AGE_BAND_70 = 7,
    AGE_BAND_80 = 8, // 80 and over
};
enum age_band age_band_of(int age);
const char *age_band_name(enum age_band band); // "15-19", "20-29", ..., "80+"; "" for none

struct birthdate {
    int year, month, day;
};
// "20100401" or "2010-04-01", a day that existed; ERROR_INVALID with field "birthdate" for any other form.
MUST_CHECK bool birthdate_parse(const char *text, struct birthdate *ret_birthdate, struct error *err);
// Full years on a civil day; negative when born after it.
int birthdate_age(const struct birthdate *birthdate, const struct civil *day);

struct eligibility_rules {
    int age_min;
    const char *prefecture; // "東京都"
};

struct eligibility {
    enum identity_outcome outcome; // VERIFIED, AGE, OUTSIDE or REVIEW
    enum age_band age_band;
    int municipality; // six-digit code, 0: not known
};

// Judges the claims of a userinfo answer or an ID token: birthdate as text, address as text or as an object
// with `formatted`. ERROR_INVALID names the claim that is missing or has another form; no claim's value is
// ever in the message. Too young goes before outside, outside before review.
MUST_CHECK bool eligibility_judge(const struct eligibility_rules *rules, const json_t *claims,
                                  const struct civil *day, struct eligibility *ret_eligibility,
                                  struct error *err);
