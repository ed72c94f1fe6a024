// testbed_gate.h - a gate for tests: ten people a second by hand, a thousand places inside.
#pragma once

#include "gate/gate.h"

#define TESTBED_GATE_START_S INT64_C(1770000000)

// `opens_s` 0: open at once; else who comes before it shares a draw. Ends the test program on failure.
struct gate *testbed_gate(uint32_t epoch, uint32_t node, int64_t opens_s);
