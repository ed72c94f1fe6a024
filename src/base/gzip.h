// gzip.h - a text packed as gzip, without a name or a time: the same text gives the same bytes.
#pragma once

#include "base/arena.h"

// `ret_packed` lies in the arena. False: no memory.
MUST_CHECK bool gzip_pack(struct arena *arena, const void *bytes, size_t length, const void **ret_packed,
                          size_t *ret_length);
