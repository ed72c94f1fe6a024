#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "store/testbed.h"

static const struct statement DIGEST = {"SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')", "t"};

static void digest_of(struct testbed *testbed, const char *text, const char **ret_digest) {
    struct session *session = NULL;
    struct error err = {0};
    struct rows rows;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(SESSION_QUERY(session, &DIGEST, testbed->arena, &rows, &err, value_text(text)));
    *ret_digest = rows_text(&rows, 0, 0);
    session_close(session);
}

// FIPS 180-2, appendix B.1, and the empty text; one in Japanese, as `printf 給付 | sha256sum` prints it.
static void both_databases_give_the_same_digest(void **state) {
    const char *digest = NULL;
    testbed_fresh(*state);
    digest_of(*state, "abc", &digest);
    assert_string_equal(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_of(*state, "", &digest);
    assert_string_equal(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_of(*state, "給付", &digest);
    assert_string_equal(digest, "d4b6aaf2914eb06199fdbb9785b602219a14b6ab81a4bd96b0dc6013534d3c9a");
    digest_of(*state, NULL, &digest);
    assert_null(digest);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_databases_give_the_same_digest)};
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
