// calendar_store.h - published calendars, what operators set by hand, and how well it was said.
#pragma once

#include "forecast/calendar.h"
#include "store/writer.h"

// Version `number`, or the newest when it is 0; NULL in `ret_calendar` when there is none.
MUST_CHECK bool calendar_load(struct session *session, int64_t campaign_id, enum calendar_series series,
                              int64_t number, struct arena *arena, struct calendar **ret_calendar,
                              struct error *err);
// The number of the newest version; 0: none.
MUST_CHECK bool calendar_newest(struct session *session, int64_t campaign_id, enum calendar_series series,
                                int64_t *ret_number, struct error *err);
// Writes a version. `calendar->number` is the one that follows the newest; when somebody else has written it
// meanwhile, the step changes no row and the command is refused with ERROR_EXHAUSTED.
void calendar_publish(struct command *command, int64_t campaign_id, const struct calendar *calendar);

// The overrides that hold now, into `calendar`.
MUST_CHECK bool calendar_overrides_load(struct session *session, int64_t campaign_id, struct arena *arena,
                                        struct calendar *calendar, struct error *err);
// Sets one; LEVEL_UNKNOWN takes it back.
void calendar_override_set(struct command *command, int64_t campaign_id, enum calendar_series series,
                           const struct calendar_override *override, const char *by, int64_t now_ms);
// ERROR_INVALID names what is wrong: band, level, reason.
MUST_CHECK bool calendar_override_check(const struct calendar_override *override, struct error *err);

// A week that is over: what the version that held on its Monday said, beside what came.
struct calendar_week {
    int64_t monday;
    int64_t number; // of the version
    struct levels_score score;
};
// The last `weeks` full weeks before `now_ms`, newest first; weeks without a version or counts are left out.
// Returns how many in `ret_count`.
MUST_CHECK bool calendar_score(struct session *session, int64_t campaign_id, enum calendar_series series,
                               int64_t now_ms, size_t weeks, struct calendar_week *ret_weeks,
                               size_t *ret_count, struct error *err);
