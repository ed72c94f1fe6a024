// form.h - application/x-www-form-urlencoded: parameters of addresses and bodies, written and strictly read.
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

#define FORM_FIELDS_MAX 32

// Appends "name=value", with "&" between two; the value is percent-encoded except for letters, digits and
// "-._~". A NULL value adds nothing.
void form_add(struct buffer *buffer, const char *name, const char *value);
// Appends an address and the "?" or "&" after which parameters may follow.
void form_address(struct buffer *buffer, const char *address);

struct form {
    size_t count;
    struct {
        const char *name, *value;
    } fields[FORM_FIELDS_MAX];
};
// Reads a body into an arena. ERROR_INVALID: broken encoding, a NUL, a name that stands twice, too many
// fields.
MUST_CHECK bool form_parse(const char *body, size_t length, struct arena *arena, struct form *ret_form,
                           struct error *err);
const char *form_value(const struct form *form, const char *name); // NULL: there is none
