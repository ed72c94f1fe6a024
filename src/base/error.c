// error.c - filling errors without ever failing.
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

// Texts from outside may be no UTF-8, and what is cut may end in the middle of a character: what is not
// well-formed could not be written as JSON any more.
static void mend(char *text) {
    const uint8_t *start = (const uint8_t *)text;
    for (const uint8_t *bad; (bad = u8_check(start, strlen(text))) != NULL;)
        text[bad - start] = '?';
}

static void fill(struct error *err, enum error_kind kind, const char *field, const char *format,
                 va_list args) {
    ASSERT(err != NULL);
    ASSERT(kind != ERROR_NONE);
    err->kind = kind;
    err->code = NULL;
    (void)snprintf(err->field, sizeof err->field, "%s", field);
    (void)vsnprintf(err->message, sizeof err->message, format, args);
    mend(err->field);
    mend(err->message);
}

bool error_set(struct error *err, enum error_kind kind, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(err, kind, "", format, args);
    va_end(args);
    return false;
}

bool error_set_field(struct error *err, enum error_kind kind, const char *field, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fill(err, kind, field, format, args);
    va_end(args);
    return false;
}

void error_prefix(struct error *err, const char *format, ...) {
    char message[ERROR_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof message)
        return;
    (void)snprintf(message + length, sizeof message - (size_t)length, "%s", err->message);
    memcpy(err->message, message, sizeof message);
    mend(err->message);
}

void assert_failed(const char *condition, const char *file, int line) {
    (void)fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}
