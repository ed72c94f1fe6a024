// days.h - a forecast for the eye: a line a day, with a picture of its hours.
#pragma once

#include <stdio.h>

#include "forecast/demand.h"
#include "forecast/levels.h"

struct days {
    FILE *file;
    char date[11]; // of the day at hand; empty: none yet
    double hour[24];
    double expected;  // the whole day
    double low, high; // of a slot that is a whole day
    double fullest;   // the largest median of a slot, and
    double at_most;   // the 90 % of that slot,
    char begins[6];   // which begins then
    enum level level; // of the worst slot
    bool whole;       // the slots are days
    bool headed;
};

void days_begin(struct days *days, FILE *file);
// `start` is a date or RFC 3339 in civil time; slots come in their order.
void days_add(struct days *days, const char *start, const struct demand_slot *slot, enum level level);
void days_end(struct days *days);
