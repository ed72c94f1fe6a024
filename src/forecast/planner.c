#include "forecast/planner.h"

#include <string.h>

#include "base/clock.h"
#include "forecast/calendar_store.h"
#include "forecast/counts.h"

static double civil_days(int64_t time_ms) {
    struct civil civil = clock_civil(time_ms);
    return (double)clock_day_number(civil.year, civil.month, civil.day) +
           (civil.hour * 60 + civil.minute) / (double)SERIES_MINUTES_DAY;
}

static int64_t day_of(int64_t time_ms) {
    return (int64_t)civil_days(time_ms);
}

static int64_t first_day_of(int64_t today, const struct planner_campaign *campaign) {
    int64_t opens = day_of(campaign->opens_ms);
    return calendar_monday(opens > today ? opens : today);
}

// Without a file of occasions the campaign's own dates are what is known.
static void add_own_dates(struct occasions *occasions, const struct planner_campaign *campaign) {
    occasions->launch[0] = civil_days(campaign->opens_ms);
    occasions->deadline[0] = civil_days(campaign->closes_ms);
    occasions->launches = occasions->deadlines = 1;
}

static bool read_all(struct planner *planner, struct session *session, enum calendar_series series,
                     const struct planner_campaign *campaign, const struct planner_settings *settings,
                     int64_t now_ms, struct error *err) {
    struct inputs_paths paths = {.holidays = settings->holidays, .occasions = settings->occasions};
    int64_t first = first_day_of(planner->today, campaign);
    if (!inputs_read(&paths, planner->today, &planner->inputs, err))
        return false;
    if (settings->occasions == NULL)
        add_own_dates(&planner->inputs.occasions, campaign);
    series_done(&planner->inputs.series);
    if (!counts_series(session, series, now_ms, first < planner->today ? first : planner->today,
                       &planner->inputs.series, err))
        return false;
    paths.csv = settings->prior;
    return settings->prior == NULL || inputs_read(&paths, planner->today, &planner->prior_inputs, err);
}

// NOLINTNEXTLINE(readability-function-size): whose counts, whose dates, and what else is known
bool planner_init(struct planner *planner, struct session *session, enum calendar_series series,
                  const struct planner_campaign *campaign, const struct planner_settings *settings,
                  int64_t now_ms, struct error *err) {
    *planner = (struct planner){.today = day_of(now_ms)};
    struct demand_options prior = {.holidays = &planner->prior_inputs.holidays,
                                   .occasions = &planner->prior_inputs.occasions};
    bool good = read_all(planner, session, series, campaign, settings, now_ms, err);
    if (good && settings->prior != NULL)
        good = demand_new(&planner->prior_inputs.series, SIZE_MAX, &prior, &planner->prior, err);
    struct demand_options options = {.holidays = &planner->inputs.holidays,
                                     .occasions = &planner->inputs.occasions,
                                     .prior = planner->prior,
                                     .expected_per_day = settings->expected_per_day,
                                     .usual = series == CALENDAR_CALLS ? &demand_usual_calls : NULL};
    good = good && demand_new(&planner->inputs.series, SIZE_MAX, &options, &planner->demand, err);
    if (!good)
        planner_done(planner);
    return good;
}

void planner_done(struct planner *planner) {
    demand_free(planner->demand);
    demand_free(planner->prior);
    inputs_done(&planner->inputs);
    inputs_done(&planner->prior_inputs);
    *planner = (struct planner){0};
}

bool planner_forecast(const struct planner *planner, int64_t day, size_t days, struct demand_slot *ret_slots,
                      struct error *err) {
    const struct series *series = &planner->inputs.series;
    if (day < series->day)
        return error_set(err, ERROR_INVALID, "the forecast begins with the first day that was counted");
    size_t first = (size_t)(day - series->day) * series->per_day;
    return demand_forecast(planner->demand, first, days * series->per_day, ret_slots, err);
}

// Nothing is said of bands before the opening and after the end.
static void clear_outside(struct calendar *calendar, const struct levels_day *days) {
    for (size_t i = 0; i < calendar->days; i++) {
        int64_t day = calendar->first_day + (int64_t)i;
        bool inside = day >= calendar->opens_day && day <= calendar->closes_day;
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            calendar->cells[i][band] = (uint8_t)(inside ? days[i].band[band] : LEVEL_UNKNOWN);
    }
}

// NOLINTNEXTLINE(readability-function-size): the forecast, the store's overrides, the campaign and the rules
bool planner_calendar(const struct planner *planner, struct session *session, enum calendar_series series,
                      const struct planner_campaign *campaign, const struct planner_settings *settings,
                      struct arena *arena, struct calendar **ret_calendar, struct error *err) {
    struct calendar *calendar = arena_alloc(arena, sizeof *calendar);
    if (calendar == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    calendar->series = series;
    calendar->rules = settings->rules;
    calendar->opens_day = day_of(campaign->opens_ms);
    calendar->closes_day = day_of(campaign->closes_ms - 1);
    calendar->first_day = first_day_of(planner->today, campaign);
    int64_t days = calendar->closes_day - calendar->first_day + 1;
    calendar->days = days < 1 ? 0 : (size_t)(days > CALENDAR_DAYS_MAX ? CALENDAR_DAYS_MAX : days);
    if (calendar->days == 0)
        return error_set(err, ERROR_CONFLICT, "the campaign is over: there is nothing to announce");
    size_t slots_count =
        (calendar->days + 1) * planner->inputs.series.per_day; // the last band ends a day later
    if (calendar->days == CALENDAR_DAYS_MAX)
        slots_count -= planner->inputs.series.per_day;
    struct demand_slot *slots = arena_alloc(arena, slots_count * sizeof *slots);
    struct levels_day *levels = arena_alloc(arena, calendar->days * sizeof *levels);
    if (slots == NULL || levels == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!planner_forecast(planner, calendar->first_day, slots_count / planner->inputs.series.per_day, slots,
                          err) ||
        !levels_of(slots, slots_count, planner->inputs.series.minutes, &settings->rules.levels,
                   calendar->first_day, calendar->days, levels, err))
        return false;
    clear_outside(calendar, levels);
    if (session != NULL && !calendar_overrides_load(session, campaign->id, arena, calendar, err))
        return false;
    calendar_apply(calendar);
    *ret_calendar = calendar;
    return true;
}
