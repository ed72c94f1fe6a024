// series.h - counts in equal slots of civil time: what a forecast learns from.
//
// Slots are numbered by the wall clock of one zone, so that "nine in the morning" is the same slot all year:
// the hour that spring skips is missing, the two that autumn repeats are averaged. A gap is missing, never
// zero, unless the caller knows better; zeros where there are always many are an outage, so missing too.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define SERIES_ROWS_MAX    2000000
#define SERIES_DAYS_MAX    3700 // ten years
#define SERIES_MINUTES_DAY 1440
#define SERIES_REASON_SIZE 160

struct series_notes {
    size_t rows;       // taken
    size_t bad;        // rows that were not
    uint64_t bad_line; // of the first of them
    char reason[SERIES_REASON_SIZE];
    size_t repeated;   // rows for a slot that already had one (averaged)
    size_t missing;    // slots without a count
    size_t outage;     // among them, zeros that were taken for an outage
    size_t fractional; // counts that are not whole
    bool all_zero;     // nothing but zeros
    bool summed;       // finer rows were added up to hours
};

struct series {
    int minutes;    // length of a slot, a divisor of a day
    int64_t day;    // number of the first day since 1970-01-01; slot 0 is its midnight
    size_t per_day; // slots a day
    size_t count;   // slots, up to the last one seen
    double *counts; // NAN: missing
    bool *censored; // demand was at least the count (the gate was full); NULL when never
    struct series_notes notes;
};

struct series_options {
    const char *start_column; // NULL: "start"
    const char *count_column; // NULL: "count"
    const char
        *full_column;   // NULL: "full"; need not be there. Anything but empty, 0 and false marks censoring
    bool gaps_are_zero; // within days that have any row: tables that leave out empty slots
    bool keep_zeros;    // do not look for outages
    // 0, or there is something to expect instead: a table without rows is an empty series from this day on,
    // and where nothing but zeros was counted, the counter is not believed.
    int64_t expected_from_day;
};

// Reads a table with a header; rows in any order. Times as clock_parse reads them, also "18 Jun 2024".
// Bad rows are left out and noted. ERROR_INVALID: no header, no such column, or no row to learn from (but see
// expected_from_day).
MUST_CHECK bool series_read(FILE *file, const struct series_options *options, struct series *ret_series,
                            struct error *err);
// From counts that the caller has: `count` of them from the midnight of `day` on, copied. NULL for missing
// memory.
MUST_CHECK bool series_from(const double *counts, size_t count, int64_t day, int minutes,
                            struct series *ret_series, struct error *err);
void series_done(struct series *series);

static inline int64_t series_day_of(const struct series *series, size_t slot) {
    return series->day + (int64_t)(slot / series->per_day);
}
// Days since 1970-01-01 of civil time at which a slot begins, with the part of the day.
static inline double series_time_of(const struct series *series, size_t slot) {
    return (double)series->day + (double)slot / (double)series->per_day;
}

// Reads a civil time: days since 1970-01-01, whole or with the part of the day.
MUST_CHECK bool series_parse_time(const char *text, double *ret_days, struct error *err);
