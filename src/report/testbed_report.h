// testbed_report.h - two made-up days of figures, for this folder's tests.
#pragma once

#include "report/report.h"

// Monday 2 and Tuesday 3 February 2026; 1,000 began, leaving by 7, 3, 1, 21 and 1 %. Lives in the arena.
const struct report *testbed_report(struct arena *arena);
