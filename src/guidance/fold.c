// fold.c - folding character by character, then word by word.
#include "guidance/fold.h"

#include <stdint.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define KATAKANA_FIRST  0x30a1
#define KATAKANA_LAST   0x30f6
#define KATAKANA_OFFSET 0x60
#define LENGTHENING     0x30fc

static void free_bytes(uint8_t **bytes) {
    free(*bytes);
}

static bool is_letter(ucs4_t c) {
    return uc_is_property_alphabetic(c) || uc_is_general_category(c, UC_DECIMAL_DIGIT_NUMBER) ||
           uc_is_general_category(c, UC_MARK);
}

static void add_character(struct buffer *buffer, ucs4_t c) {
    uint8_t bytes[6];
    int length = u8_uctomb(bytes, c, sizeof bytes);
    if (length > 0)
        buffer_add_bytes(buffer, bytes, (size_t)length);
}

static const char *fold_characters(const char *text, struct arena *arena) {
    size_t length = strlen(text), normal_length = 0;
    if (length > FOLD_BYTES_MAX || u8_check((const uint8_t *)text, length) != NULL)
        return NULL;
    CLEANUP(free_bytes)
    uint8_t *normal = u8_casefold((const uint8_t *)text, length, NULL, UNINORM_NFKC, NULL, &normal_length);
    struct buffer buffer;
    if (normal == NULL)
        return NULL;
    buffer_init(&buffer, arena);
    buffer_add(&buffer, "");
    bool gap = false;
    for (size_t at = 0; at < normal_length;) {
        ucs4_t c = 0;
        at += (size_t)u8_mbtouc(&c, normal + at, normal_length - at);
        if (c == LENGTHENING)
            continue;
        if (!is_letter(c)) {
            gap = buffer.length > 0;
            continue;
        }
        if (gap)
            buffer_add(&buffer, " ");
        gap = false;
        add_character(&buffer, c >= KATAKANA_FIRST && c <= KATAKANA_LAST ? c - KATAKANA_OFFSET : c);
    }
    return buffer.failed ? NULL : buffer.text;
}

static const struct fold_word *word_at(const struct fold_table *table, const char *text) {
    const struct fold_word *best = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const struct fold_word *word = &table->words[i];
        if ((best == NULL || word->from_length > best->from_length) &&
            strncmp(text, word->from, word->from_length) == 0)
            best = word;
    }
    return best;
}

const char *fold_text(const struct fold_table *table, const char *text, struct arena *arena) {
    const char *folded = fold_characters(text, arena);
    if (folded == NULL || table == NULL || table->count == 0)
        return folded;
    struct buffer buffer;
    buffer_init(&buffer, arena);
    buffer_add(&buffer, "");
    while (*folded != '\0') {
        const struct fold_word *word = word_at(table, folded);
        if (word != NULL) {
            // On its own, so that its pairs do not run into what happens to stand beside it.
            buffer_print(&buffer, " %s ", word->to);
            folded += word->from_length;
            continue;
        }
        size_t length = (size_t)u8_mblen((const uint8_t *)folded, strlen(folded));
        buffer_add_bytes(&buffer, folded, length);
        folded += length;
    }
    return buffer.failed ? NULL : buffer.text;
}

bool fold_is_empty(const struct fold_table *table, const char *folded) {
    for (size_t i = 0; table != NULL && i < table->empty_count; i++)
        if (strcmp(table->empty[i], folded) == 0)
            return true;
    return false;
}

// `to` NULL: the word is empty.
static bool add_word(struct fold_table *table, const char *from, const char *to, struct error *err) {
    if (from == NULL || *from == '\0')
        return error_set(err, ERROR_INVALID, "an empty word after the colon");
    if (to == NULL && table->empty_count < FOLD_EMPTY_MAX)
        table->empty[table->empty_count++] = from;
    else if (to != NULL && table->count < FOLD_WORDS_MAX)
        table->words[table->count++] =
            (struct fold_word){.from = from, .to = to, .from_length = strlen(from)};
    else
        return error_set(err, ERROR_INVALID, "more than %d words",
                         to == NULL ? FOLD_EMPTY_MAX : FOLD_WORDS_MAX);
    return true;
}

// One line: the word that the others are brought to, a colon, the others; "-" for words that say nothing.
static bool read_line(struct fold_table *table, char *line, struct arena *arena, struct error *err) {
    char *colon = strchr(line, ':'), *rest = colon == NULL ? NULL : colon + 1, *other;
    if (colon == NULL)
        return error_set(err, ERROR_INVALID, "not \"word: other, other\"");
    *colon = '\0';
    bool empty = strcmp(line, "-") == 0;
    const char *to = empty ? NULL : fold_characters(line, arena);
    if (!empty && (to == NULL || *to == '\0'))
        return error_set(err, ERROR_INVALID, "no word before the colon");
    while ((other = strsep(&rest, ",")) != NULL)
        if (!add_word(table, fold_characters(other, arena), to, err))
            return false;
    return true;
}

bool fold_table_read(const char *text, struct arena *arena, struct fold_table *ret_table, struct error *err) {
    ret_table->count = ret_table->empty_count = 0;
    for (int number = 1; *text != '\0'; number++) {
        char line[FOLD_LINE_BYTES];
        size_t length = strcspn(text, "\n");
        if (length >= sizeof line)
            return error_set(err, ERROR_INVALID, "line %d is longer than %d bytes", number, FOLD_LINE_BYTES);
        memcpy(line, text, length);
        line[length] = '\0';
        text += length + (text[length] == '\n');
        if (line[0] == '#' || line[strspn(line, " \t\r")] == '\0')
            continue;
        if (!read_line(ret_table, line, arena, err)) {
            error_prefix(err, "line %d: ", number);
            return false;
        }
    }
    return true;
}
