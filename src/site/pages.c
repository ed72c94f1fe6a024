// pages.c - the app's addresses are its own: each of them is the same page, which then shows the right
// screen.
#include "site/pages.h"

#include <string.h>

#include "http/pack.h"

struct pages {
    struct pack *pack;
};

// Where the app keeps its screens (web/README.md).
static const char *const app_paths[] = {"/", "/journey", "/points", "/return", "/survey"};
// The other pages, one address each.
static const char *const page_paths[][2] = {{"/draw", "/draw.html"},
                                            {"/accessibility", "/accessibility.html"}};

bool pages_new(const char *directory, struct pages **ret_pages, struct error *err) {
    struct pages *pages = calloc(1, sizeof *pages);
    if (pages == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool ok = directory[0] == '\0' ? pack_open_embedded(&pages->pack, err)
                                   : pack_load(directory, &pages->pack, err);
    if (!ok) {
        free(pages);
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
    pack_free(pages->pack);
    free(pages);
}

// A page in the visitor's language where it was built in it: "/draw.html" and "/draw.en.html".
static const struct static_asset *find_in_language(struct visit *visit, const char *file) {
    const struct pack *pack = visit->site->pages->pack;
    size_t stem = strlen(file) - strlen(".html");
    const char *own = arena_print(http_request_arena(visit->request), "%.*s.%s.html", (int)stem, file,
                                  visit_language_code(visit));
    const struct static_asset *asset = own == NULL ? NULL : pack_find(pack, own);
    return asset != NULL ? asset : pack_find(pack, file);
}

// Every address of the console is its one page, which then shows the right view.
static bool is_console_path(const char *path) {
    return strcmp(path, "/console") == 0 || strncmp(path, "/console/", strlen("/console/")) == 0;
}

static bool is_app_path(const char *path) {
    for (size_t i = 0; i < sizeof app_paths / sizeof *app_paths; i++)
        if (strcmp(app_paths[i], path) == 0)
            return true;
    return false;
}

// The file that answers a path.
static const struct static_asset *find_page(struct visit *visit, const char *path) {
    if (is_app_path(path))
        return pack_find(visit->site->pages->pack, "/index.html");
    if (is_console_path(path))
        return pack_find(visit->site->pages->pack, "/console.html");
    for (size_t i = 0; i < sizeof page_paths / sizeof *page_paths; i++)
        if (strcmp(page_paths[i][0], path) == 0)
            return find_in_language(visit, page_paths[i][1]);
    return pack_find(visit->site->pages->pack, path);
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

bool pages_respond(struct visit *visit) {
    enum http_method method = http_request_method(visit->request);
    const char *path = http_request_path(visit->request);
    if (method != HTTP_GET && method != HTTP_HEAD)
        return false;
    const struct static_asset *asset = find_page(visit, path);
    if (asset == NULL)
        return false;
    if (!(is_app_path(path) || is_console_path(path)) || !redirect_localhost(visit))
        static_respond(visit->request, asset, NULL);
    return true;
}

const struct static_asset *pages_find(struct visit *visit, const char *file) {
    return find_in_language(visit, file);
}

bool pages_respond_file(struct visit *visit, const char *path) {
    const struct static_asset *asset = path == NULL ? NULL : pack_find(visit->site->pages->pack, path);
    if (asset != NULL)
        static_respond(visit->request, asset, NULL);
    return asset != NULL;
}
