// bookings.c - windows of a quarter of an hour, and the resident's own booking.
#include <libical/ical.h>
#include <math.h>
#include <string.h>

#include "forecast/calendar_words.h"
#include "site/calendars.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/naming.h"
#include "site/problem.h"

#define SECONDS_HOUR     3600
#define ALARM            "-PT10M" // before the window
#define SEQUENCE_STEP_MS 60000
#define PRODUCT          "-//Juncho//Booking//JA"

struct booking_visit {
    struct booking_change change;
    struct booking booking;
    struct booking_window windows[BOOKING_WINDOWS_MAX];
    int64_t from_ms;
    size_t count;
};

// What the gate plans to let in, but never more than was rehearsed; a gate that is paused, or has not begun,
// plans nothing, which says nothing about the windows to come.
static int64_t places_of(const struct site *site) {
    struct gate_view gate;
    gate_view(site->gate, &gate);
    double per_hour = (double)site->config->calendar.capacity_per_hour;
    if (gate.steady_per_s > 0)
        per_hour = fmin(per_hour, gate.steady_per_s * SECONDS_HOUR);
    return booking_places(per_hour, (double)site->config->booking.share_percent / 100);
}

// A job with a booking_visit, for the resident who is signed in; NULL after it responded.
static struct job *booking_job(struct http_request *request) {
    struct visit *visit = http_request_context(request);
    struct booking_visit *booking = arena_alloc(http_request_arena(request), sizeof *booking);
    struct job *job = job_new(visit, booking);
    if (job == NULL)
        return NULL;
    if (booking == NULL) {
        problem_respond_memory(request);
        return NULL;
    }
    booking->change = (struct booking_change){.campaign_id = visit->site->campaign->id,
                                              .resident_id = visit->resident_id,
                                              .now_ms = visit->now_ms,
                                              .places = places_of(visit->site)};
    return job;
}

// Until when who booked goes before the line: nobody comes later than the end.
static char *front_until(struct visit *visit, const struct booking *booking) {
    int64_t front_ms = booking->start_ms + BOOKING_WINDOW_MS + BOOKING_FRONT_MS;
    int64_t closes_ms = visit->site->campaign->closes_ms;
    return visit_time(visit, front_ms < closes_ms ? front_ms : closes_ms);
}

json_t *booking_json(struct visit *visit, const struct booking *booking) {
    static const char *const names[] = {"none", "early", "due", "front", "past"};
    enum booking_standing standing = booking_standing(booking, visit->now_ms);
    if (standing == BOOKING_NONE || standing == BOOKING_PAST)
        return json_null();
    return json_pack("{s:s, s:s, s:s, s:s}", "start", visit_time(visit, booking->start_ms), "until",
                     visit_time(visit, booking->start_ms + BOOKING_WINDOW_MS), "front_until",
                     front_until(visit, booking), "standing", names[standing]);
}

// Only what lies inside the campaign, and still can be booked.
static bool is_offered(const struct visit *visit, int64_t start_ms) {
    const struct campaign *campaign = visit->site->campaign;
    return start_ms >= campaign->opens_ms && start_ms + BOOKING_WINDOW_MS <= campaign->closes_ms &&
           start_ms + BOOKING_WINDOW_MS > visit->now_ms && start_ms <= visit->now_ms + BOOKING_AHEAD_MS;
}

static bool read_windows(struct job *job, struct session *session, struct error *err) {
    struct booking_visit *booking = job->data;
    const struct booking_change *change = &booking->change;
    if (!session_begin(session, err))
        return false;
    bool ok = booking_read(session, change->campaign_id, change->resident_id, &booking->booking, err) &&
              booking_windows(session, change->campaign_id, booking->from_ms, change->places, booking->count,
                              booking->windows, err);
    session_rollback(session);
    return ok;
}

static void answer_windows(struct job *job, const struct error *err) {
    const struct booking_visit *booking = job->data;
    struct http_response response = {.status = 200};
    if (err != NULL) {
        problem_respond(job->visit->request, err, NULL);
        return;
    }
    json_t *windows = json_array();
    for (size_t i = 0; i < booking->count; i++) {
        const struct booking_window *window = &booking->windows[i];
        if (is_offered(job->visit, window->start_ms))
            json_array_append_new(windows,
                                  json_pack("{s:s, s:I}", "start", visit_time(job->visit, window->start_ms),
                                            "free", (json_int_t)(window->places - window->taken)));
    }
    visit_respond_json(
        job->visit, &response,
        json_pack("{s:o, s:o}", "mine", booking_json(job->visit, &booking->booking), "windows", windows));
}

void handle_bookings(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const char *from = http_request_query(request, "from");
    struct job *job = booking_job(request);
    struct error err;
    if (job == NULL)
        return;
    struct booking_visit *booking = job->data;
    booking->from_ms =
        visit->now_ms > visit->site->campaign->opens_ms ? visit->now_ms : visit->site->campaign->opens_ms;
    booking->count = BOOKING_WINDOWS_MAX;
    if (from != NULL && !clock_parse(from, &booking->from_ms, &err)) {
        problem_respond_status(request, 400, "invalid", "from", err.message);
        return;
    }
    job_read(job, read_windows, answer_windows);
}

static void answer_made(struct job *job, const struct error *err) {
    const struct booking_visit *booking = job->data;
    const struct booking_change *change = &booking->change;
    struct http_response response = {.status = change->changed ? 201 : 200};
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else if (change->booking.start_ms != change->start_ms)
        problem_respond_status(job->visit->request, 409, "window-full", "start",
                               "this window has no place left");
    else
        visit_respond_json(job->visit, &response, booking_json(job->visit, &change->booking));
}

// Reads {"start": ...}; false after it responded.
static bool take_start(struct visit *visit, struct booking_change *change) {
    static const char *const names[] = {"start", NULL};
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *start = NULL;
    struct error err;
    if (!visit_body(visit, names, &body, &err) ||
        !json_member_text(body, "start", CLOCK_RFC3339_SIZE, &start, &err) ||
        !clock_parse(start, &change->start_ms, &err) || !booking_check(change, &err)) {
        if (err.field[0] == '\0' && body != NULL)
            (void)error_set_field(&err, ERROR_INVALID, "start",
                                  "start is the moment at which a window begins");
        problem_respond(visit->request, &err, NULL);
        return false;
    }
    if (is_offered(visit, change->start_ms))
        return true;
    problem_respond_status(visit->request, 409, "window-not-offered", "start",
                           "this window does not lie in the campaign");
    return false;
}

void handle_booking_make(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct job *job = booking_job(request);
    if (job == NULL)
        return;
    struct booking_visit *booking = job->data;
    struct random random;
    random_init_system(&random);
    booking->change.change_id = (int64_t)(random_uint64(&random) >> 1);
    if (!take_start(visit, &booking->change))
        return;
    booking_make(&job->command, &booking->change);
    job_write(job, answer_made);
}

static void answer_cancelled(struct job *job, const struct error *err) {
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        visit_respond_empty(job->visit, 204);
}

void handle_booking_cancel(struct http_request *request, void *context) {
    struct job *job = booking_job(request);
    if (job == NULL)
        return;
    struct booking_visit *booking = job->data;
    booking_cancel(&job->command, &booking->change);
    job_write(job, answer_cancelled);
}

static struct icaltimetype moment(int64_t time_ms) {
    return icaltime_from_timet_with_zone((time_t)(time_ms / 1000), 0, icaltimezone_get_utc_timezone());
}

static const char *campaign_text(struct visit *visit) {
    struct naming naming = naming_of(visit->site, visit_language(visit));
    return naming_text(http_request_arena(visit->request), &naming);
}

// What it is, and how long it holds, in the resident's language.
static void add_words(icalcomponent *event, struct visit *visit, const struct booking *booking) {
    struct arena *arena = http_request_arena(visit->request);
    const struct calendar_words *words = calendars_words(visit->site->calendars, visit_language(visit));
    const char *front = front_until(visit, booking);
    const char *hour = front == NULL ? "" : strchr(front, 'T') + 1;
    const char *clock = arena_print(arena, "%.*s", hour[0] == '0' ? 4 : 5, hour + (hour[0] == '0'));
    const struct calendar_fill campaign[] = {{"campaign", campaign_text(visit)}, {NULL, NULL}};
    const struct calendar_fill until[] = {{"until", clock == NULL ? "" : clock}, {NULL, NULL}};
    icalcomponent_add_property(event,
                               icalproperty_new_summary(calendar_filled(arena, words->booking, campaign)));
    icalcomponent_add_property(
        event, icalproperty_new_description(calendar_filled(arena, words->booking_late, until)));
}

// The booking as an event, with a reminder ten minutes before.
static char *booking_ics(struct visit *visit, const struct booking *booking) {
    char uid[CAMPAIGN_CODE_SIZE + 64];
    icalcomponent *root = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
    icalcomponent *event = icalcomponent_new_vevent(), *alarm = icalcomponent_new_valarm();
    (void)snprintf(uid, sizeof uid, "booking-%lld@%s", (long long)visit->resident_id,
                   visit->site->campaign->code);
    icalcomponent_add_property(root, icalproperty_new_version("2.0"));
    icalcomponent_add_property(root, icalproperty_new_prodid(PRODUCT));
    icalcomponent_add_property(event, icalproperty_new_uid(uid));
    icalcomponent_add_property(event, icalproperty_new_dtstamp(moment(visit->now_ms)));
    // Whoever moves a booking and takes its file again wants the later one to hold.
    icalcomponent_add_property(event, icalproperty_new_sequence((int)(visit->now_ms / SEQUENCE_STEP_MS)));
    icalcomponent_add_property(event, icalproperty_new_dtstart(moment(booking->start_ms)));
    icalcomponent_add_property(event, icalproperty_new_dtend(moment(booking->start_ms + BOOKING_WINDOW_MS)));
    add_words(event, visit, booking);
    icalcomponent_add_property(event, icalproperty_new_url(visit->site->public_url));
    icalcomponent_add_property(alarm, icalproperty_new_action(ICAL_ACTION_DISPLAY));
    icalcomponent_add_property(alarm, icalproperty_new_description(campaign_text(visit)));
    icalcomponent_add_property(alarm, icalproperty_new_trigger(icaltriggertype_from_string(ALARM)));
    icalcomponent_add_component(event, alarm);
    icalcomponent_add_component(root, event);
    char *text = icalcomponent_as_ical_string_r(root);
    char *copy = text == NULL ? NULL : arena_copy_text(http_request_arena(visit->request), text);
    icalmemory_free_buffer(text);
    icalcomponent_free(root);
    return copy;
}

static void answer_file(struct job *job, const struct error *err) {
    const struct booking_visit *booking = job->data;
    struct visit *visit = job->visit;
    enum booking_standing standing = booking_standing(&booking->booking, visit->now_ms);
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    if (standing == BOOKING_NONE || standing == BOOKING_PAST) {
        problem_respond_status(visit->request, 404, "not-found", NULL, "there is no booking");
        return;
    }
    char *text = booking_ics(visit, &booking->booking);
    if (text == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    struct http_response response = {.status = 200,
                                     .content_type = "text/calendar; charset=utf-8",
                                     .body = text,
                                     .body_length = strlen(text)};
    http_response_header(&response, "Cache-Control", "no-store");
    http_response_header(&response, "Content-Disposition", "attachment; filename=\"booking.ics\"");
    http_respond(visit->request, &response);
}

void handle_booking_file(struct http_request *request, void *context) {
    struct job *job = booking_job(request);
    if (job != NULL)
        job_read(job, read_windows, answer_file);
}
