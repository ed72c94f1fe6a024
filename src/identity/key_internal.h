// key_internal.h - what a key is inside; only jwt.c and key.c look.
#pragma once

#include <cjose/cjose.h>

#include "identity/key.h"

#define KEY_ID_SIZE 256

struct key {
    cjose_jwk_t *jwk;
    enum key_algorithm algorithm;
    char id[KEY_ID_SIZE];
};
