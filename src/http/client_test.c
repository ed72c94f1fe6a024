#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/client.h"
#include "http/server.h"

#define PATIENCE_MS 10000
#define CALLS       200

static struct http_server *server;
static struct http_client *client;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int done_count;
static int served_order[CALLS];
static int served_count;
static struct http_request *held[CALLS];
static int held_count;
static bool released;

struct outcome {
    struct http_call call;
    bool done;
    bool failed;
    struct error err;
    char url[200];
};

static void done(struct http_call *call, const struct error *err) {
    struct outcome *outcome = call->context;
    (void)pthread_mutex_lock(&mutex);
    outcome->done = true;
    outcome->failed = err != NULL;
    if (err != NULL)
        outcome->err = *err;
    done_count++;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&mutex);
}

static void handler(struct http_request *request, void *context) {
    const char *path = http_request_path(request);
    const char *number = http_request_query(request, "n");
    static const char large[100000];
    struct http_response response = {
        .status = 200, .content_type = "application/json", .body = "{}", .body_length = 2};
    if (strcmp(path, "/hold") == 0) {
        (void)pthread_mutex_lock(&mutex);
        bool hold = !released;
        if (hold)
            held[held_count++] = request;
        (void)pthread_cond_broadcast(&changed);
        (void)pthread_mutex_unlock(&mutex);
        if (hold)
            return;
    }
    if (strcmp(path, "/large") == 0) {
        response.body = large;
        response.body_length = sizeof large;
    } else if (strcmp(path, "/redirect") == 0) {
        response.status = 302;
        http_response_header(&response, "Location", "/number?n=1");
    } else if (strcmp(path, "/echo") == 0) {
        const char *authorization = http_request_header(request, "Authorization");
        size_t length;
        const char *body = http_request_body(request, &length);
        char *text =
            arena_print(http_request_arena(request), "%s|%s|%d", authorization == NULL ? "-" : authorization,
                        body, http_request_method(request));
        response.body = text;
        response.body_length = strlen(text);
    } else if (number != NULL) {
        served_order[served_count++] = (int)strtol(number, NULL, 10);
    }
    http_respond(request, &response);
}

static void release(struct http_request *request, void *context) {
    http_respond(request, &(struct http_response){
                              .status = 200, .content_type = "text/plain", .body = "x", .body_length = 1});
}

static void release_all(void) {
    (void)pthread_mutex_lock(&mutex);
    released = true;
    for (int i = 0; i < held_count; i++)
        http_request_continue(held[i], release, NULL);
    (void)pthread_mutex_unlock(&mutex);
}

static int begin(void **state) {
    struct http_options options = {.address = "127.0.0.1",
                                   .loops = 1,
                                   .body_bytes_max = 1000,
                                   .arena_bytes_max = 65536,
                                   .idle_timeout_s = 20,
                                   .connections_max = 100};
    struct http_client_options client_options = {
        .connections_max = 2, .calls_max = CALLS, .body_bytes_max = 1000};
    struct error err;
    done_count = served_count = held_count = 0;
    released = false;
    return http_server_start(&options, handler, NULL, NULL, &server, &err) &&
                   http_client_start(&client_options, &client, &err)
               ? 0
               : -1;
}

static int end(void **state) {
    http_client_stop(client);
    http_server_stop(server, 1000);
    return 0;
}

static bool wait_for(const int *count, int wanted) {
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_MS / 1000;
    (void)pthread_mutex_lock(&mutex);
    int failed = 0;
    while (*count < wanted && failed == 0)
        failed = pthread_cond_timedwait(&changed, &mutex, &until);
    (void)pthread_mutex_unlock(&mutex);
    return failed == 0;
}

static void prepare(struct outcome *outcome, struct arena *arena, const char *path) {
    *outcome = (struct outcome){.call = {.timeout_ms = PATIENCE_MS, .arena = arena, .done = done}};
    (void)snprintf(outcome->url, sizeof outcome->url, "http://127.0.0.1:%u%s", http_server_port(server),
                   path);
    outcome->call.url = outcome->url;
    outcome->call.context = outcome;
}

static void a_call_brings_back_what_the_server_answered(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    struct outcome get, post;
    struct error err;
    prepare(&get, arena, "/echo");
    assert_true(http_client_send(client, &get.call, &err));
    assert_true(wait_for(&done_count, 1));
    assert_false(get.failed);
    assert_int_equal(get.call.status, 200);
    assert_string_equal(get.call.content_type, "application/json");
    assert_string_equal(get.call.body, "-||0");
    assert_int_equal(get.call.body_length, 4);
    assert_true(get.call.duration_us > 0);
    prepare(&post, arena, "/echo");
    post.call.form = "grant_type=authorization_code&code=1";
    post.call.authorization = "Bearer t0";
    assert_true(http_client_send(client, &post.call, &err));
    assert_true(wait_for(&done_count, 2));
    assert_string_equal(post.call.body, "Bearer t0|grant_type=authorization_code&code=1|2");
}

static void calls_keep_their_order_and_their_number_is_capped(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 22);
    static struct outcome outcomes[CALLS + 1];
    struct error err;
    struct http_client_options one = {.connections_max = 1, .calls_max = CALLS, .body_bytes_max = 1000};
    struct http_client *narrow = NULL;
    assert_true(http_client_start(&one, &narrow, &err));
    prepare(&outcomes[CALLS], arena, "/hold");
    assert_true(http_client_send(narrow, &outcomes[CALLS].call, &err));
    assert_true(wait_for(&held_count, 1));
    for (int i = 0; i < CALLS - 1; i++) {
        char path[40];
        (void)snprintf(path, sizeof path, "/number?n=%d", i);
        prepare(&outcomes[i], arena, path);
        assert_true(http_client_send(narrow, &outcomes[i].call, &err));
    }
    prepare(&outcomes[CALLS - 1], arena, "/number?n=0");
    assert_false(http_client_send(narrow, &outcomes[CALLS - 1].call, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    struct http_figures figures;
    http_server_figures(server, &figures);
    assert_int_equal(figures.connections, 1);
    release_all();
    assert_true(wait_for(&done_count, CALLS));
    http_client_stop(narrow);
    for (int i = 0; i < CALLS - 1; i++)
        assert_int_equal(served_order[i], i);
}

static void what_takes_too_long_ends_even_while_it_waits(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 18);
    struct outcome outcomes[4];
    struct error err;
    int64_t began_us = clock_monotonic_us();
    for (int i = 0; i < 4; i++) { // two connections: two of them never leave the line
        prepare(&outcomes[i], arena, "/hold");
        outcomes[i].call.timeout_ms = 300;
        assert_true(http_client_send(client, &outcomes[i].call, &err));
    }
    assert_true(wait_for(&done_count, 4));
    assert_true(clock_monotonic_us() - began_us < 3000000);
    for (int i = 0; i < 4; i++) {
        assert_true(outcomes[i].failed);
        assert_int_equal(outcomes[i].err.kind, ERROR_UNAVAILABLE);
    }
    release_all();
}

static void an_answer_that_is_too_large_is_refused(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 18);
    struct outcome outcome;
    struct error err;
    prepare(&outcome, arena, "/large");
    assert_true(http_client_send(client, &outcome.call, &err));
    assert_true(wait_for(&done_count, 1));
    assert_true(outcome.failed);
    assert_non_null(strstr(outcome.err.message, "larger than 1000 bytes"));
}

static void a_redirect_is_an_answer_and_is_not_followed(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 18);
    struct outcome outcome;
    struct error err;
    prepare(&outcome, arena, "/redirect");
    assert_true(http_client_send(client, &outcome.call, &err));
    assert_true(wait_for(&done_count, 1));
    assert_int_equal(outcome.call.status, 302);
    assert_int_equal(served_count, 0);
}

static void only_web_servers_are_called(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 18);
    static const char *const bad[] = {"file:///etc/passwd", "ftp://x/",   "http://", "",
                                      "http://a:b@c/",      "gopher://x/"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct outcome outcome;
        struct error err;
        prepare(&outcome, arena, "/");
        outcome.call.url = bad[i];
        assert_false(http_client_send(client, &outcome.call, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
    }
}

static void a_server_that_is_not_there_is_unavailable(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 18);
    struct outcome outcome;
    struct error err;
    prepare(&outcome, arena, "/secret?code=hush");
    http_server_stop(server, 1000);
    server = NULL;
    assert_true(http_client_send(client, &outcome.call, &err));
    assert_true(wait_for(&done_count, 1));
    assert_true(outcome.failed);
    assert_int_equal(outcome.err.kind, ERROR_UNAVAILABLE);
    assert_null(strstr(outcome.err.message, "hush"));
}

static void a_stop_ends_the_calls_under_way(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 18);
    struct outcome outcomes[5];
    struct error err;
    for (int i = 0; i < 5; i++) {
        prepare(&outcomes[i], arena, "/hold");
        assert_true(http_client_send(client, &outcomes[i].call, &err));
    }
    assert_true(wait_for(&held_count, 2));
    http_client_stop(client);
    client = NULL;
    for (int i = 0; i < 5; i++) {
        assert_true(outcomes[i].done && outcomes[i].failed);
        assert_int_equal(outcomes[i].err.kind, ERROR_UNAVAILABLE);
    }
    release_all();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_brings_back_what_the_server_answered, begin, end),
        cmocka_unit_test_setup_teardown(calls_keep_their_order_and_their_number_is_capped, begin, end),
        cmocka_unit_test_setup_teardown(what_takes_too_long_ends_even_while_it_waits, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_that_is_too_large_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_redirect_is_an_answer_and_is_not_followed, begin, end),
        cmocka_unit_test_setup_teardown(only_web_servers_are_called, begin, end),
        cmocka_unit_test_setup_teardown(a_server_that_is_not_there_is_unavailable, begin, end),
        cmocka_unit_test_setup_teardown(a_stop_ends_the_calls_under_way, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
