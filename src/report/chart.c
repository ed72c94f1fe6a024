// chart.c - rectangles and words.
#include "report/chart.h"

#include <stdio.h>

#define WIDTH       960
#define BARS_HEIGHT 300
#define BARS_TOP    34
#define BARS_BOTTOM 262
#define CELL_WIDTH  34
#define LEFT        110

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
    buffer_print(out, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", width,
                 height, title);
}

void chart_bars(struct buffer *out, const struct chart_bar *bars, size_t count, size_t label_every,
                const char *title) {
    double largest = 1;
    for (size_t i = 0; i < count; i++)
        largest = bars[i].value > largest ? bars[i].value : largest;
    double step = (double)(WIDTH - 20) / (double)(count == 0 ? 1 : count), width = step * 0.72;
    width = width > 90 ? 90 : width;
    open_svg(out, WIDTH, BARS_HEIGHT, title);
    for (size_t i = 0; i < count; i++) {
        double height = bars[i].value / largest * (BARS_BOTTOM - BARS_TOP);
        double middle = 10 + step * ((double)i + 0.5);
        buffer_print(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                     bars[i].strong ? "strong" : "bar", middle - width / 2, BARS_BOTTOM - height, width,
                     height);
        if (bars[i].words != NULL)
            buffer_print(out, "<text class=\"value\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", middle,
                         BARS_BOTTOM - height - 7, bars[i].words);
        if (i % (label_every == 0 ? 1 : label_every) == 0)
            buffer_print(out, "<text class=\"label\" x=\"%.1f\" y=\"%d\">%s</text>\n", middle,
                         BARS_BOTTOM + 22, bars[i].label);
    }
    buffer_print(out, "<line class=\"axis\" x1=\"10\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n</svg>\n", BARS_BOTTOM,
                 WIDTH - 10, BARS_BOTTOM);
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

void chart_heat(struct buffer *out, const struct chart_heat *heat, const char *title) {
    double height = heat->days_count > 24 ? 12 : heat->days_count > 14 ? 18 : 26;
    int total = (int)(height * (double)heat->days_count) + 40;
    open_svg(out, WIDTH, total, title);
    for (int hour = 0; hour < 24; hour++)
        buffer_print(out, "<text class=\"label\" x=\"%d\" y=\"18\">%d</text>\n",
                     LEFT + hour * CELL_WIDTH + CELL_WIDTH / 2, hour);
    size_t label_every = height < 14 ? 7 : 1;
    for (size_t day = 0; day < heat->days_count; day++) {
        double y = 28 + height * (double)day;
        if (day % label_every == 0)
            buffer_print(out, "<text class=\"day\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT - 8,
                         y + height / 2 + 4, heat->day_labels[day]);
        for (int hour = 0; hour < 24; hour++)
            add_cell(out, class_of(heat, heat->hours[day][hour]), LEFT + hour * CELL_WIDTH, y, height);
    }
    buffer_add(out, "</svg>\n");
}
