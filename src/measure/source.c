// source.c - zlib where the first two bytes say so, else plain reads.
#include "measure/source.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

#define PIECE_BYTES  ((size_t)256 << 10)
#define PACKED_BYTES (64 << 10)

struct source {
    int fd;
    gzFile packed; // NULL: plain
    off_t size;    // of the file on disk; 0: not known
    off_t taken;   // plain bytes read
    bool started;
    XXH3_state_t *digest;
    char piece[PIECE_BYTES];
};

bool source_open(const char *path, struct source **ret_source, struct error *err) {
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERROR_MISSING, "%.100s cannot be opened: %s", path, strerror(errno));
    bool known = fstat(fd, &status) == 0;
    if (known && (S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode) || S_ISCHR(status.st_mode))) {
        (void)close(fd);
        return error_set(err, ERROR_INVALID, "%.100s is a %s, not a file", path,
                         S_ISDIR(status.st_mode) ? "directory" : "device");
    }
    struct source *source = calloc(1, sizeof *source);
    XXH3_state_t *digest = XXH3_createState();
    if (source == NULL || digest == NULL || XXH3_128bits_reset(digest) != XXH_OK) {
        (void)close(fd);
        free(source);
        (void)XXH3_freeState(digest);
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    source->fd = fd;
    source->digest = digest;
    if (known && S_ISREG(status.st_mode))
        source->size = status.st_size;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    *ret_source = source;
    return true;
}

void source_close(struct source *source) {
    if (source == NULL)
        return;
    if (source->packed != NULL)
        (void)gzclose_r(source->packed); // closes the file, too
    else
        (void)close(source->fd);
    (void)XXH3_freeState(source->digest);
    free(source);
}

void source_cleanup(struct source **source) {
    source_close(*source);
}

static ssize_t read_plain(struct source *source) {
    ssize_t length = 0;
    do
        length = read(source->fd, source->piece, sizeof source->piece);
    while (length < 0 && errno == EINTR);
    return length;
}

// A regular file that begins like gzip is read as gzip; a pipe is read as it comes.
static void recognise(struct source *source) {
    unsigned char first[2] = {0};
    source->started = true;
    if (source->size == 0 || pread(source->fd, first, sizeof first, 0) != sizeof first || first[0] != 0x1f ||
        first[1] != 0x8b)
        return;
    source->packed = gzdopen(source->fd, "rb");
    if (source->packed != NULL)
        (void)gzbuffer(source->packed, PACKED_BYTES);
}

static bool unpack(struct source *source, ssize_t *ret_length, struct error *err) {
    int length = gzread(source->packed, source->piece, sizeof source->piece);
    int state = Z_OK;
    const char *words = gzerror(source->packed, &state);
    if (length < 0 || (state != Z_OK && state != Z_STREAM_END))
        return error_set(err, ERROR_INVALID, "the compressed file is damaged or ends too early: %.60s",
                         words);
    *ret_length = length;
    return true;
}

bool source_read(struct source *source, const char **ret_bytes, size_t *ret_length, struct error *err) {
    ssize_t length = 0;
    if (!source->started)
        recognise(source);
    if (source->packed != NULL) {
        if (!unpack(source, &length, err))
            return false;
    } else {
        length = read_plain(source);
        if (length < 0)
            return error_set(err, ERROR_UNAVAILABLE, "the file cannot be read: %s", strerror(errno));
        source->taken += length;
    }
    (void)XXH3_128bits_update(source->digest, source->piece, (size_t)length);
    *ret_bytes = source->piece;
    *ret_length = (size_t)length;
    return true;
}

void source_digest(const struct source *source, unsigned char digest[SOURCE_DIGEST_SIZE]) {
    XXH128_canonical_t canonical;
    _Static_assert(sizeof canonical == SOURCE_DIGEST_SIZE, "the digest has 128 bits");
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(source->digest));
    memcpy(digest, &canonical, sizeof canonical);
}

double source_progress(const struct source *source) {
    if (source->size == 0)
        return NAN;
    off_t taken = source->packed != NULL ? (off_t)gzoffset(source->packed) : source->taken;
    return (double)taken / (double)source->size;
}
