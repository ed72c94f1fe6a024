// json.c - jansson with strictness added.
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void json_cleanup(json_t **json) {
    json_decref(*json);
    *json = NULL;
}

static bool refuse(struct error *err, const char *code, const char *field, const char *words) {
    (void)error_set_field(err, ERROR_INVALID, field, "%s", words);
    err->code = code;
    return false;
}

bool json_parse_object(const char *text, size_t length, json_t **ret_object, struct error *err) {
    json_error_t error;
    CLEANUP(json_cleanup) json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL && json_error_code(&error) == json_error_duplicate_key) {
        // jansson writes: duplicate object key near '"name"'
        const char *quoted = strchr(error.text, '"');
        char name[ERROR_FIELD_SIZE] = "";
        (void)snprintf(name, sizeof name, "%.*s", quoted ? (int)strcspn(quoted + 1, "\"") : 0,
                       quoted ? quoted + 1 : "");
        return refuse(err, JSON_CODE_DOUBLE, name, "the member stands twice");
    }
    if (json == NULL)
        return error_set(err, ERROR_INVALID, "not JSON: line %d column %d: %.80s", error.line, error.column,
                         error.text);
    if (!json_is_object(json))
        return error_set(err, ERROR_INVALID, "not a JSON object");
    *ret_object = json_incref(json);
    return true;
}

bool json_only(const json_t *object, const char *const *names, struct error *err) {
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)object, key, value) {
        size_t i = 0;
        while (names[i] != NULL && strcmp(names[i], key) != 0)
            i++;
        if (names[i] == NULL)
            return refuse(err, JSON_CODE_UNKNOWN, key, "unknown member");
    }
    return true;
}

static bool text_is_fine(const char *name, const json_t *value, size_t bytes_max, struct error *err) {
    if (!json_is_string(value))
        return error_set_field(err, ERROR_INVALID, name, "must be a text");
    if (json_string_length(value) > bytes_max)
        return error_set_field(err, ERROR_INVALID, name, "longer than %zu bytes", bytes_max);
    if (!text_is_clean_utf8(json_string_value(value), json_string_length(value)))
        return error_set_field(err, ERROR_INVALID, name, "holds control characters");
    return true;
}

bool json_member_text_optional(const json_t *object, const char *name, size_t bytes_max,
                               const char **ret_text, struct error *err) {
    const json_t *value = json_object_get(object, name);
    if (value == NULL)
        return true;
    if (!text_is_fine(name, value, bytes_max, err))
        return false;
    *ret_text = json_string_value(value);
    return true;
}

static const json_t *member(const json_t *object, const char *name, struct error *err) {
    const json_t *value = json_object_get(object, name);
    if (value == NULL)
        (void)error_set_field(err, ERROR_INVALID, name, "missing");
    return value;
}

bool json_member_text(const json_t *object, const char *name, size_t bytes_max, const char **ret_text,
                      struct error *err) {
    return member(object, name, err) != NULL &&
           json_member_text_optional(object, name, bytes_max, ret_text, err);
}

bool json_member_bool(const json_t *object, const char *name, bool *ret_value, struct error *err) {
    const json_t *value = member(object, name, err);
    if (value == NULL)
        return false;
    if (!json_is_boolean(value))
        return error_set_field(err, ERROR_INVALID, name, "must be true or false");
    *ret_value = json_is_true(value);
    return true;
}

bool json_member_int(const json_t *object, const char *name, int64_t min, int64_t max, int64_t *ret_value,
                     struct error *err) {
    const json_t *value = member(object, name, err);
    if (value == NULL)
        return false;
    if (!json_is_integer(value))
        return error_set_field(err, ERROR_INVALID, name, "must be a whole number");
    int64_t number = json_integer_value(value);
    if (number < min || number > max)
        return error_set_field(err, ERROR_INVALID, name, "must lie between %lld and %lld", (long long)min,
                               (long long)max);
    *ret_value = number;
    return true;
}

static int add_to_buffer(const char *bytes, size_t length, void *data) {
    struct buffer *buffer = data;
    buffer_add_bytes(buffer, bytes, length);
    return buffer->failed ? -1 : 0;
}

char *json_text(struct arena *arena, const json_t *json) {
    struct buffer buffer;
    buffer_init(&buffer, arena);
    if (json == NULL || json_dump_callback(json, add_to_buffer, &buffer, JSON_COMPACT) != 0)
        return NULL;
    return buffer.text;
}
