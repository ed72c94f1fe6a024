// stored.h - a forecast of what a store has counted, for the commands that print it.
#pragma once

#include "command/settings.h"
#include "forecast/holidays.h"
#include "forecast/planner.h"

struct stored_forecast {
    const struct settings *settings;
    struct config
        *ret_config; // NULL, or where the settings go that hold, those of the console over the file's
    enum calendar_series series;
    int64_t now_ms;
    int64_t first_day; // 0: today
    size_t days;
    void (*tell)(void *context, const char *sentence); // NULL, or what there is to say beside the numbers
    void *tell_context;
};

// Called slot by slot; `start` is RFC 3339. False stops with the error.
typedef bool stored_slot_fn(void *context, const char *start, int minutes, const struct demand_slot *slot,
                            struct error *err);

// Opens the store of the settings, learns from it, and gives every slot to `each`.
MUST_CHECK bool stored_forecast_each(const struct stored_forecast *asked, stored_slot_fn *each, void *context,
                                     struct error *err);

// Puts the holidays that were imported into the store of the settings in the place of `holidays`' own.
MUST_CHECK bool stored_holidays(const struct settings *settings, struct holidays *holidays,
                                struct error *err);
