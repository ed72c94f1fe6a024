// plot.c - see plot.h.
#include "plot.h"

#include <math.h>
#include <stdio.h>

#define WIDTH        1000.0
#define LEFT         70.0
#define PANEL_HEIGHT 150.0
#define PANEL_GAP    46.0
#define HEAD         60.0
#define BIN_S        20 // seconds a point, averaged
#define RATE_MAX     120.0
#define WAIT_MAX_S   120.0

enum series { CAPACITY, PACE, ARRIVED, COMPLETED, WAIT, SERIES };

static const struct {
    const char *name, *colour, *dashes;
} looks[SERIES] = {
    [CAPACITY] = {"capacity of the provider", "#1a1a1c", "none"},
    [PACE] = {"pace (let in a second)", "#0017c1", "none"},
    [ARRIVED] = {"demand on the provider", "#c16800", "6 3"},
    [COMPLETED] = {"completed", "#197a4b", "2 2"},
    [WAIT] = {"wait inside", "#ce0000", "none"},
};

static double value(const struct plant_second *second, enum series series) {
    const double values[SERIES] = {second->capacity, second->pace, second->arrived, second->completed,
                                   second->wait_s};
    return values[series];
}

static double mean(const struct plant_result *result, size_t from, enum series series) {
    double sum = 0;
    size_t count = 0;
    for (; count < BIN_S && from + count < result->seconds_length; count++)
        sum += value(&result->seconds[from + count], series);
    return count == 0 ? 0 : sum / (double)count;
}

static double x_of(const struct plant_result *result, double second) {
    return LEFT + (WIDTH - LEFT - 20) * second / (double)result->seconds_length;
}

static void draw_line(FILE *file, const struct plot_run *run, enum series series, double top) {
    double limit = series == WAIT ? WAIT_MAX_S : RATE_MAX;
    fprintf(file,
            "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" stroke-dasharray=\"%s\" points=\"",
            looks[series].colour, looks[series].dashes);
    for (size_t from = 0; from < run->result->seconds_length; from += BIN_S) {
        double height = fmin(mean(run->result, from, series), limit) / limit * PANEL_HEIGHT;
        fprintf(file, "%.1f,%.1f ", x_of(run->result, (double)from + BIN_S / 2.0),
                top + PANEL_HEIGHT - height);
    }
    fprintf(file, "\"/>\n");
}

static void draw_panel(FILE *file, const struct plot_run *run, double top) {
    const struct plant_result *result = run->result;
    fprintf(file,
            "<text x=\"%.0f\" y=\"%.1f\" font-weight=\"bold\">%s: %.1f %% of the possible completions, P95 "
            "%.0f s</text>\n",
            LEFT, top - 8, run->name, 100 * (double)result->completed / result->possible, result->wait_p95_s);
    fprintf(file,
            "<rect x=\"%.0f\" y=\"%.1f\" width=\"%.0f\" height=\"%.0f\" fill=\"#f8f8fb\" stroke=\"#999\"/>\n",
            LEFT, top, WIDTH - LEFT - 20, PANEL_HEIGHT);
    for (int tick = 0; tick <= 4; tick++) {
        double y = top + PANEL_HEIGHT * (1 - tick / 4.0);
        fprintf(file, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>\n", LEFT - 6, y + 4,
                RATE_MAX * tick / 4);
    }
    for (size_t second = 0; second <= result->seconds_length; second += 600)
        fprintf(file, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%zu</text>\n",
                x_of(result, (double)second), top + PANEL_HEIGHT + 14, second);
    for (int series = 0; series < SERIES; series++)
        draw_line(file, run, (enum series)series, top);
}

static void draw_legend(FILE *file) {
    for (int series = 0; series < SERIES; series++) {
        double x = LEFT + 180 * series;
        fprintf(file,
                "<line x1=\"%.0f\" y1=\"36\" x2=\"%.0f\" y2=\"36\" stroke=\"%s\" stroke-width=\"2\" "
                "stroke-dasharray=\"%s\"/>",
                x, x + 24, looks[series].colour, looks[series].dashes);
        fprintf(file, "<text x=\"%.0f\" y=\"40\">%s</text>\n", x + 30, looks[series].name);
    }
}

bool plot_write(const char *path, const char *title, const struct plot_run *runs, int runs_length) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    double height = HEAD + runs_length * (PANEL_HEIGHT + PANEL_GAP) + 10;
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" "
            "font-size=\"12\" role=\"img\"><title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" "
            "fill=\"#fff\"/>\n"
            "<text x=\"%.0f\" y=\"18\" font-size=\"14\">%s (people a second and seconds; both axes end at "
            "120)</text>\n",
            WIDTH, height, title, LEFT, title);
    draw_legend(file);
    for (int run = 0; run < runs_length; run++)
        draw_panel(file, &runs[run], HEAD + 16 + run * (PANEL_HEIGHT + PANEL_GAP));
    fprintf(file, "</svg>\n");
    return fclose(file) == 0;
}
