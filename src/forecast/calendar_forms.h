// calendar_forms.h - a calendar as a page, an iCalendar file, JSON, CSV and a picture.
//
// All of them show the same view: four weeks by day and band, or the campaign by phases. The page needs no
// script, tells levels by shape, word and colour, and prints on one sheet of A4.
#pragma once

#include "base/arena.h"
#include "forecast/calendar.h"
#include "forecast/calendar_words.h"

enum calendar_form { CALENDAR_HTML, CALENDAR_ICS, CALENDAR_JSON, CALENDAR_CSV, CALENDAR_SVG };
MUST_CHECK bool calendar_form_parse(const char *text, enum calendar_form *ret_form); // "html", "ics", ...
const char *calendar_form_type(enum calendar_form form); // "text/calendar; charset=utf-8", ...

struct calendar_view {
    enum calendar_series series;
    const struct calendar *calendar; // NULL: none was published yet
    const struct calendar *before;   // the version before it; NULL: none
    const struct holidays *holidays;
    const struct calendar_language *language;
    const struct calendar_language *languages; // to choose from on the page; NULL: none
    size_t languages_count;
    const char *campaign;      // its name, perhaps with readings
    const char *campaign_lang; // the tag of the language that it is in; NULL: that of the words
    const char *host;          // a name that only this campaign has: it makes the UIDs of events ours
    const char *style;         // a style sheet to put into the page; NULL: links to `style_link`
    const char *style_link;
    const char *news;    // HTML: what the city says to everybody, above the page; NULL: nothing stands there
    const char *address; // "https://points.example": where the calendar can be subscribed to; NULL: nowhere
    bool brief;          // JSON: only how it is now and when it is quiet next
    bool year;           // by phases; else the days from `from_day` on
    int64_t from_day;
    int64_t today; // with the hour of the day
    int hour;
};

// The days on which it will be quiet next, with their hours: "今日 12時〜20時", in the arena; at most three.
#define CALENDAR_TIMES_MAX 3
size_t calendar_times(const struct calendar_view *view, const struct calendar_words *words,
                      struct arena *arena, const char *ret_times[CALENDAR_TIMES_MAX]);
// The same in a sentence, or that there are none; "" without a calendar or after its end.
const char *calendar_advice(const struct calendar_view *view, const struct calendar_words *words,
                            struct arena *arena);

// Writes the view into a buffer; a failed buffer says that memory was short.
void calendar_write(const struct calendar_view *view, enum calendar_form form, struct buffer *out);
