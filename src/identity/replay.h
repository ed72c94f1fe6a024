// replay.h - remembers what may be used only once, for as long as it could be used again.
//
// A table of 64-bit keyed hashes with their expiry. It grows to a limit; when it is full of what has not
// expired, nothing more can be taken. From any thread.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define REPLAY_SLOTS_MAX (1u << 22)

struct replay;

struct replay *replay_new(void);         // NULL when memory is exhausted
void replay_free(struct replay *replay); // NULL is fine

enum replay_result { REPLAY_FRESH, REPLAY_USED, REPLAY_FULL };
// Takes a text of a kind ('j', 'c', ...) until `expires_ms`; REPLAY_USED when it was taken before.
enum replay_result replay_take(struct replay *replay, char kind, const char *text, int64_t expires_ms,
                               int64_t now_ms);
size_t replay_count(struct replay *replay); // kept now, expired ones included
