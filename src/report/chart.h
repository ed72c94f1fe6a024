// chart.h - charts as SVG, readable in grey: bars, a heat map, cumulative lines. Labels stand where they
// belong.
#pragma once

#include <stdint.h>

#include "base/arena.h"

struct chart_bar {
    const char *label;
    double value;
    const char *words; // above the bar
    bool strong;       // the bar that the heading speaks of
};

// Upright bars; every `label_every`-th label is written.
void chart_bars(struct buffer *out, const struct chart_bar *bars, size_t count, size_t label_every,
                const char *title);

// Days x 24 hours. `levels` are the lower bounds of the darker classes, descending; each cell holds its
// number of class as a shape too, so that a photocopy keeps it.
struct chart_heat {
    const char *const *day_labels;
    const int64_t (*hours)[24];
    size_t days_count;
    int64_t levels[3];
};
void chart_heat(struct buffer *out, const struct chart_heat *heat, const char *title);

// A group of digits with commas: "1,127,256", in `target` of CHART_NUMBER_SIZE bytes.
#define CHART_NUMBER_SIZE 32
const char *chart_number(char target[CHART_NUMBER_SIZE], int64_t number);
