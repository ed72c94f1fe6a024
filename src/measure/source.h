// source.h - the bytes of a file, plain or compressed by gzip, read once from front to end.
//
// On the way a digest of the uncompressed bytes is made, so that a file is known again whether it comes
// compressed or not. It tells files apart, it does not protect against forgery. Memory does not depend on
// the size of the file: it is read in pieces (mapping it would count as memory of ours).
#pragma once

#include <stddef.h>

#include "base/error.h"

#define SOURCE_DIGEST_SIZE 16

struct source;

// ERROR_MISSING: it cannot be opened.
MUST_CHECK bool source_open(const char *path, struct source **ret_source, struct error *err);
void source_close(struct source *source); // NULL is fine
void source_cleanup(struct source **source);

// The next piece, valid until the next call; length 0 at the end. Several members of gzip are read one after
// another. ERROR_INVALID: the compression is damaged or ends too early, or something else stands behind it.
MUST_CHECK bool source_read(struct source *source, const char **ret_bytes, size_t *ret_length,
                            struct error *err);
// Of everything that was read so far.
void source_digest(const struct source *source, unsigned char digest[SOURCE_DIGEST_SIZE]);
// How much of the file was read, from 0 to 1; NAN where its size is not known (a pipe).
double source_progress(const struct source *source);
