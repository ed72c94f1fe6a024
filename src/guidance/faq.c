// faq.c - reading the Markdown of questions and answers line by line.
#include "guidance/faq.h"

#include <string.h>

#include "base/text.h"

#define SLUG_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

struct reading {
    struct arena *arena;
    struct faq *faq;
    const char *category;
    struct faq_entry entry; // under way when slug is not NULL
    struct buffer answer;
};

static bool check_text(const char *name, const char *text, size_t bytes_max, bool may_be_empty,
                       struct error *err) {
    size_t length = strlen(text);
    if (length > bytes_max || (length == 0 && !may_be_empty))
        return error_set_field(err, ERROR_INVALID, name, "%s must be 1 to %zu bytes", name, bytes_max);
    return true;
}

bool faq_entry_check(const struct faq_entry *entry, struct error *err) {
    if (!text_is_made_of(entry->slug, SLUG_LETTERS, 1, FAQ_SLUG_SIZE - 1))
        return error_set_field(err, ERROR_INVALID, "slug",
                               "slug must be 1 to %d lower-case letters, digits and hyphens",
                               FAQ_SLUG_SIZE - 1);
    return check_text("category", entry->category, FAQ_CATEGORY_BYTES, false, err) &&
           check_text("question", entry->question, FAQ_QUESTION_BYTES, false, err) &&
           check_text("keywords", entry->keywords, FAQ_KEYWORDS_BYTES, true, err) &&
           check_text("answer", entry->answer, FAQ_ANSWER_BYTES, false, err);
}

const struct faq_entry *faq_find(const struct faq *faq, const char *slug) {
    for (size_t i = 0; i < faq->count; i++)
        if (strcmp(faq->entries[i].slug, slug) == 0)
            return &faq->entries[i];
    return NULL;
}

// The answer without the empty lines around it.
static const char *trimmed(struct arena *arena, const struct buffer *buffer) {
    const char *start = buffer->text + strspn(buffer->text, " \t\r\n");
    size_t length = strlen(start);
    while (length > 0 && strchr(" \t\r\n", start[length - 1]) != NULL)
        length--;
    return arena_copy_bytes(arena, start, length);
}

static bool finish_entry(struct reading *reading, struct error *err) {
    struct faq_entry *entry = &reading->entry;
    if (entry->slug == NULL)
        return true;
    if (reading->answer.failed)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    entry->answer = trimmed(reading->arena, &reading->answer);
    if (entry->answer == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!faq_entry_check(entry, err))
        return false;
    if (faq_find(reading->faq, entry->slug) != NULL)
        return error_set(err, ERROR_INVALID, "%s stands twice", entry->slug);
    if (reading->faq->count == FAQ_ENTRIES_MAX)
        return error_set(err, ERROR_INVALID, "more than %d questions", FAQ_ENTRIES_MAX);
    reading->faq->entries[reading->faq->count++] = *entry;
    entry->slug = NULL;
    return true;
}

// "question {#slug}"
static bool begin_entry(struct reading *reading, const char *heading, struct error *err) {
    const char *open = strstr(heading, " {#"), *close = open == NULL ? NULL : strchr(open, '}');
    if (reading->category == NULL)
        return error_set(err, ERROR_INVALID, "a question before the first category");
    if (close == NULL || close[1] != '\0')
        return error_set(err, ERROR_INVALID, "a question must end with {#name}");
    reading->entry =
        (struct faq_entry){.slug = arena_copy_bytes(reading->arena, open + 3, (size_t)(close - open - 3)),
                           .category = reading->category,
                           .question = arena_copy_bytes(reading->arena, heading, (size_t)(open - heading)),
                           .keywords = ""};
    buffer_init(&reading->answer, reading->arena);
    buffer_add(&reading->answer, "");
    if (reading->entry.slug == NULL || reading->entry.question == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    return true;
}

static bool take_line(struct reading *reading, const char *line, struct error *err) {
    if (text_starts_with(line, "## "))
        return finish_entry(reading, err) && begin_entry(reading, line + 3, err);
    if (text_starts_with(line, "# ")) {
        reading->category = line + 2;
        return finish_entry(reading, err);
    }
    if (reading->entry.slug == NULL)
        return line[strspn(line, " \t\r")] == '\0' ||
               error_set(err, ERROR_INVALID, "words before the first question of a category");
    if (text_starts_with(line, FAQ_KEYWORDS_PREFIX)) {
        const char *words = line + strlen(FAQ_KEYWORDS_PREFIX);
        reading->entry.keywords = words + strspn(words, " ");
        return true;
    }
    buffer_add(&reading->answer, line);
    buffer_add(&reading->answer, "\n");
    return true;
}

bool faq_read(const char *text, struct arena *arena, struct faq *ret_faq, struct error *err) {
    struct reading reading = {.arena = arena, .faq = ret_faq};
    int number = 1;
    ret_faq->count = 0;
    for (; *text != '\0'; number++) {
        size_t length = strcspn(text, "\n");
        const char *line = arena_copy_bytes(arena, text, length);
        if (line == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "out of memory");
        if (!take_line(&reading, line, err)) {
            error_prefix(err, "line %d: ", number);
            return false;
        }
        text += length + (text[length] == '\n');
    }
    if (finish_entry(&reading, err))
        return true;
    error_prefix(err, "line %d: ", number);
    return false;
}
