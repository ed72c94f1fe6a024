// device.h - browsers without an account: the key in a cookie that makes a place theirs, and their pass.
#pragma once

#include "site/context.h"

// The value of one of the gate's cookies, NULL without it.
const char *device_cookie(struct visit *visit, const char *name);
MUST_CHECK bool device_set_cookie(struct visit *visit, struct http_response *response, const char *name,
                                  const char *value, int64_t max_age_s);

// The key of this browser, NULL when it has none.
const char *device_of(struct visit *visit);
// A key for one that has none, in the arena; it is the browser's when device_keep has put it into the
// response.
MUST_CHECK bool device_new(struct visit *visit, const char **ret_device);
MUST_CHECK bool device_keep(struct visit *visit, struct http_response *response, const char *device);

// Writes the pass of one who is inside, and puts it into the response as a cookie.
MUST_CHECK bool device_set_pass(struct visit *visit, struct http_response *response,
                                const struct holder *holder, char pass[PASS_TEXT_SIZE]);
