// calendar_html.c - the page around the tables: when it is quiet first, what the symbols mean, what changed.
//
// It needs no script and stores nothing: which calendar and which language are in its address.
#include <stdio.h>
#include <string.h>

#include "base/readings.h"
#include "forecast/calendar_internal.h"

#define COUNT_SIZE 24
#define HEAD_LINKS 3

struct page {
    const struct calendar_view *view;
    const struct calendar_words *words;
    const struct calendar *calendar;
    struct buffer *out;
};

static void add_languages(struct page *page) {
    const struct calendar_view *view = page->view;
    if (view->style != NULL || view->languages_count < 2)
        return;
    buffer_print(page->out, "<details class=\"languages\"><summary>%s</summary><ul>", page->words->languages);
    for (size_t i = 0; i < view->languages_count; i++) {
        const struct calendar_language *language = &view->languages[i];
        bool here = strcmp(language->code, view->language->code) == 0;
        buffer_print(page->out, "<li><a lang=\"%s\" hreflang=\"%s\" href=\"/calendar?series=%s&amp;view=%s",
                     language->page.tag, language->page.tag, calendar_series_name(view->series),
                     view->year ? "year" : "weeks");
        buffer_print(page->out, "&amp;language=%s\"%s>", language->code,
                     here ? " aria-current=\"true\"" : "");
        buffer_add_escaped(page->out, language->name);
        buffer_add(page->out, "</a></li>");
    }
    buffer_add(page->out, "</ul></details>");
}

static const char *const link_paths[CALENDAR_LINKS] = {"/",         "/points", "/faq",
                                                       "/calendar", "/report", "/accessibility"};

// The first `count` of the links that every page has.
static void add_elsewhere(struct page *page, size_t count, const char *before, const char *after) {
    for (size_t i = 0; i < count; i++)
        buffer_print(page->out, "%s<a href=\"%s\"><span>%s</span></a>%s", before, link_paths[i],
                     page->words->links[i], after);
}

static void add_nav(struct page *page, const char *label) {
    buffer_add(page->out, "<nav aria-label=\"");
    buffer_add_escaped(page->out, label);
    buffer_add(page->out, "\">");
}

// Whose page it is, as on every other page; a file of its own has no home and no picture beside it.
static void add_brand(struct page *page) {
    bool linked = page->view->style == NULL;
    const char *said = page->view->campaign_lang;
    buffer_print(
        page->out, "<header class=\"top\"><div class=\"inner\">%s<span lang=\"%s\">",
        linked ? "<a class=\"brand\" href=\"/\"><img src=\"/icon.svg\" alt=\"\" width=\"32\" height=\"32\">"
               : "<p class=\"brand\">",
        said == NULL ? page->words->tag : said);
    const char *campaign = readings_drawn(page->out->arena, page->view->campaign, READINGS_ABOVE);
    buffer_print(page->out, "%s</span>%s", campaign == NULL ? "" : campaign, linked ? "</a>" : "</p>");
    if (linked) {
        add_nav(page, page->view->language->plain.nav);
        add_elsewhere(page, HEAD_LINKS, "", "");
        buffer_add(page->out, "</nav>");
    }
    add_languages(page);
    buffer_add(page->out, "</div></header>\n");
}

static void add_head(struct page *page) {
    const struct calendar_view *view = page->view;
    const struct calendar_words *plain = &view->language->plain;
    buffer_print(page->out,
                 "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>",
                 page->words->tag);
    buffer_add_escaped(page->out, plain->title[view->series]);
    buffer_add(page->out, " | ");
    buffer_add_escaped(page->out, calendar_campaign_text(page->out->arena, view));
    buffer_add(page->out, "</title><meta name=\"description\" content=\"");
    buffer_add_escaped(page->out, plain->lead[view->series]);
    buffer_add(page->out, "\">");
    if (view->style != NULL)
        buffer_print(page->out, "<style>%s</style>", view->style);
    else
        buffer_print(page->out,
                     "<script src=\"/early.js\"></script><script type=\"module\" src=\"/news.js\"></script>"
                     "<link rel=\"stylesheet\" href=\"%s\">"
                     "<link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">",
                     view->style_link);
    buffer_print(page->out, "</head>\n<body class=\"calendar\"><a class=\"skip\" href=\"#main\">%s</a>",
                 page->words->skip);
    add_brand(page);
    if (view->news != NULL)
        buffer_add(page->out, view->news);
    buffer_print(page->out, "<main id=\"main\"><h1>%s</h1>\n", page->words->title[view->series]);
}

static void add_link(struct page *page, enum calendar_series series, bool year, const char *words,
                     const char *more) {
    bool here = series == page->view->series && year == page->view->year;
    buffer_print(
        page->out,
        "<li><a href=\"/calendar?series=%s&amp;view=%s&amp;language=%s\"%s><span>%s %s</span></a></li>",
        calendar_series_name(series), year ? "year" : "weeks", page->view->language->code,
        here ? " aria-current=\"page\"" : "", words, more);
}

static void add_links(struct page *page) {
    const struct calendar_words *words = page->words;
    if (page->view->style != NULL)
        return; // a file of its own has nowhere to go
    add_nav(page, page->view->language->plain.kinds);
    buffer_add(page->out, "<ul>");
    add_link(page, CALENDAR_APP, false, words->app, words->weeks);
    add_link(page, CALENDAR_APP, true, words->app, words->year);
    add_link(page, CALENDAR_CALLS, false, words->calls, words->weeks);
    add_link(page, CALENDAR_CALLS, true, words->calls, words->year);
    buffer_add(page->out, "</ul></nav>\n");
}

// How it is at this hour; nothing outside of the campaign.
static void add_now(struct page *page) {
    const struct calendar_view *view = page->view;
    const struct calendar *calendar = page->calendar;
    bool shut = view->hour < calendar->rules.opens_hour || view->hour >= calendar->rules.closes_hour;
    enum level level = calendar_now(calendar, view->today, view->hour);
    if (level == LEVEL_UNKNOWN && (!shut || view->today > calendar->closes_day))
        return;
    buffer_print(page->out,
                 "<div class=\"now\"><dt>%s</dt><dd class=\"%s\"><span class=\"shape\" "
                 "aria-hidden=\"true\">%s</span> <b>%s</b></dd></div>",
                 page->words->now, calendar_level_class(level, shut), level_symbol(level),
                 shut ? page->words->shut : page->words->level[level]);
}

static void add_best(struct page *page) {
    const char *times[CALENDAR_TIMES_MAX];
    struct arena *arena = page->out->arena;
    size_t count = calendar_times(page->view, page->words, arena, times);
    buffer_add(page->out, "<dl class=\"best\">");
    add_now(page);
    buffer_print(page->out, "<div class=\"next\"><dt>%s</dt>", page->words->next);
    for (size_t i = 0; i < count; i++)
        buffer_print(page->out, "<dd><b>%s</b></dd>", times[i]);
    if (count == 0)
        buffer_print(page->out, "<dd>%s</dd>", calendar_advice(page->view, page->words, arena));
    buffer_add(page->out, "</div></dl>\n");
}

static void add_legend(struct page *page) {
    buffer_print(page->out, "<section class=\"legend\"><h2>%s</h2><ul>", page->words->legend);
    for (enum level level = LEVEL_SMOOTH; level <= LEVEL_VERY_BUSY; level++)
        buffer_print(page->out,
                     "<li class=\"%s\"><span class=\"shape\" aria-hidden=\"true\">%s</span><span><b>%s</b> "
                     "<span>%s</span></span></li>",
                     calendar_level_class(level, false), level_symbol(level), page->words->level[level],
                     page->words->legend_of[level]);
    buffer_print(page->out, "</ul><p>%s</p><p>%s</p></section>\n", page->words->night,
                 page->words->note[page->view->series]);
}

static void add_change(struct page *page, const struct calendar_change *change) {
    struct arena *arena = page->out->arena;
    const struct calendar_words *words = page->words;
    const struct calendar_fill fills[] = {
        {"day", calendar_day_text(arena, words, page->view->holidays, change->day)},
        {"time", words->band[change->band]},
        {"was", words->level[change->was]},
        {"is", words->level[change->is]},
        {NULL, NULL}};
    buffer_print(page->out, "<li>%s</li>", calendar_filled(arena, words->change, fills));
}

static void add_changes(struct page *page) {
    struct calendar_change changes[CALENDAR_CHANGES_MAX];
    const struct calendar_view *view = page->view;
    const struct calendar_words *words = page->words;
    char count[COUNT_SIZE];
    size_t all = 0;
    buffer_print(page->out, "<section class=\"changes\"><h2>%s</h2>", words->changed);
    size_t kept = view->before == NULL ? 0
                                       : calendar_changes(page->calendar, view->before, view->from_day,
                                                          CALENDAR_VIEW_DAYS, changes, &all);
    if (kept == 0)
        buffer_print(page->out, "<p>%s</p>",
                     view->before == NULL ? words->changed_first : words->changed_none);
    else
        buffer_add(page->out, "<ul>");
    for (size_t i = 0; i < kept; i++)
        add_change(page, &changes[i]);
    if (kept > 0)
        buffer_add(page->out, "</ul>");
    (void)snprintf(count, sizeof count, "%zu", all - kept);
    const struct calendar_fill fills[] = {{"count", count}, {NULL, NULL}};
    if (all > kept)
        buffer_print(page->out, "<p>%s</p>", calendar_filled(page->out->arena, words->changed_more, fills));
    buffer_add(page->out, "</section>\n");
}

static bool is_shown(const struct page *page, const struct calendar_override *override) {
    int64_t from = page->view->from_day;
    return override->day >= from && override->day < from + CALENDAR_VIEW_DAYS;
}

// Reasons are the operators' own words, which are Japanese.
static void add_overrides(struct page *page) {
    size_t shown = 0;
    for (size_t i = 0; i < page->calendar->overrides_count; i++) {
        const struct calendar_override *override = &page->calendar->overrides[i];
        if (!is_shown(page, override))
            continue;
        if (shown++ == 0)
            buffer_print(page->out, "<section class=\"notes\"><h2>%s</h2><ul>", page->words->overrides);
        buffer_print(page->out, "<li>%s %s (%s): <span lang=\"ja\">",
                     calendar_day_text(page->out->arena, page->words, page->view->holidays, override->day),
                     page->words->band[override->band], page->words->level[override->level]);
        buffer_add_escaped(page->out, override->reason);
        buffer_add(page->out, "</span></li>");
    }
    buffer_add(page->out, shown > 0 ? "</ul></section>\n" : "");
}

static void add_file(struct page *page, const char *ending, const char *words) {
    buffer_print(page->out,
                 "<li><a href=\"/api/v1/calendar/%s%s?view=%s&amp;language=%s\"><span>%s</span></a></li>",
                 calendar_series_name(page->view->series), ending, page->view->year ? "year" : "weeks",
                 page->view->language->code, words);
}

// A link of webcal: opens the calendar program and subscribes; the address without its scheme.
static void add_subscription(struct page *page) {
    const char *host = page->view->address == NULL ? NULL : strstr(page->view->address, "://");
    if (host == NULL)
        return;
    buffer_add(page->out, "<li><a href=\"webcal");
    buffer_add_escaped(page->out, host);
    buffer_print(page->out, "/api/v1/calendar/%s.ics?view=%s&amp;language=%s\"><span>%s</span></a></li>",
                 calendar_series_name(page->view->series), page->view->year ? "year" : "weeks",
                 page->view->language->code, page->words->subscribe);
}

static void add_files(struct page *page) {
    if (page->view->style != NULL)
        return;
    buffer_print(page->out, "<section class=\"files\"><h2>%s</h2><ul>", page->words->files);
    add_subscription(page);
    add_file(page, ".ics", page->words->file);
    add_file(page, ".svg", "SVG");
    add_file(page, ".csv", "CSV");
    add_file(page, "", "JSON");
    buffer_print(page->out, "</ul><p>%s</p></section>\n", page->words->print);
}

static void add_foot(struct page *page) {
    struct arena *arena = page->out->arena;
    const struct calendar *calendar = page->calendar;
    char number[COUNT_SIZE];
    buffer_add(page->out, "<footer>");
    if (calendar != NULL) {
        const char *reason = calendar_reason_text(page->view->language, calendar);
        (void)snprintf(number, sizeof number, "%lld", (long long)calendar->number);
        const struct calendar_fill fills[] = {{"number", number}, {NULL, NULL}};
        const char *version =
            calendar->number == 0 ? "" : calendar_filled(arena, page->words->version, fills);
        buffer_print(page->out, "<p>%s%s%s · <span%s>", version, calendar->number == 0 ? "" : " · ",
                     calendar_moment_text(arena, page->words, calendar->made_ms),
                     reason == calendar->reason ? " lang=\"ja\"" : "");
        buffer_add_escaped(page->out, reason);
        buffer_add(page->out, "</span></p>");
    }
    buffer_add(page->out, "</footer></main>\n");
    if (page->view->style == NULL) {
        buffer_add(page->out, "<footer class=\"bottom\"><div class=\"inner\">");
        add_nav(page, page->view->language->plain.more);
        buffer_add(page->out, "<ul>");
        add_elsewhere(page, CALENDAR_LINKS, "<li>", "</li>");
        buffer_print(page->out, "</ul></nav><p>%s</p></div></footer>\n", page->words->made_with);
    }
    buffer_add(page->out, "</body></html>\n");
}

void calendar_write_html(const struct calendar_view *view, struct buffer *out) {
    struct page page = {.view = view, .words = &view->language->page, .calendar = view->calendar, .out = out};
    add_head(&page);
    if (view->calendar == NULL) {
        buffer_print(out, "<p class=\"best\">%s</p>\n", page.words->empty);
        add_links(&page);
        add_foot(&page);
        return;
    }
    add_best(&page);
    add_links(&page);
    if (view->year)
        calendar_write_year(view, out);
    else {
        calendar_write_weeks(view, out);
        add_overrides(&page);
        add_changes(&page);
    }
    add_legend(&page);
    add_files(&page);
    add_foot(&page);
}
