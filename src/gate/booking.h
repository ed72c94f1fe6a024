// booking.h - a place at the gate at a time of one's choice.
//
// Points do not run out, only time is scarce: whoever comes at a booked quarter of an hour enters before the
// line and at its expense, and whoever is late joins the front of the line for an hour more. A resident has
// at most one booking; booking again moves it. All conditions live in the SQL: a window is never sold beyond
// its places, however many nodes sell it.
#pragma once

#include <stdint.h>

#include "store/writer.h"

#define BOOKING_WINDOW_MS   INT64_C(900000)  // a quarter of an hour
#define BOOKING_FRONT_MS    INT64_C(3600000) // after it, at the front of the line
#define BOOKING_AHEAD_MS    INT64_C(604800000)
#define BOOKING_WINDOWS_MAX 192
#define BOOKING_PLACES_MAX  INT64_C(1000000)

struct booking {
    int64_t start_ms; // 0: none
    int64_t used_ms;  // 0: not yet
};

// What a booking is worth now.
enum booking_standing {
    BOOKING_NONE,
    BOOKING_EARLY, // its time is to come
    BOOKING_DUE,   // its window runs: enters before the line
    BOOKING_FRONT, // the hour after: the front of the line
    BOOKING_PAST,  // over, or used
};
enum booking_standing booking_standing(const struct booking *booking, int64_t now_ms);

// Places of a window: the share of what a pace lets in during a quarter of an hour, rounded down.
int64_t booking_places(double pace_per_hour, double share);

struct booking_change {
    int64_t campaign_id, resident_id, now_ms;
    int64_t start_ms;  // book: the window
    int64_t places;    // book: what the window holds now; never below what is taken
    int64_t change_id; // book: drawn at random
    // After the commit:
    bool changed; // booked or moved now; cancelled now; used now
    struct booking booking;
    struct step *steps[2];
};
// ERROR_INVALID names the field: not the start of a window, over, too far ahead.
MUST_CHECK bool booking_check(const struct booking_change *change, struct error *err);
// Not `changed`: the resident has this very window already (booking.start_ms), or it is full.
void booking_make(struct command *command, struct booking_change *change);
// The place is free again at once. A booking that was used stays.
void booking_cancel(struct command *command, struct booking_change *change);
// The resident enters by it: `changed` exactly once, from its start to the end of the hour after.
void booking_use(struct command *command, struct booking_change *change);
// The same as a step of somebody else's command.
void booking_add_use(struct command *command, int64_t campaign_id, int64_t resident_id, int64_t now_ms);

// A resident's booking, also one that was used or is past; start_ms 0 when there is none.
MUST_CHECK bool booking_read(struct session *session, int64_t campaign_id, int64_t resident_id,
                             struct booking *ret_booking, struct error *err);

struct booking_dates {
    int64_t campaign_id, now_ms, opens_ms, closes_ms;
};

struct booking_window {
    int64_t start_ms;
    int64_t places, taken, used; // people
};
// The windows from the one that runs at `from_ms` on; those that nobody booked yet have `places` free ones.
MUST_CHECK bool booking_windows(struct session *session, int64_t campaign_id, int64_t from_ms, int64_t places,
                                size_t count, struct booking_window *ret_windows, struct error *err);
// Bookings from now on whose window is not within [opens_ms, closes_ms), and all of them.
MUST_CHECK bool booking_outside(struct session *session, const struct booking_dates *dates,
                                int64_t *ret_outside, int64_t *ret_all, struct error *err);
// How many may still come by a booking: in the window that runs, and late, at the front of the line. What is
// not kept for them belongs to the line at once.
MUST_CHECK bool booking_expected(struct session *session, int64_t campaign_id, int64_t now_ms,
                                 int64_t *ret_due, int64_t *ret_late, struct error *err);
