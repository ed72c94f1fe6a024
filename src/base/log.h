// log.h - one line an event, as logfmt or JSON, whole even when many threads write.
//
// Only `command`, `main` and `site` log. Nothing that identifies a person is ever a field: no name,
// address, birth date, cookie, token or code.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };
enum log_format { LOG_LOGFMT, LOG_JSON };

struct log_field {
    const char *name;
    const char *text; // NULL: the number counts
    int64_t number;
};

// Where lines go (a file descriptor, standard error at first), in which form, from which level on.
void log_open(int fd, enum log_format format, enum log_level level_min);
bool log_level_parse(const char *name, enum log_level *ret_level);
bool log_wants(enum log_level level);
void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t fields_count);

static inline struct log_field log_text(const char *name, const char *text) {
    return (struct log_field){.name = name, .text = text == NULL ? "" : text};
}
static inline struct log_field log_number(const char *name, int64_t number) {
    return (struct log_field){.name = name, .number = number};
}

// LOG(LOG_INFO, "listening", log_text("address", "127.0.0.1:8080")); the fields of a line that nobody wants
// are not even made.
#define LOG(level, event, ...)                                                                   \
    (log_wants(level)                                                                            \
         ? log_write((level), (event), (const struct log_field[]){__VA_ARGS__},                  \
                     sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field)) \
         : (void)0)
