// planning.h - what the settings and the bookings say about forecasts and calendars.
#pragma once

#include "forecast/planner.h"
#include "site/config.h"

// Texts are borrowed from the settings.
void planning_settings(const struct config *config, enum calendar_series series,
                       struct planner_settings *ret_settings);

// Adds what is booked at the gate from the day of `now_ms` on; it lies in the arena. Nothing for the
// telephone, and nothing without a store (`session` NULL).
MUST_CHECK bool planning_bookings(struct session *session, int64_t campaign_id, enum calendar_series series,
                                  int64_t now_ms, struct arena *arena, struct planner_settings *settings,
                                  struct error *err);
