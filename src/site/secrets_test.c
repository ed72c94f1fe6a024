#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site/secrets.h"

static char directory[] = "/tmp/juncho-secrets-XXXXXX";
static char path[64];

static int make_directory(void **state) {
    bool made = mkdtemp(directory) != NULL;
    (void)snprintf(path, sizeof path, "%s/key", directory);
    return made ? 0 : -1;
}

static int remove_directory(void **state) {
    (void)unlink(path);
    return rmdir(directory);
}

static void the_same_file_gives_the_same_keys_and_each_use_its_own(void **state) {
    struct secrets first, second;
    struct error err = {0};
    assert_true(secrets_load(&first, path, &err));
    assert_true(secrets_load(&second, path, &err));
    assert_memory_equal(&first, &second, sizeof first);
    assert_memory_not_equal(first.keys[SECRETS_SESSION], first.keys[SECRETS_MOVE], SECRETS_KEY_SIZE);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_file_that_others_may_read_is_refused(void **state) {
    struct secrets secrets;
    struct error err = {0};
    assert_int_equal(chmod(path, 0640), 0);
    assert_false(secrets_load(&secrets, path, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_int_equal(chmod(path, 0600), 0);
}

static void a_file_of_another_size_is_refused(void **state) {
    struct secrets secrets;
    struct error err = {0};
    assert_int_equal(truncate(path, 31), 0);
    assert_false(secrets_load(&secrets, path, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_file_gives_the_same_keys_and_each_use_its_own),
        cmocka_unit_test(a_file_that_others_may_read_is_refused),
        cmocka_unit_test(a_file_of_another_size_is_refused),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
