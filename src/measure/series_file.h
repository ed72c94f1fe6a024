// series_file.h - reads figures by time: arrivals (start, count) or daily figures (date, and a column a
// figure).
//
// Of daily figures these columns are taken: downloads alone, or one a store
// (downloads_ios, downloads_android). Other names are given by --map: date=Date,downloads_ios=Downloads; then
// only the columns that it names are taken.
#pragma once

#include "measure/map.h"
#include "measure/table.h"

#define SERIES_FILE_ROWS_MAX  200000
#define SERIES_FILE_VALUE_MAX INT64_C(1000000000)
#define SERIES_FILE_FIGURES   8

enum series_kind { SERIES_ARRIVALS, SERIES_DAILY };

struct series_row {
    int64_t time;                        // arrivals: start in ms; daily: civil days since 1970-01-01
    int64_t value;                       // arrivals
    int64_t values[SERIES_FILE_FIGURES]; // daily: by figure; -1: the field was empty
};

struct series_file;

// ERROR_INVALID: the map. The result must live as long as the file.
MUST_CHECK bool series_file_new(enum series_kind kind, const char *map, struct import_result *result,
                                struct series_file **ret_file, struct error *err);
void series_file_free(struct series_file *file); // NULL is fine
MUST_CHECK bool series_file_feed(struct series_file *file, const char *bytes, size_t length,
                                 struct error *err);
MUST_CHECK bool series_file_finish(struct series_file *file, struct error *err);
// By time, each once.
const struct series_row *series_file_rows(const struct series_file *file, size_t *ret_count);
// Arrivals: the length of an interval, the smallest distance between two; an hour when there is one.
int64_t series_file_slot_ms(const struct series_file *file);
// Daily: the names of the figures, by their place in `values`.
const char *const *series_file_figures(const struct series_file *file, size_t *ret_count);
