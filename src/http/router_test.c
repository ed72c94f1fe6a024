#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "http/router.h"

static void nothing(struct http_request *request, void *context) {
}

static const struct route routes[] = {
    {HTTP_GET, "/", nothing, 1},
    {HTTP_GET, "/api/v1/gate", nothing, 2},
    {HTTP_POST, "/api/v1/gate/tickets", nothing, 3},
    {HTTP_GET, "/api/v1/bookings", nothing, 4},
    {HTTP_POST, "/api/v1/bookings", nothing, 5},
    {HTTP_DELETE, "/api/v1/bookings", nothing, 6},
    {HTTP_GET, "/api/v1/calendar/{series}", nothing, 7},
    {HTTP_GET, "/api/v1/calendar/{series}.ics", nothing, 8},
    {HTTP_PUT, "/api/v1/console/faq/{id}", nothing, 9},
    {HTTP_DELETE, "/api/v1/console/faq/{id}", nothing, 10},
    {HTTP_GET, "/api/v1/console/faq/drafts", nothing, 11},
    {HTTP_GET, "/assets/{rest...}", nothing, 12},
    {HTTP_GET, "/a/{one}/b/{two}", nothing, 13},
    {HTTP_ANY, "/door", nothing, 14},
    {HTTP_ANY, "/door{path...}", nothing, 15},
};

static struct router *router;

static int begin(void **state) {
    router = router_new(routes, sizeof routes / sizeof *routes);
    return router == NULL;
}

static int end(void **state) {
    router_free(router);
    return 0;
}

static uint32_t find(enum http_method method, const char *path) {
    struct route_match match;
    return router_find(router, method, path, &match) ? match.route->flags : 0;
}

static void literal_paths_are_found_by_method(void **state) {
    assert_int_equal(find(HTTP_GET, "/"), 1);
    assert_int_equal(find(HTTP_GET, "/api/v1/gate"), 2);
    assert_int_equal(find(HTTP_POST, "/api/v1/bookings"), 5);
    assert_int_equal(find(HTTP_DELETE, "/api/v1/bookings"), 6);
}

static void head_is_answered_by_get(void **state) {
    assert_int_equal(find(HTTP_HEAD, "/api/v1/gate"), 2);
    assert_int_equal(find(HTTP_HEAD, "/api/v1/calendar/app"), 7);
    assert_int_equal(find(HTTP_HEAD, "/api/v1/gate/tickets"), 0);
}

static void a_door_answers_every_method(void **state) {
    for (enum http_method method = HTTP_GET; method <= HTTP_OTHER; method++) {
        assert_int_equal(find(method, "/door"), 14);
        assert_int_equal(find(method, "/door/of/another"), 15);
    }
}

static void parameters_are_read(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    struct route_match match;
    assert_true(router_find(router, HTTP_GET, "/a/first/b/second", &match));
    assert_string_equal(route_parameter(&match, arena, "one"), "first");
    assert_string_equal(route_parameter(&match, arena, "two"), "second");
    assert_null(route_parameter(&match, arena, "three"));
    assert_true(router_find(router, HTTP_GET, "/assets/fonts/a.woff2", &match));
    assert_string_equal(route_parameter(&match, arena, "rest"), "fonts/a.woff2");
}

static void more_literal_text_wins(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    struct route_match match;
    assert_true(router_find(router, HTTP_GET, "/api/v1/calendar/app.ics", &match));
    assert_int_equal(match.route->flags, 8);
    assert_string_equal(route_parameter(&match, arena, "series"), "app");
    assert_int_equal(find(HTTP_GET, "/api/v1/calendar/app"), 7);
    assert_int_equal(find(HTTP_GET, "/api/v1/console/faq/drafts"), 11);
    assert_int_equal(find(HTTP_PUT, "/api/v1/console/faq/12"), 9);
}

static void an_unknown_path_is_told_from_a_wrong_method(void **state) {
    struct route_match match;
    assert_false(router_find(router, HTTP_GET, "/nowhere", &match));
    assert_false(match.path_known);
    assert_false(router_find(router, HTTP_PUT, "/api/v1/bookings", &match));
    assert_true(match.path_known);
    assert_non_null(strstr(match.allow, "GET, HEAD"));
    assert_non_null(strstr(match.allow, "POST"));
    assert_non_null(strstr(match.allow, "DELETE"));
    assert_false(router_find(router, HTTP_POST, "/api/v1/console/faq/12", &match));
    assert_true(match.path_known);
    assert_non_null(strstr(match.allow, "PUT"));
    assert_non_null(strstr(match.allow, "DELETE"));
    assert_false(router_find(router, HTTP_OTHER, "/", &match));
    assert_string_equal(match.allow, "GET, HEAD");
}

static void a_parameter_is_one_segment_that_is_not_empty(void **state) {
    assert_int_equal(find(HTTP_GET, "/api/v1/calendar/"), 0);
    assert_int_equal(find(HTTP_GET, "/api/v1/calendar/a/b"), 0);
    assert_int_equal(find(HTTP_GET, "/assets/"), 0);
    assert_int_equal(find(HTTP_GET, "/a//b/c"), 0);
    assert_int_equal(find(HTTP_GET, ""), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literal_paths_are_found_by_method),
        cmocka_unit_test(head_is_answered_by_get),
        cmocka_unit_test(a_door_answers_every_method),
        cmocka_unit_test(parameters_are_read),
        cmocka_unit_test(more_literal_text_wins),
        cmocka_unit_test(an_unknown_path_is_told_from_a_wrong_method),
        cmocka_unit_test(a_parameter_is_one_segment_that_is_not_empty),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
