// counts.h - what the store has counted, as a series to learn from.
//
// The app's series are the openings of the app by hour. Nobody is refused an opening, so a full gate does not
// cut them; an hour without any is zero, but longer silences are an outage and so missing.
#pragma once

#include "forecast/calendar.h"
#include "forecast/series.h"
#include "store/store.h"

// Hours up to the one that runs at `now_ms`, which is left out. Nothing counted: an empty series from `today`
// on.
MUST_CHECK bool counts_series(struct session *session, enum calendar_series kind, int64_t now_ms,
                              int64_t today, struct series *ret_series, struct error *err);
