// plot.h - demand, capacity, pace and waits of a run as an SVG picture.
#pragma once

#include <stdbool.h>

#include "plant.h"

#define PLOT_RUNS_MAX 4

struct plot_run {
    const char *name;
    const struct plant_result *result;
};

// Writes the file; false when it cannot be written.
bool plot_write(const char *path, const char *title, const struct plot_run *runs, int runs_length);
