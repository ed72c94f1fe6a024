// sheet.h - one sheet of paper: a number, a heading that says what it shows, chart, table, definition, foot.
//
// All sections write through here, so that they look alike. Texts that come from outside go through
// sheet_escape; numbers and short texts live in the report's arena.
#pragma once

#include "report/report.h"

#define SHEET_SECTIONS_MAX 16

struct sheets {
    const struct report *report;
    struct buffer out;
    int section;                    // of the report, 1 to 12
    const char *name;               // of the section
    int named;                      // the last section with a sheet: links lead to the first one of each
    int made, in_all;               // sheets; in_all is 0 while they are counted
    int starts[SHEET_SECTIONS_MAX]; // the first sheet of each section; 0: not known yet
};

// Opens a sheet of the current section with its heading sentence, in HTML.
void sheet_open(struct sheets *sheets, const char *heading, ...) PRINTF_LIKE(2, 3);
// Closes it with the definition of what was shown.
void sheet_close(struct sheets *sheets, const char *definition);
// A whole sheet of a section for which there is no data: one plain sentence.
void sheet_without_data(struct sheets *sheets, const char *sentence, const char *what_to_do);

// Adds HTML to the open sheet; texts of others must have been escaped.
void sheet_print(struct sheets *sheets, const char *format, ...) PRINTF_LIKE(2, 3);
void sheet_add(struct sheets *sheets, const char *text);
// "1,127,256", safe to use many times in one call; "" when the arena is full.
const char *sheet_number(struct sheets *sheets, int64_t number);
const char *sheet_text(struct sheets *sheets, const char *format, ...) PRINTF_LIKE(2, 3);
const char *sheet_escape(struct sheets *sheets, const char *text);
// A large figure with its words beneath.
void sheet_figure(struct sheets *sheets, const char *value, const char *words);
// A table; rows are the caller's. The first column is text, the others numbers.
void sheet_table_open(struct sheets *sheets, const char *const *columns, size_t count);
void sheet_table_close(struct sheets *sheets);

// "2025年12月15日(月) 13時から2025年12月26日(金) 18時まで".
const char *sheet_span(struct sheets *sheets);
double sheet_percent(int64_t part, int64_t whole); // 0 when there is no whole
// "61.6%"; what is not quite all is never rounded to "100.0%".
const char *sheet_share(struct sheets *sheets, double percent);
// "35秒", "1分20秒", "2時間5分".
const char *sheet_duration(struct sheets *sheets, int64_t duration_ms);

// The style sheet that stands within the page: sheet.css, as it is.
const char *sheet_style(void);
