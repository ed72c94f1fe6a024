// server_test.h - a raw client for the tests of the server: it sends bytes as they are and reads one answer.
#pragma once

// Included behind cmocka.h.
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/server.h"

#define ANSWER_SIZE 65536
#define PATIENCE_S  10

static const struct http_header default_headers[] = {
    {"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}, {NULL, NULL}};

static const struct http_header data_headers[] = {{"X-Content-Type-Options", "nosniff"}, {NULL, NULL}};

// What most of the tests start a server with.
static const struct http_options options = {.address = "127.0.0.1",
                                            .loops = 2,
                                            .body_bytes_max = 10000,
                                            .arena_bytes_max = 65536,
                                            .idle_timeout_s = 20,
                                            .connections_max = 100,
                                            .default_headers = default_headers,
                                            .data_headers = data_headers};

static inline int dial(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval patience = {.tv_sec = PATIENCE_S};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static inline void say(int fd, const char *bytes, size_t length) {
    (void)!send(fd, bytes, length, MSG_NOSIGNAL); // the server may have hung up: then the answer tells
}

static inline bool is_whole(const char *answer, bool head) {
    const char *end = strstr(answer, "\r\n\r\n");
    if (end == NULL)
        return false;
    const char *length = strcasestr(answer, "\r\nContent-Length: ");
    if (head || length == NULL || length > end)
        return true;
    return strlen(end + 4) >= strtoul(length + 18, NULL, 10);
}

// Reads one answer; its status, or 0 when the connection ended without one.
static inline int listen_for(int fd, char answer[ANSWER_SIZE], bool head) {
    size_t used = 0;
    answer[0] = '\0';
    while (!is_whole(answer, head) && used < ANSWER_SIZE - 1) {
        ssize_t got = recv(fd, answer + used, ANSWER_SIZE - 1 - used, 0);
        if (got <= 0)
            return used == 0 ? 0 : (int)strtol(answer + 9, NULL, 10);
        used += (size_t)got;
        answer[used] = '\0';
    }
    return (int)strtol(answer + 9, NULL, 10);
}

static inline int ask(struct http_server *server, const char *request, char answer[ANSWER_SIZE]) {
    int fd = dial(http_server_port(server));
    say(fd, request, strlen(request));
    int status = listen_for(fd, answer, strncmp(request, "HEAD", 4) == 0);
    (void)close(fd);
    return status;
}
