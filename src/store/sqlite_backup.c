// sqlite_backup.c - see sqlite_backup.h.
#include "store/sqlite_backup.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 1024
#define FILE_MODE 0600

// The live database must never be renamed over: what is written to it afterwards would be lost.
static bool is_same_file(const char *a, const char *b) {
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

// One step copies everything from one moment: step by step it would begin again after each write.
static bool copy_database(sqlite3 *source, const char *path, struct error *err) {
    sqlite3 *target = NULL;
    bool ok = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
    sqlite3_backup *backup = ok ? sqlite3_backup_init(target, "main", source, "main") : NULL;
    if (backup != NULL) {
        (void)sqlite3_backup_step(backup, -1);
        (void)sqlite3_backup_finish(backup);
    }
    ok = (backup != NULL && sqlite3_errcode(target) == SQLITE_OK) ||
         error_set(err, ERROR_UNAVAILABLE, "SQLite: %s",
                   target == NULL ? "out of memory" : sqlite3_errmsg(target));
    (void)sqlite3_close(target);
    return ok;
}

static bool sync_path(const char *path, int flags) {
    int fd = open(path, flags | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        (void)close(fd);
    return ok;
}

// The name is durable when its folder is.
static bool put_in_place(const char *part, const char *path, struct error *err) {
    char copy[PATH_SIZE];
    (void)snprintf(copy, sizeof copy, "%s", path);
    return (sync_path(part, O_RDWR) && rename(part, path) == 0 &&
            sync_path(dirname(copy), O_RDONLY | O_DIRECTORY)) ||
           error_set(err, ERROR_UNAVAILABLE, "the backup cannot be put in its place: %m");
}

bool sqlite_backup_make(sqlite3 *source, const char *source_path, const char *path, struct error *err) {
    char part[PATH_SIZE + sizeof ".part"];
    if (strlen(path) >= PATH_SIZE)
        return error_set(err, ERROR_INVALID, "the backup's path is too long");
    if (is_same_file(source_path, path))
        return error_set(err, ERROR_INVALID, "the backup must be another file than the store itself");
    (void)snprintf(part, sizeof part, "%s.part", path);
    (void)unlink(part);
    int fd = open(part, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return error_set(err, ERROR_UNAVAILABLE, "the backup's file cannot be made: %m");
    (void)close(fd);
    bool ok = copy_database(source, part, err) && put_in_place(part, path, err);
    if (!ok)
        (void)unlink(part);
    return ok;
}
