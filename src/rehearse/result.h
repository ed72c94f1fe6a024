// result.h - what a rehearsal saw, what the server says it did, and whether that is good enough.
//
// The rehearsal counts for itself; the server counts in its own transactions. Only when every number that
// both know is equal do they agree.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/histogram.h"
#include "rehearse/plan.h"
#include "rehearse/walker.h"

// What both sides count.
struct result_counts {
    int64_t accesses, residents, granted, points;
    int64_t reached[PLAN_SCREENS], went_on[PLAN_SCREENS];
};
#define RESULT_COUNTS (4 + 2 * PLAN_SCREENS)

struct result {
    int64_t started, finished, left, refused; // residents
    int64_t unfinished;                       // still walking when the rehearsal was stopped
    int64_t requests;                         // sent
    int64_t lost;                             // of those, without an answer
    int64_t retries;
    int64_t waited; // answers of the gate that somebody has to wait
    int64_t left_at[PLAN_SCREENS];
    int64_t refused_at[WALKER_STEPS];
    int64_t statuses[6];       // answers by the first digit of their status
    struct histogram *latency; // microseconds from the intended start, all steps
    struct histogram *latency_of[WALKER_STEPS];
    struct result_counts counts; // what the server should have counted
    struct result_counts server; // what it did count
    bool server_known;
    double wall_s;
};

// Nothing counted yet. ERROR_UNAVAILABLE: no memory.
MUST_CHECK bool result_init(struct result *result, struct error *err);
void result_done(struct result *result);

// One answer (status 0: none) after `latency_us`.
void result_note_answer(struct result *result, enum walker_step step, int status, int64_t latency_us);
// The step was answered as hoped for; `points` of an application.
void result_note_good(struct result *result, enum walker_step step, int64_t points);
void result_note_end(struct result *result, enum walker_step step, const struct walker_next *next);

// Reads the document of GET /api/v1/sandbox/counts.
MUST_CHECK bool result_counts_parse(const char *text, struct result_counts *ret_counts, struct error *err);
// after - before.
struct result_counts result_counts_since(const struct result_counts *after,
                                         const struct result_counts *before);
// Every count is the same on both sides; false also while the server's are not known.
bool result_server_agrees(const struct result *result);

// True when every threshold of the plan holds; else the first that does not stands in `ret_words`.
#define RESULT_WORDS_MAX 160
bool result_is_good(const struct result *result, const struct plan *plan, char ret_words[RESULT_WORDS_MAX]);

// The whole as JSON (a new reference, NULL when memory is exhausted) and as text for people.
json_t *result_json(const struct result *result);
char *result_text(const struct result *result, struct arena *arena);
