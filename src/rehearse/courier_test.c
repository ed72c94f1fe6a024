#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/server.h"
#include "rehearse/courier.h"

#define PATIENCE_S 10
#define REQUESTS   500

static struct http_server *server;
static struct courier *courier;
static char base[64];

// Says back what it was sent, in a body and in every header that a resident cares about.
static void echo(struct http_request *request, void *context) {
    struct arena *arena = http_request_arena(request);
    size_t length = 0;
    const char *body = http_request_body(request, &length);
    const char *cookie = http_request_header(request, "Cookie");
    const char *key = http_request_header(request, "Idempotency-Key");
    const char *origin = http_request_header(request, "Origin");
    struct http_response response = {.status = 303, .content_type = "text/plain"};
    char *text =
        arena_print(arena, "%d|%s|%s|%s|%s|%s", http_request_method(request), http_request_path(request),
                    body == NULL ? "" : body, cookie == NULL ? "-" : cookie, key == NULL ? "-" : key,
                    origin == NULL ? "-" : origin);
    response.body = text;
    response.body_length = strlen(text);
    http_response_header(&response, "Location", "/elsewhere?a=b");
    http_response_header(&response, "Set-Cookie", "one=1; Path=/");
    http_response_header(&response, "Set-Cookie", "two=2");
    http_response_header(&response, "Retry-After", "7");
    http_respond(request, &response);
}

static int set_up(void **state) {
    const struct http_options options = {.address = "127.0.0.1",
                                         .loops = 1,
                                         .body_bytes_max = 4096,
                                         .arena_bytes_max = 65536,
                                         .idle_timeout_s = 30,
                                         .connections_max = 100};
    struct error err = {0};
    if (!http_server_start(&options, echo, NULL, NULL, &server, &err))
        return -1;
    (void)snprintf(base, sizeof base, "http://127.0.0.1:%d", http_server_port(server));
    const struct courier_options how = {.base = base, .connections_max = 20, .patience_s = PATIENCE_S};
    return courier_new(&how, &courier, &err) ? 0 : -1;
}

static int tear_down(void **state) {
    courier_free(courier);
    http_server_stop(server, 1000);
    return 0;
}

struct seen {
    int count;
    struct courier_answer answer;
    char body[512], set_cookie[128], location[64];
};

static void take(void *context, const struct courier_answer *answer) {
    struct seen *seen = context;
    seen->count++;
    seen->answer = *answer;
    (void)snprintf(seen->body, sizeof seen->body, "%s", answer->body);
    (void)snprintf(seen->set_cookie, sizeof seen->set_cookie, "%s", answer->set_cookie);
    (void)snprintf(seen->location, sizeof seen->location, "%s",
                   answer->location == NULL ? "" : answer->location);
}

static void wait_for_all(void) {
    int64_t until_us = clock_monotonic_us() + PATIENCE_S * INT64_C(1000000);
    while (courier_under_way(courier) > 0 && clock_monotonic_us() < until_us)
        courier_wait(courier, 50000);
    assert_int_equal(courier_under_way(courier), 0);
}

static void a_request_arrives_whole_and_so_does_its_answer(void **state) {
    struct seen seen = {0};
    struct error err = {0};
    const struct courier_request request = {.post = true,
                                            .target = "/api/x",
                                            .body = "{\"a\":1}",
                                            .idempotency_key = "k-1",
                                            .cookies = "s=1; v=2"};
    assert_true(courier_send(courier, &request, take, &seen, &err));
    wait_for_all();
    char expected[256];
    (void)snprintf(expected, sizeof expected, "%d|/api/x|{\"a\":1}|s=1; v=2|k-1|%s", HTTP_POST, base);
    assert_string_equal(seen.body, expected);
    assert_int_equal(seen.answer.status, 303);
    assert_string_equal(seen.location, "/elsewhere?a=b");
    assert_string_equal(seen.set_cookie, "one=1; Path=/\ntwo=2\n");
    assert_int_equal(seen.answer.retry_after_s, 7);
}

static void hundreds_at_once_share_a_few_connections(void **state) {
    static struct seen seen[REQUESTS];
    struct error err = {0};
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < REQUESTS; i++) {
        char target[32];
        (void)snprintf(target, sizeof target, "/n/%d", i);
        const struct courier_request request = {.target = target, .cookies = ""};
        assert_true(courier_send(courier, &request, take, &seen[i], &err));
    }
    wait_for_all();
    for (int i = 0; i < REQUESTS; i++) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "%d|/n/%d||-|-|-", HTTP_GET, i);
        assert_int_equal(seen[i].count, 1);
        assert_string_equal(seen[i].body, expected);
    }
}

static void a_server_that_is_gone_gives_no_answer(void **state) {
    struct seen seen = {0};
    struct error err = {0};
    http_server_stop(server, 1000);
    server = NULL;
    const struct courier_request request = {.target = "/x", .cookies = ""};
    assert_true(courier_send(courier, &request, take, &seen, &err));
    wait_for_all();
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.answer.status, 0);
}

static void other_hosts_are_refused(void **state) {
    struct error err = {0};
    static const char *const elsewhere[] = {"http://127.0.0.1:1/x", "https://example.com/",
                                            "ftp://127.0.0.1/", "http://user@127.0.0.1/", "x"};
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        const struct courier_request request = {.target = elsewhere[i], .cookies = ""};
        assert_false(courier_send(courier, &request, take, NULL, &err));
    }
    assert_int_equal(courier_under_way(courier), 0);
}

static void loopback_addresses_are_known(void **state) {
    assert_true(courier_is_loopback("http://127.0.0.1:8080"));
    assert_true(courier_is_loopback("http://127.1.2.3/x"));
    assert_true(courier_is_loopback("http://localhost"));
    assert_true(courier_is_loopback("https://[::1]:8443/"));
    assert_false(courier_is_loopback("http://127.0.0.1.example.com"));
    assert_false(courier_is_loopback("http://localhost.example.com/"));
    assert_false(courier_is_loopback("http://127.0.0.1@example.com/"));
    assert_false(courier_is_loopback("http://10.0.0.1"));
    assert_false(courier_is_loopback("127.0.0.1"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_request_arrives_whole_and_so_does_its_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hundreds_at_once_share_a_few_connections, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_server_that_is_gone_gives_no_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_hosts_are_refused, set_up, tear_down),
        cmocka_unit_test(loopback_addresses_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
