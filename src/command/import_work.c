// import_work.c - the kinds of files, each a handful of calls into measure.
#include "command/import_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "campaign/campaign.h"
#include "forecast/holidays_store.h"
#include "measure/calls.h"
#include "measure/calls_file.h"
#include "measure/daily.h"
#include "measure/imported.h"
#include "measure/survey.h"
#include "measure/survey_file.h"

#define HOLIDAYS_BYTES_MAX ((size_t)1 << 20)

static bool calls_open(struct import_work *work, struct error *err) {
    const struct calls_file_options options = {.map = work->options->map,
                                               .within_s = work->options->within_s};
    struct calls_file *file = NULL;
    if (!calls_file_new(&options, work->result, &file, err))
        return false;
    work->state = file;
    return true;
}

static bool calls_feed(struct import_work *work, const char *bytes, size_t length, struct error *err) {
    return calls_file_feed(work->state, bytes, length, err);
}

static bool calls_finish(struct import_work *work, struct error *err) {
    return calls_file_finish(work->state, err);
}

static bool calls_into_store(struct import_work *work, struct session *session, int64_t id,
                             struct error *err) {
    size_t count = 0, topics_count = 0;
    bool whole = false;
    const struct calls_row *rows = calls_file_rows(work->state, &count, &whole);
    const struct call_topic *topics = calls_file_topics(work->state, &topics_count);
    return calls_store(session, id, whole, rows, count, err) &&
           call_topics_store(session, id, whole, topics, topics_count, err);
}

static void calls_close(struct import_work *work) {
    calls_file_free(work->state);
}

static bool log_open(struct import_work *work, struct error *err) {
    if (work->shared == NULL)
        work->shared = access_log_new(work->now_ms);
    if (work->shared == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    access_log_begin(work->shared, work->result);
    return true;
}

static bool log_feed(struct import_work *work, const char *bytes, size_t length, struct error *err) {
    return access_log_feed(work->shared, bytes, length, err);
}

static bool log_finish(struct import_work *work, struct error *err) {
    return access_log_finish(work->shared, err);
}

static bool log_into_store(struct import_work *work, struct session *session, int64_t id, struct error *err) {
    return imported_store_log(session, id, work->shared, err);
}

static void log_close(struct import_work *work) {
    (void)work; // what the devices are is for the next file, too
}

static void log_end(struct import_work *work) {
    access_log_free(work->shared);
}

static bool series_open(struct import_work *work, enum series_kind kind, struct error *err) {
    struct series_file *file = NULL;
    if (!series_file_new(kind, work->options->map, work->result, &file, err))
        return false;
    work->state = file;
    return true;
}

static bool arrivals_open(struct import_work *work, struct error *err) {
    return series_open(work, SERIES_ARRIVALS, err);
}

static bool daily_open(struct import_work *work, struct error *err) {
    return series_open(work, SERIES_DAILY, err);
}

static bool series_feed(struct import_work *work, const char *bytes, size_t length, struct error *err) {
    return series_file_feed(work->state, bytes, length, err);
}

static bool series_finish(struct import_work *work, struct error *err) {
    return series_file_finish(work->state, err);
}

static bool arrivals_into_store(struct import_work *work, struct session *session, int64_t id,
                                struct error *err) {
    size_t count = 0;
    const struct series_row *rows = series_file_rows(work->state, &count);
    return imported_store_arrivals(session, id, rows, count, series_file_slot_ms(work->state), err);
}

static bool daily_into_store(struct import_work *work, struct session *session, int64_t id,
                             struct error *err) {
    return daily_store(session, id, work->state, err);
}

static void series_close(struct import_work *work) {
    series_file_free(work->state);
}

static bool survey_open(struct import_work *work, struct error *err) {
    struct survey_file *file = NULL;
    struct questionnaire *questionnaire = work->shared;
    if (questionnaire == NULL && !questionnaire_open(work->options->questions, &questionnaire, err))
        return false;
    work->shared = questionnaire;
    if (!survey_file_new(questionnaire, work->options->map, work->result, &file, err))
        return false;
    work->state = file;
    return true;
}

static bool survey_feed(struct import_work *work, const char *bytes, size_t length, struct error *err) {
    return survey_file_feed(work->state, bytes, length, err);
}

static bool survey_finish(struct import_work *work, struct error *err) {
    return survey_file_finish(work->state, err);
}

static bool survey_into_store(struct import_work *work, struct session *session, int64_t id,
                              struct error *err) {
    struct campaign campaign;
    return campaign_load(session, NULL, &campaign, err) &&
           survey_store(session, id, campaign.id, work->now_ms, work->state, err);
}

static void survey_close(struct import_work *work) {
    survey_file_free(work->state);
}

static void survey_end(struct import_work *work) {
    questionnaire_free(work->shared);
}

// The list is taken as a whole or not at all: a year with a holiday missing would be forecast wrong.
struct holidays_file {
    struct holidays holidays;
    size_t length;
    char bytes[HOLIDAYS_BYTES_MAX];
};

static bool holidays_open(struct import_work *work, struct error *err) {
    work->state = calloc(1, sizeof(struct holidays_file));
    return work->state != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

static bool holidays_feed(struct import_work *work, const char *bytes, size_t length, struct error *err) {
    struct holidays_file *file = work->state;
    if (length >= HOLIDAYS_BYTES_MAX - file->length)
        return error_set(err, ERROR_EXHAUSTED, "a list of holidays has less than 1 MiB");
    memcpy(file->bytes + file->length, bytes, length);
    file->length += length;
    return true;
}

static bool holidays_finish(struct import_work *work, struct error *err) {
    struct holidays_file *file = work->state;
    FILE *stream = file->length == 0 ? NULL : fmemopen(file->bytes, file->length, "r");
    bool good = stream == NULL || holidays_read(stream, &file->holidays, err);
    if (stream != NULL)
        (void)fclose(stream);
    if (good && file->holidays.count == 0)
        return error_set(err, ERROR_INVALID, "there is no holiday in it");
    work->result->read = work->result->taken = file->holidays.count;
    return good;
}

static bool holidays_into_store(struct import_work *work, struct session *session, int64_t id,
                                struct error *err) {
    const struct holidays_file *file = work->state;
    return holidays_store(session, id, &file->holidays, err);
}

static void holidays_close(struct import_work *work) {
    struct holidays_file *file = work->state;
    if (file != NULL)
        holidays_done(&file->holidays);
    free(file);
}

static const struct import_type types[] = {
    {.kind = IMPORT_HOLIDAYS,
     .open = holidays_open,
     .feed = holidays_feed,
     .finish = holidays_finish,
     .store = holidays_into_store,
     .close = holidays_close},
    {.kind = IMPORT_SURVEY,
     .takes_map = true,
     .open = survey_open,
     .feed = survey_feed,
     .finish = survey_finish,
     .store = survey_into_store,
     .close = survey_close,
     .end = survey_end},
    {.kind = IMPORT_ACCESS_LOG,
     .open = log_open,
     .feed = log_feed,
     .finish = log_finish,
     .store = log_into_store,
     .close = log_close,
     .end = log_end},
    {.kind = IMPORT_ARRIVALS,
     .takes_map = true,
     .open = arrivals_open,
     .feed = series_feed,
     .finish = series_finish,
     .store = arrivals_into_store,
     .close = series_close},
    {.kind = IMPORT_DAILY,
     .takes_map = true,
     .open = daily_open,
     .feed = series_feed,
     .finish = series_finish,
     .store = daily_into_store,
     .close = series_close},
    {.kind = IMPORT_CALLS,
     .takes_map = true,
     .takes_within = true,
     .open = calls_open,
     .feed = calls_feed,
     .finish = calls_finish,
     .store = calls_into_store,
     .close = calls_close},
};

const struct import_type *import_type_find(const char *name) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(import_kind_name(types[i].kind), name) == 0)
            return &types[i];
    return NULL;
}
