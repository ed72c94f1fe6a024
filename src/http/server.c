// server.c - sockets and loops: how the server starts, what it counts, how it ends.
#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <sched.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/loop.h"
#include "http/server_internal.h"

#define LOOPS_MAX            64
#define LISTEN_BACKLOG       4096
#define DESCRIPTORS_RESERVED 256 // for databases, logs and the provider, beside the connections

struct http_server {
    struct http_options options;
    http_handler *handler;
    http_observer *observer;
    void *context;
    struct limits *limits;
    uint32_t start_id;
    uint16_t port;
    atomic_bool stopping;
    _Atomic int64_t stop_deadline_us;
    unsigned loops_count;
    struct loop *loops;
};

bool server_is_stopping(const struct http_server *server) {
    return atomic_load_explicit(&server->stopping, memory_order_acquire);
}

int64_t server_stop_deadline_us(const struct http_server *server) {
    return atomic_load_explicit(&server->stop_deadline_us, memory_order_relaxed);
}

const struct http_options *server_options(const struct http_server *server) {
    return &server->options;
}

struct limits *server_limits(struct http_server *server) {
    return server->limits;
}

uint32_t server_start_id(const struct http_server *server) {
    return server->start_id;
}

unsigned server_loops_count(const struct http_server *server) {
    return server->loops_count;
}

void server_handle(const struct http_server *server, struct http_request *request) {
    server->handler(request, server->context);
}

void server_observe(const struct http_server *server, struct http_request *request, int status,
                    int64_t duration_us) {
    if (server->observer != NULL)
        server->observer(request, status, duration_us, server->context);
}

static unsigned cores(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : count > LOOPS_MAX ? LOOPS_MAX : (unsigned)count;
}

// A connection is a descriptor; where the soft limit is lower than what was asked for, it may be raised.
static void raise_descriptor_limit(unsigned connections_max) {
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections_max + DESCRIPTORS_RESERVED;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static bool resolve(const struct http_options *options, struct sockaddr_storage *ret_address,
                    socklen_t *ret_length, struct error *err) {
    char port[8];
    (void)snprintf(port, sizeof port, "%u", options->port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    if (getaddrinfo(options->address, port, &hints, &found) != 0)
        return error_set_field(err, ERROR_INVALID, "address", "%s is not an IP address", options->address);
    memcpy(ret_address, found->ai_addr, found->ai_addrlen);
    *ret_length = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static bool set_option(int fd, int level, int option, int value) {
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// The first socket is bound without SO_REUSEPORT, so that a second Juncho on the same port is refused instead
// of silently taking half of the connections; once it is bound, its sisters may join.
static bool bind_socket(int fd, const struct sockaddr_storage *address, socklen_t length, bool first) {
    bool ok = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) &&
              (address->ss_family != AF_INET6 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)) &&
              (first || set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
              bind(fd, (const struct sockaddr *)address, length) == 0 &&
              (!first || set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1));
    return ok && listen(fd, LISTEN_BACKLOG) == 0;
}

static bool open_socket(struct http_server *server, struct sockaddr_storage *address, socklen_t length,
                        bool first, int *ret_fd, struct error *err) {
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || !bind_socket(fd, address, length, first)) {
        int why = errno;
        if (fd >= 0)
            (void)close(fd);
        return error_set(err, ERROR_UNAVAILABLE, "cannot listen on %s:%u: %s", server->options.address,
                         server->options.port, strerror(why));
    }
    socklen_t actual_length = sizeof *address;
    (void)getsockname(fd, (struct sockaddr *)address, &actual_length); // the port that the system chose
    *ret_fd = fd;
    return true;
}

static bool open_loops(struct http_server *server, struct error *err) {
    struct sockaddr_storage address = {0};
    socklen_t length = 0;
    if (!resolve(&server->options, &address, &length, err))
        return false;
    unsigned wanted = server->options.loops == 0 ? cores() : server->options.loops;
    ASSERT(wanted <= LOOPS_MAX);
    server->loops = calloc(wanted, sizeof *server->loops);
    server->limits = limits_new(server->options.connections_max, server->options.connections_per_address_max);
    if (server->loops == NULL || server->limits == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the server");
    for (unsigned i = 0; i < wanted; i++) {
        int fd = -1;
        if (!open_socket(server, &address, length, i == 0, &fd, err))
            return false;
        server->loops_count = i + 1;
        if (!loop_init(&server->loops[i], server, i, fd, err))
            return false;
    }
    const struct sockaddr_in *in =
        (const struct sockaddr_in *)&address; // the port lies there in both families
    server->port = ntohs(in->sin_port);
    return true;
}

static void server_free(struct http_server *server) {
    for (unsigned i = 0; i < server->loops_count; i++)
        loop_done(&server->loops[i]);
    free(server->loops);
    limits_free(server->limits);
    free(server);
}

bool http_server_start(const struct http_options *options, http_handler *handler, http_observer *observer,
                       void *context, struct http_server **ret_server, struct error *err) {
    if (sodium_init() < 0)
        return error_set(err, ERROR_UNAVAILABLE, "libsodium could not start");
    struct http_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the server");
    server->options = *options;
    server->handler = handler;
    server->observer = observer;
    server->context = context;
    server->start_id = randombytes_random();
    raise_descriptor_limit(options->connections_max);
    bool ok = open_loops(server, err);
    for (unsigned i = 0; ok && i < server->loops_count; i++)
        ok = loop_start(&server->loops[i], err);
    if (!ok) {
        http_server_stop(server, 0);
        return false;
    }
    *ret_server = server;
    return true;
}

uint16_t http_server_port(const struct http_server *server) {
    return server->port;
}

void http_server_stop(struct http_server *server, int64_t wait_ms_max) {
    if (server == NULL)
        return;
    atomic_store(&server->stop_deadline_us, clock_monotonic_us() + wait_ms_max * 1000);
    atomic_store_explicit(&server->stopping, true, memory_order_release);
    bool abandoned = false;
    for (unsigned i = 0; i < server->loops_count; i++)
        if (server->loops[i].thread_started)
            loop_wake(&server->loops[i]);
    for (unsigned i = 0; i < server->loops_count; i++) {
        loop_join(&server->loops[i]);
        abandoned = abandoned || server->loops[i].abandoned;
    }
    // Somebody still holds requests and will continue them some day: their memory must outlive the server.
    if (!abandoned)
        server_free(server);
}

void http_server_figures(const struct http_server *server, struct http_figures *ret_figures) {
    struct http_figures figures = {.connections_refused = limits_refused(server->limits),
                                   .connections = limits_connections(server->limits)};
    for (unsigned i = 0; i < server->loops_count; i++) {
        figures.requests += atomic_load_explicit(&server->loops[i].requests, memory_order_relaxed);
        figures.suspended += atomic_load_explicit(&server->loops[i].suspended, memory_order_relaxed);
    }
    *ret_figures = figures;
}
