// throttle.h - how soon somebody may try again: the wait doubles with every failure.
//
// Each way in has a key of its own: a name from one address, and a name from a browser that has signed in
// before. Strangers who guess at a name from elsewhere therefore never keep its owner out. Nothing lasts: a
// key without a failure for an hour is forgotten. The table has a fixed size; when it is full, the key that
// failed longest ago makes room. It reads no clock. One lock; any thread.
#pragma once

#include <stdint.h>

#include "base/error.h"

#define THROTTLE_KEYS_MAX    4096
#define THROTTLE_FREE_TRIES  5 // failures before the first wait
#define THROTTLE_WAIT_MS_MAX (INT64_C(15) * 60 * 1000)
#define THROTTLE_KEEP_MS     (INT64_C(60) * 60 * 1000)

struct throttle;

struct throttle *throttle_new(void);           // NULL when memory is exhausted
void throttle_free(struct throttle *throttle); // NULL is fine

// Milliseconds until `key` (any text) may try again; 0: now.
int64_t throttle_wait_ms(struct throttle *throttle, const char *key, int64_t now_ms);
void throttle_failed(struct throttle *throttle, const char *key, int64_t now_ms);
void throttle_succeeded(struct throttle *throttle, const char *key); // forgets the key
