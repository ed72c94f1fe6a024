#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/postgres_wire.h"

#define WAIT_MS 200

// A socket that takes connections and never says a word; returns its port.
static int listen_silently(int *ret_fd) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *ret_fd = fd;
    return ntohs(address.sin_port);
}

static void try_to_connect(int port, struct error *err) {
    char url[64];
    PGconn *connection = NULL;
    (void)snprintf(url, sizeof url, "postgresql://juncho@127.0.0.1:%d/juncho", port);
    assert_false(wire_connect(url, WAIT_MS, "SELECT 1", &connection, err));
    assert_null(connection);
    assert_int_equal(err->kind, ERROR_UNAVAILABLE);
}

static void a_server_that_never_answers_is_not_waited_for(void **state) {
    struct error err;
    int fd = -1;
    int port = listen_silently(&fd);
    int64_t start_us = clock_monotonic_us();
    try_to_connect(port, &err);
    assert_in_range(clock_monotonic_us() - start_us, WAIT_MS * 900, WAIT_MS * 20000);
    assert_int_equal(close(fd), 0);
}

static void a_server_that_is_not_there_is_known_at_once(void **state) {
    struct error err;
    int fd = -1;
    int port = listen_silently(&fd);
    assert_int_equal(close(fd), 0);
    try_to_connect(port, &err);
    assert_null(strchr(err.message, '\n'));
    assert_non_null(strstr(err.message, "refused"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_never_answers_is_not_waited_for),
        cmocka_unit_test(a_server_that_is_not_there_is_known_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
