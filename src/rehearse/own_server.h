// own_server.h - a Juncho of the rehearsal's own, as a child process with the sandbox provider.
//
// Its clock begins at the plan's start and runs at the plan's speed. It ends with the rehearsal, also when
// the rehearsal dies.
#pragma once

#include <stdint.h>

#include "base/error.h"

struct own_server;

struct own_server_options {
    const char *program;        // NULL: this very program
    const char *store;          // URL
    int64_t start_ms, until_ms; // the campaign is open between them
    double speed;
    int64_t identity_per_min, pace_per_min_max; // of its gate; 0: its defaults
};

// Returns once it answers; `ret_base` is "http://127.0.0.1:port". `ret_begins_us` is when its clock began, by
// the monotonic clock. ERROR_UNAVAILABLE: it did not start within 30 seconds; it says why itself.
#define OWN_SERVER_BASE_MAX 64
MUST_CHECK bool own_server_start(const struct own_server_options *options, struct own_server **ret_server,
                                 char ret_base[OWN_SERVER_BASE_MAX], int64_t *ret_begins_us,
                                 struct error *err);
// Lets it finish what it accepted. False when it ended otherwise than well. NULL is fine.
bool own_server_stop(struct own_server *server);
