// calendar_internal.h - what the forms of a calendar share.
#pragma once

#include "forecast/calendar_forms.h"

void calendar_write_html(const struct calendar_view *view, struct buffer *out);
void calendar_write_ics(const struct calendar_view *view, struct buffer *out);
void calendar_write_svg(const struct calendar_view *view, struct buffer *out);

// The sentence that says when it is quiet in the coming week, in the arena; "" without a calendar.
const char *calendar_best_text(const struct calendar_view *view, struct arena *arena);
