#include "site/planning.h"

#include <string.h>

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
    if (sandbox && settings.expected_per_day == 0)
        settings.expected_per_day = SANDBOX_PER_DAY;
    if (calls) {
        settings.rules.levels.capacity_per_hour = agents * 3600 / (double)config->calls.handle_s;
        settings.rules.opens_hour = (int)config->calls.opens_hour;
        settings.rules.closes_hour = (int)config->calls.closes_hour;
        settings.expected_per_day = (double)config->calls.expected_per_day;
        settings.occasions = none_if_empty(config->calls.occasions_file);
        settings.prior = NULL;
    }
    *ret_settings = settings;
}
