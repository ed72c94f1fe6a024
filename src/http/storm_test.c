// Guards against the lost wake-up: a thousand connections whose responses all come from other threads.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/server.h"

#define CONNECTIONS  1000
#define ROUNDS       20
#define WORKERS      2
#define PATIENCE_MS  60000
#define ANSWER_BYTES 600

// The place of the store's writer: requests wait here until a worker takes all of them at once.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static struct http_request *waiting[CONNECTIONS];
static int waiting_count;
static bool finished;

static void respond(struct http_request *request, void *context) {
    http_respond(request, &(struct http_response){
                              .status = 200, .content_type = "text/plain", .body = "done", .body_length = 4});
}

static void handler(struct http_request *request, void *context) {
    (void)pthread_mutex_lock(&mutex);
    waiting[waiting_count++] = request;
    (void)pthread_cond_signal(&filled);
    (void)pthread_mutex_unlock(&mutex);
}

static void *work(void *context) {
    struct http_request *taken[CONNECTIONS];
    for (;;) {
        (void)pthread_mutex_lock(&mutex);
        while (waiting_count == 0 && !finished)
            (void)pthread_cond_wait(&filled, &mutex);
        int count = waiting_count;
        memcpy(taken, waiting, sizeof *taken * (size_t)count);
        waiting_count = 0;
        (void)pthread_mutex_unlock(&mutex);
        if (count == 0)
            return NULL;
        for (int i = 0; i < count; i++)
            http_request_continue(taken[i], respond, NULL);
    }
}

struct guest {
    int fd;
    int rounds;
    size_t used;
    char answer[ANSWER_BYTES];
};

static struct guest guests[CONNECTIONS];

static bool ask(struct guest *guest) {
    static const char request[] = "POST /grant HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    guest->used = 0;
    return send(guest->fd, request, sizeof request - 1, MSG_NOSIGNAL) == sizeof request - 1;
}

static bool dial(struct guest *guest, uint16_t port, int epoll_fd) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    guest->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = guest};
    return guest->fd >= 0 && connect(guest->fd, (struct sockaddr *)&to, sizeof to) == 0 &&
           epoll_ctl(epoll_fd, EPOLL_CTL_ADD, guest->fd, &event) == 0 && ask(guest);
}

// Reads what is there; true when an answer became whole.
static bool hear(struct guest *guest) {
    ssize_t got = recv(guest->fd, guest->answer + guest->used, ANSWER_BYTES - 1 - guest->used, MSG_DONTWAIT);
    if (got <= 0)
        fail_msg("a connection ended after %d answers", guest->rounds);
    guest->used += (size_t)got;
    guest->answer[guest->used] = '\0';
    const char *body = strstr(guest->answer, "\r\n\r\n");
    return body != NULL && strcmp(body + 4, "done") == 0;
}

static int play(int epoll_fd) {
    int answers = 0;
    int64_t until_us = clock_monotonic_us() + PATIENCE_MS * 1000;
    while (answers < CONNECTIONS * ROUNDS && clock_monotonic_us() < until_us) {
        struct epoll_event events[256];
        int count = epoll_wait(epoll_fd, events, 256, 1000);
        for (int i = 0; i < count; i++) {
            struct guest *guest = events[i].data.ptr;
            if (!hear(guest))
                continue;
            answers++;
            if (++guest->rounds < ROUNDS && !ask(guest))
                fail_msg("a connection ended after %d answers", guest->rounds);
        }
    }
    return answers;
}

static void no_request_of_a_thousand_connections_is_forgotten(void **state) {
    struct http_options options = {.address = "127.0.0.1",
                                   .loops = 2,
                                   .body_bytes_max = 1000,
                                   .arena_bytes_max = 8192,
                                   .idle_timeout_s = 120,
                                   // The limit of descriptors is raised to this: the clients' own count, too.
                                   .connections_max = 3 * CONNECTIONS};
    struct http_server *server = NULL;
    struct error err;
    assert_true(http_server_start(&options, handler, NULL, NULL, &server, &err));
    pthread_t workers[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&workers[i], NULL, work, NULL), 0);
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < CONNECTIONS; i++)
        assert_true(dial(&guests[i], http_server_port(server), epoll_fd));
    assert_int_equal(play(epoll_fd), CONNECTIONS * ROUNDS);
    struct http_figures figures;
    http_server_figures(server, &figures);
    assert_int_equal(figures.requests, CONNECTIONS * ROUNDS);
    assert_int_equal(figures.suspended, 0);
    (void)pthread_mutex_lock(&mutex);
    finished = true;
    (void)pthread_cond_broadcast(&filled);
    (void)pthread_mutex_unlock(&mutex);
    for (int i = 0; i < WORKERS; i++)
        (void)pthread_join(workers[i], NULL);
    http_server_stop(server, 5000);
    for (int i = 0; i < CONNECTIONS; i++)
        (void)close(guests[i].fd);
    (void)close(epoll_fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_request_of_a_thousand_connections_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
