// postgres_wire.c - libpq without blocking, and poll.
#include "store/postgres_wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"

#define SETTINGS_MS_MAX 1000

bool wire_failed(PGconn *connection, struct error *err) {
    const char *message = connection == NULL ? "out of memory" : PQerrorMessage(connection);
    size_t length = strcspn(message, "\n");
    return error_set(err, ERROR_UNAVAILABLE, "PostgreSQL: %.*s", (int)length,
                     length == 0 ? "the connection is lost" : message);
}

// Waits until the socket is ready for one of `events`; 0 when the time is over, -1 when it is broken.
static int wait_for(PGconn *connection, short events, int64_t until_us) {
    struct pollfd socket = {.fd = PQsocket(connection), .events = events};
    for (;;) {
        int64_t left_us = until_us - clock_monotonic_us();
        if (socket.fd < 0)
            return -1;
        int ready = poll(&socket, 1, left_us <= 0 ? 0 : (int)((left_us + 999) / 1000));
        if (ready >= 0)
            return ready == 0 ? 0 : socket.revents;
        if (errno != EINTR)
            return -1;
    }
}

static bool silence(struct error *err) {
    return error_set(err, ERROR_UNAVAILABLE, "PostgreSQL has been silent for too long");
}

static bool wait_until_connected(PGconn *connection, int64_t until_us, struct error *err) {
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED)
            return wire_failed(connection, err);
        int ready = wait_for(connection, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_us);
        if (ready == 0)
            return silence(err);
        if (ready < 0)
            return wire_failed(connection, err);
        status = PQconnectPoll(connection);
    }
    return true;
}

static void ignore_notice(void *context, const char *message) {
}

static bool apply_settings(PGconn *connection, const char *settings, struct error *err) {
    if (PQsetnonblocking(connection, 1) != 0 || PQsendQuery(connection, settings) == 0)
        return wire_failed(connection, err);
    PGresult *result = NULL;
    bool ok = wire_flush(connection, SETTINGS_MS_MAX, err);
    while (ok && (ok = wire_result(connection, SETTINGS_MS_MAX, &result, err)) && result != NULL) {
        ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            return wire_failed(connection, err);
    }
    return ok;
}

bool wire_connect(const char *url, int wait_ms, const char *settings, PGconn **ret_connection,
                  struct error *err) {
    int64_t until_us = clock_monotonic_us() + wait_ms * INT64_C(1000);
    const char *const keywords[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
    const char *const values[] = {url, "juncho", "UTF8", NULL};
    PGconn *connection = PQconnectStartParams(keywords, values, 1);
    bool ok = connection != NULL && PQstatus(connection) != CONNECTION_BAD;
    if (!ok)
        (void)wire_failed(connection, err);
    else
        (void)PQsetNoticeProcessor(connection, ignore_notice, NULL);
    ok = ok && wait_until_connected(connection, until_us, err) && apply_settings(connection, settings, err);
    if (!ok) {
        PQfinish(connection);
        return false;
    }
    *ret_connection = connection;
    return true;
}

// Between transactions a server has nothing to say but that it ends the connection, or that its configuration
// has changed, which does no harm to believe as well.
bool wire_is_alive(PGconn *connection) {
    return PQstatus(connection) == CONNECTION_OK && wait_for(connection, POLLIN, 0) == 0;
}

bool wire_flush(PGconn *connection, int silence_ms, struct error *err) {
    for (;;) {
        int left = PQflush(connection);
        if (left == 0)
            return true;
        if (left < 0)
            return wire_failed(connection, err);
        int64_t until_us = clock_monotonic_us() + silence_ms * INT64_C(1000);
        int ready = wait_for(connection, POLLIN | POLLOUT, until_us);
        if (ready == 0)
            return silence(err);
        if (ready < 0 || ((ready & ~POLLOUT) != 0 && PQconsumeInput(connection) == 0))
            return wire_failed(connection, err);
    }
}

bool wire_result(PGconn *connection, int silence_ms, PGresult **ret_result, struct error *err) {
    while (PQisBusy(connection)) {
        int64_t until_us = clock_monotonic_us() + silence_ms * INT64_C(1000);
        int ready = wait_for(connection, POLLIN, until_us);
        if (ready == 0)
            return silence(err);
        if (ready < 0 || PQconsumeInput(connection) == 0)
            return wire_failed(connection, err);
    }
    PGresult *result = PQgetResult(connection);
    if (result == NULL && PQstatus(connection) != CONNECTION_OK)
        return wire_failed(connection, err);
    *ret_result = result;
    return true;
}
