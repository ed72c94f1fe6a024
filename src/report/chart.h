// chart.h - charts as SVG, readable in grey: bars, rows, a strip, lines, a heat map. Labels stand where they
// belong, there are no legends.
#pragma once

#include <stdint.h>

#include "base/arena.h"

struct chart_bar {
    const char *label;
    double value;
    double part;       // of the value, drawn strong; 0: none
    const char *words; // above the bar; NULL: none
    bool strong;       // the bar that the heading speaks of
};

// How much of a sheet a chart takes.
enum chart_form {
    CHART_WIDE,  // the whole width, some half of the height
    CHART_LOW,   // the whole width, less high: a table with many rows follows
    CHART_HALF,  // beside another one
    CHART_STRIP, // a few hundred bars
};

// Upright bars; every `label_every`-th label is written.
struct chart_bars {
    enum chart_form form;
    const struct chart_bar *bars;
    size_t count, label_every;
};
void chart_bars(struct buffer *out, const struct chart_bars *chart, const char *title);
// Lying bars, the label before and the words behind them.
void chart_rows(struct buffer *out, const struct chart_bar *bars, size_t count, const char *title);

// Lines over the same days, their name and last value at their end.
struct chart_line {
    const double *values;
    const char *label;
    const char *style; // class: "line", "line2", "line3"
};
struct chart_lines {
    enum chart_form form;
    const struct chart_line *lines; // from the highest to the lowest at their end
    size_t count, points;
    const char *first, *last; // labels of the ends
};
void chart_lines(struct buffer *out, const struct chart_lines *chart, const char *title);

// A whole cut into parts from left to right, a row each; every part with its share in it and its name below.
#define CHART_PARTS_MAX 12
enum chart_tone { TONE_EVEN, TONE_GOOD2, TONE_GOOD1, TONE_BAD1, TONE_BAD2 }; // blue, pale, grey
struct chart_part {
    const char *name;
    double share; // in percent
    enum chart_tone tone;
};
struct chart_parts {
    const char *label;
    const char *words; // behind the bar
    size_t count;
    struct chart_part parts[CHART_PARTS_MAX];
};
void chart_shares(struct buffer *out, const struct chart_parts *rows, size_t count, const char *title);

// Days x 24 hours. `levels` are the lower bounds of the darker classes, descending; each cell holds its
// class as a shape too, so that a photocopy keeps it. What the shades mean stands below.
#define CHART_NO_CELL (-1) // an hour outside of the span: nothing is drawn
struct chart_heat {
    const char *const *day_labels;
    const int64_t (*hours)[24];
    size_t days_count;
    int64_t levels[3];
    const char *level_words[4]; // from the darkest class to the lightest
};
void chart_heat(struct buffer *out, const struct chart_heat *heat, const char *title);

// A group of digits with commas: "1,127,256", in `target` of CHART_NUMBER_SIZE bytes.
#define CHART_NUMBER_SIZE 32
const char *chart_number(char target[CHART_NUMBER_SIZE], int64_t number);
