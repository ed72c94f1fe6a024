// map.h - how the columns of somebody else's file are called: "start=Zeit,offered=Anrufe".
//
// A name on the left is one of ours; on the right stands a column's name, or a list of values with bars
// between them ("answered=AGENT|TRANSFER"). What is not mapped keeps our own name.
#pragma once

#include <stddef.h>

#include "base/error.h"

#define MAP_TEXT_BYTES_MAX 1000
#define MAP_PAIRS_MAX      32

struct map {
    char text[MAP_TEXT_BYTES_MAX + 1]; // cut into the pairs
    const char *names[MAP_PAIRS_MAX], *values[MAP_PAIRS_MAX];
    size_t count;
};

// `known` ends with NULL. ERROR_INVALID: a name that is not among them, twice, or no "=". NULL is an empty
// map.
MUST_CHECK bool map_parse(const char *text, const char *const *known, struct map *ret_map, struct error *err);
// The value, or `fallback` when it is not mapped.
const char *map_get(const struct map *map, const char *name, const char *fallback);
// True when `word` is one of the bar-separated `values`, case aside.
bool map_lists(const char *values, const char *word);
