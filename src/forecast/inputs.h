// inputs.h - everything a forecast goes by when there is no store: files on the command line.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "forecast/demand.h"

struct inputs_paths {
    const char *csv;       // NULL: no counts, see demand_options.expected_per_day
    const char *holidays;  // "japan", "none" or a file; NULL: japan
    const char *occasions; // a file; NULL: none known
    struct series_options series;
};

struct inputs {
    struct series series;
    struct holidays holidays;
    struct occasions occasions;
};

// Reads them all; an error names the file. Without counts the series is empty and begins on `today`.
MUST_CHECK bool inputs_read(const struct inputs_paths *paths, int64_t today, struct inputs *ret_inputs,
                            struct error *err);
void inputs_done(struct inputs *inputs);

// Counts of another campaign begin with its launch and end with its deadline, unless its occasions say
// otherwise.
void inputs_assume_dates(struct inputs *lent);

// What there is to say of them, one sentence a call, in English.
void inputs_tell(const struct inputs *inputs, void (*tell)(void *context, const char *sentence),
                 void *context);
// The same of an earlier campaign's counts that lend their profile.
void inputs_tell_lent(const struct inputs *lent, void (*tell)(void *context, const char *sentence),
                      void *context);
