// ask - asks for one path over many connections as fast as it is answered: ask PORT PATH [CONNECTIONS
// [MILLISECONDS]]
//
// Prints how many answers came, in how many seconds. It costs less than any of the servers: it looks for the
// end of an answer's header and for its length, and for nothing else, so that on a core of its own it is
// never what is waited for. Answers must say their Content-Length.
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define CONNECTIONS_MAX     4096
#define CONNECTIONS_DEFAULT 64
#define MS_DEFAULT          3000
#define ANSWER_BYTES_MAX    16384
#define EVENTS_MAX          256
#define MILLION             1000000

struct connection {
    int fd;
    size_t length; // of what has come of an answer
    char answer[ANSWER_BYTES_MAX + 1];
};

struct load {
    char request[512];
    size_t request_length;
    int epoll_fd;
    int64_t answers;
};

static _Noreturn void give_up(const char *why) {
    (void)fprintf(stderr, "ask: %s\n", why);
    exit(1);
}

static void send_request(const struct load *load, const struct connection *connection) {
    if (send(connection->fd, load->request, load->request_length, MSG_NOSIGNAL) !=
        (ssize_t)load->request_length)
        give_up("a request could not be sent");
}

static void open_connection(struct load *load, struct connection *connection, uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0)
        give_up("no connection");
}

// Whether the answer is there to its last byte. Nobody is sent more than one request at a time.
static bool is_whole(const struct connection *connection) {
    static const char ok[] = "HTTP/1.1 200 ", length_name[] = "\r\nContent-Length: ";
    const char *end = memmem(connection->answer, connection->length, "\r\n\r\n", 4);
    if (end == NULL)
        return false;
    const char *length =
        memmem(connection->answer, (size_t)(end - connection->answer), length_name, sizeof length_name - 1);
    if (memcmp(connection->answer, ok, sizeof ok - 1) != 0 || length == NULL)
        give_up("an answer is not 200 with a length");
    size_t whole =
        (size_t)(end + 4 - connection->answer) + strtoul(length + sizeof length_name - 1, NULL, 10);
    if (whole > ANSWER_BYTES_MAX || connection->length > whole)
        give_up("an answer is too long");
    return connection->length == whole;
}

static void take_answer(struct load *load, struct connection *connection) {
    ssize_t got = recv(connection->fd, connection->answer + connection->length,
                       ANSWER_BYTES_MAX - connection->length, MSG_DONTWAIT);
    if (got <= 0)
        give_up("a connection has ended");
    connection->length += (size_t)got;
    connection->answer[connection->length] = '\0';
    if (!is_whole(connection))
        return;
    load->answers++;
    connection->length = 0;
    send_request(load, connection);
}

static int64_t argument(int argc, char **argv, int i, int64_t otherwise, int64_t max) {
    int64_t number = otherwise;
    if (argc > i && !text_parse_int(argv[i], 1, max, &number))
        give_up("ask PORT PATH [CONNECTIONS [MILLISECONDS]]");
    return number;
}

int main(int argc, char **argv) {
    static struct connection connections[CONNECTIONS_MAX];
    int64_t port = argument(argc, argv, 1, 0, UINT16_MAX);
    int64_t count = argument(argc, argv, 3, CONNECTIONS_DEFAULT, CONNECTIONS_MAX);
    int64_t duration_us = argument(argc, argv, 4, MS_DEFAULT, 3600000) * 1000;
    struct load load = {.epoll_fd = epoll_create1(EPOLL_CLOEXEC)};
    int length = argc < 3 ? -1
                          : snprintf(load.request, sizeof load.request,
                                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", argv[2], (int)port);
    if (load.epoll_fd < 0 || length < 0 || (size_t)length >= sizeof load.request)
        give_up("ask PORT PATH [CONNECTIONS [MILLISECONDS]]");
    load.request_length = (size_t)length;
    for (int64_t i = 0; i < count; i++) {
        open_connection(&load, &connections[i], (uint16_t)port);
        send_request(&load, &connections[i]);
    }
    int64_t began_us = clock_monotonic_us(), now_us = began_us;
    while (now_us - began_us < duration_us) {
        struct epoll_event events[EVENTS_MAX];
        int ready = epoll_wait(load.epoll_fd, events, EVENTS_MAX, 1000);
        for (int i = 0; i < ready; i++)
            take_answer(&load, events[i].data.ptr);
        now_us = clock_monotonic_us();
    }
    (void)printf("%lld answers in %.6f s\n", (long long)load.answers, (double)(now_us - began_us) / MILLION);
    return 0;
}
