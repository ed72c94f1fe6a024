// levels.h - how full it will be in each band of a day, from a forecast and what can be served.
//
// The level of a band is that of its fullest hour: the 90 % quantile of arrivals an hour over the capacity of
// the scarcest stage. Bands are 7-12, 12-20, 20-1 (which belongs to the day on which it begins) and 1-7.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "forecast/demand.h"

#define LEVELS_BANDS 4

enum level { LEVEL_UNKNOWN, LEVEL_SMOOTH, LEVEL_BUSY, LEVEL_VERY_BUSY };

struct levels_options {
    double capacity_per_hour;
    double busy;      // share of the capacity from which it is busy; 0: 0.6
    double very_busy; // 0: 0.9
};

struct levels_day {
    int64_t day;
    enum level band[LEVELS_BANDS];
    double share[LEVELS_BANDS]; // of the capacity, in the fullest hour; NAN: not forecast
};

const char *level_word(enum level level);   // in Japanese
const char *level_symbol(enum level level); // told apart without colour
const char *level_name(enum level level);   // for programs
extern const char *const levels_band_names[LEVELS_BANDS];

enum level levels_of_share(double share, const struct levels_options *options);

// The band of an hour, 0 to 23, and whether it belongs to the day before.
size_t levels_band(int hour, bool *ret_day_before);

// Fills `days` consecutive days from `first_day` on from slots of `minutes` each. A band with no slot is
// UNKNOWN. ERROR_INVALID: no capacity, thresholds out of order, or slots longer than an hour.
MUST_CHECK bool levels_of(const struct demand_slot *slots, size_t count, int minutes,
                          const struct levels_options *options, int64_t first_day, size_t days,
                          struct levels_day *ret_days, struct error *err);

// How well said levels matched what happened; rows what was said, columns what was.
struct levels_score {
    size_t cells[4][4];
    size_t compared, exact, within_one, false_smooth; // said smooth, was very busy
};
void levels_score_add(struct levels_score *score, const struct levels_day *said, const struct levels_day *was,
                      size_t days);
