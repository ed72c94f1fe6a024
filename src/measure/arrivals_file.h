// arrivals_file.h - reads how many came when: the pattern that a rehearsal replays and a forecast learns
// from.
//
// Two forms are told apart by their header. `start,count` has one row an interval, its start in ISO 8601
// (without an offset: civil time of the zone). `Time,Online Applications` is the form in which the United
// Kingdom publishes its voter registrations: 5-minute counts with a 12-hour clock and no date, newest row
// first, the topmost row already belonging to the next day; its date has to be given.
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define ARRIVALS_ROWS_MAX  1000000
#define ARRIVALS_COUNT_MAX INT64_C(1000000000) // in one interval

struct arrivals_slot {
    int64_t start_ms;
    int64_t count;
};

struct arrivals {
    struct arrivals_slot *slots; // by time, each start once
    size_t count;
    int64_t slot_ms; // length of an interval: the smallest distance between two; an hour when there is one
};

// Reads a whole file. `date_ms` is any moment of the day to which a form without dates belongs.
// ERROR_INVALID names the line.
MUST_CHECK bool arrivals_read(FILE *file, int64_t date_ms, struct arrivals *ret_arrivals, struct error *err);
// As arrivals_read; also names the file.
MUST_CHECK bool arrivals_read_file(const char *path, int64_t date_ms, struct arrivals *ret_arrivals,
                                   struct error *err);
void arrivals_done(struct arrivals *arrivals);

// How many there are in [from_ms, until_ms), by the start of their interval.
int64_t arrivals_total(const struct arrivals *arrivals, int64_t from_ms, int64_t until_ms);
