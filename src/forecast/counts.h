// counts.h - what the store has counted, as a series to learn from.
//
// The app's are its openings by hour, counted or imported (measure/imported.h says whose count of an hour
// holds). Nobody is refused an opening, so a full gate does not cut them. The telephone's are the calls
// offered by half-hour. Slots without a count are zero, but longer silences are an outage and so missing.
#pragma once

#include "forecast/calendar.h"
#include "forecast/series.h"
#include "store/store.h"

// Slots up to the hour that runs at `now_ms`, which is left out. Nothing counted, or no session (NULL): an
// empty series from `today` on.
MUST_CHECK bool counts_series(struct session *session, enum calendar_series kind, int64_t now_ms,
                              int64_t today, struct series *ret_series, struct error *err);
