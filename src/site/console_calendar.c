// console_calendar.c - the calendars as operators see and steer them: how well they were said, levels set by
// hand with their reasons, a new version on demand.
#include <string.h>

#include "base/text.h"
#include "forecast/calendar_store.h"
#include "operator/audit.h"
#include "operator/operator.h"
#include "site/calendars.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

#define WEEKS_MAX 8

struct look {
    enum calendar_series series;
    struct calendar *calendar;
    struct calendar_week weeks[WEEKS_MAX];
    size_t weeks_count;
    struct calendar_override override;
    const char *reason;
};

// A job with a look; NULL after it responded. `series` comes from the query or from the body.
static struct job *look_job(struct http_request *request, const char *series) {
    struct visit *visit = http_request_context(request);
    struct look *look = arena_alloc(http_request_arena(request), sizeof *look);
    struct job *job = job_new(visit, look);
    if (job == NULL)
        return NULL;
    if (look == NULL) {
        problem_respond_memory(request);
        return NULL;
    }
    look->series = CALENDAR_APP;
    if (series == NULL || calendar_series_parse(series, &look->series))
        return job;
    problem_respond_status(request, 400, "invalid", "series", "series must be app or calls");
    return NULL;
}

static bool read_look(struct job *job, struct session *session, struct error *err) {
    struct look *look = job->data;
    const struct visit *visit = job->visit;
    struct arena *arena = http_request_arena(visit->request);
    int64_t campaign_id = visit->site->campaign->id;
    if (!session_begin(session, err))
        return false;
    bool ok = calendar_load(session, campaign_id, look->series, 0, arena, &look->calendar, err) &&
              calendar_score(session, campaign_id, look->series, visit->now_ms, WEEKS_MAX, look->weeks,
                             &look->weeks_count, err);
    if (ok && look->calendar != NULL) // what holds now, which the next version will show
        ok = calendar_overrides_load(session, campaign_id, arena, look->calendar, err);
    session_rollback(session);
    return ok;
}

// Rows are what was said, columns what came: smooth, busy, very busy.
static json_t *week_json(const struct calendar_week *week) {
    const struct levels_score *score = &week->score;
    char date[CALENDAR_ISO_SIZE];
    json_t *cells = json_array();
    calendar_iso_date(date, week->monday);
    for (int said = LEVEL_SMOOTH; said <= LEVEL_VERY_BUSY; said++)
        json_array_append_new(cells, json_pack("[I,I,I]", (json_int_t)score->cells[said][LEVEL_SMOOTH],
                                               (json_int_t)score->cells[said][LEVEL_BUSY],
                                               (json_int_t)score->cells[said][LEVEL_VERY_BUSY]));
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "monday", date, "version",
                     (json_int_t)week->number, "compared", (json_int_t)score->compared, "exact",
                     (json_int_t)score->exact, "within_one", (json_int_t)score->within_one, "false_smooth",
                     (json_int_t)score->false_smooth, "cells", cells);
}

static json_t *overrides_json(const struct calendar *calendar) {
    json_t *overrides = json_array();
    for (size_t i = 0; calendar != NULL && i < calendar->overrides_count; i++) {
        const struct calendar_override *override = &calendar->overrides[i];
        char date[CALENDAR_ISO_SIZE];
        calendar_iso_date(date, override->day);
        json_array_append_new(overrides, json_pack("{s:s, s:s, s:s, s:s}", "date", date, "band",
                                                   levels_band_names[override->band], "level",
                                                   level_name(override->level), "reason", override->reason));
    }
    return overrides;
}

// What the planner's last look stood on, and since when it does not go well.
static json_t *state_json(struct visit *visit, enum calendar_series series) {
    static const char *const profiles[] = {NULL, "file", "earlier"};
    struct calendars_state state = calendars_state(visit->site->calendars, series);
    return json_pack("{s:s?, s:I, s:s?, s:f, s:s?, s:s?}", "looked",
                     state.looked_ms == 0 ? NULL : visit_time(visit, state.looked_ms), "days",
                     (json_int_t)state.basis.days_seen, "profile", profiles[state.basis.profile],
                     "expected_per_day", state.basis.expected_per_day, "trouble_since",
                     state.trouble_ms == 0 ? NULL : visit_time(visit, state.trouble_ms), "trouble",
                     state.trouble_ms == 0 ? NULL : state.trouble);
}

static void answer_look(struct job *job, const struct error *err) {
    const struct look *look = job->data;
    const struct calendar *calendar = look->calendar;
    struct http_response response = {.status = 200};
    if (err != NULL) {
        problem_respond(job->visit->request, err, NULL);
        return;
    }
    json_t *weeks = json_array();
    for (size_t i = 0; i < look->weeks_count; i++)
        json_array_append_new(weeks, week_json(&look->weeks[i]));
    visit_respond_json(
        job->visit, &response,
        json_pack("{s:s, s:I, s:s?, s:s?, s:s?, s:o, s:o, s:o}", "series", calendar_series_name(look->series),
                  "version", (json_int_t)(calendar == NULL ? 0 : calendar->number), "made",
                  calendar == NULL ? NULL : visit_time(job->visit, calendar->made_ms), "reason",
                  calendar == NULL ? NULL : calendar->reason, "by", calendar == NULL ? NULL : calendar->by,
                  "overrides", overrides_json(calendar), "weeks", weeks, "plan",
                  state_json(job->visit, look->series)));
}

void handle_console_calendar(struct http_request *request, void *context) {
    struct job *job = look_job(request, http_request_query(request, "series"));
    if (job != NULL)
        job_read(job, read_look, answer_look);
}

static bool take_cell(const json_t *body, struct calendar_override *override, struct error *err) {
    static const char *const levels[] = {"forecast", "smooth", "busy", "very busy"};
    const char *date = NULL, *band = NULL, *level = NULL;
    int64_t time_ms = 0;
    *override = (struct calendar_override){.band = LEVELS_BANDS, .level = LEVEL_VERY_BUSY + 1};
    if (!json_member_text(body, "date", CALENDAR_ISO_SIZE, &date, err) ||
        !json_member_text(body, "band", 8, &band, err) || !json_member_text(body, "level", 16, &level, err))
        return false;
    if (strlen(date) != strlen("2026-02-02") || !clock_parse(date, &time_ms, err))
        return error_set_field(err, ERROR_INVALID, "date", "write a date such as 2026-02-11");
    struct civil civil = clock_civil(time_ms);
    override->day = clock_day_number(civil.year, civil.month, civil.day);
    for (size_t i = 0; i < LEVELS_BANDS; i++)
        if (strcmp(band, levels_band_names[i]) == 0)
            override->band = i;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(level, levels[i]) == 0)
            override->level = (enum level)i;
    return true;
}

// {"series", "reason"} and, for an override, {"date", "band", "level"}; NULL after it responded.
static struct job *steer_job(struct http_request *request, const char *const *names, bool cell) {
    struct visit *visit = http_request_context(request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *series = NULL, *reason = NULL;
    struct calendar_override override = {0};
    struct error err;
    if (!visit_body(visit, names, &body, &err) || !json_member_text(body, "series", 8, &series, &err) ||
        !json_member_text(body, "reason", CALENDAR_REASON_SIZE - 1, &reason, &err) ||
        (cell && !take_cell(body, &override, &err)) ||
        !text_copy(override.reason, sizeof override.reason, reason) ||
        (cell && !calendar_override_check(&override, &err))) {
        problem_respond(request, &err, NULL);
        return NULL;
    }
    if (reason[0] == '\0') {
        problem_respond_status(request, 400, "invalid", "reason", "say why, as residents will read it");
        return NULL;
    }
    struct job *job = look_job(request, series);
    if (job != NULL) {
        struct look *look = job->data;
        look->override = override;
        look->reason = arena_copy_text(http_request_arena(request), reason);
    }
    return job;
}

static void answer_steered(struct job *job, const struct error *err) {
    const struct look *look = job->data;
    struct http_response response = {.status = 202};
    if (err != NULL) {
        problem_respond(job->visit->request, err, NULL);
        return;
    }
    calendars_ask(job->visit->site->calendars, look->series, look->reason, job->visit->operator->name);
    visit_respond_json(job->visit, &response,
                       json_pack("{s:s}", "series", calendar_series_name(look->series)));
}

static void log_change(struct job *job, const char *action, const char *subject, const char *after) {
    const struct look *look = job->data;
    audit_add(&job->command, &(struct audit_entry){.at_ms = job->visit->now_ms,
                                                   .operator_name = job->visit->operator->name,
                                                   .action = action,
                                                   .subject = subject,
                                                   .after = after,
                                                   .reason = look->reason});
}

// Sets a band by hand, or with the level "forecast" gives it back; the planner publishes a version with it.
void handle_console_calendar_override(struct http_request *request, void *context) {
    static const char *const names[] = {"series", "date", "band", "level", "reason", NULL};
    struct job *job = steer_job(request, names, true);
    char date[CALENDAR_ISO_SIZE];
    if (job == NULL)
        return;
    struct look *look = job->data;
    struct visit *visit = job->visit;
    calendar_iso_date(date, look->override.day);
    calendar_override_set(&job->command, visit->site->campaign->id, look->series, &look->override,
                          visit->operator->name, visit->now_ms);
    log_change(job, "calendar.override",
               arena_print(http_request_arena(request), "%s %s/%s", calendar_series_name(look->series), date,
                           levels_band_names[look->override.band]),
               look->override.level == LEVEL_UNKNOWN ? "forecast" : level_name(look->override.level));
    job_write_ahead(job, answer_steered);
}

// Looks through a calendar now and publishes it when anything changed.
void handle_console_calendar_publish(struct http_request *request, void *context) {
    static const char *const names[] = {"series", "reason", NULL};
    struct job *job = steer_job(request, names, false);
    if (job == NULL)
        return;
    const struct look *look = job->data;
    log_change(job, "calendar.publish", calendar_series_name(look->series), NULL);
    job_write_ahead(job, answer_steered);
}
