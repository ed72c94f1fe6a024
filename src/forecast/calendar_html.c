// calendar_html.c - the page: a table with days in columns for screens and paper, one with a day a row for
// phones.
//
// Both hold the same cells; the style sheet shows one of them, and so does what reads a page aloud.
#include <stdio.h>

#include "forecast/calendar_internal.h"

#define TABLE_DAYS 14

struct page {
    const struct calendar_view *view;
    const struct calendar_words *words;
    const struct calendar *calendar;
    struct buffer *out;
    bool noted; // a cell carries a mark that is explained below
};

static const char *level_class(enum level level, bool shut) {
    static const char *const classes[] = {"unknown", "smooth", "busy", "full"};
    return shut ? "shut" : classes[level];
}

static void add_cell(struct page *page, int64_t day, size_t band) {
    enum level level = calendar_level(page->calendar, day, band);
    bool shut = calendar_is_shut(page->calendar, band);
    const struct calendar_override *override = calendar_override_of(page->calendar, day, band);
    bool today = day == page->view->today;
    page->noted |= override != NULL;
    buffer_print(page->out,
                 "<td class=\"%s%s\"><span class=\"shape\" aria-hidden=\"true\">%s</span>"
                 "<span class=\"word\">%s%s</span></td>",
                 level_class(level, shut), today ? " today" : "", level_symbol(shut ? LEVEL_UNKNOWN : level),
                 calendar_cell_word(page->words, page->calendar, band, level),
                 override == NULL ? "" : "<b class=\"mark\">※</b>");
}

static void add_day_head(struct page *page, int64_t day, const char *scope, bool month) {
    struct civil date = calendar_date(day);
    const char *kind = calendar_day_kind(page->words, page->view->holidays, day);
    bool today = day == page->view->today;
    buffer_print(page->out,
                 "<th scope=\"%s\" class=\"day%s%s\"><span class=\"month%s\">%d月</span><span "
                 "class=\"date\">%d<i>日</i></span><span class=\"weekday\">%s<i>曜日</i></span>",
                 scope, kind[0] == '\0' ? "" : " off", today ? " today" : "", month ? "" : " again",
                 date.month, date.day, page->words->weekday[date.weekday]);
    if (kind[0] != '\0')
        buffer_print(page->out, "<span class=\"kind\">%s</span>", kind);
    if (today)
        buffer_print(page->out, "<span class=\"kind now\">%s</span>", page->words->today);
    buffer_add(page->out, "</th>");
}

static bool new_month(int64_t first, int64_t day) {
    return day == first || calendar_date(day).day == 1;
}

static void add_caption(struct page *page, int64_t from, int64_t until) {
    struct arena *arena = page->out->arena;
    buffer_print(page->out, "<caption>%s から %s まで</caption>",
                 calendar_day_text(arena, page->words, page->view->holidays, from),
                 calendar_day_text(arena, page->words, page->view->holidays, until));
}

static void add_wide(struct page *page, int64_t from) {
    buffer_add(page->out, "<table class=\"wide\">");
    add_caption(page, from, from + TABLE_DAYS - 1);
    buffer_print(page->out, "<thead><tr><th scope=\"col\" class=\"corner\">%s</th>",
                 page->words->time_of_day);
    for (int64_t day = from; day < from + TABLE_DAYS; day++)
        add_day_head(page, day, "col", new_month(from, day));
    buffer_add(page->out, "</tr></thead><tbody>");
    for (size_t band = 0; band < LEVELS_BANDS; band++) {
        buffer_print(page->out, "<tr><th scope=\"row\">%s</th>", page->words->band[band]);
        for (int64_t day = from; day < from + TABLE_DAYS; day++)
            add_cell(page, day, band);
        buffer_add(page->out, "</tr>");
    }
    buffer_add(page->out, "</tbody></table>\n");
}

static void add_narrow(struct page *page) {
    int64_t from = page->view->from_day;
    buffer_add(page->out, "<table class=\"narrow\">");
    add_caption(page, from, from + CALENDAR_VIEW_DAYS - 1);
    buffer_add(page->out, "<thead><tr><th scope=\"col\" class=\"corner\">日</th>");
    for (size_t band = 0; band < LEVELS_BANDS; band++)
        buffer_print(page->out, "<th scope=\"col\">%s</th>", page->words->band[band]);
    buffer_add(page->out, "</tr></thead><tbody>");
    for (int64_t day = from; day < from + CALENDAR_VIEW_DAYS; day++) {
        buffer_add(page->out, "<tr>");
        add_day_head(page, day, "row", true);
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            add_cell(page, day, band);
        buffer_add(page->out, "</tr>");
    }
    buffer_add(page->out, "</tbody></table>\n");
}

static void add_phase_cell(struct page *page, const struct calendar_phase *phase, size_t band) {
    bool shut = calendar_is_shut(page->calendar, band);
    bool over = phase->last_day < page->calendar->first_day;
    enum level level = phase->band[band];
    buffer_print(page->out,
                 "<td class=\"%s\"><span class=\"shape\" aria-hidden=\"true\">%s</span>"
                 "<span class=\"word\">%s</span></td>",
                 level_class(level, shut), level_symbol(shut ? LEVEL_UNKNOWN : level),
                 over ? page->words->over : calendar_cell_word(page->words, page->calendar, band, level));
}

// Phases are few: one table with a phase a row serves every width.
static void add_year(struct page *page) {
    struct calendar_phase phases[CALENDAR_PHASES_MAX];
    struct arena *arena = page->out->arena;
    size_t count = calendar_phases(page->calendar, phases);
    buffer_print(page->out,
                 "<table class=\"year\"><caption class=\"hidden\">%s</caption><thead><tr><th "
                 "scope=\"col\" class=\"corner\">%s</th>",
                 page->words->year, page->words->phase_title);
    for (size_t band = 0; band < LEVELS_BANDS; band++)
        buffer_print(page->out, "<th scope=\"col\">%s</th>", page->words->band[band]);
    buffer_add(page->out, "</tr></thead><tbody>");
    for (size_t i = 0; i < count; i++) {
        int64_t today = page->view->today;
        bool now = today >= phases[i].first_day && today <= phases[i].last_day;
        buffer_print(
            page->out, "<tr%s><th scope=\"row\"><span class=\"phase\">%s</span><span class=\"span\">%s〜%s",
            now ? " class=\"now\"" : "", calendar_phase_text(arena, &phases[i]),
            calendar_date_text(arena, phases[i].first_day), calendar_date_text(arena, phases[i].last_day));
        buffer_print(page->out, "</span>%s%s%s</th>", now ? "<span class=\"kind now\">" : "",
                     now ? page->words->today : "", now ? "</span>" : "");
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            add_phase_cell(page, &phases[i], band);
        buffer_add(page->out, "</tr>");
    }
    buffer_add(page->out, "</tbody></table>\n");
}

static void add_head(struct page *page) {
    const struct calendar_view *view = page->view;
    buffer_print(page->out,
                 "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>%s - ",
                 page->words->language, page->words->title[view->series]);
    buffer_add_escaped(page->out, view->campaign);
    buffer_add(page->out, "</title>");
    if (view->style != NULL)
        buffer_print(page->out, "<style>%s</style>", view->style);
    else
        buffer_print(page->out,
                     "<script src=\"/early.js\"></script><link rel=\"stylesheet\" href=\"%s\">"
                     "<link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">",
                     view->style_link);
    buffer_add(page->out, "</head>\n<body class=\"calendar\"><header class=\"top\"><p class=\"brand\">");
    buffer_add_escaped(page->out, view->campaign);
    buffer_print(page->out, "</p></header>\n<main><h1>%s</h1><p class=\"lead\">%s</p>\n",
                 page->words->title[view->series], page->words->lead[view->series]);
}

static void add_link(struct page *page, enum calendar_series series, bool year, const char *words,
                     const char *more) {
    bool here = series == page->view->series && year == page->view->year;
    buffer_print(page->out, "<li><a href=\"/calendar?series=%s&amp;view=%s\"%s>%s %s</a></li>",
                 calendar_series_name(series), year ? "year" : "weeks", here ? " aria-current=\"page\"" : "",
                 words, more);
}

static void add_links(struct page *page) {
    const struct calendar_words *words = page->words;
    if (page->view->style != NULL)
        return; // a file of its own has nowhere to go
    buffer_add(page->out, "<nav aria-label=\"カレンダーの種類\"><ul>");
    add_link(page, CALENDAR_APP, false, words->app, words->weeks);
    add_link(page, CALENDAR_APP, true, words->app, words->year);
    add_link(page, CALENDAR_CALLS, false, words->calls, words->weeks);
    add_link(page, CALENDAR_CALLS, true, words->calls, words->year);
    buffer_add(page->out, "</ul></nav>\n");
}

static void add_best(struct page *page) {
    buffer_print(page->out, "<p class=\"best\"><span>%s</span><strong>%s</strong></p>\n",
                 page->words->best_title, calendar_best_text(page->view, page->out->arena));
}

static void add_legend(struct page *page) {
    buffer_print(page->out, "<section class=\"legend\"><h2>%s</h2><ul>", page->words->legend_title);
    for (enum level level = LEVEL_SMOOTH; level <= LEVEL_VERY_BUSY; level++)
        buffer_print(page->out,
                     "<li class=\"%s\"><span class=\"shape\" aria-hidden=\"true\">%s</span><b>%s</b> "
                     "<span>%s</span></li>",
                     level_class(level, false), level_symbol(level), page->words->level[level],
                     page->words->legend[level]);
    buffer_print(page->out, "</ul><p>%s</p><p>%s</p></section>\n", page->words->night_note,
                 page->words->legend_note[page->view->series]);
}

static void add_changes(struct page *page) {
    struct calendar_change changes[CALENDAR_CHANGES_MAX];
    const struct calendar_view *view = page->view;
    struct arena *arena = page->out->arena;
    size_t all = 0;
    buffer_print(page->out, "<section class=\"changes\"><h2>%s</h2>", page->words->changed_title);
    size_t kept = view->before == NULL ? 0
                                       : calendar_changes(page->calendar, view->before, view->from_day,
                                                          CALENDAR_VIEW_DAYS, changes, &all);
    if (kept == 0)
        buffer_print(page->out, "<p>%s</p>",
                     view->before == NULL ? page->words->first_version : page->words->changed_none);
    else
        buffer_add(page->out, "<ul>");
    for (size_t i = 0; i < kept; i++)
        buffer_print(page->out, "<li>%s %s: %s → <b>%s</b></li>",
                     calendar_day_text(arena, page->words, view->holidays, changes[i].day),
                     page->words->band[changes[i].band], page->words->level[changes[i].was],
                     page->words->level[changes[i].is]);
    if (kept > 0)
        buffer_add(page->out, "</ul>");
    if (all > kept)
        buffer_print(page->out, "<p>%s</p>", page->words->changed_more);
    buffer_add(page->out, "</section>\n");
}

static void add_overrides(struct page *page) {
    if (!page->noted)
        return;
    buffer_print(page->out, "<section class=\"notes\"><h2>%s</h2><ul>", page->words->override_title);
    for (size_t i = 0; i < page->calendar->overrides_count; i++) {
        const struct calendar_override *override = &page->calendar->overrides[i];
        if (override->day < page->view->from_day ||
            override->day >= page->view->from_day + CALENDAR_VIEW_DAYS)
            continue;
        buffer_print(page->out, "<li>%s %s(%s): ",
                     calendar_day_text(page->out->arena, page->words, page->view->holidays, override->day),
                     page->words->band[override->band], page->words->level[override->level]);
        buffer_add_escaped(page->out, override->reason);
        buffer_add(page->out, "</li>");
    }
    buffer_add(page->out, "</ul></section>\n");
}

static void add_files(struct page *page) {
    const char *series = calendar_series_name(page->view->series);
    const char *span = page->view->year ? "year" : "weeks";
    if (page->view->style != NULL)
        return;
    buffer_print(page->out,
                 "<section class=\"files\"><h2>%s</h2><ul>"
                 "<li><a href=\"/api/v1/calendar/%s.ics?view=%s\">%s(iCalendar)</a></li>"
                 "<li><a href=\"/api/v1/calendar/%s.csv?view=%s\">CSV</a></li>"
                 "<li><a href=\"/api/v1/calendar/%s?view=%s\">JSON</a></li>"
                 "<li><a href=\"/api/v1/calendar/%s.svg?view=%s\">SVG</a></li></ul><p>%s</p></section>\n",
                 page->words->files, series, span, page->words->subscribe, series, span, series, span, series,
                 span, page->words->print_note);
}

static void add_foot(struct page *page) {
    buffer_add(page->out, "<footer>");
    if (page->calendar != NULL) {
        struct civil made = clock_civil(page->calendar->made_ms);
        buffer_add(page->out, "<p>");
        buffer_print(page->out, page->words->version, (long long)page->calendar->number);
        buffer_print(page->out, " %d年%d月%d日 %d時%02d分 ", made.year, made.month, made.day, made.hour,
                     made.minute);
        buffer_add_escaped(page->out, page->calendar->reason);
        buffer_add(page->out, "</p>");
    }
    if (page->view->style == NULL)
        buffer_print(page->out, "<p class=\"back\"><a href=\"/\">%s</a></p>", page->words->home);
    buffer_add(page->out, "</footer></main></body></html>\n");
}

void calendar_write_html(const struct calendar_view *view, struct buffer *out) {
    struct page page = {.view = view, .words = view->words, .calendar = view->calendar, .out = out};
    add_head(&page);
    add_links(&page);
    if (view->calendar == NULL) {
        buffer_print(out, "<p class=\"best\">%s</p>\n", page.words->empty);
    } else {
        add_best(&page);
        if (view->year) {
            add_year(&page);
        } else {
            add_wide(&page, view->from_day);
            add_wide(&page, view->from_day + TABLE_DAYS);
            add_narrow(&page);
            add_overrides(&page);
        }
        add_legend(&page);
        if (!view->year)
            add_changes(&page);
        add_files(&page);
    }
    add_foot(&page);
}
