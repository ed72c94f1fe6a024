// dialect.c - goes through a script token by token.
#include "store/dialect.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct translation {
    const char *at;
    struct buffer buffer;
    int depth;         // of parentheses
    bool after_option; // a table option was left out: the comma that follows it is as well
};

static const char *const types[][2] = {
    {"INTEGER", "BIGINT"}, {"BLOB", "BYTEA"}, {"REAL", "DOUBLE PRECISION"}};

static bool is_word_character(char character) {
    return isalnum((unsigned char)character) || character == '_' || character == '$' ||
           (unsigned char)character >= 128;
}

static size_t word_length(const char *text) {
    size_t length = 0;
    while (is_word_character(text[length]))
        length++;
    return length;
}

static bool word_is(const char *text, size_t length, const char *word) {
    return strlen(word) == length && strncasecmp(text, word, length) == 0;
}

// Up to and with the closing quote; a doubled quote just opens the next piece.
static size_t quoted_length(const char *text) {
    const char *end = strchr(text + 1, *text);
    return end == NULL ? strlen(text) : (size_t)(end - text) + 1;
}

static size_t comment_length(const char *text) {
    const char *end = text[0] == '-' ? strchr(text, '\n') : strstr(text + 2, "*/");
    if (end == NULL)
        return strlen(text);
    return (size_t)(end - text) + (text[0] == '-' ? 0 : 2);
}

static void copy(struct translation *translation, size_t length) {
    buffer_add_bytes(&translation->buffer, translation->at, length);
    translation->at += length;
}

// The length of "WITHOUT ROWID" with the space between, or of "STRICT"; 0 when neither is here.
static size_t option_length(const struct translation *translation, size_t length) {
    const char *at = translation->at;
    if (translation->depth > 0)
        return 0;
    if (word_is(at, length, "STRICT"))
        return length;
    if (!word_is(at, length, "WITHOUT"))
        return 0;
    size_t space = strspn(at + length, " \t\r\n");
    size_t second = word_length(at + length + space);
    return word_is(at + length + space, second, "ROWID") ? length + space + second : 0;
}

static void translate_word(struct translation *translation) {
    size_t length = word_length(translation->at);
    size_t option = option_length(translation, length);
    translation->after_option = option > 0;
    translation->at += option;
    if (option > 0)
        return;
    if (word_is(translation->at, length, "X") && translation->at[1] == '\'') {
        buffer_add(&translation->buffer, "BYTEA '\\x");
        translation->at += 2;
        copy(translation, quoted_length(translation->at - 1) - 1);
        return;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (word_is(translation->at, length, types[i][0])) {
            buffer_add(&translation->buffer, types[i][1]);
            translation->at += length;
            return;
        }
    }
    copy(translation, length);
}

static void translate_sign(struct translation *translation) {
    char sign = *translation->at;
    bool space = isspace((unsigned char)sign);
    translation->depth += (sign == '(') - (sign == ')');
    if (sign == ',' && translation->after_option)
        translation->at++;
    else
        copy(translation, 1);
    translation->after_option = translation->after_option && (space || sign == ',');
}

char *dialect_for_postgres(const char *sql, struct arena *arena) {
    struct translation translation = {.at = sql};
    buffer_init(&translation.buffer, arena);
    while (*translation.at != '\0') {
        const char *at = translation.at;
        if (*at == '\'' || *at == '"')
            copy(&translation, quoted_length(at));
        else if ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*'))
            copy(&translation, comment_length(at));
        else if (is_word_character(*at))
            translate_word(&translation);
        else
            translate_sign(&translation);
    }
    return translation.buffer.failed ? NULL : translation.buffer.text;
}
