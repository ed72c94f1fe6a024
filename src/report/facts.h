// facts.h - what the figures say, found once: sentences, next steps and tables all speak of the same.
#pragma once

#include "report/report.h"

#define FACTS_EVENING_HOURS 3 // the length of the busiest stretch of a day that is looked for

struct facts {
    // Days, as indices of figures.days.
    size_t busiest_day;
    bool ends_are_busiest; // the first two and the last two days are the four busiest
    bool start_is_busiest; // the first two are the two busiest
    double ends_share;     // of all accesses on those four days, in percent
    double start_share;    // on the first two
    // Hours.
    size_t peak_day;
    int peak_hour;
    int64_t peak;
    int stretch_from;    // the busiest FACTS_EVENING_HOURS of a weekday begin here
    double stretch_mean; // accesses an hour in them, on weekdays that were whole
    double other_mean;   // in the other hours of those days
    // Screens.
    int worst_screen;        // 1 to COUNT_SCREENS
    double worst_percent;    // left of those who reached it
    double finished_percent; // granted of those who began
    // The telephone; only with calls.
    double calls_start_share;      // of all calls on the first two days with calls, in percent
    bool calls_start_crowded;      // that is far more than an even share of the days, and a tenth of all
    double rate_start, rate_after; // answer rate on those days and on the others, in percent; NAN: none
    double rate_after_min;         // the lowest of a day among the others
};

// Looks through the figures once; zeros and NAN where there are none.
struct facts facts_find(const struct report *report);
