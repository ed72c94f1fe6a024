// arena.h - memory that one request owns and that is given back all at once.
//
// Handlers and domains allocate here and never free. An arena has a cap: a request that would
// grow past it fails by itself (NULL) and leaves the others alone.
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct arena;

// A new arena that may hold `bytes_max` bytes in all; NULL when memory is exhausted.
struct arena *arena_new(size_t bytes_max);
void arena_free(struct arena *arena); // NULL is fine
void arena_cleanup(struct arena **arena);
// Forgets everything but keeps the first block, for reuse by the next request.
void arena_reset(struct arena *arena);

// `size` bytes, zeroed, aligned for any type; NULL when the cap is reached or memory is exhausted.
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, alloc_size(2)));
char *arena_copy_text(struct arena *arena, const char *text);                  // NULL in, NULL out
char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t length); // NUL-terminated copy
char *arena_print(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
size_t arena_bytes_used(const struct arena *arena);

// A text that grows inside an arena; once an append fails the buffer stays failed and `text` is NULL.
struct buffer {
    struct arena *arena;
    char *text; // NUL-terminated while not failed
    size_t length;
    size_t capacity;
    bool failed;
};
void buffer_init(struct buffer *buffer, struct arena *arena);
void buffer_add(struct buffer *buffer, const char *text);
void buffer_add_bytes(struct buffer *buffer, const void *bytes, size_t length);
void buffer_add_int(struct buffer *buffer, int64_t number); // without printf, for what every request writes
// As text between tags or in a quoted attribute of HTML and SVG: & < > and " become entities.
void buffer_add_escaped(struct buffer *buffer, const char *text);
void buffer_print(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
