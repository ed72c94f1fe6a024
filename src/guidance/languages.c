// languages.c - the table of languages, files that add to it, and what a browser asks for.
#include "guidance/languages.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "message_texts.h"

#define CODE_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define TAG_LETTERS  "ABCDEFGHIJKLMNOPQRSTUVWXYZ" CODE_LETTERS
#define PATH_SIZE    512

static const struct {
    const char *code, *name, *tag;
} own[] = {{"ja", "日本語", "ja"},
           {"ja-easy", "やさしい日本語", "ja"},
           {"en", "English", "en"},
           {"zh", "中文(简体)", "zh-Hans"},
           {"ko", "한국어", "ko"}};

// What a file may say that the Japanese one does not, for there it is a setting.
static const char *const of_city[] = {"campaign.name", "calls.hours"};

static bool read_stream(FILE *stream, const char *name, struct arena *arena, const char **ret_text,
                        struct error *err) {
    char *text = arena_alloc(arena, LANGUAGE_BYTES_MAX + 1);
    if (text == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    size_t length = fread(text, 1, LANGUAGE_BYTES_MAX + 1, stream);
    if (length > LANGUAGE_BYTES_MAX || ferror(stream) != 0)
        return error_set(err, ERROR_INVALID, "%.80s is longer than %zu bytes", name, LANGUAGE_BYTES_MAX);
    text[length] = '\0';
    *ret_text = text;
    return true;
}

// NULL and no error when there is no such file.
static bool read_file(const char *directory, const char *name, struct arena *arena, const char **ret_text,
                      struct error *err) {
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *stream = fopen(path, "re");
    if (stream == NULL && errno == ENOENT)
        return true;
    if (stream == NULL)
        return error_set(err, ERROR_INVALID, "%.80s cannot be read: %m", name);
    bool ok = read_stream(stream, name, arena, ret_text, err);
    (void)fclose(stream);
    return ok;
}

// Copies a text of the city's into the arena; NULL when there is none.
static bool take_of_city(const json_t *object, const char *key, struct arena *arena, const char **ret_text,
                         struct error *err) {
    const char *text = NULL;
    if (!json_member_text_optional(object, key, CITY_BYTES_MAX, &text, err) || text_equal(text, ""))
        return error_set(err, ERROR_INVALID, "%s must be a text of 1 to %d bytes", key, CITY_BYTES_MAX);
    *ret_text = arena_copy_text(arena, text);
    return text == NULL || *ret_text != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

static bool take_city(const json_t *object, struct language *language, struct arena *arena,
                      struct error *err) {
    for (size_t i = 0; i < sizeof of_city / sizeof *of_city; i++)
        if (strcmp(language->code, own[0].code) == 0 && json_object_get(object, of_city[i]) != NULL)
            return error_set(err, ERROR_INVALID, "%s in Japanese is the setting %s", of_city[i], of_city[i]);
    return take_of_city(object, "campaign.name", arena, &language->campaign, err) &&
           take_of_city(object, "calls.hours", arena, &language->hours, err);
}

// "language.tag" of a file, else its code.
static bool take_tag(const json_t *object, struct language *language, struct error *err) {
    const char *tag = NULL;
    if (!json_member_text_optional(object, "language.tag", LANGUAGE_TAG_SIZE - 1, &tag, err))
        return error_set(err, ERROR_INVALID, "language.tag must be a text of 1 to %d bytes",
                         LANGUAGE_TAG_SIZE - 1);
    if (tag != NULL && !text_is_made_of(tag, TAG_LETTERS, 1, LANGUAGE_TAG_SIZE - 1))
        return error_set(err, ERROR_INVALID, "language.tag has letters, digits and hyphens, as \"zh-Hans\"");
    const char *kept = language->tag[0] != '\0' ? language->tag : language->code;
    return text_copy(language->tag, sizeof language->tag, tag != NULL ? tag : kept);
}

static bool check_messages(const char *name, struct language *language, struct arena *arena,
                           struct error *err) {
    CLEANUP(json_cleanup) json_t *object = NULL;
    const char *key, *own_name = NULL;
    json_t *value;
    if (!json_parse_object(language->messages, strlen(language->messages), &object, err)) {
        error_prefix(err, "%.60s: ", name);
        return false;
    }
    if (!json_member_text(object, "language.name", LANGUAGE_NAME_SIZE - 1, &own_name, err))
        return error_set(err, ERROR_INVALID, "%.60s: \"language.name\" must be a text of 1 to %d bytes", name,
                         LANGUAGE_NAME_SIZE - 1);
    json_object_foreach(object, key, value) {
        if (!json_is_string(value))
            return error_set(err, ERROR_INVALID, "%.60s: %.60s is not a text", name, key);
    }
    if (!take_city(object, language, arena, err) || !take_tag(object, language, err)) {
        error_prefix(err, "%.60s: ", name);
        return false;
    }
    return text_copy(language->name, sizeof language->name, own_name);
}

static bool add_file(struct languages *languages, const char *directory, const char *name,
                     struct arena *arena, struct error *err) {
    char code[LANGUAGE_CODE_SIZE];
    size_t length = strlen(name) - strlen(".json");
    if (length == 0 || length >= sizeof code)
        return error_set(err, ERROR_INVALID, "%.60s: a language's code has at most %d letters", name,
                         LANGUAGE_CODE_SIZE - 1);
    memcpy(code, name, length);
    code[length] = '\0';
    if (!text_is_made_of(code, CODE_LETTERS, 1, LANGUAGE_CODE_SIZE - 1))
        return error_set(err, ERROR_INVALID, "%.60s: a code has lower-case letters, digits and hyphens",
                         name);
    size_t at = languages_find(languages, code);
    if (at == LANGUAGES_MAX)
        return error_set(err, ERROR_INVALID, "%.60s: there are %d languages already", name, LANGUAGES_MAX);
    struct language *language = &languages->list[at];
    if (at == languages->count) {
        memcpy(language->code, code, sizeof code);
        languages->count++;
    }
    return read_file(directory, name, arena, &language->messages, err) && language->messages != NULL &&
           check_messages(name, language, arena, err);
}

static bool ends_with_json(const char *name) {
    size_t length = strlen(name), ending = strlen(".json");
    return length > ending && strcmp(name + length - ending, ".json") == 0;
}

static void close_directory(DIR **directory) {
    if (*directory != NULL)
        (void)closedir(*directory);
}

static bool add_directory(struct languages *languages, const char *path, struct arena *arena,
                          struct error *err) {
    CLEANUP(close_directory) DIR *directory = opendir(path);
    struct dirent *entry;
    if (directory == NULL)
        return error_set(err, ERROR_INVALID, "%.100s cannot be read: %m", path);
    while ((entry = readdir(directory)) != NULL)
        if (ends_with_json(entry->d_name) && !add_file(languages, path, entry->d_name, arena, err))
            return false;
    for (size_t i = 0; i < languages->count; i++) {
        struct language *language = &languages->list[i];
        char name[64];
        (void)snprintf(name, sizeof name, "faq.%s.md", language->code);
        if (!read_file(path, name, arena, &language->faq, err))
            return false;
        (void)snprintf(name, sizeof name, "words.%s.txt", language->code);
        if (!read_file(path, name, arena, &language->words, err))
            return false;
    }
    return true;
}

bool languages_read(const char *directory, struct arena *arena, struct languages *ret_languages,
                    struct error *err) {
    struct languages languages = {.count = sizeof own / sizeof *own};
    for (size_t i = 0; i < languages.count; i++) {
        bool fits = text_copy(languages.list[i].code, LANGUAGE_CODE_SIZE, own[i].code) &&
                    text_copy(languages.list[i].name, LANGUAGE_NAME_SIZE, own[i].name) &&
                    text_copy(languages.list[i].tag, LANGUAGE_TAG_SIZE, own[i].tag);
        ASSERT(fits);
    }
    if (directory[0] != '\0' && !add_directory(&languages, directory, arena, err))
        return false;
    *ret_languages = languages;
    return true;
}

// How many keys of one object the other has not, and the first of them.
static size_t count_missing(json_t *all, const json_t *some, const char **ret_first) {
    const char *key;
    json_t *value;
    size_t missing = 0;
    json_object_foreach(all, key, value) {
        if (json_object_get(some, key) != NULL)
            continue;
        if (missing++ == 0)
            *ret_first = key;
    }
    return missing;
}

const char *languages_gaps(const struct language *language, struct arena *arena) {
    CLEANUP(json_cleanup) json_t *city = NULL, *japanese = NULL;
    const char *missing = "", *unknown = "", *text = message_texts("ja.json");
    struct error err;
    struct buffer said;
    bool read = language->messages != NULL &&
                json_parse_object(language->messages, strlen(language->messages), &city, &err) &&
                json_parse_object(text, strlen(text), &japanese, &err);
    size_t missing_count = read ? count_missing(japanese, city, &missing) : 0;
    for (size_t i = 0; read && i < sizeof of_city / sizeof *of_city; i++)
        (void)json_object_del(city, of_city[i]);
    size_t unknown_count = read ? count_missing(city, japanese, &unknown) : 0;
    if (missing_count + unknown_count == 0)
        return NULL;
    buffer_init(&said, arena);
    buffer_print(&said, "%s.json:", language->code);
    if (missing_count > 0)
        buffer_print(&said, " %zu of %zu words are missing and stay Japanese, first %s", missing_count,
                     json_object_size(japanese), missing);
    if (unknown_count > 0)
        buffer_print(&said, "%s %zu are read by nothing, first %s", missing_count > 0 ? ";" : "",
                     unknown_count, unknown);
    return said.failed ? NULL : said.text;
}

size_t languages_find(const struct languages *languages, const char *code) {
    for (size_t i = 0; i < languages->count; i++)
        if (strcmp(languages->list[i].code, code) == 0)
            return i;
    return languages->count;
}

// "en-US,en;q=0.9": the main part of each entry.
static size_t find_entry(const struct languages *languages, const char *entry) {
    size_t length = strcspn(entry, "-,; \t");
    for (size_t i = 0; i < languages->count; i++)
        if (strlen(languages->list[i].code) == length &&
            strncasecmp(languages->list[i].code, entry, length) == 0)
            return i;
    return languages->count;
}

size_t languages_choose(const struct languages *languages, const char *code, const char *accept_language) {
    size_t found = code == NULL ? languages->count : languages_find(languages, code);
    const char *entry = accept_language;
    while (found == languages->count && entry != NULL) {
        entry += strspn(entry, " \t,");
        found = find_entry(languages, entry);
        entry = strchr(entry, ',');
    }
    return found == languages->count ? 0 : found;
}
