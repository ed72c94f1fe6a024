// testbed_guidance.h - a store with tables, and commands and sessions in one call, for tests of this folder.
#pragma once

#include "store/testbed.h"
#include "store/writer.h"

// An empty store with every table.
void testbed_guidance(struct testbed *testbed);
void testbed_run_command(struct testbed *testbed, struct command *command); // fails the program on an error
struct session *testbed_session(struct testbed *testbed);                   // to be closed by the caller
