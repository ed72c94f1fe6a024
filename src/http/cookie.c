// cookie.c - the grammar of RFC 6265, no more lenient than it.
#include "http/cookie.h"

#include <string.h>

#include "http/token.h"

#define PREFIX_HOST "__Host-"

static bool is_token(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!is_token_char((unsigned char)text[i]))
            return false;
    return length > 0;
}

static bool is_value(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
            return false;
    }
    return true;
}

const char *cookie_find(struct arena *arena, const char *header, const char *name) {
    size_t name_length = strlen(name);
    const char *found = NULL;
    size_t found_length = 0;
    for (const char *pair = header; pair != NULL && *pair != '\0';) {
        size_t length = strcspn(pair, ";");
        const char *next = pair[length] == ';' ? pair + length + 1 : NULL;
        if (length > name_length && pair[name_length] == '=' && memcmp(pair, name, name_length) == 0) {
            const char *value = pair + name_length + 1;
            size_t value_length = length - name_length - 1;
            if (!is_value(value, value_length))
                return NULL;
            if (found != NULL && (found_length != value_length || memcmp(found, value, value_length) != 0))
                return NULL;
            found = value;
            found_length = value_length;
        }
        pair = next;
        while (pair != NULL && *pair == ' ')
            pair++;
    }
    return found == NULL ? NULL : arena_copy_bytes(arena, found, found_length);
}

const char *cookie_name(struct arena *arena, const char *name, bool secure) {
    return secure ? arena_print(arena, PREFIX_HOST "%s", name) : name;
}

bool cookie_format(struct arena *arena, const struct cookie *cookie, const char **ret_text,
                   struct error *err) {
    if (!is_token(cookie->name, strlen(cookie->name)) || strncmp(cookie->name, "__", 2) == 0)
        return error_set_field(err, ERROR_INVALID, cookie->name, "not a cookie's name");
    size_t length = strlen(cookie->value);
    if (!is_value(cookie->value, length))
        return error_set_field(err, ERROR_INVALID, cookie->name, "a character that a cookie may not hold");
    if (length > COOKIE_VALUE_BYTES_MAX)
        return error_set_field(err, ERROR_EXHAUSTED, cookie->name, "longer than browsers keep");
    struct buffer text;
    buffer_init(&text, arena);
    buffer_add(&text, cookie->secure ? PREFIX_HOST : "");
    buffer_add(&text, cookie->name);
    buffer_add(&text, "=");
    buffer_add_bytes(&text, cookie->value, length);
    buffer_add(&text, cookie->strict ? "; Path=/; SameSite=Strict" : "; Path=/; SameSite=Lax");
    if (cookie->max_age_s != 0) {
        buffer_add(&text, "; Max-Age=");
        buffer_add_int(&text, cookie->max_age_s < 0 ? 0 : cookie->max_age_s);
    }
    if (!cookie->readable)
        buffer_add(&text, "; HttpOnly");
    if (cookie->secure)
        buffer_add(&text, "; Secure");
    if (text.failed)
        return error_set_field(err, ERROR_EXHAUSTED, cookie->name, "no memory for a cookie");
    *ret_text = text.text;
    return true;
}
