// calendar_internal.h - what the forms of a calendar share.
#pragma once

#include "forecast/calendar_forms.h"

// The whole document of a view, in the language of its words, at the end of `out`.
void calendar_write_html(const struct calendar_view *view, struct buffer *out);
void calendar_write_ics(const struct calendar_view *view, struct buffer *out);
void calendar_write_svg(const struct calendar_view *view, struct buffer *out);

// The campaign's name without readings, in the arena ("" when it is full).
const char *calendar_campaign_text(struct arena *arena, const struct calendar_view *view);

#define CALENDAR_TABLE_DAYS 14

// The tables of the page: four weeks twice (with days in columns, and with a day a row), or the phases.
void calendar_write_weeks(const struct calendar_view *view, struct buffer *out);
void calendar_write_year(const struct calendar_view *view, struct buffer *out);

// How a style sheet knows a level: "smooth", "busy", "full", "unknown", "shut".
const char *calendar_level_class(enum level level, bool shut);
