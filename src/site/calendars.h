// calendars.h - the published calendars in memory, and the thread that renews them.
//
// The planner's thread learns from the counts, once a day or when it is asked to, and publishes a version
// when anything changed; so a request never waits for a forecast, and neither does the ticker. It also
// notices what another node, or `juncho calendar --publish`, has published. Pages are written from memory.
#pragma once

#include "forecast/calendar_forms.h"
#include "forecast/planner.h"
#include "site/context.h"

struct calendars;

// Starts the thread; NULL pointers in `site->calendars` mean that there is none yet.
MUST_CHECK bool calendars_start(struct site *site, struct calendars **ret_calendars, struct error *err);
void calendars_stop(struct calendars *calendars); // NULL is fine

// Lets the thread look at a calendar at once, and publish it with this reason when anything changed.
void calendars_ask(struct calendars *calendars, enum calendar_series series, const char *reason,
                   const char *by);

// How the thread fares with a series.
struct calendars_state {
    int64_t looked_ms;          // the last look that went well; 0: none yet
    struct planner_basis basis; // of that look
    int64_t trouble_ms;         // since when it does not go well; 0: it does
    char trouble[ERROR_MESSAGE_SIZE];
};
struct calendars_state calendars_state(struct calendars *calendars, enum calendar_series series);

struct calendars_view {
    enum calendar_series series;
    enum calendar_form form;
    const char *news; // HTML for the page, above it; NULL: none
    bool year, brief;
    size_t language; // of guidance_languages()
    int64_t now_ms;
};
// The next quiet time by day that is yet to begin, in the calendar of the app within four weeks; false: none.
bool calendars_next_quiet(struct calendars *calendars, int64_t now_ms, struct calendar_quiet *ret_quiet);
// The words of a language, for files and ready for HTML; they live as long as the calendars.
const struct calendar_words *calendars_words(const struct calendars *calendars, size_t language);
const struct calendar_words *calendars_page_words(const struct calendars *calendars, size_t language);
// Writes the newest version; a failed buffer says that memory was short.
void calendars_write(struct calendars *calendars, const struct calendars_view *asked, struct buffer *out);
