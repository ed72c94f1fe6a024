// columns.h - what the model of arrivals is made of: the columns of its regression.
//
//   log mean = level + profile of day type x slot and weekday x slot + launch decay + deadline pressure
//            + events + steps of the level + fading trend + shocks of single days
//
// The level is a random walk (a step may happen every day), its trend a second one that fades by a tenth a
// day, and a day's own shock halves overnight: all are columns with a common precision for their kind, so the
// regression finds out by itself how much of each the series has.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forecast/glm.h"
#include "forecast/holidays.h"
#include "forecast/occasions.h"

#define COLUMNS_LAUNCH     2 // a launch's: a fast decay and a slow one
#define COLUMNS_TREND_FADE 0.9
#define COLUMNS_SHOCK_FADE 0.5

// Types of day, in the order of their columns.
enum { COLUMNS_WORKING, COLUMNS_SATURDAY, COLUMNS_OFF, COLUMNS_EVE, COLUMNS_TYPES };

// The profile of one slot of the day: its own column, then one a type of day, then one a weekday. No row is
// in the columns of two slots, so they come first and are blocks for arrow.h.
#define COLUMNS_PROFILE ((size_t)(1 + COLUMNS_TYPES + 7))

enum column_group {
    GROUP_LEVEL,
    GROUP_SLOT,         // of the day
    GROUP_TYPE_SLOT,    // day type x slot
    GROUP_WEEKDAY_SLOT, // weekday x slot
    GROUP_DAY,          // weekday and day type
    GROUP_STEP,
    GROUP_TREND,
    GROUP_SHOCK,
    GROUP_EVENT,     // slots around an event's moment
    GROUP_EVENT_OFF, // the same on days off
    GROUP_PERIOD,    // during a period, and on its days off
    GROUP_PERIOD_SLOT,
    GROUP_LAUNCH,
    GROUP_DEADLINE,
    GROUP_COUNT,
};

struct columns {
    const struct holidays *holidays;
    const struct occasions *occasions;
    size_t per_day;
    int64_t first_day, last_day; // of the data; the forecast's days come after
    double shift;                // c of the deadline's pressure, in days

    size_t count;
    uint8_t *group_of;
    double *mean; // of each column's prior
    size_t profile_at, level_at, day_at, step_at, trend_at, shock_at, event_at, launch_at,
        deadline_at; // first columns of the parts
    size_t knots, shocks;
    int64_t *knot; // days on which the level may step
    double *knot_scale;
};

// Lays out the columns in the arena. False when it is full or they are too many.
MUST_CHECK bool columns_init(struct columns *columns, const struct holidays *holidays,
                             const struct occasions *occasions, size_t per_day, int64_t first_day,
                             int64_t last_day, struct arena *arena, struct error *err);

// The first of the columns of a slot's profile.
static inline size_t columns_profile(const struct columns *columns, size_t slot) {
    return columns->profile_at + slot * COLUMNS_PROFILE;
}

// The most entries that columns_row and columns_day add.
size_t columns_row_entries(const struct columns *columns);
size_t columns_day_entries(const struct columns *columns);
// Adds the entries of one slot, and those that all slots of a day share, and ends the row.
void columns_row(const struct columns *columns, int64_t day, size_t slot, struct glm_sparse *rows);
void columns_day(const struct columns *columns, int64_t day, struct glm_sparse *days);

// Precisions to begin with, and which of them are not estimated: parts of which a series shows too few
// examples.
void columns_precision(struct glm_prior *prior);

// How much more than at other times people come in [from, until) days before a deadline, as the logarithm of
// a factor: the mean of 1 + 1 / (d + shift)^1.5.
double columns_pressure(double from, double until, double shift);

// Variance that the level, the trend and a day's shock add `ahead` days after the last day of data. After
// four weeks it grows no more: a campaign's level does not wander off for a year.
double columns_drift(const double precision[GLM_GROUPS_MAX], int64_t ahead, bool with_shocks);
