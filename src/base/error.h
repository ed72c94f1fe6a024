// error.h - what went wrong, in a kind that programs read and a sentence that people read.
//
// A function that can fail returns bool, takes `struct error *err` last and fills it on failure.
// The message has a fixed size, so that reporting an error can never itself fail for want of memory.
// Only `site` turns kinds into HTTP statuses; only `main`, `command` and `site` write errors to a log.
#pragma once

#include <stdbool.h>
#include <stdlib.h>

#define MUST_CHECK                             __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#define CLEANUP(function)                      __attribute__((cleanup(function)))

#define ERROR_MESSAGE_SIZE 160
#define ERROR_FIELD_SIZE   48

enum error_kind {
    ERROR_NONE = 0,
    ERROR_INVALID,     // the input is wrong; `field` names where
    ERROR_DENIED,      // the caller may not do this
    ERROR_MISSING,     // there is no such thing
    ERROR_CONFLICT,    // the thing is in a state that does not allow this
    ERROR_EXHAUSTED,   // a limit or a budget is used up
    ERROR_UNAVAILABLE, // try again later: disk full, database away, queue full, provider down
};

struct error {
    enum error_kind kind;
    char field[ERROR_FIELD_SIZE]; // JSON member, configuration key, column; empty when none is to blame
    const char *code; // finer than the kind ("unknown-field"), a constant; NULL when there is none
    char message[ERROR_MESSAGE_SIZE]; // English, for the log and the problem document; UTF-8, cut when too
                                      // long
};

// Fills `err` and returns false, so that a caller can write `return error_set(err, ...)`.
bool error_set(struct error *err, enum error_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);

// As error_set, and names the field that is to blame.
bool error_set_field(struct error *err, enum error_kind kind, const char *field, const char *format, ...)
    PRINTF_LIKE(4, 5);

// Puts words in front of a message on its way up ("juncho.ini line 7: ..."); kind and field stay.
void error_prefix(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

// A bug, never bad input: prints where and aborts, in production too.
#define ASSERT(condition) ((condition) ? (void)0 : assert_failed(#condition, __FILE__, __LINE__))
_Noreturn void assert_failed(const char *condition, const char *file, int line);
