// ticker.h - what happens by itself: every second the counts are written, every hour old jumps are forgotten.
#pragma once

#include "site/context.h"

struct ticker;
// A thread of its own. ERROR_UNAVAILABLE: it cannot be started.
MUST_CHECK bool ticker_start(struct site *site, struct ticker **ret_ticker, struct error *err);
// Writes what is left to write, then ends. NULL is fine.
void ticker_stop(struct ticker *ticker);
