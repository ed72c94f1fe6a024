// routes.h - from a request to its handler, and from a response to the counters.
#pragma once

#include <stdio.h>

#include "site/context.h"

struct router *routes_new(void); // NULL when memory is exhausted
http_handler routes_handle;      // context: struct site
http_observer routes_observe;    // context: struct site
// One line a route, "POST /api/v1/me/identity changes signed-in": docs/openapi.yaml is held against these.
void routes_print(FILE *target);
