// loop.c - waits for libmicrohttpd's descriptor and the mailbox, and ends what takes too long.
#include "http/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/server_internal.h"

#define SPARE_REQUESTS_MAX     64
#define SWEEP_EVERY_MS         500
#define SENDING_TIMEOUT_FACTOR 8 // a slow phone may read a long time, but not for ever
#define ACCEPT_ROUNDS_AT_END   64
#define SECOND_US              INT64_C(1000000)

static const char response_408[] =
    "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

// --- Requests -------------------------------------------------------------------------------------------

static struct http_request *take_spare(struct loop *loop) {
    struct http_request *request = loop->spare;
    if (request != NULL) {
        loop->spare = request->next;
        loop->spare_count--;
        return request;
    }
    request = calloc(1, sizeof *request);
    if (request == NULL)
        return NULL;
    request->arena = arena_new(loop->options->arena_bytes_max);
    if (request->arena == NULL) {
        free(request);
        return NULL;
    }
    return request;
}

static void give_back(struct loop *loop, struct http_request *request) {
    if (loop->spare_count >= SPARE_REQUESTS_MAX) {
        arena_free(request->arena);
        free(request);
        return;
    }
    struct arena *arena = request->arena;
    arena_reset(arena);
    memset(request, 0, offsetof(struct http_request, refused_detail));
    request->refused_detail[0] = request->id[0] = '\0';
    request->arena = arena;
    request->next = loop->spare;
    loop->spare = request;
    loop->spare_count++;
}

static void set_phase(struct connection *connection, enum phase phase, int64_t now_us) {
    connection->phase = phase;
    connection->phase_started_us = now_us;
}

static struct connection *connection_of(struct MHD_Connection *mhd) {
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

// libmicrohttpd would go on to parse the query, which is done here (target.h). When its memory does not
// suffice for that, the old ones neither answer nor close. The text lies in their buffer: so they find the
// query empty.
static void hide_query(const char *raw_target) {
    char *query =
        HTTP_LIBRARY_IS_LAX && raw_target != NULL ? strchr((char *)(uintptr_t)raw_target, '?') : NULL;
    if (query != NULL && query[1] != '\0')
        query[1] = '\0';
}

// libmicrohttpd has read the request line; what this returns becomes the request's context there.
static void *on_request_line(void *cls, const char *raw_target, struct MHD_Connection *mhd) {
    struct loop *loop = cls;
    struct connection *connection = connection_of(mhd);
    struct http_request *request = connection == NULL ? NULL : take_spare(loop);
    if (request == NULL)
        return NULL;
    request->loop = loop;
    request->connection = connection;
    request->mhd = mhd;
    request->number = loop->requests_started++ * server_loops_count(loop->server) + loop->index;
    request_begin(request, raw_target);
    hide_query(raw_target);
    set_phase(connection, PHASE_RECEIVING, request->started_us);
    return request;
}

static void run(struct http_request *request) {
    if (request->then != NULL) {
        void (*then)(struct http_request *, void *) = request->then;
        request->then = NULL;
        atomic_fetch_sub_explicit(&request->loop->suspended, 1, memory_order_relaxed);
        then(request, request->then_context);
    } else if (request->refused_status != 0) {
        request_respond_problem(request, request->refused_status, request->refused_detail);
    } else if (!request->handled) {
        request->handled = true;
        set_phase(request->connection, PHASE_HANDLING, request->started_us); // it has no time limit
        server_handle(request->loop->server, request);
    }
}

static void suspend(struct http_request *request) {
    atomic_fetch_add_explicit(&request->loop->suspended, 1, memory_order_relaxed);
    if (request->mhd != NULL)
        MHD_suspend_connection(request->mhd);
}

// A request whose client is gone still runs to its end: what waits in `then` may hold more than a response.
static void run_orphan(struct http_request *request) {
    run(request);
    if (request->responded)
        give_back(request->loop, request);
    else
        suspend(request);
}

// NOLINTNEXTLINE(readability-function-size): libmicrohttpd says what it passes
static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *bytes_length,
                                  void **context) {
    struct http_request *request = *context;
    if (request == NULL)
        return MHD_NO;
    if (!request->headers_seen) {
        request_read_headers(request, method, version);
    } else if (*bytes_length > 0) {
        request_take_body(request, bytes, *bytes_length);
        *bytes_length = 0;
    } else {
        run(request);
        if (!request->responded)
            suspend(request);
    }
    return request->broken ? MHD_NO : MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode how) {
    struct loop *loop = cls;
    struct http_request *request = *context;
    *context = NULL;
    if (request == NULL)
        return;
    set_phase(request->connection, PHASE_IDLE, loop->now_us);
    if (loop->quiesced)
        (void)shutdown(request->connection->fd, SHUT_RD);
    if (request->then == NULL) {
        give_back(loop, request);
        return;
    }
    // It was resumed, but libmicrohttpd saw first that the connection had broken meanwhile.
    request->peer = arena_copy_text(request->arena, http_request_peer(request));
    request->connection = NULL;
    request->mhd = NULL;
    run_orphan(request);
}

// --- Connections ----------------------------------------------------------------------------------------

static void address_text(const struct sockaddr *address, char target[INET6_ADDRSTRLEN]) {
    const void *binary = NULL;
    int family = address->sa_family;
    if (family == AF_INET) {
        binary = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    } else if (family == AF_INET6) {
        const struct in6_addr *in6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        bool mapped = IN6_IS_ADDR_V4MAPPED(in6);
        family = mapped ? AF_INET : AF_INET6;
        binary = mapped ? in6->s6_addr + 12 : in6->s6_addr;
    }
    if (binary == NULL || inet_ntop(family, binary, target, INET6_ADDRSTRLEN) == NULL)
        (void)snprintf(target, INET6_ADDRSTRLEN, "unknown");
}

static bool is_proxy(const struct loop *loop, const char *peer) {
    const char *const *proxy = loop->options->trusted_proxies;
    for (; proxy != NULL && *proxy != NULL; proxy++)
        if (strcmp(*proxy, peer) == 0)
            return true;
    return false;
}

static enum MHD_Result on_accept(void *cls, const struct sockaddr *address, socklen_t length) {
    struct loop *loop = cls;
    char peer[INET6_ADDRSTRLEN];
    address_text(address, peer);
    return limits_allow(loop->limits, address, is_proxy(loop, peer)) ? MHD_YES : MHD_NO;
}

static void connection_opened(struct loop *loop, struct MHD_Connection *mhd, void **socket_context) {
    struct connection *connection = calloc(1, sizeof *connection);
    *socket_context = connection;
    if (connection == NULL) // its first request finds no context and is closed
        return;
    const struct sockaddr *address =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    address_text(address, connection->peer);
    connection->trusted = is_proxy(loop, connection->peer);
    connection->place = limits_enter(loop->limits, address, connection->trusted);
    connection->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    set_phase(connection, PHASE_IDLE, clock_monotonic_us());
    connection->next = loop->connections;
    if (connection->next != NULL)
        connection->next->previous = connection;
    loop->connections = connection;
}

static void connection_closed(struct loop *loop, struct connection *connection) {
    limits_leave(loop->limits, connection->place);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        loop->connections = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    free(connection);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode what) {
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        connection_opened(cls, mhd, socket_context);
    else if (*socket_context != NULL)
        connection_closed(cls, *socket_context);
}

// --- Time -----------------------------------------------------------------------------------------------

// How long the client has taken nothing of its response.
static int64_t stuck_us(struct loop *loop, struct connection *connection) {
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    (void)getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &length);
    bool moves = info.tcpi_bytes_acked != connection->taken_bytes;
    if (moves || connection->taken_us < connection->phase_started_us) {
        connection->taken_bytes = info.tcpi_bytes_acked;
        connection->taken_us = loop->now_us;
    }
    return loop->now_us - connection->taken_us;
}

static bool is_late(struct loop *loop, struct connection *connection) {
    int64_t idle_us = loop->options->idle_timeout_s * SECOND_US;
    int64_t age_us = loop->now_us - connection->phase_started_us;
    if (connection->phase == PHASE_SENDING)
        return stuck_us(loop, connection) > idle_us || age_us > idle_us * SENDING_TIMEOUT_FACTOR;
    return connection->phase != PHASE_HANDLING && age_us > idle_us;
}

// Ends connections on which nothing moves, and those that move a byte now and then to hold their place: each
// phase has what it may take in all. (libmicrohttpd would read a clock and sort its connections at each read
// and write.)
static void sweep(struct loop *loop) {
    for (struct connection *each = loop->connections; each != NULL; each = each->next) {
        if (each->ending || !is_late(loop, each))
            continue;
        each->ending = true;
        // Nothing has been written since the last response was whole, so this cannot fall into the middle of
        // one.
        if (each->phase == PHASE_RECEIVING)
            (void)send(each->fd, response_408, sizeof response_408 - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        (void)shutdown(each->fd, SHUT_RDWR);
    }
    loop->swept_us = loop->now_us;
}

static int wait_ms(struct loop *loop) {
    MHD_UNSIGNED_LONG_LONG theirs_ms;
    bool have_timeout = MHD_get_timeout(loop->daemon, &theirs_ms) == MHD_YES;
    if (loop->connections == NULL && !loop->quiesced && !have_timeout)
        return -1;
    return have_timeout && theirs_ms < SWEEP_EVERY_MS ? (int)theirs_ms : SWEEP_EVERY_MS;
}

// --- The loop -------------------------------------------------------------------------------------------

void loop_wake(struct loop *loop) {
    uint64_t one = 1;
    while (write(loop->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

void loop_post(struct loop *loop, struct http_request *request) {
    struct http_request *head = atomic_load_explicit(&loop->mailbox, memory_order_relaxed);
    do
        request->next = head;
    while (!atomic_compare_exchange_weak_explicit(&loop->mailbox, &head, request, memory_order_acq_rel,
                                                  memory_order_relaxed));
    // Whoever finds the mailbox empty wakes; the others' letters are found with that one.
    if (head == NULL)
        loop_wake(loop);
}

static void empty_mailbox(struct loop *loop) {
    struct http_request *newest_first = atomic_exchange_explicit(&loop->mailbox, NULL, memory_order_acq_rel);
    struct http_request *in_order = NULL;
    while (newest_first != NULL) {
        struct http_request *next = newest_first->next;
        newest_first->next = in_order;
        in_order = newest_first;
        newest_first = next;
    }
    while (in_order != NULL) {
        struct http_request *request = in_order;
        in_order = request->next;
        request->next = NULL;
        if (request->mhd != NULL)
            MHD_resume_connection(request->mhd);
        else
            run_orphan(request);
    }
}

// Takes what the kernel has accepted already, then no more; connections between two requests are told to go.
static void quiesce(struct loop *loop) {
    for (int i = 0; i < ACCEPT_ROUNDS_AT_END; i++)
        (void)MHD_run(loop->daemon);
    int listen_fd = MHD_quiesce_daemon(loop->daemon);
    if (listen_fd >= 0)
        (void)close(listen_fd);
    loop->quiesced = true;
    for (struct connection *each = loop->connections; each != NULL; each = each->next)
        if (each->phase == PHASE_IDLE)
            (void)shutdown(each->fd, SHUT_RD);
}

static bool is_finished(struct loop *loop) {
    bool empty =
        loop->connections == NULL && atomic_load_explicit(&loop->suspended, memory_order_relaxed) == 0;
    return loop->quiesced && (empty || loop->now_us >= server_stop_deadline_us(loop->server));
}

static void wait_for_work(struct loop *loop) {
    struct epoll_event events[2];
    int count = epoll_wait(loop->epoll_fd, events, 2, wait_ms(loop));
    for (int i = 0; i < count; i++) {
        uint64_t letters;
        if (events[i].data.fd == loop->wake_fd)
            (void)!read(loop->wake_fd, &letters, sizeof letters);
    }
}

static void *loop_thread(void *cls) {
    struct loop *loop = cls;
    uint64_t started = 0; // before the round
    for (;;) {
        // After a round with requests more have come, or will soon: libmicrohttpd looks by itself, without
        // sleep.
        if (loop->requests_started == started)
            wait_for_work(loop);
        started = loop->requests_started;
        loop->now_us = clock_monotonic_us(); // once a round is exact enough
        loop->wall_ms = clock_wall_ms();
        empty_mailbox(loop);
        (void)MHD_run(loop->daemon);
        if (server_is_stopping(loop->server) && !loop->quiesced)
            quiesce(loop);
        if (is_finished(loop))
            return NULL;
        if (loop->now_us - loop->swept_us >= SWEEP_EVERY_MS * 1000)
            sweep(loop);
    }
}

// --- Beginning and end ----------------------------------------------------------------------------------

static bool watch(struct loop *loop, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

// The target is decoded in target.c; nobody looks at what libmicrohttpd makes of it.
static size_t leave_escaped(void *cls, struct MHD_Connection *mhd, char *text) {
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct loop *loop) {
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, on_accept, loop, on_request, loop,
        MHD_OPTION_LISTEN_SOCKET, loop->listen_fd, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, loop,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, loop, MHD_OPTION_NOTIFY_CONNECTION, on_connection, loop,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_CONNECTION_LIMIT,
        loop->options->connections_max + 1, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        // The lax one must not be strict: what it would refuse then (no Host, blanks in the target) it
        // answers twice over, and request.c refuses it by itself.
        MHD_OPTION_STRICT_FOR_CLIENT, HTTP_LIBRARY_IS_LAX ? 0 : 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_END);
}

bool loop_init(struct loop *loop, struct http_server *server, unsigned index, int listen_fd,
               struct error *err) {
    *loop = (struct loop){.server = server,
                          .options = server_options(server),
                          .limits = server_limits(server),
                          .index = index,
                          .listen_fd = listen_fd,
                          .epoll_fd = epoll_create1(EPOLL_CLOEXEC),
                          .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (loop->epoll_fd < 0 || loop->wake_fd < 0)
        return error_set(err, ERROR_UNAVAILABLE, "no descriptor for an event loop: %s", strerror(errno));
    loop->daemon = start_daemon(loop);
    if (loop->daemon == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "libmicrohttpd could not start");
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL || !watch(loop, info->listen_fd) || !watch(loop, loop->wake_fd))
        return error_set(err, ERROR_UNAVAILABLE, "an event loop could not be set up: %s", strerror(errno));
    return true;
}

bool loop_start(struct loop *loop, struct error *err) {
    // Signals belong to the main thread.
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&loop->thread, NULL, loop_thread, loop);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0)
        return error_set(err, ERROR_UNAVAILABLE, "no thread for an event loop: %s", strerror(failed));
    loop->thread_started = true;
    return true;
}

void loop_join(struct loop *loop) {
    if (loop->thread_started)
        (void)pthread_join(loop->thread, NULL);
    loop->thread_started = false;
    loop->abandoned = atomic_load(&loop->suspended) > 0;
}

void loop_done(struct loop *loop) {
    if (loop->daemon != NULL)
        MHD_stop_daemon(loop->daemon); // closes the listening socket, too, unless it was quiesced
    else if (loop->listen_fd >= 0)
        (void)close(loop->listen_fd);
    respond_forget(loop);
    if (loop->epoll_fd >= 0)
        (void)close(loop->epoll_fd);
    if (loop->wake_fd >= 0)
        (void)close(loop->wake_fd);
    while (loop->spare != NULL) {
        struct http_request *request = loop->spare;
        loop->spare = request->next;
        arena_free(request->arena);
        free(request);
    }
}
