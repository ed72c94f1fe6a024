// source.c - zlib where the first two bytes say so, else plain reads.
//
// zlib's own reader of files passes over what stands behind a member and is no gzip: lines of a log would be
// lost without a word. So members are taken one by one.
#include "measure/source.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>

#define PIECE_BYTES    ((size_t)256 << 10)
#define PACKED_BYTES   ((size_t)64 << 10)
#define WINDOW_OF_GZIP (15 + 16) // the largest window; 16: the header of gzip

struct source {
    int fd;
    off_t size;  // of the file on disk; 0: not known
    off_t taken; // bytes of the file that were read
    bool started, packed;
    bool between_members; // of gzip: the next byte begins one
    size_t members;       // that were read to their end
    z_stream stream;
    XXH3_state_t *digest;
    char piece[PIECE_BYTES];
    unsigned char input[PACKED_BYTES]; // packed
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
    if (source->packed)
        (void)inflateEnd(&source->stream);
    (void)close(source->fd);
    (void)XXH3_freeState(source->digest);
    free(source);
}

void source_cleanup(struct source **source) {
    source_close(*source);
}

static bool read_bytes(struct source *source, void *bytes, size_t room, size_t *ret_length,
                       struct error *err) {
    ssize_t length = 0;
    do
        length = read(source->fd, bytes, room);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return error_set(err, ERROR_UNAVAILABLE, "the file cannot be read: %s", strerror(errno));
    source->taken += length;
    *ret_length = (size_t)length;
    return true;
}

// A regular file that begins like gzip is read as gzip; a pipe is read as it comes.
static bool recognise(struct source *source, struct error *err) {
    unsigned char first[2] = {0};
    source->started = true;
    if (source->size == 0 || pread(source->fd, first, sizeof first, 0) != sizeof first || first[0] != 0x1f ||
        first[1] != 0x8b)
        return true;
    source->packed = inflateInit2(&source->stream, WINDOW_OF_GZIP) == Z_OK;
    return source->packed || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

// The next part of a member. At its end the stream is ready for another one.
static bool inflate_some(struct source *source, struct error *err) {
    z_stream *stream = &source->stream;
    source->between_members = false;
    int state = inflate(stream, Z_NO_FLUSH);
    if (state == Z_STREAM_END) {
        source->members++;
        source->between_members = true;
        return inflateReset(stream) == Z_OK || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    if (state == Z_OK)
        return true;
    if (source->members > 0 && stream->total_out == 0)
        return error_set(err, ERROR_INVALID, "behind the end of the compressed data stand other bytes");
    return error_set(err, ERROR_INVALID, "the compressed file is damaged: %.60s",
                     stream->msg == NULL ? "no reason" : stream->msg);
}

static bool unpack(struct source *source, size_t *ret_length, struct error *err) {
    z_stream *stream = &source->stream;
    stream->next_out = (unsigned char *)source->piece;
    stream->avail_out = sizeof source->piece;
    while (stream->avail_out > 0) {
        size_t length = 0;
        if (stream->avail_in == 0) {
            if (!read_bytes(source, source->input, sizeof source->input, &length, err))
                return false;
            if (length == 0 && !source->between_members)
                return error_set(err, ERROR_INVALID, "the compressed file ends too early");
            if (length == 0)
                break;
            stream->next_in = source->input;
            stream->avail_in = (unsigned)length;
        }
        if (!inflate_some(source, err))
            return false;
    }
    *ret_length = sizeof source->piece - stream->avail_out;
    return true;
}

bool source_read(struct source *source, const char **ret_bytes, size_t *ret_length, struct error *err) {
    size_t length = 0;
    if (!source->started && !recognise(source, err))
        return false;
    bool good = source->packed ? unpack(source, &length, err)
                               : read_bytes(source, source->piece, sizeof source->piece, &length, err);
    if (!good)
        return false;
    (void)XXH3_128bits_update(source->digest, source->piece, length);
    *ret_bytes = source->piece;
    *ret_length = length;
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
    return (double)source->taken / (double)source->size;
}
