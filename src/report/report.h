// report.h - the verification report: what happened, in plain figures, as a page, as data and as tables.
//
// Every sentence is computed from the figures. The same store gives the same bytes: the report carries the
// date of its data, not of its making. A section without data says so.
#pragma once

#include "campaign/campaign.h"
#include "forecast/calendar.h"
#include "forecast/holidays.h"
#include "gate/promise.h"
#include "measure/calls.h"
#include "measure/figures.h"
#include "measure/funnel.h"
#include "measure/participants.h"
#include "measure/survey.h"

struct report {
    const struct campaign *campaign;
    const struct figures *figures;       // of the span
    const struct participants *people;   // up to its end
    const struct funnel_result *funnel;  // of those who began in it
    const struct calls *calls;           // of the span; NULL: none
    const struct survey_results *survey; // of the campaign; NULL: no answers
    const struct questionnaire *questionnaire;
    const struct calendar *calendar;               // of the app, as last published; NULL: none
    struct promise_record promised[PROMISE_SPANS]; // waits at the gate that were told, by their length
    const struct holidays *holidays;
    const char *note;       // the operator's text for section 10; NULL: the rules write it
    int64_t downloads;      // up to the end of the span; 0: not known
    int64_t suppress_below; // k of small cells
    int64_t heat_levels[3]; // accesses an hour: from which on a cell is 多い, 中, 少ない; descending
    struct arena *arena;
};

// What to read, and how.
struct report_query {
    const char *campaign;   // its id as others see it; NULL: the newest
    int64_t from_ms, to_ms; // [from, to); 0: from the opening or the first count after it, to the last
    int64_t suppress_below;
    int64_t heat_levels[3];
    const char *questions; // file with the survey's questions; "": those that come with the program
};
// What is asked when nobody says otherwise.
extern const struct report_query report_query_default;
#define REPORT_ARENA_BYTES_MAX ((size_t)160 << 20) // enough for a year and a million residents

// Reads everything in one moment of the store, into the arena. A campaign without a published calendar shows
// that of the newest one: what comes next. report_done frees what does not lie there.
MUST_CHECK bool report_read(struct session *session, const struct report_query *query, struct arena *arena,
                            struct report *ret_report, struct error *err);
void report_done(struct report *report);

// One self-contained page in Japanese, A4 landscape when printed. NULL when the arena is full.
const char *report_html(const struct report *report, size_t *ret_length);
// The same figures as one JSON document. NULL when the arena is full.
const char *report_json(const struct report *report, size_t *ret_length);

struct report_table {
    const char *file; // "accesses.csv"
    const char *text; // UTF-8 with a mark, so that spreadsheets read Japanese
    size_t length;
};
#define REPORT_TABLES 10
// Every table as CSV; ERROR_UNAVAILABLE when the arena is full.
MUST_CHECK bool report_tables(const struct report *report, struct report_table ret_tables[REPORT_TABLES],
                              struct error *err);

// What the sections say and how the tables name things, shared by page and tables.
const char *report_screen_name(int screen); // "本人確認の同意"
// How many got the app: downloads that were imported, else devices that opened it for the first time, as
// counted here; 0: neither is known.
int64_t report_installs(const struct report *report);
const char *report_installs_name(const struct report *report); // "ダウンロード"
const char *report_installs_unit(const struct report *report); // "回"
const char *report_band_name(int band);                        // "15～19歳", "20代", by enum age_band
const char *report_exit_name(enum funnel_exit exit);           // "取りやめ"
const char *report_wait_name(size_t span);                     // "5分まで", of PROMISE_SPANS
const char *report_day(const struct report *report, int64_t day_ms);       // "2月2日(月)"
const char *report_day_short(const struct report *report, int64_t day_ms); // "2/2(月)"
bool report_day_is_off(const struct report *report, int64_t day_ms);       // weekend or public holiday
