#include "forecast/inputs.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"

#define SENTENCE_SIZE 320

static FILE *open_file(const char *path, struct error *err) {
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        error_set(err, ERROR_MISSING, "%.100s: %s", path, strerror(errno));
    return file;
}

static bool read_series(const struct inputs_paths *paths, int64_t today, struct series *ret_series,
                        struct error *err) {
    if (paths->csv == NULL)
        return series_from(NULL, 0, today, 60, ret_series, err);
    FILE *file = open_file(paths->csv, err);
    if (file == NULL)
        return false;
    bool good = series_read(file, &paths->series, ret_series, err);
    fclose(file);
    if (!good)
        error_prefix(err, "%.60s: ", paths->csv);
    return good;
}

static bool read_holidays(const char *path, struct holidays *ret_holidays, struct error *err) {
    *ret_holidays = holidays_none();
    if (path == NULL || text_equal(path, "japan"))
        return holidays_of_japan(ret_holidays, err);
    if (text_equal(path, "none"))
        return true;
    FILE *file = open_file(path, err);
    if (file == NULL)
        return false;
    bool good = holidays_read(file, ret_holidays, err);
    fclose(file);
    if (!good)
        error_prefix(err, "%.60s: ", path);
    return good;
}

static bool read_occasions(const char *path, struct occasions *ret_occasions, struct error *err) {
    *ret_occasions = occasions_none();
    if (path == NULL)
        return true;
    FILE *file = open_file(path, err);
    if (file == NULL)
        return false;
    bool good = occasions_read(file, ret_occasions, err);
    fclose(file);
    if (!good)
        error_prefix(err, "%.60s: ", path);
    return good;
}

bool inputs_read(const struct inputs_paths *paths, int64_t today, struct inputs *ret_inputs,
                 struct error *err) {
    struct inputs inputs = {0};
    if (!read_series(paths, today, &inputs.series, err) ||
        !read_holidays(paths->holidays, &inputs.holidays, err) ||
        !read_occasions(paths->occasions, &inputs.occasions, err)) {
        inputs_done(&inputs);
        return false;
    }
    *ret_inputs = inputs;
    return true;
}

void inputs_done(struct inputs *inputs) {
    series_done(&inputs->series);
    holidays_done(&inputs->holidays);
    occasions_done(&inputs->occasions);
}

void inputs_assume_dates(struct inputs *lent) {
    struct occasions *occasions = &lent->occasions;
    const struct series *series = &lent->series;
    size_t first = 0;
    while (first < series->count && !(series->counts[first] > 0))
        first++;
    double begin = series_time_of(series, first), end = series_time_of(series, series->count);
    bool launched = false, ended = false;
    for (size_t i = 0; i < occasions->launches; i++)
        launched |= occasions->launch[i] > begin - 1 && occasions->launch[i] < end;
    for (size_t i = 0; i < occasions->deadlines; i++)
        ended |= occasions->deadline[i] > begin && occasions->deadline[i] < end + 1;
    if (!launched && occasions->launches < OCCASIONS_LAUNCHES_MAX)
        occasions->launch[occasions->launches++] = begin;
    if (!ended && occasions->deadlines < OCCASIONS_DEADLINES_MAX)
        occasions->deadline[occasions->deadlines++] = end;
}

static size_t days_counted(const struct series *series) {
    size_t days = 0, last = SIZE_MAX;
    for (size_t slot = 0; slot < series->count; slot++)
        if (!isnan(series->counts[slot]) && slot / series->per_day != last) {
            last = slot / series->per_day;
            days++;
        }
    return days;
}

// Whoever reads a forecast that knows next to nothing is told so.
static void tell_how_little(const struct series *series, void (*tell)(void *context, const char *sentence),
                            void *context) {
    char sentence[SENTENCE_SIZE];
    size_t days = days_counted(series);
    if (series->notes.all_zero && days > 0)
        tell(context, "every count is zero: that is all the forecast knows; say how many are expected a day");
    else if (series->notes.all_zero)
        tell(context, "every count is zero: taken for a counter that did not count");
    if (days == 0) {
        tell(context, "there are no counts: this is an expectation, not a forecast");
    } else if (days < DEMAND_FEW_DAYS) {
        snprintf(sentence, sizeof sentence,
                 "only %zu %s counted: mostly this is a day assumed beforehand, and very uncertain", days,
                 days == 1 ? "day was" : "days were");
        tell(context, sentence);
    }
}

void inputs_tell(const struct inputs *inputs, void (*tell)(void *context, const char *sentence),
                 void *context) {
    const struct series_notes *notes = &inputs->series.notes;
    char sentence[SENTENCE_SIZE];
    tell_how_little(&inputs->series, tell, context);
    if (notes->bad > 0) {
        snprintf(sentence, sizeof sentence, "%zu %s could not be read; the first is line %" PRIu64 ": %s",
                 notes->bad, notes->bad == 1 ? "row" : "rows", notes->bad_line, notes->reason);
        tell(context, sentence);
    }
    if (notes->repeated > 0) {
        snprintf(sentence, sizeof sentence, "%zu %s the time of another; their mean is used", notes->repeated,
                 notes->repeated == 1 ? "row repeats" : "rows repeat");
        tell(context, sentence);
    }
    if (notes->outage > 0) {
        snprintf(sentence, sizeof sentence,
                 "%zu slots of zero where there are always many count as an outage", notes->outage);
        tell(context, sentence);
    }
    if (notes->missing > 0 && inputs->series.count > 0) {
        snprintf(sentence, sizeof sentence, "%zu of %zu slots %s no count", notes->missing,
                 inputs->series.count, notes->missing == 1 ? "has" : "have");
        tell(context, sentence);
    }
    if (notes->fractional > 0) {
        snprintf(sentence, sizeof sentence, "%zu %s", notes->fractional,
                 notes->fractional == 1 ? "count is not a whole number" : "counts are not whole numbers");
        tell(context, sentence);
    }
    double last = series_time_of(&inputs->series, inputs->series.count);
    for (size_t i = 0; i < inputs->occasions.deadlines; i++)
        if (inputs->occasions.deadline[inputs->occasions.deadlines - 1] < last && i == 0)
            tell(context, "every deadline lies in the past");
}

void inputs_tell_lent(const struct inputs *lent, void (*tell)(void *context, const char *sentence),
                      void *context) {
    char sentence[SENTENCE_SIZE];
    size_t days = days_counted(&lent->series);
    snprintf(sentence, sizeof sentence,
             "%zu %s of an earlier campaign %s the shape of days and weeks, not how many come", days,
             days == 1 ? "day" : "days", days == 1 ? "lends" : "lend");
    tell(context, sentence);
}
