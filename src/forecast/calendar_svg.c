// calendar_svg.c - the calendar as one picture, for posters and other people's pages.
#include "forecast/calendar_internal.h"

#define HEAD_WIDTH   120
#define CELL_WIDTH   64
#define CELL_HEIGHT  46
#define TITLE_HEIGHT 44
#define GAP          24
#define PHASE_WIDTH  150

static const char *fill_of(enum level level) {
    static const char *const fills[] = {"#f1f1f4", "#ffffff", "#ffe6c7", "#f6c6bf"};
    return fills[level];
}

static void add_text(struct buffer *out, double x, double y, const char *class, const char *text) {
    buffer_print(out, "<text x=\"%g\" y=\"%g\" class=\"%s\">", x, y, class);
    buffer_add_escaped(out, text);
    buffer_add(out, "</text>");
}

// A shut band has LEVEL_UNKNOWN.
static void add_cell(struct buffer *out, double x, double y, double width, enum level level,
                     const char *word) {
    buffer_print(out, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%d\" fill=\"%s\" stroke=\"#767c87\"/>",
                 x, y, width, CELL_HEIGHT, fill_of(level));
    add_text(out, x + width / 2, y + 20, "shape", level_symbol(level));
    add_text(out, x + width / 2, y + 38, "word", word);
}

static void add_bands(const struct calendar_view *view, struct buffer *out, double y) {
    const struct calendar_words *words = &view->language->plain;
    for (size_t band = 0; band < LEVELS_BANDS; band++)
        add_text(out, HEAD_WIDTH / 2.0, y + (double)band * CELL_HEIGHT + 28, "head", words->band[band]);
}

static void add_days(const struct calendar_view *view, struct buffer *out, int64_t from, double y) {
    const struct calendar_words *words = &view->language->plain;
    for (int64_t i = 0; i < CALENDAR_TABLE_DAYS; i++) {
        double x = HEAD_WIDTH + (double)i * CELL_WIDTH, middle = x + CELL_WIDTH / 2.0;
        const char *kind = calendar_day_kind(words, view->holidays, from + i);
        add_text(out, middle, y + 18, "head", calendar_date_text(out->arena, words, from + i));
        add_text(out, middle, y + 36, "word",
                 kind[0] != '\0' ? kind : words->weekdays[holidays_weekday(from + i)]);
        for (size_t band = 0; band < LEVELS_BANDS; band++) {
            enum level level = calendar_is_shut(view->calendar, band)
                                   ? LEVEL_UNKNOWN
                                   : calendar_level(view->calendar, from + i, band);
            add_cell(out, x, y + CELL_HEIGHT * (1.0 + (double)band), CELL_WIDTH, level,
                     calendar_cell_word(words, view->calendar, from + i, band));
        }
    }
    add_bands(view, out, y + CELL_HEIGHT);
}

static void add_phases(const struct calendar_view *view, struct buffer *out,
                       const struct calendar_phase *phases, size_t count, double y) {
    const struct calendar_words *words = &view->language->plain;
    for (size_t i = 0; i < count; i++) {
        double x = HEAD_WIDTH + (double)i * PHASE_WIDTH;
        add_text(out, x + PHASE_WIDTH / 2.0, y + 28, "head",
                 calendar_phase_text(out->arena, words, &phases[i]));
        for (size_t band = 0; band < LEVELS_BANDS; band++) {
            bool shut = calendar_is_shut(view->calendar, band);
            enum level level = phases[i].band[band];
            add_cell(out, x, y + CELL_HEIGHT * (1.0 + (double)band), PHASE_WIDTH,
                     shut ? LEVEL_UNKNOWN : level, shut ? words->shut : words->level[level]);
        }
    }
    add_bands(view, out, y + CELL_HEIGHT);
}

static void open_picture(const struct calendar_view *view, struct buffer *out, double width, double height) {
    const struct calendar_words *words = &view->language->plain;
    const char *title = words->title[view->series];
    buffer_print(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" lang=\"", width,
                 height);
    buffer_add_escaped(out, words->tag);
    buffer_add(out, "\" role=\"img\" aria-label=\"");
    buffer_add_escaped(out, title);
    buffer_add(out,
               "\"><style>text{font-family:'Noto Sans JP','Noto Sans CJK JP',sans-serif}"
               "text:lang(zh){font-family:'Noto Sans SC','Noto Sans CJK SC',sans-serif}"
               "text:lang(ko){font-family:'Noto Sans KR','Noto Sans CJK KR',sans-serif}"
               "text{text-anchor:middle;fill:#1a1a1c}.title{font-size:20px;font-weight:700;text-anchor:start}"
               ".head{font-size:14px;font-weight:700}.word{font-size:12px}.shape{font-size:18px}</style>"
               "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
    add_text(out, 12, 28, "title", title);
}

void calendar_write_svg(const struct calendar_view *view, struct buffer *out) {
    const struct calendar_words *words = &view->language->plain;
    struct calendar_phase phases[CALENDAR_PHASES_MAX];
    double table = CELL_HEIGHT * (1.0 + LEVELS_BANDS);
    if (view->calendar == NULL) {
        open_picture(view, out, HEAD_WIDTH + CALENDAR_TABLE_DAYS * CELL_WIDTH, TITLE_HEIGHT + CELL_HEIGHT);
        add_text(out, (HEAD_WIDTH + CALENDAR_TABLE_DAYS * CELL_WIDTH) / 2.0, TITLE_HEIGHT + 20, "head",
                 words->empty);
    } else if (view->year) {
        size_t count = calendar_phases(view->calendar, phases);
        open_picture(view, out, HEAD_WIDTH + (double)count * PHASE_WIDTH, TITLE_HEIGHT + table);
        add_phases(view, out, phases, count, TITLE_HEIGHT);
    } else {
        open_picture(view, out, HEAD_WIDTH + CALENDAR_TABLE_DAYS * CELL_WIDTH,
                     TITLE_HEIGHT + 2 * table + GAP);
        add_days(view, out, view->from_day, TITLE_HEIGHT);
        add_days(view, out, view->from_day + CALENDAR_TABLE_DAYS, TITLE_HEIGHT + table + GAP);
    }
    buffer_add(out, "</svg>\n");
}
