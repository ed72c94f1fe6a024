// secrets.c - one file, a key for each use.
#include "site/secrets.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/private_file.h"
#include "base/text.h"

static bool make(const char *path, unsigned char master[SECRETS_KEY_SIZE], struct error *err) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(err, ERROR_INVALID, "the key file %.80s cannot be made: %m", path);
    randombytes_buf(master, SECRETS_KEY_SIZE);
    bool ok = write(fd, master, SECRETS_KEY_SIZE) == SECRETS_KEY_SIZE && fsync(fd) == 0;
    (void)close(fd);
    if (!ok) {
        (void)unlink(path);
        return error_set(err, ERROR_UNAVAILABLE, "the key file %.80s cannot be written: %m", path);
    }
    return true;
}

static bool read_master(int fd, const char *path, unsigned char master[SECRETS_KEY_SIZE], struct error *err) {
    struct stat status;
    if (!private_file_check(fd) || fstat(fd, &status) != 0)
        return error_set(err, ERROR_DENIED,
                         "the key file %.80s must be readable by its owner only (chmod 600)", path);
    if (status.st_size != SECRETS_KEY_SIZE || read(fd, master, SECRETS_KEY_SIZE) != SECRETS_KEY_SIZE)
        return error_set(err, ERROR_INVALID, "the key file %.80s does not hold %d bytes", path,
                         SECRETS_KEY_SIZE);
    return true;
}

bool secrets_find(const char *configured, const char *store_url, char *ret_path, size_t size,
                  struct error *err) {
    if (configured[0] != '\0')
        (void)snprintf(ret_path, size, "%s", configured);
    else if (text_starts_with(store_url, "sqlite:"))
        (void)snprintf(ret_path, size, "%s.key", store_url + strlen("sqlite:"));
    else
        return error_set_field(err, ERROR_INVALID, "server.key_file",
                               "server.key_file is needed with PostgreSQL: the same file on every node");
    return true;
}

bool secrets_load(struct secrets *secrets, const char *path, struct error *err) {
    unsigned char master[SECRETS_KEY_SIZE];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 ? read_master(fd, path, master, err) : make(path, master, err);
    if (fd >= 0)
        (void)close(fd);
    if (!ok)
        return false;
    for (uint64_t use = 0; use < sizeof secrets->keys / sizeof *secrets->keys; use++) {
        int result =
            crypto_kdf_derive_from_key(secrets->keys[use], SECRETS_KEY_SIZE, use, "juncho  ", master);
        ASSERT(result == 0);
    }
    sodium_memzero(master, sizeof master);
    return true;
}

static const struct statement READ_MARK = {"SELECT mark FROM key_mark WHERE id = $1", "i"};
static const struct statement KEEP_MARK = {
    "INSERT INTO key_mark (id, mark) VALUES ($1, $2) ON CONFLICT DO NOTHING", "ib"};
#define THE_MARK 1 // there is one

static bool compare(const struct rows *rows, const struct secrets *secrets, const char *path,
                    struct error *err) {
    const struct value *mark = rows_value(rows, 0, 0);
    return (mark->type == VALUE_BLOB && mark->length == SECRETS_KEY_SIZE &&
            memcmp(mark->bytes, secrets->keys[SECRETS_MARK], SECRETS_KEY_SIZE) == 0) ||
           error_set(
               err, ERROR_CONFLICT,
               "the key file %.60s is not the one this store was begun with: bring that one back or name it",
               path);
}

bool secrets_open(struct secrets *secrets, struct session *session, const char *path, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct rows rows, kept;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &READ_MARK, arena, &rows, err, value_int(THE_MARK)))
        return false;
    if (rows.count > 0 && access(path, F_OK) != 0)
        return error_set(
            err, ERROR_CONFLICT,
            "the key file %.60s is not there, and the store was begun with one: bring it back or name it",
            path);
    if (!secrets_load(secrets, path, err))
        return false;
    if (rows.count > 0)
        return compare(&rows, secrets, path, err);
    // Two nodes may start at once; the mark of one of them stays.
    return SESSION_QUERY(session, &KEEP_MARK, arena, &kept, err, value_int(THE_MARK),
                         value_blob(secrets->keys[SECRETS_MARK], SECRETS_KEY_SIZE)) &&
           SESSION_QUERY(session, &READ_MARK, arena, &rows, err, value_int(THE_MARK)) &&
           (rows.count > 0 || error_set(err, ERROR_UNAVAILABLE, "the key's mark was not kept")) &&
           compare(&rows, secrets, path, err);
}

void secrets_done(struct secrets *secrets) {
    sodium_memzero(secrets, sizeof *secrets);
}
