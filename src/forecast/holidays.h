// holidays.h - which days are public holidays.
//
// Japan's are shipped as a table, made from the Cabinet Office's list, since they cannot all be computed (the
// equinoxes are announced a year ahead, and 2019 to 2021 had days of their own). A newer list can be read.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define HOLIDAYS_YEAR_MAX 24
#define HOLIDAYS_MAX      4000

extern const int holidays_japan_first_year;
extern const int holidays_japan_last_year;
extern const short holidays_japan[][HOLIDAYS_YEAR_MAX];

struct holidays {
    int64_t *days; // numbers since 1970-01-01, ascending
    size_t count;
};

// None at all.
struct holidays holidays_none(void);
// The shipped table; false when memory is exhausted.
MUST_CHECK bool holidays_of_japan(struct holidays *ret_holidays, struct error *err);
// The Cabinet Office's syukujitsu.csv, in Shift_JIS or UTF-8: a header, then `date,name`. ERROR_INVALID names
// the line, or says that the encoding is neither.
MUST_CHECK bool holidays_read(FILE *file, struct holidays *ret_holidays, struct error *err);
void holidays_done(struct holidays *holidays);

// Whether this day, a number since 1970-01-01, is in the list.
bool holidays_has(const struct holidays *holidays, int64_t day);

// Day of the week of a day number: 0 Sunday ... 6 Saturday.
int holidays_weekday(int64_t day);
// Saturdays, Sundays and holidays.
bool holidays_is_off(const struct holidays *holidays, int64_t day);
