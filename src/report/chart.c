// chart.c - rectangles, lines and words.
#include "report/chart.h"

#include <stdio.h>

#define WIDTH           960
#define BARS_TOP        34
#define BAR_WIDTH_MAX   90
#define ROW_HEIGHT      30
#define ROW_HEIGHT_FEW  40 // of at most ROWS_FEW
#define ROWS_FEW        5
#define ROWS_LEFT       170
#define ROWS_RIGHT      110
#define LINES_RIGHT     150
#define LABEL_HEIGHT    18
#define NARROW          12
#define SHARES_HEIGHT   132
#define SHARES_BAR      46
#define SHARES_RIGHT    110
#define SHARES_LINES    3  // of names below a bar
#define GLYPH_WIDTH     13 // of a Japanese character
#define CELL_WIDTH      35
#define LEFT            110
#define KEY_WIDTH       170
#define HEAT_KEY_HEIGHT 22

const char *chart_number(char target[CHART_NUMBER_SIZE], int64_t number) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)(number < 0 ? -number : number));
    size_t position = 0;
    if (number < 0)
        target[position++] = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            target[position++] = ',';
        target[position++] = digits[i];
    }
    target[position] = '\0';
    return target;
}

static void open_svg(struct buffer *out, int width, int height, const char *title) {
    buffer_print(
        out,
        "<div class=\"wide\"><svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
        width, height, title);
}

static double largest_of(const struct chart_bar *bars, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = bars[i].value > largest ? bars[i].value : largest;
    return largest > 0 ? largest : 1;
}

static void add_rect(struct buffer *out, const char *class, const double box[4]) {
    buffer_print(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", class,
                 box[0], box[1], box[2], box[3]);
}

static void add_words(struct buffer *out, const char *class, double x, double y, const char *words) {
    buffer_print(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, x, y, words);
}

struct frame {
    int width, height, bottom;
    double fill; // of a bar's place
};
static const struct frame frames[] = {[CHART_WIDE] = {WIDTH, 330, 292, 0.72},
                                      [CHART_LOW] = {WIDTH, 230, 194, 0.72},
                                      [CHART_HALF] = {560, 330, 296, 0.76},
                                      [CHART_STRIP] = {WIDTH, 130, 100, 0.86}};

static void add_axis(struct buffer *out, const struct frame *frame, int until) {
    buffer_print(out, "<line class=\"axis\" x1=\"10\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n</svg></div>\n",
                 frame->bottom, until, frame->bottom);
}

void chart_bars(struct buffer *out, const struct chart_bars *chart, const char *title) {
    const struct frame *frame = &frames[chart->form];
    size_t count = chart->count, every = chart->label_every == 0 ? 1 : chart->label_every;
    double scale = (frame->bottom - BARS_TOP) / largest_of(chart->bars, count);
    double step = (double)(frame->width - 20) / (double)(count == 0 ? 1 : count), width = step * frame->fill;
    width = width > BAR_WIDTH_MAX ? BAR_WIDTH_MAX : width;
    open_svg(out, frame->width, frame->height, title);
    for (size_t i = 0; i < count; i++) {
        const struct chart_bar *bar = &chart->bars[i];
        double middle = 10 + step * ((double)i + 0.5), height = bar->value * scale, part = bar->part * scale;
        add_rect(out, bar->strong ? "strong" : "bar",
                 (double[]){middle - width / 2, frame->bottom - height, width, height});
        if (part > 0)
            add_rect(out, "strong", (double[]){middle - width / 2, frame->bottom - part, width, part});
        if (bar->words != NULL)
            add_words(out, "value", middle, frame->bottom - height - 7, bar->words);
        if (i % every == 0 && width < NARROW) // a label that is wider than its bar begins at it
            add_words(out, "start", middle - width / 2, frame->bottom + 20, bar->label);
        else if (i % every == 0)
            add_words(out, "label", middle, frame->bottom + 20, bar->label);
    }
    add_axis(out, frame, frame->width - 10);
}

void chart_rows(struct buffer *out, const struct chart_bar *bars, size_t count, const char *title) {
    double scale = (WIDTH - ROWS_LEFT - ROWS_RIGHT) / largest_of(bars, count);
    int height = count <= ROWS_FEW ? ROW_HEIGHT_FEW : ROW_HEIGHT;
    bool large = height == ROW_HEIGHT_FEW;
    open_svg(out, WIDTH, (int)count * height + 6, title);
    for (size_t i = 0; i < count; i++) {
        double top = 3 + (double)i * height, width = bars[i].value * scale, base = top + height / 2.0 + 2;
        add_words(out, large ? "day row" : "day", ROWS_LEFT - 10, base, bars[i].label);
        add_rect(out, bars[i].strong ? "strong" : "bar", (double[]){ROWS_LEFT, top, width, height - 8});
        if (bars[i].words != NULL)
            add_words(out, large ? "start value row" : "start value", ROWS_LEFT + width + 8, base,
                      bars[i].words);
    }
    buffer_add(out, "</svg></div>\n");
}

// The line; returns where it ends.
static double add_line(struct buffer *out, const struct chart_lines *chart, size_t which, double scale) {
    const struct frame *frame = &frames[chart->form];
    const struct chart_line *line = &chart->lines[which];
    size_t points = chart->points;
    double step = points > 1 ? (frame->width - 20 - LINES_RIGHT) / (double)(points - 1) : 0,
           y = frame->bottom;
    buffer_print(out, "<polyline class=\"%s\" points=\"", line->style);
    for (size_t i = 0; i < points; i++) {
        y = frame->bottom - line->values[i] * scale;
        buffer_print(out, "%.1f,%.1f ", 10 + step * (double)i, y);
    }
    buffer_add(out, "\"/>\n");
    return y;
}

void chart_lines(struct buffer *out, const struct chart_lines *chart, const char *title) {
    const struct frame *frame = &frames[chart->form];
    double largest = 1, free_from = 0;
    char number[CHART_NUMBER_SIZE];
    open_svg(out, frame->width, frame->height, title);
    for (size_t at = 0; at < chart->count * chart->points; at++) {
        double value = chart->lines[at / chart->points].values[at % chart->points];
        largest = value > largest ? value : largest;
    }
    for (size_t i = 0; i < chart->count && chart->points > 0; i++) {
        double y = add_line(out, chart, i, (frame->bottom - BARS_TOP) / largest) + 6;
        y = y < free_from ? free_from : y; // labels of lines that end close together stand below one another
        free_from = y + LABEL_HEIGHT;
        buffer_print(out, "<text class=\"start value\" x=\"%d\" y=\"%.1f\">%s %s</text>\n",
                     frame->width - LINES_RIGHT, y, chart->lines[i].label,
                     chart_number(number, (int64_t)chart->lines[i].values[chart->points - 1]));
    }
    add_words(out, "start", 10, frame->bottom + 20, chart->first);
    add_words(out, "day", frame->width - LINES_RIGHT - 10, frame->bottom + 20, chart->last);
    add_axis(out, frame, frame->width - LINES_RIGHT);
}

static size_t glyphs_of(const char *text) {
    size_t glyphs = 0;
    for (; *text != '\0'; text++)
        glyphs += ((unsigned char)*text & 0xC0) != 0x80;
    return glyphs;
}

// The name of a part below it: in the first line in which it does not run into the one before it.
static void add_name(struct buffer *out, const struct chart_part *part, double x, double top,
                     double taken_to[SHARES_LINES]) {
    double width = (double)glyphs_of(part->name) * GLYPH_WIDTH,
           middle = x + part->share / 200 * (WIDTH - 20 - SHARES_RIGHT), left = middle - width / 2;
    int line = 0;
    left = left + width > WIDTH - 10 ? WIDTH - 10 - width : left;
    left = left < 10 ? 10 : left;
    while (line + 1 < SHARES_LINES && left < taken_to[line])
        line++;
    taken_to[line] = left + width + GLYPH_WIDTH;
    double base = top + SHARES_BAR + 18 + line * (LABEL_HEIGHT + 1);
    if (line > 0)
        buffer_print(out, "<line class=\"guide\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", middle,
                     top + SHARES_BAR + 1, middle, base - GLYPH_WIDTH);
    add_words(out, "start", left, base, part->name);
}

static void add_parts(struct buffer *out, const struct chart_parts *row, double top) {
    static const char *const fills[] = {"even", "good2", "good1", "bad1", "bad2"};
    static const bool dark[] = {false, true, false, false, true};
    double x = 10, taken_to[SHARES_LINES] = {0};
    for (size_t i = 0; i < row->count; i++) {
        const struct chart_part *part = &row->parts[i];
        double width = part->share / 100 * (WIDTH - 20 - SHARES_RIGHT);
        add_rect(out, fills[part->tone], (double[]){x, top, width > 1 ? width - 1 : width, SHARES_BAR});
        if (part->share >= 4)
            buffer_print(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%.1f%%</text>\n",
                         dark[part->tone] ? "inside" : "value", x + width / 2, top + SHARES_BAR / 2.0 + 5,
                         part->share);
        if (part->share > 0)
            add_name(out, part, x, top, taken_to);
        x += width;
    }
}

void chart_shares(struct buffer *out, const struct chart_parts *rows, size_t count, const char *title) {
    open_svg(out, WIDTH, (int)count * SHARES_HEIGHT + 6, title);
    for (size_t row = 0; row < count; row++) {
        double top = 3 + (double)row * SHARES_HEIGHT + 22;
        add_words(out, "start value", 10, top - 7, rows[row].label);
        add_parts(out, &rows[row], top);
        if (rows[row].words != NULL)
            add_words(out, "start", WIDTH - SHARES_RIGHT + 2, top + SHARES_BAR / 2.0 + 5, rows[row].words);
    }
    buffer_add(out, "</svg></div>\n");
}

static int class_of(const struct chart_heat *heat, int64_t value) {
    for (int i = 0; i < 3; i++)
        if (value >= heat->levels[i])
            return 3 - i;
    return 0;
}

static void add_cell(struct buffer *out, int class, double x, double y, double height) {
    static const char *const marks[] = {"", "", "&#9675;", "&#9679;"};
    buffer_print(out, "<rect class=\"heat%d\" x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"/>", class, x,
                 y, CELL_WIDTH - 2, height - 2);
    if (height >= 14 && (class == 2 || class == 3))
        buffer_print(out, "<text class=\"mark%d\" x=\"%.1f\" y=\"%.1f\">%s</text>", class,
                     x + (CELL_WIDTH - 2) / 2.0, y + height / 2 + 4, marks[class]);
    buffer_add(out, "\n");
}

// What the shades mean, from the darkest on.
static void add_key(struct buffer *out, const struct chart_heat *heat, double top) {
    for (int i = 0; i < 4; i++) {
        double x = LEFT + i * KEY_WIDTH;
        add_cell(out, 3 - i, x, top, HEAT_KEY_HEIGHT);
        add_words(out, "start", x + CELL_WIDTH + 6, top + HEAT_KEY_HEIGHT / 2.0 + 4, heat->level_words[i]);
    }
}

void chart_heat(struct buffer *out, const struct chart_heat *heat, const char *title) {
    double height = heat->days_count > 24 ? 12 : heat->days_count > 14 ? 18 : 26;
    double bottom = 28 + height * (double)heat->days_count;
    open_svg(out, WIDTH, (int)bottom + 12 + HEAT_KEY_HEIGHT, title);
    for (int hour = 0; hour < 24; hour++)
        buffer_print(out, "<text class=\"label\" x=\"%d\" y=\"18\">%d時</text>\n",
                     LEFT + hour * CELL_WIDTH + CELL_WIDTH / 2, hour);
    size_t label_every = height < 14 ? 7 : 1;
    for (size_t day = 0; day < heat->days_count; day++) {
        double y = 28 + height * (double)day;
        if (day % label_every == 0)
            buffer_print(out, "<text class=\"day\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT - 8,
                         y + height / 2 + 4, heat->day_labels[day]);
        for (int hour = 0; hour < 24; hour++)
            if (heat->hours[day][hour] != CHART_NO_CELL)
                add_cell(out, class_of(heat, heat->hours[day][hour]), LEFT + hour * CELL_WIDTH, y, height);
    }
    add_key(out, heat, bottom + 8);
    buffer_add(out, "</svg></div>\n");
}
