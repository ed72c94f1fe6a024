// json.h - strict JSON on jansson: what comes in is checked member by member, what goes out lives in an
// arena.
//
// Incoming documents refuse double keys, unknown members, wrong types and too deep nesting; the error
// names the member. `struct json` objects of jansson are counted: hold them by CLEANUP(json_cleanup).
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

// The codes of errors about members (struct error).
#define JSON_CODE_UNKNOWN "unknown-field"
#define JSON_CODE_DOUBLE  "duplicate-field"

// For CLEANUP: gives up the reference; NULL is fine.
void json_cleanup(json_t **json);

// Parses a whole text as one object. ERROR_INVALID with field "" (no JSON) or the double key's name.
MUST_CHECK bool json_parse_object(const char *text, size_t length, json_t **ret_object, struct error *err);

// Refuses members that are not among `names`, a list that ends with NULL; field = the unknown member.
MUST_CHECK bool json_only(const json_t *object, const char *const *names, struct error *err);

// Members by type. A missing one is an error, unless the function is named _optional, which then leaves ret_.
// A text is borrowed from the object, has no control characters and at most `bytes_max` bytes.
MUST_CHECK bool json_member_text(const json_t *object, const char *name, size_t bytes_max,
                                 const char **ret_text, struct error *err);
MUST_CHECK bool json_member_text_optional(const json_t *object, const char *name, size_t bytes_max,
                                          const char **ret_text, struct error *err);
MUST_CHECK bool json_member_bool(const json_t *object, const char *name, bool *ret_value, struct error *err);
MUST_CHECK bool json_member_int(const json_t *object, const char *name, int64_t min, int64_t max,
                                int64_t *ret_value, struct error *err);

// Compact text in the arena, members in the order in which they were set; NULL when memory is exhausted.
char *json_text(struct arena *arena, const json_t *json);
