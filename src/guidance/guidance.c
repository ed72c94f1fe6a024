// guidance.c - shelves, and when a new one is needed.
#include "guidance/guidance.h"

#include <pthread.h>
#include <stdio.h>

#include "guidance/faq_store.h"
#include "guidance/markdown.h"
#include "guidance_texts.h"

#define SHELF_ARENA_BYTES ((size_t)8 << 20)

// Texts and announcements are only ever added, so their numbers tell whether there is anything new.
static const struct statement WRITTEN = {
    "SELECT (SELECT COUNT(*) FROM faq_version) + (SELECT COUNT(*) FROM announcement_version)", ""};

struct shelf {
    struct arena *arena;
    uint64_t number;
    int64_t edition;
    unsigned borrowed; // under the guidance's lock; the guidance itself counts as one
    struct faq faq[LANGUAGES_MAX];
    struct search search[LANGUAGES_MAX];
    const char *html[LANGUAGES_MAX][FAQ_ENTRIES_MAX]; // answers as browsers get them
    struct announcement *announcements;
    size_t announcements_count;
};

struct guidance {
    struct arena *arena; // shipped texts
    struct languages languages;
    struct faq shipped[LANGUAGES_MAX];
    struct fold_table tables[LANGUAGES_MAX];
    pthread_mutex_t lock;
    struct shelf *shelf;
    int64_t written; // rows that the shelf knows; -1: the store was never asked
};

// The operator's text of a kind, or the program's own; NULL when there is neither.
static const char *text_of(const char *operators, const char *format, const char *code) {
    char name[32];
    (void)snprintf(name, sizeof name, format, code);
    return operators != NULL ? operators : guidance_texts(name);
}

static bool read_language(struct guidance *guidance, size_t i, struct error *err) {
    const struct language *language = &guidance->languages.list[i];
    const char *faq = text_of(language->faq, "faq.%s.md", language->code);
    if (faq != NULL && !faq_read(faq, guidance->arena, &guidance->shipped[i], err)) {
        error_prefix(err, "faq.%s.md ", language->code);
        return false;
    }
    const char *words = text_of(language->words, "words.%s.txt", language->code);
    if (words != NULL && !fold_table_read(words, guidance->arena, &guidance->tables[i], err)) {
        error_prefix(err, "words.%s.txt ", language->code);
        return false;
    }
    return true;
}

static bool read_shipped(struct guidance *guidance, const char *directory, struct error *err) {
    guidance->arena = arena_new(GUIDANCE_ARENA_BYTES);
    if (guidance->arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!languages_read(directory, guidance->arena, &guidance->languages, err))
        return false;
    for (size_t i = 0; i < guidance->languages.count; i++)
        if (!read_language(guidance, i, err))
            return false;
    return true;
}

static void shelf_free(struct shelf *shelf) {
    arena_free(shelf->arena);
    free(shelf);
}

static void put_up(struct guidance *guidance, struct shelf *shelf) {
    (void)pthread_mutex_lock(&guidance->lock);
    struct shelf *old = guidance->shelf;
    shelf->number = old == NULL ? 1 : old->number + 1;
    guidance->shelf = shelf;
    bool last = old != NULL && --old->borrowed == 0;
    (void)pthread_mutex_unlock(&guidance->lock);
    if (last)
        shelf_free(old);
}

static bool render_answers(struct shelf *shelf, size_t language, struct error *err) {
    for (size_t i = 0; i < shelf->faq[language].count; i++) {
        const char *html = markdown_html(shelf->faq[language].entries[i].answer, shelf->arena);
        if (html == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "out of memory");
        shelf->html[language][i] = html;
    }
    return true;
}

static bool fill_shelf(struct shelf *shelf, struct guidance *guidance, struct session *session,
                       int64_t now_ms, struct error *err) {
    shelf->arena = arena_new(SHELF_ARENA_BYTES);
    if (shelf->arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < guidance->languages.count; i++) {
        shelf->faq[i] = guidance->shipped[i];
        if (session != NULL && !faq_store_read(session, guidance->languages.list[i].code,
                                               &guidance->shipped[i], shelf->arena, &shelf->faq[i], err))
            return false;
        if (!search_init(&shelf->search[i], &guidance->tables[i], &shelf->faq[i], shelf->arena, err) ||
            !render_answers(shelf, i, err))
            return false;
    }
    return session == NULL || announcement_read(session, &guidance->languages, now_ms, shelf->arena,
                                                &shelf->announcements, &shelf->announcements_count, err);
}

// `session` NULL: the shipped texts alone.
static bool make_shelf(struct guidance *guidance, struct session *session, int64_t now_ms,
                       struct shelf **ret_shelf, struct error *err) {
    struct shelf *shelf = calloc(1, sizeof *shelf);
    if (shelf == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    shelf->borrowed = 1;
    if (!fill_shelf(shelf, guidance, session, now_ms, err)) {
        shelf_free(shelf);
        return false;
    }
    *ret_shelf = shelf;
    return true;
}

bool guidance_new(const char *directory, struct guidance **ret_guidance, struct error *err) {
    struct guidance *guidance = calloc(1, sizeof *guidance);
    struct shelf *shelf = NULL;
    if (guidance == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    (void)pthread_mutex_init(&guidance->lock, NULL);
    guidance->written = -1;
    if (!read_shipped(guidance, directory, err) || !make_shelf(guidance, NULL, 0, &shelf, err)) {
        guidance_free(guidance);
        return false;
    }
    put_up(guidance, shelf);
    *ret_guidance = guidance;
    return true;
}

void guidance_free(struct guidance *guidance) {
    if (guidance == NULL)
        return;
    if (guidance->shelf != NULL) {
        ASSERT(guidance->shelf->borrowed == 1);
        shelf_free(guidance->shelf);
    }
    arena_free(guidance->arena);
    (void)pthread_mutex_destroy(&guidance->lock);
    free(guidance);
}

bool guidance_refresh(struct guidance *guidance, struct session *session, int64_t now_ms, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct shelf *shelf = NULL;
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!session_begin(session, err))
        return false;
    bool ok = session_query(session, &WRITTEN, NULL, 0, arena, &rows, err);
    int64_t written = ok ? rows_int(&rows, 0, 0) : 0;
    if (ok && written != guidance->written)
        ok = make_shelf(guidance, session, now_ms, &shelf, err);
    session_rollback(session);
    if (shelf != NULL) {
        shelf->edition = written;
        put_up(guidance, shelf);
        guidance->written = written;
    }
    return ok;
}

const struct languages *guidance_languages(const struct guidance *guidance) {
    return &guidance->languages;
}

const struct shelf *guidance_borrow(struct guidance *guidance) {
    (void)pthread_mutex_lock(&guidance->lock);
    struct shelf *shelf = guidance->shelf;
    shelf->borrowed++;
    (void)pthread_mutex_unlock(&guidance->lock);
    return shelf;
}

void guidance_give_back(struct guidance *guidance, const struct shelf *borrowed) {
    struct shelf *shelf = (struct shelf *)borrowed;
    (void)pthread_mutex_lock(&guidance->lock);
    bool last = --shelf->borrowed == 0;
    (void)pthread_mutex_unlock(&guidance->lock);
    if (last)
        shelf_free(shelf);
}

uint64_t shelf_number(const struct shelf *shelf) {
    return shelf->number;
}

int64_t shelf_edition(const struct shelf *shelf) {
    return shelf->edition;
}

size_t shelf_faq_language(const struct shelf *shelf, size_t language) {
    return shelf->faq[language].count > 0 ? language : 0;
}

const struct faq *shelf_faq(const struct shelf *shelf, size_t language) {
    return &shelf->faq[shelf_faq_language(shelf, language)];
}

const char *shelf_answer_html(const struct shelf *shelf, size_t language, size_t entry) {
    size_t spoken = shelf_faq_language(shelf, language);
    ASSERT(entry < shelf->faq[spoken].count);
    return shelf->html[spoken][entry];
}

const struct search *shelf_search(const struct shelf *shelf, size_t language) {
    return &shelf->search[shelf_faq_language(shelf, language)];
}

const struct announcement *shelf_announcements(const struct shelf *shelf, size_t *ret_count) {
    *ret_count = shelf->announcements_count;
    return shelf->announcements;
}
