// faq_page.c - the page of questions and answers for browsers without script: the built page, filled.
//
// The page has four marks, <!--juncho:...-->, that stand for what was asked, what was found, and whether to
// say that nothing was. Its words are the page's own; nothing is written here.
#include <string.h>

#include "base/readings.h"
#include "guidance/guidance.h"
#include "site/guidance.h"
#include "site/handlers.h"
#include "site/pages.h"
#include "site/problem.h"

#define MARK_START "<!--juncho:"
#define MARK_END   "-->"

struct page {
    struct visit *visit;
    const struct shelf *shelf;
    size_t language;
    const char *query;
    struct search_result results[SEARCH_RESULTS_MAX];
    size_t results_count;
    struct buffer out;
};

// In one element, for what holds it may lay its children out one by one.
static void add_text(struct page *page, const char *text) {
    const char *html = readings_drawn(page->out.arena, text, READINGS_ABOVE);
    page->out.failed |= html == NULL;
    buffer_print(&page->out, "<span>%s</span>", html == NULL ? "" : html);
}

static void add_entry(struct page *page, size_t index, bool open) {
    const struct faq_entry *entry = &shelf_faq(page->shelf, page->language)->entries[index];
    buffer_print(&page->out, "<details id=\"%s\"%s><summary>", entry->slug, open ? " open" : "");
    add_text(page, entry->question);
    buffer_add(&page->out, "</summary><div class=\"answer\">");
    buffer_add(&page->out, shelf_answer_html(page->shelf, page->language, index));
    buffer_add(&page->out, "</div></details>");
}

static bool begins_topic(const struct faq *faq, size_t index) {
    return index == 0 || strcmp(faq->entries[index].category, faq->entries[index - 1].category) != 0;
}

static void add_topics(struct page *page) {
    const struct faq *faq = shelf_faq(page->shelf, page->language);
    for (size_t i = 0; i < faq->count; i++) {
        if (!begins_topic(faq, i))
            continue;
        buffer_print(&page->out, "<li><a href=\"/faq#topic-%s\">", faq->entries[i].slug);
        add_text(page, faq->entries[i].category);
        buffer_add(&page->out, "</a></li>");
    }
}

static void add_all(struct page *page) {
    const struct faq *faq = shelf_faq(page->shelf, page->language);
    for (size_t i = 0; i < faq->count; i++) {
        if (begins_topic(faq, i)) {
            buffer_print(&page->out, "%s<section><h2 id=\"topic-%s\">", i == 0 ? "" : "</section>",
                         faq->entries[i].slug);
            add_text(page, faq->entries[i].category);
            buffer_add(&page->out, "</h2>");
        }
        add_entry(page, i, false);
    }
    if (faq->count > 0)
        buffer_add(&page->out, "</section>");
}

static void add_results(struct page *page) {
    if (page->query[0] == '\0') {
        add_all(page);
        return;
    }
    for (size_t i = 0; i < page->results_count; i++)
        add_entry(page, page->results[i].entry, i == 0);
}

static void fill(struct page *page, const char *mark, size_t length) {
    if (strncmp(mark, "query", length) == 0)
        buffer_add_escaped(&page->out, page->query);
    else if (strncmp(mark, "results", length) == 0)
        add_results(page);
    else if (strncmp(mark, "topics", length) == 0)
        add_topics(page);
    else if (strncmp(mark, "none", length) == 0)
        buffer_add(&page->out, page->query[0] != '\0' && page->results_count == 0 ? "" : "hidden");
}

static void fill_all(struct page *page, const struct static_asset *asset) {
    const char *text = asset->plain.bytes, *end = text + asset->plain.length;
    for (;;) {
        const char *start = memmem(text, (size_t)(end - text), MARK_START, strlen(MARK_START));
        const char *stop =
            start == NULL ? NULL : memmem(start, (size_t)(end - start), MARK_END, strlen(MARK_END));
        if (stop == NULL) {
            buffer_add_bytes(&page->out, text, (size_t)(end - text));
            return;
        }
        const char *mark = start + strlen(MARK_START);
        buffer_add_bytes(&page->out, text, (size_t)(start - text));
        fill(page, mark, (size_t)(stop - mark));
        text = stop + strlen(MARK_END);
    }
}

// A search is counted here as it is where a script asks, and only here: the script of the page does not count
// what came with its address.
static void respond(struct page *page) {
    struct http_request *request = page->visit->request;
    struct http_response *response = arena_alloc(http_request_arena(request), sizeof *response);
    const struct faq *faq = shelf_faq(page->shelf, page->language);
    const struct asked asked = {.language = shelf_faq_language(page->shelf, page->language),
                                .query = page->query,
                                .found = page->results_count > 0 ? faq->entries[page->results[0].entry].slug
                                                                 : NULL};
    if (response == NULL || page->out.failed) {
        problem_respond_memory(request);
        return;
    }
    *response = (struct http_response){.status = 200,
                                       .content_type = "text/html; charset=utf-8",
                                       .body = page->out.text,
                                       .body_length = page->out.length};
    http_response_header(response, "Cache-Control", "no-cache");
    http_response_header(response, "Vary", "Accept-Language, Cookie");
    if (page->query[0] == '\0')
        http_respond(request, response);
    else
        guidance_count_search(page->visit, &asked, response);
}

void handle_faq_page(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct site *site = visit->site;
    const struct static_asset *asset = pages_find_with_news(visit, "/faq.html");
    const char *query = http_request_query(request, "q");
    struct page *page = arena_alloc(http_request_arena(request), sizeof *page);
    if (asset == NULL || page == NULL) {
        problem_respond_status(request, asset == NULL ? 404 : 503,
                               asset == NULL ? "not-found" : "unavailable", NULL,
                               asset == NULL ? "the pages were built without it" : "out of memory");
        return;
    }
    bool fits = query != NULL && strlen(query) <= SEARCH_QUERY_BYTES;
    *page = (struct page){.visit = visit, .query = fits ? query : "", .language = visit_language(visit)};
    page->shelf = guidance_borrow(site->guidance);
    page->results_count = search_find(shelf_search(page->shelf, page->language), page->query,
                                      http_request_arena(request), page->results);
    buffer_init(&page->out, http_request_arena(request));
    fill_all(page, asset);
    respond(page);
    guidance_give_back(site->guidance, page->shelf);
}
