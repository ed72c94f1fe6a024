// secrets.c - one file, a key for each use.
#include "site/secrets.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    if (fstat(fd, &status) != 0 || (status.st_mode & 077) != 0)
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

void secrets_done(struct secrets *secrets) {
    sodium_memzero(secrets, sizeof *secrets);
}
