// token.h - the characters of a token of HTTP (RFC 9110 5.6.2): names of fields and of cookies.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// A set of bits: this runs for every byte of every name.
static inline bool is_token_char(unsigned char c) {
    static const uint64_t set[4] = {UINT64_C(0x03ff6cfa00000000), UINT64_C(0x57ffffffc7fffffe)};
    return (set[c >> 6] >> (c & 63) & 1) != 0;
}
