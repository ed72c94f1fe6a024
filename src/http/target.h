// target.h - the request target: a path and its query, decoded strictly.
//
// What two programs could read differently is refused rather than guessed: half escapes, NUL, escaped
// slashes, control characters, text that is not UTF-8. So a proxy in front and Juncho see the same path.
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

#define TARGET_PARAMETERS_MAX 64

struct target_parameter {
    const char *name;
    const char *value; // "" when there was no "="
};

struct target {
    const char *path; // starts with "/", or is "*"
    struct target_parameter *parameters;
    size_t parameters_count;
};

// Parses "/path?name=value&...", "http://host/path" or "*"; everything is copied into the arena.
// ERROR_INVALID with field "path" or "query"; ERROR_EXHAUSTED when there are too many parameters or no
// memory.
MUST_CHECK bool target_parse(struct arena *arena, const char *text, struct target *ret_target,
                             struct error *err);

// The value of the first parameter of that name; NULL when there is none.
const char *target_parameter(const struct target *target, const char *name);
