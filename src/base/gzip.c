#include "base/gzip.h"

#include <zlib.h>

#define WINDOW 31 // zlib: the largest window, in gzip's frame
#define MEMORY 9

bool gzip_pack(struct arena *arena, const void *bytes, size_t length, const void **ret_packed,
               size_t *ret_length) {
    z_stream stream = {0};
    if (length > UINT32_MAX ||
        deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uLong room = deflateBound(&stream, (uLong)length);
    unsigned char *packed = arena_alloc(arena, room);
    stream.next_in = (unsigned char *)(uintptr_t)bytes; // zlib takes it without const, but only reads it
    stream.avail_in = (uInt)length;
    stream.next_out = packed;
    stream.avail_out = (uInt)room;
    bool done = packed != NULL && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    (void)deflateEnd(&stream);
    if (!done)
        return false;
    *ret_packed = packed;
    *ret_length = stream.total_out;
    return true;
}
