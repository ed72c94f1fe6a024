// pages.c - the app's addresses are its own: each of them is the same page, which then shows the right
// screen.
#include "site/pages.h"

#include <pthread.h>
#include <string.h>

#include "base/gzip.h"
#include "base/text.h"
#include "guidance/news.h"
#include "http/pack.h"
#include "site/announcements.h"
#include "site/naming.h"

#define NAMED_BYTES_MAX ((size_t)1 << 20) // of one page with its name
#define NAMED_MAX       2000 // names that a page had while the program runs; each costs some 10 KiB

// A page with the campaign's name in it. What was out is kept until the end, for an answer may still send it.
struct named {
    struct arena *arena;
    const struct static_asset *of;
    char name[CONFIG_TEXT_SIZE];
    char tag[LANGUAGE_TAG_SIZE];
    struct static_asset asset;
    struct named *older;
};

// What browsers load by an address of its own and that says the campaign's name. "/" is the app's page, which
// is one in all languages.
enum { APP, DRAW, ACCESSIBILITY, MANIFEST, NAMED_FILES };
static const char *const named_files[NAMED_FILES] = {"/index.html", "/draw.html", "/accessibility.html",
                                                     "/manifest.webmanifest"};

// The addresses that they answer. Those of the app are its screens (web/README.md).
static const struct {
    const char *path;
    size_t file;
} named_paths[] = {{"/", APP},
                   {"/journey", APP},
                   {"/points", APP},
                   {"/return", APP},
                   {"/survey", APP},
                   {"/index.html", APP},
                   {"/draw", DRAW},
                   {"/accessibility", ACCESSIBILITY},
                   {"/manifest.webmanifest", MANIFEST}};

struct pages {
    struct pack *pack;
    struct named *_Atomic named[NAMED_FILES][LANGUAGES_MAX]; // the newest of each
    pthread_mutex_t lock;                                    // of whoever adds one
    size_t named_count;
};

bool pages_new(const char *directory, struct pages **ret_pages, struct error *err) {
    struct pages *pages = calloc(1, sizeof *pages);
    if (pages == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    (void)pthread_mutex_init(&pages->lock, NULL);
    bool ok = directory[0] == '\0' ? pack_open_embedded(&pages->pack, err)
                                   : pack_load(directory, &pages->pack, err);
    if (!ok) {
        pages_free(pages);
        return false;
    }
    if (pack_find(pages->pack, "/index.html") == NULL) {
        pages_free(pages);
        return error_set_field(err, ERROR_INVALID, "server.web_dir", "%.100s holds no index.html", directory);
    }
    *ret_pages = pages;
    return true;
}

void pages_free(struct pages *pages) {
    if (pages == NULL)
        return;
    for (size_t i = 0; i < NAMED_FILES * LANGUAGES_MAX; i++)
        for (struct named *named = pages->named[i / LANGUAGES_MAX][i % LANGUAGES_MAX], *older; named != NULL;
             named = older) {
            older = named->older;
            arena_free(named->arena);
        }
    (void)pthread_mutex_destroy(&pages->lock);
    pack_free(pages->pack);
    free(pages);
}

// A file in a language where it was built in it: "/draw.html" and "/draw.en.html".
static const struct static_asset *find_in_language(struct visit *visit, const char *file) {
    const struct pack *pack = visit->site->pages->pack;
    const char *dot = strrchr(file, '.');
    const char *own = arena_print(http_request_arena(visit->request), "%.*s.%s%s", (int)(dot - file), file,
                                  visit_language_code(visit), dot);
    const struct static_asset *asset = own == NULL ? NULL : pack_find(pack, own);
    return asset != NULL ? asset : pack_find(pack, file);
}

// Every address of the console is its one page, which then shows the right view.
static bool is_console_path(const char *path) {
    return strcmp(path, "/console") == 0 || strncmp(path, "/console/", strlen("/console/")) == 0;
}

static bool holds(const struct named *named, const struct static_asset *asset, const struct naming *naming) {
    return named != NULL && named->of == asset && strcmp(named->name, naming->name) == 0 &&
           strcmp(named->tag, naming->tag) == 0;
}

// NULL: no memory.
static struct named *new_named(const struct static_asset *asset, const struct naming *naming) {
    struct arena *arena = arena_new(NAMED_BYTES_MAX);
    struct named *named = arena == NULL ? NULL : arena_alloc(arena, sizeof *named);
    const struct static_asset *filled = named == NULL ? NULL : naming_filled(arena, asset, naming);
    if (filled == NULL || !text_copy(named->name, sizeof named->name, naming->name) ||
        !text_copy(named->tag, sizeof named->tag, naming->tag) ||
        !gzip_pack(arena, filled->plain.bytes, filled->plain.length, &named->asset.gzip.bytes,
                   &named->asset.gzip.length)) {
        arena_free(arena);
        return NULL;
    }
    named->arena = arena;
    named->of = asset;
    named->asset.path = asset->path;
    named->asset.content_type = asset->content_type;
    named->asset.cache_control = asset->cache_control;
    named->asset.plain = filled->plain;
    named->asset.permanent = true;
    static_asset_tag(&named->asset);
    return named;
}

// The page as it is kept, made when it is asked for by this name for the first time; NULL: no memory, or too
// many.
static const struct static_asset *named_page(struct visit *visit, size_t file) {
    struct pages *pages = visit->site->pages;
    const struct static_asset *asset = find_in_language(visit, named_files[file]);
    size_t language = visit_language(visit);
    struct naming naming = naming_of(visit->site, language);
    struct named *named = pages->named[file][language];
    if (asset == NULL || holds(named, asset, &naming))
        return asset == NULL ? NULL : &named->asset;
    (void)pthread_mutex_lock(&pages->lock);
    named = pages->named[file][language];
    if (!holds(named, asset, &naming)) {
        struct named *older = named;
        named = pages->named_count < NAMED_MAX ? new_named(asset, &naming) : NULL;
        if (named != NULL) {
            named->older = older;
            pages->named_count++;
            atomic_store(&pages->named[file][language], named);
        }
    }
    (void)pthread_mutex_unlock(&pages->lock);
    return named == NULL ? pages_find(visit, named_files[file]) : &named->asset;
}

// Without a configured address the provider sends residents back to the one that the server listens on, and a
// cookie of "localhost" would not be there: such a visitor is taken to that address first.
static bool redirect_localhost(struct visit *visit) {
    const struct site *site = visit->site;
    const char *host = http_request_header(visit->request, "Host");
    const char *own = strstr(site->public_url, "://") + 3;
    if (site->canonical || host == NULL || strncmp(host, "localhost:", 10) != 0 || strcmp(host, own) == 0)
        return false;
    struct http_response response = {0};
    const char *path = http_request_path(visit->request);
    visit_redirect(visit, &response,
                   arena_print(http_request_arena(visit->request), "%s%s", site->public_url, path));
    return true;
}

// The page that has this address, in the visitor's language; false: none has.
static bool respond_named(struct visit *visit, const char *path) {
    static const struct http_header vary[] = {{"Vary", "Accept-Language, Cookie"}, {NULL, NULL}};
    for (size_t i = 0; i < sizeof named_paths / sizeof *named_paths; i++) {
        if (strcmp(named_paths[i].path, path) != 0)
            continue;
        if (named_paths[i].file == APP && redirect_localhost(visit))
            return true;
        size_t file = named_paths[i].file;
        bool says = (file == DRAW || file == ACCESSIBILITY) && announcements_any(visit);
        const struct static_asset *asset =
            says ? pages_find_with_news(visit, named_files[file]) : named_page(visit, file);
        if (asset != NULL)
            static_respond(visit->request, asset, vary);
        return asset != NULL;
    }
    return false;
}

static bool is_page(const struct static_asset *asset) {
    return strcmp(asset->content_type, static_content_type(".html")) == 0;
}

bool pages_respond(struct visit *visit) {
    enum http_method method = http_request_method(visit->request);
    const char *path = http_request_path(visit->request);
    if (method != HTTP_GET && method != HTTP_HEAD)
        return false;
    if (respond_named(visit, path))
        return true;
    bool console = is_console_path(path);
    const struct static_asset *asset = pack_find(visit->site->pages->pack, console ? "/console.html" : path);
    // A page by the name of its file, which is not its address.
    if (asset != NULL && !console && is_page(asset))
        asset = pages_find(visit, path);
    if (asset == NULL)
        return false;
    if (!console || !redirect_localhost(visit))
        static_respond(visit->request, asset, NULL);
    return true;
}

static struct static_asset *find_named(struct visit *visit, const char *file) {
    struct naming naming = naming_of(visit->site, visit_language(visit));
    const struct static_asset *asset = find_in_language(visit, file);
    return asset == NULL ? NULL : naming_filled(http_request_arena(visit->request), asset, &naming);
}

const struct static_asset *pages_find(struct visit *visit, const char *file) {
    struct static_asset *filled = find_named(visit, file);
    if (filled != NULL)
        static_asset_tag(filled);
    return filled;
}

// False: no memory.
static bool add_news(struct visit *visit, struct static_asset *page) {
    const char *text = page->plain.bytes, *end = text + page->plain.length;
    const char *at = memmem(text, page->plain.length, NEWS_NONE, strlen(NEWS_NONE));
    if (at == NULL)
        return true;
    const char *html = announcements_html(visit, visit_language(visit));
    struct buffer out;
    buffer_init(&out, http_request_arena(visit->request));
    buffer_add_bytes(&out, text, (size_t)(at - text));
    buffer_add(&out, html == NULL ? "" : html);
    buffer_add_bytes(&out, at + strlen(NEWS_NONE), (size_t)(end - at) - strlen(NEWS_NONE));
    page->plain.bytes = out.text;
    page->plain.length = out.length;
    return html != NULL && !out.failed;
}

const struct static_asset *pages_find_with_news(struct visit *visit, const char *file) {
    struct static_asset *page = find_named(visit, file);
    if (page == NULL || !add_news(visit, page))
        return NULL;
    static_asset_tag(page);
    return page;
}

bool pages_respond_file(struct visit *visit, const char *path) {
    const struct static_asset *asset = path == NULL ? NULL : pack_find(visit->site->pages->pack, path);
    if (asset != NULL)
        static_respond(visit->request, asset, NULL);
    return asset != NULL;
}
