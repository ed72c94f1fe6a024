// occasions.h - what is known beforehand: launches, deadlines, and events that bring people.
//
// Written by the operator, one INI file:
//   [campaign]
//   launch = 2026-02-02T13:00        begins, or is announced anew: a rush that fades; may repeat
//   deadline = 2026-09-30T23:59      people hurry as it nears; may repeat
//   [event television]               the same kind of event, each time: its effect is learned
//   at = 2026-02-05T19:00            may repeat; two at once count twice
//   hours = 3                        how long it can be felt
//   [event tax season]
//   from = 2026-02-16                a period; may repeat, with its `until`
//   until = 2026-03-17
//   factor = 1.4                    what one expects of it before it was ever seen: so many times as many
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define OCCASIONS_LAUNCHES_MAX  8
#define OCCASIONS_DEADLINES_MAX 8
#define OCCASIONS_EVENTS_MAX    12
#define OCCASIONS_TIMES_MAX     400
#define OCCASIONS_HOURS_MAX     72
#define OCCASIONS_NAME_SIZE     48
#define OCCASIONS_HURRY_DAYS    3.0 // so near a deadline people hurry

// Times are days since 1970-01-01 of civil time, with the part of the day.
struct occasion {
    char name[OCCASIONS_NAME_SIZE];
    bool period;   // else each time is a moment
    double hours;  // how long a moment is felt
    double factor; // 0: nothing is expected
    size_t count;
    double from[OCCASIONS_TIMES_MAX];
    double until[OCCASIONS_TIMES_MAX]; // periods only
};

struct occasions {
    size_t launches, deadlines, events;
    double launch[OCCASIONS_LAUNCHES_MAX];
    double deadline[OCCASIONS_DEADLINES_MAX]; // a date alone means the end of that day
    struct occasion *event;
};

// No launch, no deadline, no event.
struct occasions occasions_none(void);
// ERROR_INVALID names the line and the key.
MUST_CHECK bool occasions_read(FILE *file, struct occasions *ret_occasions, struct error *err);
// When, after `time`, something happens of which there was no example before: a launch, or the first of a
// kind of event, or people hurry before the first deadline. INFINITY: never.
double occasions_first_after(const struct occasions *occasions, double time);
void occasions_done(struct occasions *occasions);
