// cookie.h - cookies, read strictly and written one way.
//
// Reading follows RFC 6265 section 4.2.1: name=value pairs between "; ". A pair with other characters is as
// good as absent, so a damaged cookie never becomes somebody's session.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define COOKIE_VALUE_BYTES_MAX 4000

struct cookie {
    const char *name;
    const char *value;
    int64_t max_age_s; // 0: ends with the browser's session; negative: the browser forgets it at once
    bool secure;       // named "__Host-<name>" and sent over TLS only; false only for plain development
    bool readable;     // scripts may read it (no HttpOnly)
    bool strict;       // SameSite=Strict: not even a link from elsewhere brings it along
};

// Finds the one well-formed pair called `name` in a Cookie header; the value is copied into the arena.
// NULL when there is none, when it stands there twice with different values, or when memory is exhausted.
const char *cookie_find(struct arena *arena, const char *header, const char *name);

// The value of a Set-Cookie header in the arena: HttpOnly, Secure, SameSite=Lax (or Strict), Path=/.
// A secure cookie gets the prefix "__Host-", which browsers tie to this very host; look for it by
// cookie_name. ERROR_INVALID when a character may not stand in a cookie, ERROR_EXHAUSTED when it is too long.
MUST_CHECK bool cookie_format(struct arena *arena, const struct cookie *cookie, const char **ret_text,
                              struct error *err);

// "__Host-name" in the arena when secure, else the name itself; NULL when memory is exhausted.
const char *cookie_name(struct arena *arena, const char *name, bool secure);
