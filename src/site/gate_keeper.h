// gate_keeper.h - the thread that lets the gate live its seconds, and keeps the store in step.
//
// Each second: the pace is set, the watermark moves, what changed is written, and when it is durable the
// public document is published. While the store does not take it the line stands still. It never waits
// for the store: a page goes out every second, whatever happens there.
#pragma once

#include "site/context.h"

struct gate_keeper;

// Finds the gate in the store, or begins it; `site->gate` is ready for residents when it returns.
MUST_CHECK bool gate_keeper_start(struct site *site, struct gate_keeper **ret_keeper, struct error *err);
// Tells the gate the campaign's dates as they are now.
void gate_keeper_take_dates(struct site *site);
// Writes what there is; before the writer stops. NULL is fine.
void gate_keeper_stop(struct gate_keeper *keeper);
