// announcement.c - versions of announcements, their texts as JSON.
#include "guidance/announcement.h"

#include <string.h>

#define NUMBER_MIX UINT64_C(0x9E3779B97F4A7C15) // spreads what is alike over all bits

static const struct statement CHANGE = {
    "INSERT INTO announcement_version (id, version, level, starts_ms, ends_ms, withdrawn, texts, author, "
    "reason, at_ms) SELECT $1, COALESCE(MAX(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 "
    "FROM announcement_version WHERE id = $1 HAVING COALESCE(MAX(version), 0) = $10",
    "iiiiitttii"};
static const struct statement READ = {
    "SELECT v.id, v.version, v.level, v.starts_ms, v.ends_ms, v.withdrawn, v.texts, v.author, v.reason, "
    "v.at_ms FROM announcement_version v WHERE v.version = (SELECT MAX(n.version) FROM announcement_version "
    "n "
    "WHERE n.id = v.id) AND ($1 = 1 OR (v.ends_ms > $2 AND v.withdrawn = 0)) "
    "ORDER BY v.level DESC, v.starts_ms, v.id LIMIT $3",
    "iii"};

static const char *const levels[] = {
    [ANNOUNCEMENT_INFO] = "info", [ANNOUNCEMENT_WARNING] = "warning", [ANNOUNCEMENT_URGENT] = "urgent"};

const char *announcement_level_name(enum announcement_level level) {
    return levels[level];
}

bool announcement_level_find(const char *name, enum announcement_level *ret_level) {
    for (int level = ANNOUNCEMENT_INFO; level <= ANNOUNCEMENT_URGENT; level++) {
        if (strcmp(levels[level], name) == 0) {
            *ret_level = (enum announcement_level)level;
            return true;
        }
    }
    return false;
}

static bool read_text(const char *code, const json_t *object, struct announcement_text *ret_text,
                      struct error *err) {
    static const char *const names[] = {"title", "body", NULL};
    struct announcement_text text = {.body = ""};
    // A body has line breaks, so it is taken as it is; its bytes were checked as UTF-8 by the parser.
    const json_t *body = json_object_get(object, "body");
    if (!json_is_object(object))
        return error_set_field(err, ERROR_INVALID, code, "texts.%s must be an object", code);
    if (!json_only(object, names, err) ||
        !json_member_text(object, "title", ANNOUNCEMENT_TITLE_BYTES, &text.title, err))
        return false;
    if (text.title[0] == '\0')
        return error_set_field(err, ERROR_INVALID, "title", "the title in %s is empty", code);
    if (body != NULL && (!json_is_string(body) || json_string_length(body) > ANNOUNCEMENT_BODY_BYTES ||
                         strlen(json_string_value(body)) != json_string_length(body)))
        return error_set_field(err, ERROR_INVALID, "body", "body must be a text of at most %d bytes",
                               ANNOUNCEMENT_BODY_BYTES);
    if (body != NULL)
        text.body = json_string_value(body);
    *ret_text = text;
    return true;
}

bool announcement_texts(const struct languages *languages, const json_t *texts,
                        struct announcement_text ret_texts[LANGUAGES_MAX], struct error *err) {
    const char *code;
    json_t *object;
    struct announcement_text found[LANGUAGES_MAX] = {0};
    json_object_foreach((json_t *)texts, code, object) {
        size_t language = languages_find(languages, code);
        if (language == languages->count)
            return error_set_field(err, ERROR_INVALID, code, "there is no language \"%.20s\"", code);
        if (!read_text(code, object, &found[language], err))
            return false;
    }
    if (found[0].title == NULL)
        return error_set_field(err, ERROR_INVALID, "texts", "the Japanese text (ja) is missing");
    memcpy(ret_texts, found, sizeof found);
    return true;
}

json_t *announcement_texts_json(const struct languages *languages,
                                const struct announcement_text texts[LANGUAGES_MAX]) {
    json_t *object = json_object();
    for (size_t i = 0; i < languages->count; i++)
        if (texts[i].title != NULL)
            (void)json_object_set_new(object, languages->list[i].code,
                                      json_pack("{s:s,s:s}", "title", texts[i].title, "body", texts[i].body));
    return object;
}

bool announcement_change(struct command *command, const struct languages *languages,
                         const struct announcement *announcement, struct step **ret_step, struct error *err) {
    if (announcement->ends_ms <= announcement->starts_ms)
        return error_set_field(err, ERROR_INVALID, "ends", "ends must be after starts");
    CLEANUP(json_cleanup) json_t *object = announcement_texts_json(languages, announcement->texts);
    const char *texts = json_text(command->arena, object);
    if (texts == NULL || strlen(texts) > ANNOUNCEMENT_TEXTS_BYTES)
        return error_set_field(err, ERROR_INVALID, "texts", "all texts together are longer than %d bytes",
                               ANNOUNCEMENT_TEXTS_BYTES);
    struct step *step = COMMAND_ADD(
        command, &CHANGE, value_int(announcement->id), value_int(announcement->level),
        value_int(announcement->starts_ms), value_int(announcement->ends_ms),
        value_int(announcement->withdrawn), value_text(texts), value_text(announcement->author),
        value_text(announcement->reason), value_int(announcement->at_ms), value_int(announcement->version));
    if (step == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    *ret_step = step;
    return true;
}

// Texts that were stored are read leniently: what cannot be read any more is shown by its number.
static bool fill_texts(const struct languages *languages, struct announcement *announcement,
                       const char *stored, struct arena *arena) {
    CLEANUP(json_cleanup) json_t *object = NULL;
    struct error err;
    if (!json_parse_object(stored, strlen(stored), &object, &err) ||
        !announcement_texts(languages, object, announcement->texts, &err))
        return false;
    for (size_t i = 0; i < languages->count; i++) {
        struct announcement_text *text = &announcement->texts[i];
        if (text->title == NULL)
            continue;
        text->title = arena_copy_text(arena, text->title);
        text->body = arena_copy_text(arena, text->body);
        if (text->title == NULL || text->body == NULL)
            return false;
    }
    return true;
}

bool announcement_read(struct session *session, const struct languages *languages, int64_t after_ms,
                       struct arena *arena, struct announcement **ret_announcements, size_t *ret_count,
                       struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &READ, arena, &rows, err, value_int(after_ms == ANNOUNCEMENT_EVERY),
                       value_int(after_ms), value_int(ANNOUNCEMENTS_MAX)))
        return false;
    struct announcement *found = arena_alloc(arena, (rows.count + 1) * sizeof *found);
    if (found == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < rows.count; i++) {
        found[i] = (struct announcement){.id = rows_int(&rows, i, 0),
                                         .version = rows_int(&rows, i, 1),
                                         .level = (enum announcement_level)rows_int(&rows, i, 2),
                                         .starts_ms = rows_int(&rows, i, 3),
                                         .ends_ms = rows_int(&rows, i, 4),
                                         .withdrawn = rows_int(&rows, i, 5) != 0,
                                         .author = rows_text(&rows, i, 7),
                                         .reason = rows_text(&rows, i, 8),
                                         .at_ms = rows_int(&rows, i, 9)};
        if (!fill_texts(languages, &found[i], rows_text(&rows, i, 6), arena))
            return error_set(err, ERROR_INVALID, "announcement %lld in the store cannot be read",
                             (long long)found[i].id);
    }
    *ret_announcements = found;
    *ret_count = rows.count;
    return true;
}

bool announcement_is_current(const struct announcement *announcement, int64_t now_ms) {
    return !announcement->withdrawn && announcement->starts_ms <= now_ms && now_ms < announcement->ends_ms;
}

uint32_t announcements_number(const struct announcement *announcements, size_t count, int64_t now_ms) {
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        const struct announcement *one = &announcements[i];
        if (announcement_is_current(one, now_ms))
            number = (number + (uint64_t)one->id * NUMBER_MIX + (uint64_t)one->version) * NUMBER_MIX;
    }
    // None of those that say something is the one that says nothing.
    return number == 0 ? 0 : (uint32_t)(number >> 32) | 1;
}

const struct announcement_text *announcement_in(const struct announcement *announcement, size_t language) {
    const struct announcement_text *text = &announcement->texts[language];
    return text->title != NULL ? text : &announcement->texts[0];
}
