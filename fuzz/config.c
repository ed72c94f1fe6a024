// config.c - a settings file: what is taken lies within its limits, what is not is an error that says so.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "site/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct config *config) {
    for (const struct config_key *key = config_keys(); key->name != NULL; key++) {
        const char *at = (const char *)config + key->offset;
        int64_t number = 0;
        if (key->kind == CONFIG_TEXT) {
            if (memchr(at, '\0', CONFIG_TEXT_SIZE) == NULL || !text_is_clean_utf8(at, strlen(at)))
                abort();
            continue;
        }
        memcpy(&number, at, sizeof number);
        if (key->kind == CONFIG_NUMBER && (number < key->min || number > key->max))
            abort();
        if (key->kind == CONFIG_BOOL && number != 0 && number != 1)
            abort();
    }
}

static bool read_twice(const char *path, struct config *config) {
    struct config again;
    struct error err = {0}, same = {0};
    config_init(config);
    config_init(&again);
    bool ok = config_read(config, path, &err);
    if (config_read(&again, path, &same) != ok || (!ok && strcmp(err.message, same.message) != 0))
        abort();
    if (!ok && (err.kind != ERROR_INVALID || err.message[0] == '\0'))
        abort();
    if (ok && memcmp(config, &again, sizeof again) != 0)
        abort();
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    struct config config;
    struct error err = {0};
    int fd = memfd_create("juncho.ini", MFD_CLOEXEC);
    if (fd < 0 || (size > 0 && write(fd, data, size) != (ssize_t)size))
        abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    (void)read_twice(path, &config);
    look_at(&config);
    (void)!config_check(&config, &err);
    (void)close(fd);
    char *assignment = malloc(size + 1);
    if (assignment == NULL)
        abort();
    memcpy(assignment, data, size);
    assignment[size] = '\0';
    if (config_set(&config, assignment, &err))
        look_at(&config);
    free(assignment);
    return 0;
}
