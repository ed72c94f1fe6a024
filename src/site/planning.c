#include "site/planning.h"

#include <string.h>

#include "base/clock.h"
#include "gate/booking.h"

// From the midnight before now to the last window that can be booked.
#define WINDOWS ((size_t)((BOOKING_AHEAD_MS + CLOCK_DAY_MS) / BOOKING_WINDOW_MS) + 1)

#define SANDBOX_PER_DAY 20000.0 // so that a sandbox has a calendar to look at

static const char *none_if_empty(const char *text) {
    return text[0] == '\0' ? NULL : text;
}

void planning_settings(const struct config *config, enum calendar_series series,
                       struct planner_settings *ret_settings) {
    bool calls = series == CALENDAR_CALLS;
    bool sandbox = strcmp(config->identity.provider, "sandbox") == 0;
    double agents = (double)config->calls.agents * (double)config->calls.occupancy_percent / 100;
    struct planner_settings settings = {
        .rules = {.levels = {.capacity_per_hour = (double)config->calendar.capacity_per_hour,
                             .busy = (double)config->calendar.busy_percent / 100,
                             .very_busy = (double)config->calendar.very_busy_percent / 100},
                  .closes_hour = 24},
        .expected_per_day = (double)config->calendar.expected_per_day,
        .holidays = config->calendar.holidays,
        .occasions = none_if_empty(config->calendar.occasions_file),
        .prior = none_if_empty(config->calendar.prior_file)};
    if (sandbox)
        settings.expected_otherwise = SANDBOX_PER_DAY;
    if (calls) {
        settings.rules.levels.capacity_per_hour = agents * 3600 / (double)config->calls.handle_s;
        settings.rules.opens_hour = (int)config->calls.opens_hour;
        settings.rules.closes_hour = (int)config->calls.closes_hour;
        settings.expected_per_day = (double)config->calls.expected_per_day;
        settings.expected_otherwise = 0;
        settings.occasions = none_if_empty(config->calls.occasions_file);
        settings.prior = NULL;
    }
    *ret_settings = settings;
}

// Windows of one hour become one load: the planner's slots are hours.
static size_t add_hours(const struct booking_window *windows, struct planner_load *loads) {
    size_t count = 0;
    for (size_t i = 0; i < WINDOWS; i++) {
        int64_t hour_ms = clock_hour_start_ms(windows[i].start_ms);
        if (windows[i].taken == 0)
            continue;
        if (count == 0 || loads[count - 1].hour_ms != hour_ms)
            loads[count++] = (struct planner_load){.hour_ms = hour_ms};
        loads[count - 1].booked += (double)windows[i].taken;
    }
    return count;
}

// NOLINTNEXTLINE(readability-function-size): whose bookings, from when on, and where they go
bool planning_bookings(struct session *session, int64_t campaign_id, enum calendar_series series,
                       int64_t now_ms, struct arena *arena, struct planner_settings *settings,
                       struct error *err) {
    if (session == NULL || series != CALENDAR_APP)
        return true;
    struct civil civil = clock_civil(now_ms);
    int64_t today = clock_day_number(civil.year, civil.month, civil.day);
    struct booking_window *windows = arena_alloc(arena, WINDOWS * sizeof *windows);
    struct planner_load *loads = arena_alloc(arena, WINDOWS * sizeof *loads);
    if (windows == NULL || loads == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!booking_windows(session, campaign_id, calendar_hour_ms(today, 0), 0, WINDOWS, windows, err))
        return false;
    settings->loads = loads;
    settings->loads_count = add_hours(windows, loads);
    return true;
}
