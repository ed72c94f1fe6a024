#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "rehearse/own_server.h"

static char folder[] = "/tmp/juncho-own-XXXXXX";
static char program[64], seen[64];

// A stand-in for the program: writes down its arguments, then does as the test says.
static void write_program(const char *body) {
    FILE *file = fopen(program, "w");
    assert_non_null(file);
    (void)fprintf(file, "#!/bin/sh\necho \"$@\" > %s\n%s\n", seen, body);
    (void)fclose(file);
    assert_int_equal(chmod(program, 0700), 0);
}

static int set_up(void **state) {
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(program, sizeof program, "%s/program", folder);
    (void)snprintf(seen, sizeof seen, "%s/seen", folder);
    return 0;
}

static int tear_down(void **state) {
    (void)unlink(program);
    (void)unlink(seen);
    return rmdir(folder);
}

static const struct own_server_options options = {.program = program,
                                                  .store = "sqlite:x.db",
                                                  .start_ms = INT64_C(1718636400000),
                                                  .until_ms = INT64_C(1718722800000),
                                                  .speed = 360};

static void it_is_told_where_when_and_how_fast(void **state) {
    struct own_server *server = NULL;
    struct error err = {0};
    char base[OWN_SERVER_BASE_MAX];
    int64_t begins_us = 0;
    write_program("trap 'kill $child 2>/dev/null; exit 0' TERM; echo 'listening on http://127.0.0.1:4711'; "
                  "sleep 60 >/dev/null 2>&1 & child=$!; wait $child");
    assert_true(own_server_start(&options, &server, base, &begins_us, &err));
    assert_string_equal(base, "http://127.0.0.1:4711");
    assert_true(begins_us > 0 && begins_us <= clock_monotonic_us());
    char line[512] = "";
    FILE *file = fopen(seen, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    (void)fclose(file);
    assert_string_equal(line, "serve --sandbox --listen 127.0.0.1:0 --store sqlite:x.db "
                              "--clock 2024-06-18T00:00:00+09:00*360 "
                              "--set campaign.opens=2024-06-18T00:00:00+09:00 "
                              "--set campaign.closes=2024-06-19T00:00:00+09:00 --set log.level=warning\n");
    assert_true(own_server_stop(server));
}

static void one_that_ends_or_says_something_else_did_not_start(void **state) {
    struct own_server *server = NULL;
    struct error err = {0};
    char base[OWN_SERVER_BASE_MAX];
    int64_t begins_us = 0;
    write_program("exit 1");
    assert_false(own_server_start(&options, &server, base, &begins_us, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    write_program("echo hello");
    assert_false(own_server_start(&options, &server, base, &begins_us, &err));
    assert_null(server);
    assert_true(own_server_stop(NULL));
}

int main(void) {
    struct error err = {0};
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_told_where_when_and_how_fast),
        cmocka_unit_test(one_that_ends_or_says_something_else_did_not_start),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
