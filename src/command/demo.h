// demo.h - something to see for whoever looks around: a past, a report of it, and people who keep coming.
//
// Only ever on a sandbox that listens on this very machine: nothing of it may stand beside real residents.
#pragma once

#include "site/config.h"

struct demo;

// Before the service starts. An empty store gets six days of the configured campaign up to this hour,
// simulated, and a published report of them; a store that has residents stays as it is. The campaign's dates
// in `config` become those of the store, and so few can be served that the calendar has something to say,
// unless the settings say how many. ERROR_INVALID: no sandbox, or it listens for others, too.
MUST_CHECK bool demo_prepare(struct config *config, struct error *err);
// Virtual residents walk the journey at `base` ("http://127.0.0.1:8080") until it is stopped.
MUST_CHECK bool demo_start(const char *base, struct demo **ret_demo, struct error *err);
void demo_stop(struct demo *demo); // while the server still answers; NULL is fine
