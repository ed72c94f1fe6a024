// arena.c - a chain of blocks, each twice the size of the last.
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_SIZE_FIRST 4096
#define ALIGNMENT        alignof(max_align_t)
#define INT64_DIGITS_MAX 20 // with the sign

struct block {
    struct block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *first;
    struct block *current;
    size_t bytes_max;
    size_t bytes_used;
};

static struct block *block_new(size_t size) {
    struct block *block = malloc(sizeof *block + size);
    if (block != NULL)
        *block = (struct block){.size = size};
    return block;
}

struct arena *arena_new(size_t bytes_max) {
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL)
        return NULL;
    arena->bytes_max = bytes_max;
    arena->first = arena->current = block_new(bytes_max < BLOCK_SIZE_FIRST ? bytes_max : BLOCK_SIZE_FIRST);
    if (arena->first == NULL) {
        free(arena);
        return NULL;
    }
    return arena;
}

static void free_blocks(struct block *block) {
    while (block != NULL) {
        struct block *next = block->next;
        // What a request leaves behind may be a secret (a token, an address): it is not left lying there.
        explicit_bzero(block->data, block->used);
        free(block);
        block = next;
    }
}

void arena_free(struct arena *arena) {
    if (arena == NULL)
        return;
    free_blocks(arena->first);
    free(arena);
}

void arena_cleanup(struct arena **arena) {
    arena_free(*arena);
    *arena = NULL;
}

void arena_reset(struct arena *arena) {
    explicit_bzero(arena->first->data, arena->first->used);
    free_blocks(arena->first->next);
    arena->first->next = NULL;
    arena->first->used = 0;
    arena->current = arena->first;
    arena->bytes_used = 0;
}

void *arena_alloc(struct arena *arena, size_t size) {
    if (size > arena->bytes_max || arena->bytes_used > arena->bytes_max - size)
        return NULL;
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (arena->current->size - arena->current->used < rounded) {
        size_t block_size = arena->current->size * 2;
        struct block *block = block_new(block_size < rounded ? rounded : block_size);
        if (block == NULL)
            return NULL;
        arena->current->next = block;
        arena->current = block;
    }
    void *memory = arena->current->data + arena->current->used;
    arena->current->used += rounded;
    arena->bytes_used += rounded;
    memset(memory, 0, size);
    return memory;
}

char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t length) {
    if (length == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(arena, length + 1);
    if (copy != NULL && length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

char *arena_copy_text(struct arena *arena, const char *text) {
    return text == NULL ? NULL : arena_copy_bytes(arena, text, strlen(text));
}

static char *print(struct arena *arena, size_t *ret_length, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        return NULL;
    char *text = arena_alloc(arena, (size_t)length + 1);
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)length + 1, format, args);
        *ret_length = (size_t)length;
    }
    return text;
}

char *arena_print(struct arena *arena, const char *format, ...) {
    size_t length = 0;
    va_list args;
    va_start(args, format);
    char *text = print(arena, &length, format, args);
    va_end(args);
    return text;
}

size_t arena_bytes_used(const struct arena *arena) {
    return arena->bytes_used;
}

void buffer_init(struct buffer *buffer, struct arena *arena) {
    *buffer = (struct buffer){.arena = arena, .text = arena_alloc(arena, 256), .capacity = 256};
    buffer->failed = buffer->text == NULL;
}

void buffer_add_bytes(struct buffer *buffer, const void *bytes, size_t length) {
    if (buffer->failed)
        return;
    if (length >= buffer->capacity - buffer->length) {
        size_t capacity = (buffer->length + length + 1) * 2;
        char *text = arena_alloc(buffer->arena, capacity);
        if (text == NULL) {
            buffer->failed = true;
            buffer->text = NULL;
            return;
        }
        memcpy(text, buffer->text, buffer->length);
        buffer->text = text;
        buffer->capacity = capacity;
    }
    memcpy(buffer->text + buffer->length, bytes, length);
    buffer->length += length;
    buffer->text[buffer->length] = '\0';
}

void buffer_add(struct buffer *buffer, const char *text) {
    buffer_add_bytes(buffer, text, strlen(text));
}

void buffer_add_int(struct buffer *buffer, int64_t number) {
    char digits[INT64_DIGITS_MAX];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        digits[--at] = '-';
    buffer_add_bytes(buffer, digits + at, sizeof digits - at);
}

void buffer_add_escaped(struct buffer *buffer, const char *text) {
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '&')
            buffer_add(buffer, "&amp;");
        else if (*at == '<')
            buffer_add(buffer, "&lt;");
        else if (*at == '>')
            buffer_add(buffer, "&gt;");
        else if (*at == '"')
            buffer_add(buffer, "&quot;");
        else
            buffer_add_bytes(buffer, at, 1);
    }
}

void buffer_print(struct buffer *buffer, const char *format, ...) {
    if (buffer->failed)
        return;
    va_list args;
    va_start(args, format);
    size_t length = 0;
    char *text = print(buffer->arena, &length, format, args);
    va_end(args);
    if (text == NULL) {
        buffer->failed = true;
        buffer->text = NULL;
        return;
    }
    buffer_add_bytes(buffer, text, length);
}
