// access_log.h - an access log of any size becomes counts by hour, and unique devices by day.
//
// A request is one line. An access is one opening by one device (devices.h), and devices are those of all
// files that are fed to the same log one after another: give rotated files in the order of time, and a visit
// that goes on over midnight counts once. Memory does not depend on the size of the files.
#pragma once

#include "measure/hyperloglog.h"
#include "measure/import.h"

#define ACCESS_LOG_LINE_BYTES_MAX ((size_t)65536)
#define ACCESS_LOG_DAYS_MAX       800 // in one file
#define ACCESS_LOG_CLASSES        6

struct access_hour {
    int64_t hour_ms; // civil hour
    uint64_t accesses, bytes;
    uint64_t requests[ACCESS_LOG_CLASSES]; // by the first digit of the status; [0] is not used
};

struct access_day {
    int64_t day; // civil days since 1970-01-01
    struct hyperloglog devices;
};

struct access_log;

// `now_ms`: a line from more than a day later is bad. NULL when memory is exhausted.
struct access_log *access_log_new(int64_t now_ms);
void access_log_free(struct access_log *log); // NULL is fine

// A new file: forgets the counts of the one before, and keeps its devices.
void access_log_begin(struct access_log *log, struct import_result *result);
// ERROR_EXHAUSTED: more than ACCESS_LOG_DAYS_MAX different days.
MUST_CHECK bool access_log_feed(struct access_log *log, const char *bytes, size_t length, struct error *err);
MUST_CHECK bool access_log_finish(struct access_log *log, struct error *err);

// What the file held, by time; valid until the next access_log_begin.
const struct access_hour *access_log_hours(const struct access_log *log, size_t *ret_count);
struct access_day *const *access_log_days(const struct access_log *log, size_t *ret_count);
