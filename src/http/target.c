// target.c - one pass for the escapes, one check for the text.
#include "http/target.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// Decodes `length` bytes in place, ends them with NUL; false on half escapes, NUL and text that is not clean.
static bool decode(char *text, size_t length, bool plus_is_space, size_t *ret_length) {
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
            int low = high < 0 ? -1 : hex_digit(text[i + 2]);
            if (low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        text[used++] = c;
    }
    text[used] = '\0';
    *ret_length = used;
    return text_is_clean_utf8(text, used) && memchr(text, '\0', used) == NULL;
}

static bool parse_path(char *path, struct error *err) {
    size_t length = strlen(path);
    if (strcmp(path, "*") == 0)
        return true;
    if (path[0] != '/')
        return error_set_field(err, ERROR_INVALID, "path", "the path must start with /");
    for (size_t i = 0; i < length; i++) {
        if (path[i] == ' ' || path[i] == '\\')
            return error_set_field(err, ERROR_INVALID, "path",
                                   "the path has a character that must be escaped");
        if (path[i] == '%' && (strncasecmp(path + i, "%2f", 3) == 0 || strncasecmp(path + i, "%5c", 3) == 0))
            return error_set_field(err, ERROR_INVALID, "path", "the path has an escaped slash");
    }
    if (memchr(path, '%', length) == NULL && text_is_clean_utf8(path, length))
        return true;
    if (!decode(path, length, false, &length))
        return error_set_field(err, ERROR_INVALID, "path", "the path is not percent-encoded UTF-8");
    return true;
}

static bool parse_query(struct arena *arena, char *query, struct target *target, struct error *err) {
    size_t count = 1;
    for (const char *c = query; *c != '\0'; c++)
        count += *c == '&';
    if (count > TARGET_PARAMETERS_MAX)
        return error_set_field(err, ERROR_EXHAUSTED, "query", "the query has more than %d parameters",
                               TARGET_PARAMETERS_MAX);
    target->parameters = arena_alloc(arena, count * sizeof *target->parameters);
    if (target->parameters == NULL)
        return error_set_field(err, ERROR_EXHAUSTED, "query", "no memory for the query");
    char *rest = query;
    for (char *part; (part = strsep(&rest, "&")) != NULL;) {
        if (*part == '\0')
            continue;
        char *value = strchr(part, '=');
        size_t name_length = value == NULL ? strlen(part) : (size_t)(value - part);
        char *value_start = value == NULL ? part + name_length : value + 1;
        size_t value_length = strlen(value_start);
        // The value first: ending the name with NUL writes on the "=" at most.
        if (!decode(value_start, value_length, true, &value_length) ||
            !decode(part, name_length, true, &name_length))
            return error_set_field(err, ERROR_INVALID, "query", "the query is not percent-encoded UTF-8");
        target->parameters[target->parameters_count++] =
            (struct target_parameter){.name = part, .value = value_start};
    }
    return true;
}

// "http://host:port/path" is how requests to proxies look; servers must take it too (RFC 9112 3.2.2).
static const char *skip_origin(const char *text) {
    size_t scheme = strncasecmp(text, "http://", 7) == 0 ? 7 : strncasecmp(text, "https://", 8) == 0 ? 8 : 0;
    if (scheme == 0)
        return text;
    const char *rest = text + scheme + strcspn(text + scheme, "/?");
    return *rest == '/' ? rest : "/";
}

// A path of letters, digits, "/", "-", "." and "_" is what it says: nothing to decode, nothing to refuse.
// Nearly every request has such a one, and its characters are looked at once.
static bool is_plain(const char *text) {
    static const bool plain[256] = {
        ['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['/'] = true,
        ['-'] = true,         ['.'] = true,         ['_'] = true};
    if (text[0] != '/')
        return false;
    while (plain[(unsigned char)*text])
        text++;
    return *text == '\0';
}

bool target_parse(struct arena *arena, const char *text, struct target *ret_target, struct error *err) {
    bool plain = is_plain(text);
    if (!plain && strchr(text, '#') != NULL)
        return error_set_field(err, ERROR_INVALID, "path", "a fragment is not for servers");
    char *path = arena_copy_text(arena, plain ? text : skip_origin(text));
    if (path == NULL)
        return error_set_field(err, ERROR_EXHAUSTED, "path", "the path is too long");
    struct target target = {.path = path};
    if (plain) {
        *ret_target = target;
        return true;
    }
    char *query = strchr(path, '?');
    if (query != NULL)
        *query++ = '\0';
    if (!parse_path(path, err))
        return false;
    if (query != NULL && *query != '\0' && !parse_query(arena, query, &target, err))
        return false;
    *ret_target = target;
    return true;
}

const char *target_parameter(const struct target *target, const char *name) {
    for (size_t i = 0; i < target->parameters_count; i++)
        if (strcmp(target->parameters[i].name, name) == 0)
            return target->parameters[i].value;
    return NULL;
}
