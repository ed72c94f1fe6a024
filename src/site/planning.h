// planning.h - what the settings say about forecasts and calendars.
#pragma once

#include "forecast/planner.h"
#include "site/config.h"

// Texts are borrowed from the settings.
void planning_settings(const struct config *config, enum calendar_series series,
                       struct planner_settings *ret_settings);
