#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private_file.h"

static bool with_mode(uid_t owner, mode_t mode) {
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), mode), 0);
    if (owner != geteuid())
        assert_int_equal(fchown(fileno(file), owner, (gid_t)-1), 0);
    bool private = private_file_check(fileno(file));
    (void)fclose(file);
    return private;
}

static void an_owner_may_and_nobody_else(void **state) {
    (void)state;
    const mode_t refused[] = {0604, 0602, 0601, 0620, 0610, 0644, 0666};
    assert_true(with_mode(geteuid(), 0600));
    assert_true(with_mode(geteuid(), 0400));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(with_mode(geteuid(), refused[i]));
    assert_false(private_file_check(-1));
}

static void a_group_may_read_what_is_root_s(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_true(with_mode(0, 0440));
    assert_false(with_mode(1, 0440));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_owner_may_and_nobody_else),
        cmocka_unit_test(a_group_may_read_what_is_root_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
