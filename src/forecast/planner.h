// planner.h - from what the store has counted to the forecast and to the calendar that can be published.
#pragma once

#include "forecast/calendar.h"
#include "forecast/demand.h"
#include "forecast/inputs.h"
#include "store/store.h"

// Who said beforehand that they come in this hour.
struct planner_load {
    int64_t hour_ms;
    double booked;
};

struct planner_settings {
    struct calendar_rules rules;
    double expected_per_day;          // before there are counts; 0: nothing is expected
    double expected_otherwise;        // the same when nothing is known: no count, no earlier campaign
    const char *holidays;             // as inputs_paths
    const char *occasions;            // a file, or NULL: the campaign's opening and its end
    const char *prior;                // counts of another campaign or of a rehearsal, or NULL
    const struct planner_load *loads; // ascending by hour; must outlive the planner
    size_t loads_count;
};

// Whose hours and days shape a plan beside the campaign's own counts.
enum planner_profile { PLANNER_NO_PROFILE, PLANNER_FILE, PLANNER_EARLIER_CAMPAIGN };
struct planner_basis {
    size_t days_seen; // of this campaign's counts
    enum planner_profile profile;
    double expected_per_day; // what was taken for it; 0: nothing
};

struct planner_campaign {
    int64_t id;
    int64_t opens_ms, closes_ms;
};

struct planner {
    struct inputs inputs, prior_inputs;
    struct demand *prior, *demand;
    int64_t today;
    double expected_per_day;
    bool from_file; // the prior is
    const struct planner_load *loads;
    size_t loads_count;
};

// Counts from before these days ahead of the opening are of another campaign.
#define PLANNER_EARLIER_DAYS 28

// Reads the counts up to `now_ms` and learns from them. Those of an earlier campaign are not continued: as
// those of `prior` they lend the profile of hours and days and the rush of their beginning and end, and their
// median day without that rush is what one expects when nothing else is. ERROR_INVALID: neither counts nor
// anything to expect.
MUST_CHECK bool planner_init(struct planner *planner, struct session *session, enum calendar_series series,
                             const struct planner_campaign *campaign, const struct planner_settings *settings,
                             int64_t now_ms, struct error *err);
void planner_done(struct planner *planner);
struct planner_basis planner_basis(const struct planner *planner);

// What there is to say of the counts and of whose profile is used, one sentence a call, in English.
void planner_tell(const struct planner *planner, void (*tell)(void *context, const char *sentence),
                  void *context);

// The hours of `days` days from `day` on, which is not before the first that the planner knows. Who booked is
// expected in the hour of the booking.
MUST_CHECK bool planner_forecast(const struct planner *planner, int64_t day, size_t days,
                                 struct demand_slot *ret_slots, struct error *err);

// A calendar from the week of `today` (or of the opening, when that is later) to the campaign's end,
// overrides applied, not yet numbered. It lies in the arena.
MUST_CHECK bool planner_calendar(const struct planner *planner, struct session *session,
                                 enum calendar_series series, const struct planner_campaign *campaign,
                                 const struct planner_settings *settings, struct arena *arena,
                                 struct calendar **ret_calendar, struct error *err);
