// clock.h - what time it is, for the service and for the wall, and how a time is written.
//
// Domains never read a clock: they are given `now_ms`. The service's time can be made to run from
// another start and faster than the wall's, so that a rehearsal plays a day in minutes; protocols
// with others (tokens, certificates) always go by the wall, and durations by the monotonic clock.
// A time is milliseconds since 1970 in UTC. Civil time is that of one zone, set once at start.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define CLOCK_RFC3339_SIZE 32
#define CLOCK_SECOND_MS    INT64_C(1000)
#define CLOCK_MINUTE_MS    (60 * CLOCK_SECOND_MS)
#define CLOCK_HOUR_MS      (60 * CLOCK_MINUTE_MS)
#define CLOCK_DAY_MS       (24 * CLOCK_HOUR_MS)

struct clock {
    int64_t wall_start_ms;    // when the clock was set, by the wall
    int64_t service_start_ms; // what it showed then
    double speed;             // service seconds a wall second; 1 in production
};

// The service's clock at the wall's time and speed.
struct clock clock_real(void);
// A clock that shows `service_start_ms` now and runs `speed` times as fast as the wall; speed in (0, 100000].
struct clock clock_rehearsal(int64_t service_start_ms, double speed);
int64_t clock_now_ms(const struct clock *clock);
int64_t clock_at_ms(const struct clock *clock, int64_t wall_ms); // what it showed, or will show

int64_t clock_wall_ms(void);      // since 1970, by the wall
int64_t clock_monotonic_us(void); // for durations only

struct civil {
    int year, month, day; // 1-12, 1-31
    int hour, minute, second;
    int weekday;  // 0 Sunday ... 6 Saturday
    int offset_s; // east of UTC
};

// Sets the zone of civil time ("Asia/Tokyo") for the whole process; before any thread starts.
MUST_CHECK bool clock_set_zone(const char *zone, struct error *err);
struct civil clock_civil(int64_t time_ms);
// The start of the civil hour and of the civil day that hold `time_ms`.
int64_t clock_hour_start_ms(int64_t time_ms);
int64_t clock_day_start_ms(int64_t time_ms);
// The day number of a civil date since 1970-01-01, by the proleptic Gregorian calendar.
int64_t clock_day_number(int year, int month, int day);

// "2026-02-02T13:00:00+09:00" in the zone.
void clock_rfc3339(char target[CLOCK_RFC3339_SIZE], int64_t time_ms);
// Reads RFC 3339, seconds and fraction optional; a time without an offset is civil time of the zone;
// a date alone is its first second.
MUST_CHECK bool clock_parse(const char *text, int64_t *ret_time_ms, struct error *err);
