// report.h - the verification report: what happened, in plain figures, as a page, as data and as tables.
//
// Every sentence is computed from the figures. The same store gives the same bytes: the report carries the
// date of its data, not of its making.
#pragma once

#include "campaign/campaign.h"
#include "measure/figures.h"

struct report {
    const struct campaign *campaign;
    const struct figures *figures;
    int64_t heat_levels[3]; // accesses an hour: from which on a cell is 多い, 中, 少ない; descending
    struct arena *arena;
};

// One self-contained page in Japanese, A4 landscape when printed. NULL when the arena is full.
const char *report_html(const struct report *report, size_t *ret_length);
// The same figures as one JSON document. NULL when the arena is full.
const char *report_json(const struct report *report, size_t *ret_length);

struct report_table {
    const char *file; // "accesses.csv"
    const char *text; // UTF-8 with a mark, so that spreadsheets read Japanese
    size_t length;
};
#define REPORT_TABLES 6
// Every table as CSV; ERROR_UNAVAILABLE when the arena is full.
MUST_CHECK bool report_tables(const struct report *report, struct report_table ret_tables[REPORT_TABLES],
                              struct error *err);

// What the sections say and how the tables name things, shared by page and tables.
struct report_shares {
    double of_reached;  // left / reached this screen, in percent
    double of_entrants; // left here / reached the first screen, in percent
};
struct report_shares report_shares(const struct figures *figures, int screen);
const char *report_screen_name(int screen); // "本人確認の同意"
// "2月2日(月)".
const char *report_day(const struct report *report, int64_t day_ms);
