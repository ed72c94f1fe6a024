// text.h - small work on texts that come from outside: encodings, comparisons, bounded copies.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

// Copies `text` into `target` of `size` bytes and ends it with NUL; false when it did not fit (target is "").
MUST_CHECK bool text_copy(char *target, size_t size, const char *text);

bool text_equal(const char *a, const char *b); // NULL equals only NULL
bool text_starts_with(const char *text, const char *prefix);

// How many letters must be put in, left out, replaced or swapped with their neighbour to make one word of the
// other (optimal string alignment); SIZE_MAX for words of more than TEXT_WORD_MAX bytes.
#define TEXT_WORD_MAX 40
size_t text_typing_errors(const char *a, const char *b);

// True when every byte of `text` is one of `allowed` and its length lies in [length_min, length_max].
bool text_is_made_of(const char *text, const char *allowed, size_t length_min, size_t length_max);

// True when `text` is well-formed UTF-8 without control characters.
bool text_is_clean_utf8(const char *text, size_t length);

// A whole decimal number in [min, max], nothing before or after it.
MUST_CHECK bool text_parse_int(const char *text, int64_t min, int64_t max, int64_t *ret_number);

// Base64url without padding (RFC 4648 section 5). `size` must be at least length * 4 / 3 + 2.
void text_base64url(char *target, size_t size, const void *bytes, size_t length);
// Decodes into `target` of `size` bytes; false on any other character, on padding or when it does not fit.
MUST_CHECK bool text_base64url_decode(const char *text, void *target, size_t size, size_t *ret_length);

// Lower-case hexadecimal; `size` must be at least length * 2 + 1.
void text_hex(char *target, size_t size, const void *bytes, size_t length);

// Crockford base 32 in three groups of four ("7K3M-02KE-YD52"), the form in which people read numbers to one
// another. The number must be below 2^60; `target` needs TEXT_CROCKFORD_SIZE bytes.
#define TEXT_CROCKFORD_SIZE 15
#define TEXT_CROCKFORD_MAX  ((UINT64_C(1) << 60) - 1)
void text_crockford(char target[TEXT_CROCKFORD_SIZE], uint64_t number);
// Reads it back; accepts lower case, missing hyphens, and O, I, L for 0, 1, 1.
MUST_CHECK bool text_crockford_parse(const char *text, uint64_t *ret_number);
