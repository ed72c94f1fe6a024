// stand_in.h - for tests: a server that answers every step of a walk as Juncho would, and counts.
#pragma once

#include <stdatomic.h>

#include "base/error.h"
#include "http/server.h"

struct stand_in {
    struct http_server *server;
    char base[64];
    int busy_every;       // every so many requests it is too busy; 0: never
    const char *campaign; // the state of its campaign: "open"
    _Atomic int requests, refusals, accesses, residents, begun, callbacks, applications;
    _Atomic int went_on[3];
};

// On a port of the system's choice, at `base`.
MUST_CHECK bool stand_in_start(struct stand_in *stand_in, struct error *err);
void stand_in_stop(struct stand_in *stand_in);
