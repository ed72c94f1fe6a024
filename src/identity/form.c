// form.c - percent-encoding both ways.
#include "identity/form.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static bool is_plain(unsigned char c) {
    return (c < 0x80 && isalnum(c)) || (c != '\0' && strchr("-._~", c) != NULL);
}

static void add_encoded(struct buffer *buffer, const char *text) {
    static const char digits[] = "0123456789ABCDEF";
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (is_plain(*c))
            buffer_add_bytes(buffer, c, 1);
        else
            buffer_add_bytes(buffer, (const char[]){'%', digits[*c >> 4], digits[*c & 15]}, 3);
    }
}

void form_add(struct buffer *buffer, const char *name, const char *value) {
    if (value == NULL || buffer->failed)
        return;
    if (buffer->length > 0 && strchr("?&", buffer->text[buffer->length - 1]) == NULL)
        buffer_add(buffer, "&");
    add_encoded(buffer, name);
    buffer_add(buffer, "=");
    add_encoded(buffer, value);
}

void form_address(struct buffer *buffer, const char *address) {
    buffer_add(buffer, address);
    buffer_add(buffer, strchr(address, '?') == NULL ? "?" : "&");
}

static int digit_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Decodes in place of a copy; NULL when it is broken or holds a NUL.
static const char *decode(const char *text, size_t length, struct arena *arena) {
    char *target = arena_alloc(arena, length + 1);
    size_t written = 0;
    for (size_t i = 0; target != NULL && i < length; i++) {
        int c = (unsigned char)text[i];
        if (c == '+')
            c = ' ';
        else if (c == '%') {
            int high = i + 2 < length ? digit_value(text[i + 1]) : -1;
            int low = high < 0 ? -1 : digit_value(text[i + 2]);
            c = low < 0 ? 0 : high * 16 + low;
            i += 2;
        }
        if (c == 0)
            return NULL;
        target[written++] = (char)c;
    }
    if (target != NULL)
        target[written] = '\0';
    return target;
}

static bool add_field(struct form *form, const char *field, size_t length, struct arena *arena,
                      struct error *err) {
    const char *equals = memchr(field, '=', length);
    size_t name_length = equals == NULL ? length : (size_t)(equals - field);
    const char *value = equals == NULL ? "" : equals + 1;
    size_t value_length = equals == NULL ? 0 : length - name_length - 1;
    if (form->count == FORM_FIELDS_MAX)
        return error_set(err, ERROR_INVALID, "form: more than %d fields", FORM_FIELDS_MAX);
    const char *name = decode(field, name_length, arena);
    const char *decoded = decode(value, value_length, arena);
    if (name == NULL || decoded == NULL)
        return error_set(err, ERROR_INVALID, "form: broken encoding");
    if (form_value(form, name) != NULL)
        return error_set_field(err, ERROR_INVALID, name, "form: the field stands twice");
    form->fields[form->count].name = name;
    form->fields[form->count++].value = decoded;
    return true;
}

bool form_parse(const char *body, size_t length, struct arena *arena, struct form *ret_form,
                struct error *err) {
    struct form form = {0};
    for (size_t start = 0; start < length;) {
        const char *ampersand = memchr(body + start, '&', length - start);
        size_t end = ampersand == NULL ? length : (size_t)(ampersand - body);
        if (end > start && !add_field(&form, body + start, end - start, arena, err))
            return false;
        start = end + 1;
    }
    *ret_form = form;
    return true;
}

const char *form_value(const struct form *form, const char *name) {
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return form->fields[i].value;
    return NULL;
}
