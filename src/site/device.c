// device.c - see device.h.
#include "site/device.h"

#include <sodium.h>

#include "base/text.h"
#include "http/cookie.h"

#define KEY_BYTES    16
#define KEYS_DRAWN   64
#define KEY_CHARS    22
#define KEY_AGE_S    INT64_C(34560000) // 400 days
#define KEY_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

const char *device_cookie(struct visit *visit, const char *name) {
    const char *full = cookie_name(http_request_arena(visit->request), name, visit->site->secure);
    return full == NULL ? NULL : http_request_cookie(visit->request, full);
}

bool device_set_cookie(struct visit *visit, struct http_response *response, const char *name,
                       const char *value, int64_t max_age_s) {
    struct cookie cookie = {.name = name, .value = value, .max_age_s = max_age_s};
    return visit_set_cookie(visit, response, &cookie);
}

const char *device_of(struct visit *visit) {
    const char *key = device_cookie(visit, "juncho-device");
    return key != NULL && text_is_made_of(key, KEY_ALPHABET, KEY_CHARS, KEY_CHARS) ? key : NULL;
}

// The system is asked for many keys at a time: a crowd of new browsers comes at once.
static _Thread_local struct {
    unsigned char keys[KEYS_DRAWN][KEY_BYTES];
    size_t keys_left;
} drawn;

bool device_new(struct visit *visit, const char **ret_device) {
    char key[KEY_BYTES * 4 / 3 + 2];
    if (drawn.keys_left == 0) {
        randombytes_buf(drawn.keys, sizeof drawn.keys);
        drawn.keys_left = KEYS_DRAWN;
    }
    unsigned char *bytes = drawn.keys[--drawn.keys_left];
    text_base64url(key, sizeof key, bytes, KEY_BYTES);
    sodium_memzero(bytes, KEY_BYTES);
    *ret_device = arena_copy_text(http_request_arena(visit->request), key);
    return *ret_device != NULL;
}

bool device_keep(struct visit *visit, struct http_response *response, const char *device) {
    return device_set_cookie(visit, response, "juncho-device", device, KEY_AGE_S);
}

bool device_set_pass(struct visit *visit, struct http_response *response, const struct holder *holder,
                     char pass[PASS_TEXT_SIZE]) {
    gate_pass(visit->site->gate, holder, visit->now_ms / CLOCK_SECOND_MS, pass);
    return device_set_cookie(visit, response, "juncho-pass", pass, LEASE_INSIDE_S);
}
