// sandbox_alone_test.c - a sandbox never stands beside a real provider, nor in for one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity/sandbox.h"

#define HOST     "http://127.0.0.1:8080"
#define ISSUER   HOST "/sandbox/api/realms/main"
#define REDIRECT HOST "/identity/callback"
#define CLIENT   "RP00000001"

static void a_sandbox_never_stands_beside_another_provider(void **state) {
    (void)state;
    struct error err = {0};
    assert_true(sandbox_allowed(ISSUER, NULL, &err));
    assert_true(sandbox_allowed(ISSUER, "", &err));
    assert_true(sandbox_allowed(ISSUER, ISSUER, &err));
    assert_false(sandbox_allowed(ISSUER, "https://auth-and-sign.go.jp/api/realms/main", &err));
    assert_int_equal(err.kind, ERROR_DENIED);
}

static void a_sandbox_never_stands_in_for_a_real_provider(void **state) {
    (void)state;
    struct error err = {0};
    CLEANUP(key_cleanup) struct key *client_key = key_generate(KEY_ES256);
    static const char *const wrong[] = {"https://auth-and-sign.go.jp/api/realms/main",
                                        "https://SB-auth-and-sign.GO.JP:443/api/realms/main",
                                        "https://login.example.go.jp/realms/main",
                                        "http://127.0.0.1:8080",
                                        "http://127.0.0.1:8080/",
                                        "ftp://127.0.0.1/main",
                                        "nothing",
                                        "http://127.0.0.1/main?x=1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct sandbox *none = NULL;
        const struct sandbox_options options = {
            .issuer = wrong[i], .client_id = CLIENT, .redirect_uri = REDIRECT, .client_key = client_key};
        if (sandbox_new(&options, &none, &err))
            fail_msg("a sandbox at %s", wrong[i]);
        assert_null(none);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sandbox_never_stands_beside_another_provider),
        cmocka_unit_test(a_sandbox_never_stands_in_for_a_real_provider),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
