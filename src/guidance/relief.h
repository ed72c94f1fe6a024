// relief.h - do hours in which many answers are read have fewer calls then or soon after?
//
// A correlation and no more. Answers and calls both follow how many come, so both are taken per 1,000
// openings of the app; both follow the time of day, so each is compared with other days at the same hour.
// What is left is correlated (Pearson) at once and one and two hours later. The interval is Fisher's, for as
// many hours as there would be without what neighbouring hours share (Bartlett), and wide enough that all
// three hold together (Bonferroni). Sharing a denominator draws a correlation at once towards plus, never
// towards minus.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELIEF_LAGS         3  // 0, 1 and 2 hours
#define RELIEF_OPENINGS_MIN 20 // an hour with fewer says nothing
#define RELIEF_FREEDOM_MIN  30 // hours left after the means of the times of day were taken out

struct relief_hour { // in the order of time; hours may be left out
    int64_t start_ms;
    int64_t openings, reads;
    int64_t calls; // negative: nobody counted
};

struct relief_lag {
    size_t pairs;
    double r, low, high; // NAN: too few hours
};

enum relief_verdict { RELIEF_TOO_LITTLE, RELIEF_NONE, RELIEF_FEWER, RELIEF_MORE };

struct relief {
    struct relief_lag lags[RELIEF_LAGS];
    enum relief_verdict verdict;
    size_t lag; // which lag the verdict speaks of: the strongest whose interval leaves zero out
};

// For each lag: the correlation of calls with readings an hour, both per opening and without the mean of
// their time of day. The interval is Fisher's, 95 % for the three lags together, over as many hours as
// neighbouring ones that resemble each other are worth.
void relief_find(const struct relief_hour *hours, size_t count, struct relief *ret_relief);
// "too-little", "none", "fewer", "more"
const char *relief_verdict_name(enum relief_verdict verdict);
