// calendar_tables.c - the tables of the page: days in columns for screens and paper, a day a row for phones,
// and the campaign by phases.
//
// The style sheet shows one of the first two, and so does what reads a page aloud. On a phone nobody scrolls
// past days that are over: its table begins with today.
// A day's head is seen in parts and read as one date.
#include "forecast/calendar_internal.h"

#include <string.h>

struct tables {
    const struct calendar_view *view;
    const struct calendar_words *words;
    const struct calendar *calendar;
    struct buffer *out;
};

const char *calendar_level_class(enum level level, bool shut) {
    static const char *const classes[] = {"unknown", "smooth", "busy", "full"};
    return shut ? "shut" : classes[level];
}

static void add_level(struct tables *tables, enum level level, size_t band, const char *more,
                      const char *word) {
    bool shut = calendar_is_shut(tables->calendar, band);
    buffer_print(tables->out,
                 "<td class=\"%s%s\"><span class=\"shape\" aria-hidden=\"true\">%s</span>"
                 "<span class=\"word\">%s",
                 calendar_level_class(level, shut), more, level_symbol(shut ? LEVEL_UNKNOWN : level), word);
}

static const char *day_class(const struct tables *tables, int64_t day) {
    int64_t today = tables->view->today;
    return day == today ? " today" : day < today ? " past" : "";
}

static void add_cell(struct tables *tables, int64_t day, size_t band) {
    enum level level = calendar_level(tables->calendar, day, band);
    bool marked = calendar_override_of(tables->calendar, day, band) != NULL;
    add_level(tables, level, band, day_class(tables, day),
              calendar_cell_word(tables->words, tables->calendar, day, band));
    buffer_print(tables->out, "%s</span></td>", marked ? "<b class=\"mark\">※</b>" : "");
}

static void add_day_head(struct tables *tables, int64_t day, const char *scope, bool month) {
    const struct calendar_words *words = tables->words;
    const struct holidays *holidays = tables->view->holidays;
    struct arena *arena = tables->out->arena;
    struct civil date = calendar_date(day);
    const char *kind = calendar_day_kind(words, holidays, day);
    bool today = day == tables->view->today, holiday = holidays_has(holidays, day);
    const struct calendar_fill fills[] = {{"month", words->months[date.month - 1]}, {NULL, NULL}};
    buffer_print(tables->out,
                 "<th scope=\"%s\" class=\"day%s%s\"><span class=\"hidden\">%s %s</span>"
                 "<span aria-hidden=\"true\"><span class=\"month%s\">%s</span><span class=\"date\">%d</span>",
                 scope, kind[0] == '\0' ? "" : " off", day_class(tables, day),
                 calendar_day_text(arena, words, holidays, day), today ? words->today : "",
                 month ? "" : " again", calendar_filled(arena, words->month, fills), date.day);
    if (kind[0] == '\0' || holiday)
        buffer_print(tables->out, "<span class=\"weekday\">%s</span>", words->weekdays[date.weekday]);
    if (kind[0] != '\0')
        buffer_print(tables->out, "<span class=\"kind\">%s</span>", kind);
    if (today)
        buffer_print(tables->out, "<span class=\"kind now\">%s</span>", words->today);
    buffer_add(tables->out, "</span></th>");
}

static bool new_month(int64_t first, int64_t day) {
    return day == first || calendar_date(day).day == 1;
}

static void open_table(struct tables *tables, const char *class, int64_t from, int64_t days) {
    struct arena *arena = tables->out->arena;
    const struct calendar_fill fills[] = {
        {"from", calendar_day_text(arena, tables->words, tables->view->holidays, from)},
        {"until", calendar_day_text(arena, tables->words, tables->view->holidays, from + days - 1)},
        {NULL, NULL}};
    buffer_print(tables->out, "<table class=\"%s\"><caption>%s</caption><thead><tr>", class,
                 calendar_filled(arena, tables->words->range, fills));
}

// "20時〜<wbr>翌1時": a narrow head breaks after the dash, not within a number's unit.
static void add_band_head(struct tables *tables, const char *scope, size_t band) {
    static const char *const dashes[] = {"〜", "～", "~", "–"};
    const char *text = tables->words->band[band], *end = NULL;
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes && end == NULL; i++)
        if ((end = strstr(text, dashes[i])) != NULL)
            end += strlen(dashes[i]);
    size_t first = end == NULL ? 0 : (size_t)(end - text);
    buffer_print(tables->out, "<th scope=\"%s\">%.*s%s%s</th>", scope, (int)first, text,
                 first == 0 ? "" : "<wbr>", text + first);
}

static void add_bands(struct tables *tables, const char *corner) {
    buffer_print(tables->out, "<th scope=\"col\" class=\"corner\">%s</th>", corner);
    for (size_t band = 0; band < LEVELS_BANDS; band++)
        add_band_head(tables, "col", band);
    buffer_add(tables->out, "</tr></thead><tbody>\n");
}

static void add_wide(struct tables *tables, int64_t from) {
    open_table(tables, "wide", from, CALENDAR_TABLE_DAYS);
    buffer_print(tables->out, "<th scope=\"col\" class=\"corner\">%s</th>", tables->words->time_title);
    for (int64_t day = from; day < from + CALENDAR_TABLE_DAYS; day++)
        add_day_head(tables, day, "col", new_month(from, day));
    buffer_add(tables->out, "</tr></thead><tbody>\n");
    for (size_t band = 0; band < LEVELS_BANDS; band++) {
        buffer_add(tables->out, "<tr>");
        add_band_head(tables, "row", band);
        for (int64_t day = from; day < from + CALENDAR_TABLE_DAYS; day++)
            add_cell(tables, day, band);
        buffer_add(tables->out, "</tr>\n");
    }
    buffer_add(tables->out, "</tbody></table>\n");
}

static void add_narrow(struct tables *tables, int64_t from) {
    int64_t end = from + CALENDAR_VIEW_DAYS, today = tables->view->today;
    int64_t closes = tables->calendar->closes_day;
    int64_t first = today > from && today < end ? today : from;
    if (closes >= first && closes < end)
        end = closes + 1; // nor past an end of the campaign
    open_table(tables, "narrow", first, end - first);
    add_bands(tables, tables->words->day_title);
    for (int64_t day = first; day < end; day++) {
        buffer_add(tables->out, "<tr>");
        add_day_head(tables, day, "row", new_month(first, day));
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            add_cell(tables, day, band);
        buffer_add(tables->out, "</tr>\n");
    }
    buffer_add(tables->out, "</tbody></table>\n");
}

void calendar_write_weeks(const struct calendar_view *view, struct buffer *out) {
    struct tables tables = {view, &view->language->page, view->calendar, out};
    add_wide(&tables, view->from_day);
    if (view->calendar->closes_day >= view->from_day + CALENDAR_TABLE_DAYS)
        add_wide(&tables, view->from_day + CALENDAR_TABLE_DAYS);
    add_narrow(&tables, view->from_day);
}

static void add_phase(struct tables *tables, const struct calendar_phase *phase) {
    struct arena *arena = tables->out->arena;
    const struct calendar_words *words = tables->words;
    int64_t today = tables->view->today;
    bool now = today >= phase->first_day && today <= phase->last_day;
    bool over = phase->last_day < tables->calendar->first_day;
    const struct calendar_fill fills[] = {{"from", calendar_date_text(arena, words, phase->first_day)},
                                          {"until", calendar_date_text(arena, words, phase->last_day)},
                                          {NULL, NULL}};
    buffer_print(tables->out,
                 "<tr%s><th scope=\"row\"><span class=\"phase\">%s</span> <span class=\"span\">%s",
                 now ? " class=\"now\"" : "", calendar_phase_text(arena, words, phase),
                 calendar_filled(arena, words->range, fills));
    buffer_print(tables->out, "</span>%s%s%s</th>", now ? " <span class=\"kind now\">" : "",
                 now ? words->today : "", now ? "</span>" : "");
    for (size_t band = 0; band < LEVELS_BANDS; band++) {
        enum level level = phase->band[band];
        bool shut = calendar_is_shut(tables->calendar, band);
        add_level(tables, level, band, "", over ? words->over : shut ? words->shut : words->level[level]);
        buffer_add(tables->out, "</span></td>");
    }
    buffer_add(tables->out, "</tr>\n");
}

// Phases are few: one table with a phase a row serves every width.
void calendar_write_year(const struct calendar_view *view, struct buffer *out) {
    struct tables tables = {view, &view->language->page, view->calendar, out};
    struct calendar_phase phases[CALENDAR_PHASES_MAX];
    size_t count = calendar_phases(view->calendar, phases);
    buffer_print(out, "<table class=\"year\"><caption class=\"hidden\">%s</caption><thead><tr>",
                 tables.words->year);
    add_bands(&tables, tables.words->phase_title);
    for (size_t i = 0; i < count; i++)
        add_phase(&tables, &phases[i]);
    buffer_add(out, "</tbody></table>\n");
}
