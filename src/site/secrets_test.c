#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrations_list.h"
#include "site/secrets.h"
#include "store/migrate.h"
#include "store/testbed.h"

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
    assert_int_equal(chmod(path, 0604), 0);
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

static struct session *session_of(struct testbed *testbed) {
    struct session *session = NULL;
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    return session;
}

static void a_store_stays_with_the_secret_it_was_begun_with(void **state) {
    struct testbed *testbed = *state;
    struct secrets first, second;
    struct error err = {0};
    char other[64];
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    CLEANUP(session_cleanup) struct session *session = session_of(testbed);
    (void)snprintf(other, sizeof other, "%s/other", directory);
    (void)unlink(path);
    assert_true(secrets_open(&first, session, path, &err));
    assert_true(secrets_open(&second, session, path, &err));
    assert_memory_equal(&first, &second, sizeof first);
    // A file that is not there is not made: it would be another secret.
    assert_false(secrets_open(&second, session, other, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_int_not_equal(access(other, F_OK), 0);
    // Nor is another one taken.
    assert_true(secrets_load(&second, other, &err));
    assert_false(secrets_open(&second, session, other, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_non_null(strstr(err.message, "bring that one back"));
    assert_int_equal(unlink(other), 0);
}

int main(void) {
    const struct CMUnitTest files[] = {
        cmocka_unit_test(the_same_file_gives_the_same_keys_and_each_use_its_own),
        cmocka_unit_test(a_file_that_others_may_read_is_refused),
        cmocka_unit_test(a_file_of_another_size_is_refused),
    };
    const struct CMUnitTest stores[] = {
        cmocka_unit_test(a_store_stays_with_the_secret_it_was_begun_with),
    };
    if (make_directory(NULL) != 0)
        return 1;
    int failed = cmocka_run_group_tests(files, NULL, NULL) + testbed_run(stores, 1);
    return remove_directory(NULL) != 0 || failed > 0;
}
