// news.c - announcements as JSON and as HTML, each kept until another thing is said.
#include "guidance/news.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/readings.h"
#include "guidance/markdown.h"
#include "message_texts.h"

#define WORD_BYTES_MAX 200
#define WORDS_BYTES    ((size_t)64 << 10) // of all languages
#define WRITE_BYTES    ((size_t)4 << 20)  // fifty announcements, as long as they may be

enum form { FORM_JSON, FORM_HTML, FORMS };
enum {
    LABEL = ANNOUNCEMENT_URGENT + 1,
    WORDS
}; // a word a level (announcement.h counts them from 1), and one

static const char *const word_keys[WORDS] = {[ANNOUNCEMENT_INFO] = "news.info",
                                             [ANNOUNCEMENT_WARNING] = "news.warning",
                                             [ANNOUNCEMENT_URGENT] = "news.urgent",
                                             [LABEL] = "news.label"};

struct kept {
    char *text;
    uint32_t number;
    uint64_t shelf;
};

struct news {
    const struct languages *languages;
    struct arena *arena;
    const char *words[LANGUAGES_MAX][WORDS];
    pthread_mutex_t lock;
    struct kept kept[FORMS][LANGUAGES_MAX];
};

// NULL and no error when there is no such text.
static bool parse(const char *text, json_t **ret_object, struct error *err) {
    return text == NULL || json_parse_object(text, strlen(text), ret_object, err);
}

// The first of three files that has the word: the city's, the program's, the Japanese one.
static bool read_word(struct news *news, size_t language, size_t word, json_t *const sources[3],
                      struct error *err) {
    const char *text = NULL;
    for (size_t i = 0; i < 3 && text == NULL; i++)
        if (sources[i] != NULL &&
            !json_member_text_optional(sources[i], word_keys[word], WORD_BYTES_MAX, &text, err))
            return false;
    ASSERT(text != NULL); // the Japanese one has it (web/check.mjs)
    text = readings_drawn(news->arena, text, READINGS_LEFT_OUT);
    news->words[language][word] = text;
    return text != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

static bool read_words(struct news *news, size_t language, struct error *err) {
    CLEANUP(json_cleanup) json_t *city = NULL, *own = NULL, *japanese = NULL;
    const struct language *one = &news->languages->list[language];
    const char *file = arena_print(news->arena, "%s.json", one->code);
    if (file == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!parse(one->messages, &city, err) || !parse(message_texts(file), &own, err) ||
        !parse(message_texts("ja.json"), &japanese, err))
        return false;
    json_t *const sources[3] = {city, own, japanese};
    for (size_t word = ANNOUNCEMENT_INFO; word < WORDS; word++)
        if (!read_word(news, language, word, sources, err))
            return false;
    return true;
}

bool news_new(const struct languages *languages, struct news **ret_news, struct error *err) {
    struct news *news = calloc(1, sizeof *news);
    if (news == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    news->languages = languages;
    news->arena = arena_new(WORDS_BYTES);
    (void)pthread_mutex_init(&news->lock, NULL);
    bool ok = news->arena != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; ok && i < languages->count; i++) {
        ok = read_words(news, i, err);
        if (!ok)
            error_prefix(err, "%s.json: ", languages->list[i].code);
    }
    if (!ok) {
        news_free(news);
        return false;
    }
    *ret_news = news;
    return true;
}

void news_free(struct news *news) {
    if (news == NULL)
        return;
    for (size_t form = 0; form < FORMS; form++)
        for (size_t i = 0; i < LANGUAGES_MAX; i++)
            free(news->kept[form][i].text);
    (void)pthread_mutex_destroy(&news->lock);
    arena_free(news->arena);
    free(news);
}

struct news_state news_state(const struct shelf *shelf, int64_t now_ms) {
    size_t count = 0;
    const struct announcement *announcements = shelf_announcements(shelf, &count);
    return (struct news_state){.number = announcements_number(announcements, count, now_ms),
                               .edition = shelf_edition(shelf)};
}

// What is written: a set of announcements in one language.
struct page {
    const struct news *news;
    const struct shelf *shelf;
    size_t language;
    int64_t now_ms;
    struct news_state state;
    struct arena *arena;
};

static const char *code_of(const struct page *page, const struct announcement *one) {
    bool found = announcement_in(one, page->language) == &one->texts[page->language];
    return page->news->languages->list[found ? page->language : 0].code;
}

static json_t *announcement_json(const struct page *page, const struct announcement *one) {
    const struct announcement_text *text = announcement_in(one, page->language);
    const char *html = markdown_html(text->body, page->arena);
    char starts[CLOCK_RFC3339_SIZE], ends[CLOCK_RFC3339_SIZE];
    clock_rfc3339(starts, one->starts_ms);
    clock_rfc3339(ends, one->ends_ms);
    return json_pack("{s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:s}", "id", (json_int_t)one->id, "version",
                     (json_int_t)one->version, "level", announcement_level_name(one->level), "language",
                     code_of(page, one), "title", text->title, "body_html", html == NULL ? "" : html,
                     "starts", starts, "ends", ends);
}

static const char *write_json(const struct page *page) {
    size_t count = 0;
    const struct announcement *announcements = shelf_announcements(page->shelf, &count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (announcement_is_current(&announcements[i], page->now_ms))
            (void)json_array_append_new(list, announcement_json(page, &announcements[i]));
    CLEANUP(json_cleanup)
    json_t *object = json_pack(
        "{s:s,s:I,s:I,s:o}", "language", page->news->languages->list[page->language].code, "number",
        (json_int_t)page->state.number, "edition", (json_int_t)page->state.edition, "announcements", list);
    return json_text(page->arena, object);
}

// "【重要】{title}" with the title in its place, as web/shared/news.ts has it.
static void add_title(struct buffer *out, const char *word, const char *title) {
    const char *blank = strstr(word, "{title}");
    const char *plain = readings_drawn(out->arena, title, READINGS_LEFT_OUT);
    const char *before =
        arena_copy_bytes(out->arena, word, blank == NULL ? strlen(word) : (size_t)(blank - word));
    out->failed |= plain == NULL || before == NULL;
    if (out->failed)
        return;
    buffer_add_escaped(out, before);
    if (blank != NULL) {
        buffer_add_escaped(out, plain);
        buffer_add_escaped(out, blank + strlen("{title}"));
    }
}

static void add_article(const struct page *page, struct buffer *out, const struct announcement *one) {
    const struct announcement_text *text = announcement_in(one, page->language);
    const char *code = code_of(page, one), *html = markdown_html(text->body, page->arena);
    buffer_print(out, "<div class=\"message %s\" lang=\"%.*s\"><div><p class=\"title\">",
                 one->level == ANNOUNCEMENT_INFO ? "info" : "warn", (int)strcspn(code, "-"), code);
    add_title(out, page->news->words[page->language][one->level], text->title);
    buffer_print(out, "</p>%s</div></div>", html == NULL ? "" : html);
}

static const char *write_html(const struct page *page) {
    struct buffer out;
    size_t count = 0;
    const struct announcement *announcements = shelf_announcements(page->shelf, &count);
    buffer_init(&out, page->arena);
    buffer_print(&out, "%sdata-number=\"%u\" data-edition=\"%lld\">",
                 page->state.number == 0 ? "hidden " : "", page->state.number,
                 (long long)page->state.edition);
    for (size_t i = 0; i < count; i++)
        if (announcement_is_current(&announcements[i], page->now_ms))
            add_article(page, &out, &announcements[i]);
    buffer_add(&out, "</section>");
    return out.failed ? NULL : out.text;
}

static const char *kept_text(struct news *news, const struct kept *kept, const struct page *page,
                             struct arena *arena) {
    const char *copy = NULL;
    (void)pthread_mutex_lock(&news->lock);
    if (kept->text != NULL && kept->number == page->state.number && kept->shelf == shelf_number(page->shelf))
        copy = arena_copy_text(arena, kept->text);
    (void)pthread_mutex_unlock(&news->lock);
    return copy;
}

static void keep(struct news *news, struct kept *kept, const struct page *page, const char *text) {
    char *copy = strdup(text);
    (void)pthread_mutex_lock(&news->lock);
    free(kept->text);
    *kept = (struct kept){.text = copy, .number = page->state.number, .shelf = shelf_number(page->shelf)};
    (void)pthread_mutex_unlock(&news->lock);
}

static const char *text_of(struct news *news, struct page *page, enum form form, struct arena *arena) {
    struct kept *kept = &news->kept[form][page->language];
    page->news = news;
    page->state = news_state(page->shelf, page->now_ms);
    const char *text = kept_text(news, kept, page, arena);
    if (text != NULL)
        return text;
    CLEANUP(arena_cleanup) struct arena *own = arena_new(WRITE_BYTES);
    page->arena = own;
    text = own == NULL ? NULL : form == FORM_JSON ? write_json(page) : write_html(page);
    if (text == NULL)
        return NULL;
    keep(news, kept, page, text);
    return arena_copy_text(arena, text);
}

const char *news_json(struct news *news, const struct shelf *shelf, size_t language, int64_t now_ms,
                      struct arena *arena) {
    struct page page = {.shelf = shelf, .language = language, .now_ms = now_ms};
    return text_of(news, &page, FORM_JSON, arena);
}

const char *news_html(struct news *news, const struct shelf *shelf, size_t language, int64_t now_ms,
                      struct arena *arena) {
    struct page page = {.shelf = shelf, .language = language, .now_ms = now_ms};
    return text_of(news, &page, FORM_HTML, arena);
}

const char *news_section(struct news *news, const struct shelf *shelf, size_t language, int64_t now_ms,
                         struct arena *arena) {
    const char *const *words = news->words[language];
    const char *rest = news_html(news, shelf, language, now_ms, arena);
    struct buffer out;
    buffer_init(&out, arena);
    buffer_add(&out, "<section class=\"news\" data-is=\"news\"");
    for (enum announcement_level level = ANNOUNCEMENT_INFO; level <= ANNOUNCEMENT_URGENT; level++) {
        buffer_print(&out, " data-%s=\"", announcement_level_name(level));
        buffer_add_escaped(&out, words[level]);
        buffer_add(&out, "\"");
    }
    buffer_add(&out, " aria-label=\"");
    buffer_add_escaped(&out, words[LABEL]);
    buffer_print(&out, "\" %s<div class=\"hidden\" role=\"status\" data-is=\"news-said\"></div>\n",
                 rest == NULL ? "" : rest);
    return out.failed || rest == NULL ? NULL : out.text;
}
