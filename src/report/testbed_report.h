// testbed_report.h - two made-up days of figures, for this folder's tests.
#pragma once

#include "report/report.h"

// Monday 2 and Tuesday 3 February 2026; 1,000 began, leaving by 7, 3, 1, 21 and 1 %; no calls. Lives in the
// arena.
struct report *testbed_report(struct arena *arena);
// Calls of so many days from that Monday on: 1,000 a day on the first two with 450 answered, then 250 with
// 240.
const struct calls *testbed_calls(struct arena *arena, size_t days);
