// calls.h - the telephone: how many called, how many were answered, by half-hour and by day.
//
// A half-hour is a statement of the telephone system: how many calls were offered, answered, abandoned, how
// many of the answered within a threshold, and the seconds of waiting, talking and after-call work. It comes
// from a file (juncho import calls) or live; the last statement about a half-hour holds. Rows that were added
// up from single calls belong to their file and are added to those of other files. Where there is a statement
// about the whole half-hour, it alone counts.
// Answer rate = answered / offered. Service level = answered within the threshold / offered: calls that were
// abandoned count as not answered, however short their wait.
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "store/writer.h"

#define CALLS_HALF_HOUR_MS INT64_C(1800000)
#define CALLS_COUNT_MAX    INT64_C(1000000)    // in one half-hour
#define CALLS_SECONDS_MAX  INT64_C(1000000000) // in one half-hour
#define CALLS_UNKNOWN      INT64_C(-1)         // nobody said
#define CALLS_WITHIN_S     20                  // the threshold when none is given

struct calls_row {
    int64_t start_ms;
    int64_t offered, answered, abandoned;
    int64_t answered_within, within_s;
    int64_t wait_s, abandoned_wait_s, talk_s, after_call_s; // sums; each may be CALLS_UNKNOWN
};

// ERROR_INVALID names the field: counts that cannot be (answered + abandoned > offered, negative, too large).
MUST_CHECK bool calls_row_check(const struct calls_row *row, struct error *err);
// Adds up; what one of the two does not know, the sum does not know either.
void calls_row_add(struct calls_row *sum, const struct calls_row *row);
double calls_answer_rate(const struct calls_row *row);   // NAN when nobody called
double calls_service_level(const struct calls_row *row); // NAN also when it is not known

struct calls {
    struct calls_row *half_hours; // by time, only those of which something is known
    size_t half_hours_count;
    struct calls_row *days; // by civil day, only those with a half-hour
    size_t days_count;
    struct calls_row total;
    double first_two_days_share; // of all calls offered; NAN when there were none
};

// Everything in [from_ms, to_ms), 0: no bound; arrays lie in the arena. Sees one moment of the store when the
// caller's session does.
MUST_CHECK bool calls_read(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                           struct calls *ret_calls, struct error *err);

// Live intake: adds the statement to a command. Sending the same again changes nothing.
void calls_put(struct command *command, const struct calls_row *row);
// What an import brings, in the caller's transaction: what the same file gave before is replaced.
// `whole`: the rows speak for their half-hours; else they are sums of single calls.
MUST_CHECK bool calls_store(struct session *session, int64_t import_id, bool whole,
                            const struct calls_row *rows, size_t rows_count, struct error *err);
