// log.c - a line is built on the stack and written with one call, so that lines never mix.
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE_SIZE 2048

static struct {
    int fd;
    enum log_format format;
    enum log_level level_min;
} output = {.fd = STDERR_FILENO, .format = LOG_LOGFMT, .level_min = LOG_INFO};

static const char *const level_names[] = {"debug", "info", "warning", "error"};

void log_open(int fd, enum log_format format, enum log_level level_min) {
    output.fd = fd;
    output.format = format;
    output.level_min = level_min;
}

bool log_level_parse(const char *name, enum log_level *ret_level) {
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (strcmp(level_names[i], name) == 0) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

struct line {
    char text[LINE_SIZE];
    size_t length;
};

static void add(struct line *line, char c) {
    if (line->length < LINE_SIZE - 4) // room for the closing quote, bracket and newline
        line->text[line->length++] = c;
}

// Both forms quote alike: a text from outside cannot begin a new line or a new field.
static void add_quoted(struct line *line, const char *text) {
    add(line, '"');
    for (const char *c = text; *c != '\0'; c++) {
        char escaped[8];
        if (*c == '"' || *c == '\\')
            (void)snprintf(escaped, sizeof escaped, "\\%c", *c);
        else if ((unsigned char)*c < 0x20 || *c == 0x7f)
            (void)snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned char)*c);
        else
            (void)snprintf(escaped, sizeof escaped, "%c", *c);
        if (line->length + strlen(escaped) >= LINE_SIZE - 4)
            break; // cut between characters, so that a cut line is still well formed
        for (const char *e = escaped; *e != '\0'; e++)
            add(line, *e);
    }
    line->text[line->length++] = '"';
}

static bool is_bare(const char *text) {
    if (*text == '\0')
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c <= 0x20 || *c == '"' || *c == '=' || *c == '\\' || (unsigned char)*c >= 0x7f)
            return false;
    return true;
}

static void add_field(struct line *line, const struct log_field *field) {
    bool json = output.format == LOG_JSON;
    if (line->length > 1)
        add(line, json ? ',' : ' ');
    if (json)
        add_quoted(line, field->name);
    else
        for (const char *c = field->name; *c != '\0'; c++)
            add(line, *c);
    add(line, json ? ':' : '=');
    char number[24];
    (void)snprintf(number, sizeof number, "%lld", (long long)field->number);
    const char *text = field->text == NULL ? number : field->text;
    if (field->text != NULL && (json || !is_bare(text))) {
        if (line->length + 8 < LINE_SIZE)
            add_quoted(line, text);
        return;
    }
    for (const char *c = text; *c != '\0'; c++)
        add(line, *c);
}

bool log_wants(enum log_level level) {
    return level >= output.level_min;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t fields_count) {
    if (!log_wants(level))
        return;
    struct line line = {.length = 0};
    char time[CLOCK_RFC3339_SIZE];
    clock_rfc3339(time, clock_wall_ms());
    if (output.format == LOG_JSON)
        add(&line, '{');
    const struct log_field head[] = {log_text("time", time), log_text("level", level_names[level]),
                                     log_text("event", event)};
    for (size_t i = 0; i < 3; i++)
        add_field(&line, &head[i]);
    for (size_t i = 0; i < fields_count; i++)
        add_field(&line, &fields[i]);
    if (output.format == LOG_JSON)
        line.text[line.length++] = '}';
    line.text[line.length++] = '\n';
    ssize_t written = write(output.fd, line.text, line.length);
    (void)written; // a log that cannot be written must not stop the service
}
