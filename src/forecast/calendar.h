// calendar.h - when it will be quiet: the levels of every band of every day, as they were published.
//
// There are two calendars, of the app and of the telephone. What is published is a version: numbered, with
// its reason, never changed. It reaches from the Monday of its week to the end of the campaign, so that the
// view of four weeks and that of a year by phases are read from the same levels. An operator may set a band
// to another level, and says why.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "forecast/holidays.h"
#include "forecast/levels.h"

#define CALENDAR_DAYS_MAX      500
#define CALENDAR_VIEW_DAYS     28
#define CALENDAR_PHASES_MAX    8
#define CALENDAR_OVERRIDES_MAX 200
#define CALENDAR_CHANGES_MAX   24
#define CALENDAR_REASON_SIZE   241
#define CALENDAR_NAME_SIZE     65

// The numbers are stored: do not change.
enum calendar_series { CALENDAR_APP = 1, CALENDAR_CALLS = 2 };
const char *calendar_series_name(enum calendar_series series); // "app", "calls"
MUST_CHECK bool calendar_series_parse(const char *text, enum calendar_series *ret_series);

struct calendar_override {
    int64_t day;
    size_t band;
    enum level level;
    char reason[CALENDAR_REASON_SIZE]; // as residents read it
};

struct calendar_rules {
    struct levels_options levels;
    int opens_hour, closes_hour; // of the telephone; 0 and 24: always
};

struct calendar {
    enum calendar_series series;
    int64_t number; // of the version, from 1; 0: not published
    int64_t made_ms;
    char reason[CALENDAR_REASON_SIZE];
    char by[CALENDAR_NAME_SIZE]; // who published it; empty: the service itself
    struct calendar_rules rules;
    int64_t opens_day, closes_day; // of the campaign; the last day on which it runs
    int64_t first_day;
    size_t days;
    uint8_t cells[CALENDAR_DAYS_MAX][LEVELS_BANDS]; // enum level
    struct calendar_override *overrides;
    size_t overrides_count;
};

// Year, month, day and weekday of a day's number; "2026-02-02"; the moment at which one of its civil hours
// (up to 48) begins.
struct civil calendar_date(int64_t day);
#define CALENDAR_ISO_SIZE 16
void calendar_iso_date(char target[CALENDAR_ISO_SIZE], int64_t day);
int64_t calendar_hour_ms(int64_t day, int hour);
// The Monday on or before a day.
int64_t calendar_monday(int64_t day);
// Hours of a band: from its first to the one after its last; the third ends at 25.
int calendar_band_from(size_t band);
int calendar_band_until(size_t band);

// LEVEL_UNKNOWN outside of the calendar.
enum level calendar_level(const struct calendar *calendar, int64_t day, size_t band);
// True when nobody answers the telephone in any hour of the band.
bool calendar_is_shut(const struct calendar *calendar, size_t band);
// The override of a cell, or NULL.
const struct calendar_override *calendar_override_of(const struct calendar *calendar, int64_t day,
                                                     size_t band);
// Puts the overrides that lie in the calendar into its cells.
void calendar_apply(struct calendar *calendar);

// Whether two calendars say the same of every day that both hold, and hold the same last day.
bool calendar_is_same(const struct calendar *calendar, const struct calendar *other);

// A year by phases: months of the campaign, the long middle drawn together as the published calendar does.
struct calendar_phase {
    int first_month, last_month; // of the campaign, from 1
    int months;                  // of the whole campaign
    int64_t first_day, last_day;
    enum level band[LEVELS_BANDS]; // the one that at least half of its days reach; UNKNOWN: over already
};
size_t calendar_phases(const struct calendar *calendar,
                       struct calendar_phase ret_phases[CALENDAR_PHASES_MAX]);

// Cells that differ from the version before it, from `first_day` on, at most CALENDAR_CHANGES_MAX of them;
// `ret_all` is how many there are.
struct calendar_change {
    int64_t day;
    size_t band;
    enum level was, is;
};
size_t calendar_changes(const struct calendar *calendar, const struct calendar *before, int64_t first_day,
                        size_t days, struct calendar_change ret_changes[CALENDAR_CHANGES_MAX],
                        size_t *ret_all);

// The next quiet bands from an hour on, within `days`: by day first, nights (one to seven) only when asked.
struct calendar_quiet {
    int64_t day;
    size_t band;
    enum level level;
};
size_t calendar_quiet(const struct calendar *calendar, int64_t day, int hour, size_t days, bool nights,
                      struct calendar_quiet *ret_quiet, size_t quiet_max);
// Where no band by day is quiet: those that are busy while others are very busy. None when all are alike.
size_t calendar_least_busy(const struct calendar *calendar, int64_t day, int hour, size_t days,
                           struct calendar_quiet *ret_quiet, size_t quiet_max);
// The level now.
enum level calendar_now(const struct calendar *calendar, int64_t day, int hour);
