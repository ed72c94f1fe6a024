// imported.h - accesses, devices and arrivals that others measured, as the store keeps them.
//
// They stand beside what the service counts itself (figures.h) and are never added to it: the same visit may
// be in both. Files are added to one another; a file that was read again replaces what it gave before.
#pragma once

#include "measure/access_log.h"
#include "measure/series_file.h"
#include "store/store.h"

struct imported {
    struct access_hour *hours; // by time, only those with a request; all files together
    size_t hours_count;
    uint64_t accesses, requests, bytes; // of all hours
    double devices;                     // different ones over all days, estimated: 0.81 % standard error
    struct imported_day {
        int64_t day; // civil days since 1970-01-01
        double devices;
    } * days;
    size_t days_count;
};

// What access logs say about [from_ms, to_ms), 0: no bound; arrays lie in the arena.
MUST_CHECK bool imported_read(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                              struct imported *ret_imported, struct error *err);

// Accesses in [from_ms, to_ms) of hours in which the service counted none itself: from access logs and, where
// no log speaks, from arrivals in intervals of at most an hour. By time; `ret_hours` lies in the arena.
struct imported_elsewhere {
    int64_t hour_ms, accesses;
};
MUST_CHECK bool imported_elsewhere_read(struct session *session, int64_t from_ms, int64_t to_ms,
                                        struct arena *arena, struct imported_elsewhere **ret_hours,
                                        size_t *ret_count, struct error *err);

// What an import brings, in the caller's transaction; what the same file gave before is replaced.
MUST_CHECK bool imported_store_log(struct session *session, int64_t import_id, const struct access_log *log,
                                   struct error *err);
MUST_CHECK bool imported_store_arrivals(struct session *session, int64_t import_id,
                                        const struct series_row *rows, size_t rows_count, int64_t slot_ms,
                                        struct error *err);
