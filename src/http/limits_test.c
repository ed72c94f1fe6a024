#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>

#include "http/limits.h"

static struct sockaddr_storage address(const char *text) {
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
    if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
        in->sin_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
        in6->sin6_family = AF_INET6;
    return storage;
}

static bool allow(struct limits *limits, const char *text) {
    struct sockaddr_storage from = address(text);
    return limits_allow(limits, (struct sockaddr *)&from, false);
}

static struct limits_place enter(struct limits *limits, const char *text) {
    struct sockaddr_storage from = address(text);
    return limits_enter(limits, (struct sockaddr *)&from, false);
}

static void there_is_a_limit_in_all(void **state) {
    struct limits *limits = limits_new(2, 0);
    struct limits_place first = enter(limits, "192.0.2.1");
    (void)enter(limits, "192.0.2.2");
    assert_false(allow(limits, "192.0.2.3"));
    assert_int_equal(limits_refused(limits), 1);
    limits_leave(limits, first);
    assert_true(allow(limits, "192.0.2.3"));
    assert_int_equal(limits_connections(limits), 1);
    limits_free(limits);
}

static void one_address_cannot_take_everything(void **state) {
    struct limits *limits = limits_new(100, 2);
    struct limits_place first = enter(limits, "192.0.2.1");
    (void)enter(limits, "192.0.2.1");
    assert_false(allow(limits, "192.0.2.1"));
    assert_true(allow(limits, "192.0.2.2"));
    limits_leave(limits, first);
    assert_true(allow(limits, "192.0.2.1"));
    limits_free(limits);
}

static void a_network_of_ipv6_counts_as_one(void **state) {
    struct limits *limits = limits_new(100, 1);
    (void)enter(limits, "2001:db8:1:2::1");
    assert_false(allow(limits, "2001:db8:1:2:ffff::9"));
    assert_true(allow(limits, "2001:db8:1:3::1"));
    (void)enter(limits, "::ffff:192.0.2.1");
    assert_false(allow(limits, "::ffff:192.0.2.1"));
    assert_true(allow(limits, "::ffff:192.0.2.2"));
    limits_free(limits);
}

static void a_proxy_of_ours_is_not_counted_by_address(void **state) {
    struct limits *limits = limits_new(3, 1);
    struct sockaddr_storage proxy = address("127.0.0.1");
    struct limits_place place = limits_enter(limits, (struct sockaddr *)&proxy, true);
    (void)limits_enter(limits, (struct sockaddr *)&proxy, true);
    assert_true(limits_allow(limits, (struct sockaddr *)&proxy, true));
    limits_leave(limits, place);
    assert_int_equal(limits_connections(limits), 1);
    limits_free(limits);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_a_limit_in_all),
        cmocka_unit_test(one_address_cannot_take_everything),
        cmocka_unit_test(a_network_of_ipv6_counts_as_one),
        cmocka_unit_test(a_proxy_of_ours_is_not_counted_by_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
