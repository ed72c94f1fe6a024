#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/server.h"
#include "rehearse/driver.h"

// A stand-in for Juncho that answers every step well, but every so often is busy, and counts.

static struct http_server *server;
static char base[64];
static _Atomic int requests, refusals, accesses, residents, begun, callbacks, applications;
static int busy_every; // 0: never

static const struct {
    const char *path;
    int status;
    const char *body;
    _Atomic int *counter;
} ANSWERS[] = {
    {"/api/v1/accesses", 204, NULL, &accesses},
    {"/api/v1/residents", 201, "{}", &residents},
    {"/api/v1/me/journey/begin", 200, "{}", &begun},
    {"/api/v1/me/journey/", 200, "{}", NULL},
    {"/api/v1/me/identity", 200, NULL, NULL},
    {"/provider", 302, NULL, NULL},
    {"/identity/callback", 303, NULL, &callbacks},
    {"/api/v1/me/application", 201, "{\"points\":11000}", &applications},
    {"/api/v1/me", 200, "{}", NULL},
};

static void fill(struct http_request *request, size_t which, struct http_response *response) {
    response->status = ANSWERS[which].status;
    response->body = ANSWERS[which].body;
    if (which == 4)
        response->body =
            arena_print(http_request_arena(request), "{\"location\":\"%s/provider?state=s\"}", base);
    if (which == 5)
        http_response_header(response, "Location", "/identity/callback?code=c&state=s");
    if (which == 6)
        http_response_header(response, "Location", "/?returned=verified");
    if (response->body != NULL) {
        response->content_type = "application/json";
        response->body_length = strlen(response->body);
    }
    if (ANSWERS[which].counter != NULL)
        atomic_fetch_add(ANSWERS[which].counter, 1);
}

static void answer(struct http_request *request, void *context) {
    struct http_response response = {.status = 404};
    int number = atomic_fetch_add(&requests, 1);
    if (busy_every > 0 && number % busy_every == 0) {
        atomic_fetch_add(&refusals, 1);
        response.status = 503;
        http_response_header(&response, "Retry-After", "0");
        http_respond(request, &response);
        return;
    }
    const char *path = http_request_path(request);
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS && response.status == 404; i++)
        if (strncmp(path, ANSWERS[i].path, strlen(ANSWERS[i].path)) == 0)
            fill(request, i, &response);
    http_respond(request, &response);
}

static struct plan plan;
static struct random randomness;
static const struct walker_world world = {
    .plan = &plan, .base = base, .campaign = "c", .run = "t", .random = &randomness};
static struct result result;

static int set_up(void **state) {
    const struct http_options options = {.address = "127.0.0.1",
                                         .loops = 1,
                                         .body_bytes_max = 4096,
                                         .arena_bytes_max = 65536,
                                         .idle_timeout_s = 30,
                                         .connections_max = 500};
    struct error err = {0};
    requests = refusals = accesses = residents = begun = callbacks = applications = 0;
    busy_every = 0;
    plan_default(&plan);
    plan.speed = 7200;
    plan.even = true;
    plan.stages[0] = (struct plan_stage){60, 400, 400};
    plan.stages_count = 1;
    random_init_seeded(&randomness, 7);
    if (!http_server_start(&options, answer, NULL, NULL, &server, &err) || !result_init(&result, &err))
        return -1;
    (void)snprintf(base, sizeof base, "http://127.0.0.1:%d", http_server_port(server));
    return 0;
}

static int tear_down(void **state) {
    result_done(&result);
    http_server_stop(server, 1000);
    return 0;
}

static void drive(const volatile sig_atomic_t *stop) {
    struct error err = {0};
    struct schedule *schedule = NULL;
    struct courier *courier = NULL;
    const struct courier_options how = {.base = base, .connections_max = 50, .patience_s = 10};
    assert_true(schedule_new(&plan, NULL, &schedule, &err));
    assert_true(courier_new(&how, &courier, &err));
    const struct driver_options options = {.world = &world,
                                           .schedule = schedule,
                                           .courier = courier,
                                           .begins_us = clock_monotonic_us(),
                                           .stop = stop};
    assert_true(driver_run(&options, &result, &err));
    courier_free(courier);
    schedule_free(schedule);
}

static void everybody_is_counted_on_both_sides(void **state) {
    drive(NULL);
    assert_int_equal(result.started, 400);
    assert_int_equal(result.finished + result.left, 400);
    assert_int_equal(result.refused + result.lost + result.unfinished, 0);
    assert_true(result.finished > 200 && result.left > 60);
    assert_int_equal(result.requests, requests);
    assert_int_equal(result.counts.accesses, accesses);
    assert_int_equal(result.counts.residents, residents);
    assert_int_equal(result.counts.reached[PLAN_CONSENT], begun);
    assert_int_equal(result.counts.went_on[PLAN_AUTHENTICATE], callbacks);
    assert_int_equal(result.counts.granted, applications);
    assert_int_equal(result.counts.points, INT64_C(11000) * applications);
    // An hour at 7,200 times the speed is half a second.
    assert_true(result.wall_s >= 0.49);
    assert_int_equal(histogram_count(result.latency), requests);
}

static void the_busy_are_asked_again(void **state) {
    busy_every = 10;
    plan.behaviour.retry = 1;
    plan.behaviour.retries_max = 100;
    drive(NULL);
    assert_int_equal(result.retries, refusals);
    assert_true(result.retries > 100);
    assert_int_equal(result.refused, 0);
    assert_int_equal(result.finished + result.left, 400);
    assert_int_equal(result.counts.accesses, accesses);
}

static void without_retries_a_refusal_ends_the_walk(void **state) {
    busy_every = 20;
    plan.behaviour.retry = 0;
    drive(NULL);
    assert_int_equal(result.refused, refusals);
    assert_int_equal(result.finished + result.left + result.refused, 400);
}

static void a_stop_gives_up_who_still_walks(void **state) {
    static const volatile sig_atomic_t stop = 1;
    drive(&stop);
    assert_int_equal(result.started, 0);
    assert_int_equal(result.unfinished, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everybody_is_counted_on_both_sides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_busy_are_asked_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_retries_a_refusal_ends_the_walk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stop_gives_up_who_still_walks, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
