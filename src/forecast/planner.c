#include "forecast/planner.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "forecast/calendar_store.h"
#include "forecast/counts.h"
#include "forecast/holidays_store.h"

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

// Cuts off what was counted long before the opening, into `ret_earlier` unless it is NULL. A series of which
// nothing is left begins on `first`.
static bool set_earlier_apart(struct series *series, int64_t opens, int64_t first, struct series *ret_earlier,
                              struct error *err) {
    int64_t from = opens - PLANNER_EARLIER_DAYS;
    if (series->count == 0 || series->day >= from)
        return true;
    size_t days = (size_t)(from - series->day), cut = days * series->per_day;
    size_t earlier = cut < series->count ? cut : series->count;
    struct series later;
    if (ret_earlier != NULL) {
        series_done(ret_earlier);
        if (!series_from(series->counts, earlier, series->day, series->minutes, ret_earlier, err))
            return false;
    }
    if (!series_from(series->counts + earlier, series->count - earlier,
                     earlier < series->count ? from : first, series->minutes, &later, err))
        return false;
    series_done(series);
    *series = later;
    return true;
}

static bool read_all(struct planner *planner, struct session *session, enum calendar_series series,
                     const struct planner_campaign *campaign, const struct planner_settings *settings,
                     int64_t now_ms, struct error *err) {
    struct inputs_paths paths = {.holidays = settings->holidays, .occasions = settings->occasions};
    int64_t first = first_day_of(planner->today, campaign);
    first = first < planner->today ? first : planner->today;
    if (!inputs_read(&paths, planner->today, &planner->inputs, err) ||
        !holidays_renew(session, settings->holidays, &planner->inputs.holidays, err))
        return false;
    if (settings->occasions == NULL)
        add_own_dates(&planner->inputs.occasions, campaign);
    series_done(&planner->inputs.series);
    if (!counts_series(session, series, now_ms, first, &planner->inputs.series, err))
        return false;
    paths.csv = settings->prior;
    if (settings->prior != NULL)
        return set_earlier_apart(&planner->inputs.series, day_of(campaign->opens_ms), first, NULL, err) &&
               inputs_read(&paths, planner->today, &planner->prior_inputs, err) &&
               holidays_renew(session, settings->holidays, &planner->prior_inputs.holidays, err);
    paths.occasions = NULL; // this campaign's; when the earlier one opened and closed is not known
    return inputs_read(&paths, planner->today, &planner->prior_inputs, err) &&
           holidays_renew(session, settings->holidays, &planner->prior_inputs.holidays, err) &&
           set_earlier_apart(&planner->inputs.series, day_of(campaign->opens_ms), first,
                             &planner->prior_inputs.series, err);
}

static int by_number(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

// Of the days that were counted, by the share of the day that was; 0: none.
static double median_day(const struct series *series) {
    double totals[SERIES_DAYS_MAX];
    size_t days = 0;
    for (size_t first = 0; first < series->count && days < SERIES_DAYS_MAX; first += series->per_day) {
        double sum = 0;
        size_t seen = 0;
        for (size_t slot = first; slot < first + series->per_day && slot < series->count; slot++)
            if (!isnan(series->counts[slot])) {
                sum += series->counts[slot];
                seen++;
            }
        if (2 * seen >= series->per_day)
            totals[days++] = sum;
    }
    if (days == 0)
        return 0;
    qsort(totals, days, sizeof *totals, by_number);
    return totals[days / 2];
}

// NOLINTNEXTLINE(readability-function-size): whose counts, whose dates, and what else is known
bool planner_init(struct planner *planner, struct session *session, enum calendar_series series,
                  const struct planner_campaign *campaign, const struct planner_settings *settings,
                  int64_t now_ms, struct error *err) {
    *planner = (struct planner){
        .today = day_of(now_ms), .loads = settings->loads, .loads_count = settings->loads_count};
    struct demand_options prior = {.holidays = &planner->prior_inputs.holidays,
                                   .occasions = &planner->prior_inputs.occasions};
    bool good = read_all(planner, session, series, campaign, settings, now_ms, err);
    if (good && planner->prior_inputs.series.count > 0) {
        inputs_assume_dates(&planner->prior_inputs);
        good = demand_new(&planner->prior_inputs.series, SIZE_MAX, &prior, &planner->prior, err);
    }
    double expected = settings->expected_per_day;
    bool counted = good && expected == 0 && planner->prior != NULL;
    if (counted)
        expected = demand_summarize(planner->prior).ordinary_day;
    if (good && expected == 0 && planner->prior_inputs.series.count == 0 &&
        median_day(&planner->inputs.series) == 0)
        expected = settings->expected_otherwise;
    planner->expected_per_day = expected;
    planner->from_file = settings->prior != NULL;
    struct demand_options options = {.holidays = &planner->inputs.holidays,
                                     .occasions = &planner->inputs.occasions,
                                     .prior = planner->prior,
                                     .prior_is_profile = settings->prior == NULL,
                                     .expected_per_day = expected,
                                     .expected_was_counted = counted,
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

struct planner_basis planner_basis(const struct planner *planner) {
    struct demand_summary summary = demand_summarize(planner->demand);
    return (struct planner_basis){.days_seen = summary.days_seen,
                                  .profile = planner->prior == NULL ? PLANNER_NO_PROFILE
                                             : planner->from_file   ? PLANNER_FILE
                                                                    : PLANNER_EARLIER_CAMPAIGN,
                                  .expected_per_day = planner->expected_per_day};
}

void planner_tell(const struct planner *planner, void (*tell)(void *context, const char *sentence),
                  void *context) {
    if (planner->prior != NULL)
        inputs_tell_lent(&planner->prior_inputs, tell, context);
    inputs_tell(&planner->inputs, tell, context);
}

// Whoever books is one of those who are expected that day anyway and has only said when: so the booked are
// taken off the whole day in proportion, and stand in their own hours as certain as they are. When more have
// booked than one expected, they alone are expected.
static void book_day(const struct planner *planner, int64_t day, struct demand_slot *slots) {
    size_t per_day = planner->inputs.series.per_day;
    double expected = 0, booked = 0;
    int64_t begin_ms = calendar_hour_ms(day, 0), end_ms = calendar_hour_ms(day + 1, 0);
    for (size_t i = 0; i < planner->loads_count; i++)
        if (planner->loads[i].hour_ms >= begin_ms && planner->loads[i].hour_ms < end_ms)
            booked += planner->loads[i].booked;
    if (booked == 0)
        return;
    for (size_t i = 0; i < per_day; i++)
        expected += slots[i].p50;
    double left = booked < expected ? 1 - booked / expected : 0;
    for (size_t i = 0; i < per_day; i++)
        slots[i] = (struct demand_slot){slots[i].time, slots[i].p10 * left, slots[i].p50 * left,
                                        slots[i].p90 * left};
    for (size_t i = 0; i < planner->loads_count; i++) {
        const struct planner_load *load = &planner->loads[i];
        if (load->hour_ms < begin_ms || load->hour_ms >= end_ms)
            continue;
        struct demand_slot *slot = &slots[(size_t)clock_civil(load->hour_ms).hour * per_day / 24];
        slot->p10 += load->booked;
        slot->p50 += load->booked;
        slot->p90 += load->booked;
    }
}

bool planner_forecast(const struct planner *planner, int64_t day, size_t days, struct demand_slot *ret_slots,
                      struct error *err) {
    const struct series *series = &planner->inputs.series;
    if (day < series->day)
        return error_set(err, ERROR_INVALID, "the forecast begins with the first day that was counted");
    size_t first = (size_t)(day - series->day) * series->per_day;
    if (!demand_forecast(planner->demand, first, days * series->per_day, ret_slots, err))
        return false;
    for (size_t i = 0; i < days; i++)
        book_day(planner, day + (int64_t)i, ret_slots + i * series->per_day);
    return true;
}

// Nothing is said of bands that end before the opening or begin after the end.
static void clear_outside(struct calendar *calendar, const struct planner_campaign *campaign,
                          const struct levels_day *days) {
    for (size_t i = 0; i < calendar->days; i++)
        for (size_t band = 0; band < LEVELS_BANDS; band++) {
            int64_t day = calendar->first_day + (int64_t)i;
            bool inside = calendar_hour_ms(day, calendar_band_until(band)) > campaign->opens_ms &&
                          calendar_hour_ms(day, calendar_band_from(band)) < campaign->closes_ms;
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
    clear_outside(calendar, campaign, levels);
    if (session != NULL && !calendar_overrides_load(session, campaign->id, arena, calendar, err))
        return false;
    calendar_apply(calendar);
    *ret_calendar = calendar;
    return true;
}
