// figures.h - what was counted in a span of time, read from the store into plain arrays: what a report stands
// on.
//
// Every figure is a sum of exact counts. Days and hours are those of the zone.
#pragma once

#include <stdint.h>

#include "base/histogram.h"
#include "measure/count.h"

#define FIGURES_DAYS_MAX   800
#define FIGURES_ROUTES_MAX 64

struct figures_day {
    int64_t start_ms;
    int64_t hours[24];          // accesses
    int64_t verified_hours[24]; // identity checks that were finished
    int64_t accesses, users, verified, granted;
    // Accesses that imported files tell of, only of hours in which the service counted none itself; they
    // are in no other figure.
    int64_t imported_hours[24], imported;
};

struct figures_route {
    const char *route;
    struct histogram *histogram; // owned by the figures
};

struct figures {
    int64_t from_ms, to_ms; // [from, to)
    int64_t last_ms; // start of the last hour in which anything was counted or imported; 0: nothing was
    struct figures_day *days; // every day of the span, also those without anything
    size_t days_count;
    int64_t accesses, requests, users, verified, granted, points;
    int64_t imported;        // of all days
    double imported_devices; // different ones in imported access logs, estimated; 0: there are no logs
    int64_t reached[COUNT_SCREENS + 1], went_on[COUNT_SCREENS + 1]; // by enum count_step
    int64_t hops, outcomes[32];                                     // by enum identity_outcome
    int64_t verified_hour_max, verified_day_max;
    // All routes together, in hours with at least busy_per_hour accesses and in the others; NULL: not asked.
    struct histogram *busy, *quiet;
    struct figures_route routes[FIGURES_ROUTES_MAX];
    size_t routes_count;
};

struct figures_span {
    int64_t campaign_id;
    int64_t from_ms, to_ms; // [from, to); 0: from the first count, to the last
    int64_t opens_ms; // with from_ms 0: what was counted before is left out, unless there is nothing after
    int64_t busy_per_hour; // accesses; 0: no histograms apart
};

// Reads all of it, in one moment of the store when the caller began one; arrays lie in the arena. from_ms 0:
// from the first count; to_ms 0: to the last. ERROR_EXHAUSTED: more than FIGURES_DAYS_MAX days.
MUST_CHECK bool figures_read(struct session *session, const struct figures_span *span, struct arena *arena,
                             struct figures *ret_figures, struct error *err);
void figures_done(struct figures *figures); // frees the histograms
