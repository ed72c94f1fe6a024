// report.c - reads what a report stands on, and names things.
#include "report/report.h"

#include <string.h>

#include "base/clock.h"
#include "forecast/calendar_store.h"
#include "gate/gate_store.h"
#include "measure/daily.h"
#include "measure/funnel_journeys.h"
#include "measure/report_note.h"
#include "measure/suppression.h"

const struct report_query report_query_default = {.suppress_below = SUPPRESSION_K_DEFAULT,
                                                  .heat_levels = {8000, 3000, 1000}};

// What report_read makes; the report points into it.
struct readings {
    struct campaign campaign;
    struct figures figures;
    struct participants people;
    struct funnel_result funnel;
    struct calls calls;
    struct survey_results survey;
    struct questionnaire *questionnaire;
    struct calendar *calendar;
    struct report_note note;
    int64_t downloads;
    struct promise_record promised[PROMISE_SPANS];
    struct holidays holidays;
};

static bool read_figures(struct session *session, const struct report_query *query, struct arena *arena,
                         struct readings *readings, struct error *err) {
    struct figures_span span = {.campaign_id = readings->campaign.id,
                                .from_ms = query->from_ms,
                                .to_ms = query->to_ms,
                                .opens_ms = readings->campaign.opens_ms,
                                .busy_per_hour = query->heat_levels[0]};
    return figures_read(session, &span, arena, &readings->figures, err);
}

// All that were reported up to the last day, those of the time before the opening, too.
static bool read_downloads(struct session *session, struct arena *arena, struct readings *readings,
                           struct error *err) {
    struct civil last = clock_civil(readings->figures.to_ms - 1);
    struct daily_row *rows = NULL;
    size_t count = 0;
    if (!daily_read_downloads(session, 0, clock_day_number(last.year, last.month, last.day), arena, &rows,
                              &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        readings->downloads += rows[i].value;
    return true;
}

static bool read_calendar(struct session *session, struct arena *arena, struct readings *readings,
                          struct error *err) {
    struct campaign newest;
    if (!calendar_load(session, readings->campaign.id, CALENDAR_APP, 0, arena, &readings->calendar, err))
        return false;
    return readings->calendar != NULL ||
           (campaign_load(session, NULL, &newest, err) &&
            calendar_load(session, newest.id, CALENDAR_APP, 0, arena, &readings->calendar, err));
}

static bool read_people(struct session *session, const struct report_query *query, struct arena *arena,
                        struct readings *readings, struct error *err) {
    const struct figures *figures = &readings->figures;
    int64_t id = readings->campaign.id;
    struct participants_query people = {id, 0, figures->to_ms, query->suppress_below};
    // Nobody can go on once the campaign is closed: then everybody who has not has left.
    bool over = figures->to_ms >= readings->campaign.closes_ms;
    struct funnel_journeys journeys = {.campaign_id = id,
                                       .from_ms = figures->from_ms,
                                       .to_ms = figures->to_ms,
                                       .as_of_ms = over ? 0 : figures->to_ms};
    return participants_read(session, &people, arena, &readings->people, err) &&
           funnel_journeys_read(session, &journeys, &readings->funnel, err) &&
           calls_read(session, figures->from_ms, figures->to_ms, arena, &readings->calls, err) &&
           read_downloads(session, arena, readings, err) &&
           gate_promises_read(session, id, arena, readings->promised, err) &&
           survey_results_read(session, id, readings->questionnaire, arena, &readings->survey, err) &&
           report_note_read(session, id, arena, &readings->note, err) &&
           read_calendar(session, arena, readings, err);
}

static bool read_all(struct session *session, const struct report_query *query, struct arena *arena,
                     struct readings *readings, struct error *err) {
    if (!campaign_load(session, query->campaign, &readings->campaign, err) ||
        !read_figures(session, query, arena, readings, err))
        return false;
    if (read_people(session, query, arena, readings, err))
        return true;
    figures_done(&readings->figures);
    return false;
}

bool report_read(struct session *session, const struct report_query *query, struct arena *arena,
                 struct report *ret_report, struct error *err) {
    struct readings *readings = arena_alloc(arena, sizeof *readings);
    if (readings == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!holidays_of_japan(&readings->holidays, err))
        return false;
    bool ok =
        questionnaire_open(query->questions == NULL ? "" : query->questions, &readings->questionnaire, err) &&
        session_begin(session, err);
    if (ok) {
        ok = read_all(session, query, arena, readings, err);
        session_rollback(session);
    }
    if (!ok) {
        questionnaire_free(readings->questionnaire);
        holidays_done(&readings->holidays);
        return false;
    }
    *ret_report =
        (struct report){.campaign = &readings->campaign,
                        .figures = &readings->figures,
                        .people = &readings->people,
                        .funnel = &readings->funnel,
                        .calls = readings->calls.days_count > 0 ? &readings->calls : NULL,
                        .survey = readings->survey.answers > 0 ? &readings->survey : NULL,
                        .questionnaire = readings->questionnaire,
                        .calendar = readings->calendar,
                        .holidays = &readings->holidays,
                        .note = readings->note.text,
                        .downloads = readings->downloads,
                        .suppress_below = query->suppress_below,
                        .heat_levels = {query->heat_levels[0], query->heat_levels[1], query->heat_levels[2]},
                        .arena = arena};
    memcpy(ret_report->promised, readings->promised, sizeof readings->promised);
    return true;
}

void report_done(struct report *report) {
    questionnaire_free((struct questionnaire *)report->questionnaire);
    figures_done((struct figures *)report->figures);
    holidays_done((struct holidays *)report->holidays);
}

const char *report_screen_name(int screen) {
    static const char *const names[] = {
        "", "本人確認の同意", "本人確認の手順説明", "本人確認の意思表示", "本人確認(アプリ)", "本人確認完了"};
    ASSERT(screen >= 1 && screen <= COUNT_SCREENS);
    return names[screen];
}

const char *report_wait_name(size_t span) {
    static const char *const names[PROMISE_SPANS] = {"5分まで", "5分から30分", "30分より長い"};
    ASSERT(span < PROMISE_SPANS);
    return names[span];
}

int64_t report_installs(const struct report *report) {
    return report->downloads > 0 ? report->downloads : report->people->openings;
}

const char *report_installs_name(const struct report *report) {
    return report->downloads > 0 ? "ダウンロード" : "アプリを初めて開いた";
}

const char *report_installs_unit(const struct report *report) {
    return report->downloads > 0 ? "回" : "台";
}

const char *report_band_name(int band) {
    static const char *const names[PARTICIPANTS_BANDS] = {"不明", "15～19歳", "20代", "30代",    "40代",
                                                          "50代", "60代",     "70代", "80歳以上"};
    ASSERT(band >= 0 && band < PARTICIPANTS_BANDS);
    return names[band];
}

static const char *day_text(const struct report *report, const char *format, int64_t day_ms) {
    static const char *const weekdays[] = {"日", "月", "火", "水", "木", "金", "土"};
    struct civil civil = clock_civil(day_ms);
    // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): one of the two below
    const char *text = arena_print(report->arena, format, civil.month, civil.day, weekdays[civil.weekday]);
    return text == NULL ? "" : text;
}

const char *report_day(const struct report *report, int64_t day_ms) {
    return day_text(report, "%d月%d日(%s)", day_ms);
}

const char *report_day_short(const struct report *report, int64_t day_ms) {
    return day_text(report, "%d/%d(%s)", day_ms);
}

bool report_day_is_off(const struct report *report, int64_t day_ms) {
    struct civil civil = clock_civil(day_ms);
    return holidays_is_off(report->holidays, clock_day_number(civil.year, civil.month, civil.day));
}
