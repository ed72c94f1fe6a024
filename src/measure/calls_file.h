// calls_file.h - reads what a telephone system writes: a row an interval, or a row a call.
//
// Interval rows: start, offered, answered, abandoned, and perhaps wait_s, abandoned_wait_s, talk_s,
// after_call_s, answered_within (or answered_within_s). Of offered, answered and abandoned one may be
// missing. Shorter intervals are added up to half-hours.
// Rows of one call are told by a column `outcome`: start (or date and time), outcome, wait_s, talk_s,
// after_call_s. Which outcomes mean what is said by answered=, abandoned= and ignored= lists of values. A
// caller who hung up before there was anything to wait for (queued= a column that is empty or zero then) was
// not offered to anybody and is passed over. kind= and kinds= name a column and all the values that it may
// have: other values are the mark of a line whose fields have shifted.
#pragma once

#include "measure/call_topics.h"
#include "measure/calls.h"
#include "measure/map.h"
#include "measure/table.h"

#define CALLS_FILE_HALF_HOURS_MAX 100000 // five years of them

struct calls_file_options {
    const char *map; // see map.h, or the name of a map that comes with the program; NULL: our own names
    int64_t within_s;
};

struct calls_file;

// ERROR_INVALID: the map. The result must live as long as the file.
MUST_CHECK bool calls_file_new(const struct calls_file_options *options, struct import_result *result,
                               struct calls_file **ret_file, struct error *err);
void calls_file_free(struct calls_file *file); // NULL is fine
MUST_CHECK bool calls_file_feed(struct calls_file *file, const char *bytes, size_t length, struct error *err);
MUST_CHECK bool calls_file_finish(struct calls_file *file, struct error *err);
// The half-hours by time; `ret_whole`: they are statements about the half-hour (calls_store).
const struct calls_row *calls_file_rows(const struct calls_file *file, size_t *ret_count, bool *ret_whole);
// What they were about, by time; none without a column of topics.
const struct call_topic *calls_file_topics(const struct calls_file *file, size_t *ret_count);
