// postgres_wire.h - a connection to PostgreSQL on which no wait is without end.
//
// Both directions of the socket are served while sending: a server that cannot get rid of its answers
// stops reading, and a client that only writes would wait for it for ever.
#pragma once

#include <libpq-fe.h>

#include "base/error.h"

// Connects within `wait_ms` (the look-up of a host's name is not counted) and runs `settings`.
MUST_CHECK bool wire_connect(const char *url, int wait_ms, const char *settings, PGconn **ret_connection,
                             struct error *err);
// False when the server has closed an idle connection meanwhile.
bool wire_is_alive(PGconn *connection);

// Sends all that is buffered. Gives up when nothing moves for `silence_ms`.
MUST_CHECK bool wire_flush(PGconn *connection, int silence_ms, struct error *err);
// The next result, NULL at the end of a statement's results; false when the connection is lost.
MUST_CHECK bool wire_result(PGconn *connection, int silence_ms, PGresult **ret_result, struct error *err);
// ERROR_UNAVAILABLE with the connection's own words, on one line.
bool wire_failed(PGconn *connection, struct error *err);
