// token.h - what a cookie holds: a few numbers under a MAC, so that a session needs no read from the store.
#pragma once

#include <stdint.h>

#include "base/error.h"

#define TOKEN_KEY_SIZE  32
#define TOKEN_TEXT_SIZE 64 // 24 bytes of content and 16 of MAC in base64url, and the NUL

struct token {
    int64_t resident_id;
    int64_t issued_ms;
    int64_t other; // of a move: the older account; else 0
};

void token_seal(const struct token *token, const unsigned char key[TOKEN_KEY_SIZE],
                char target[TOKEN_TEXT_SIZE]);
// False for anything that was not sealed under this key, and for a token older than `age_ms_max`.
MUST_CHECK bool token_open(const char *text, const unsigned char key[TOKEN_KEY_SIZE], int64_t now_ms,
                           int64_t age_ms_max, struct token *ret_token);
