// testbed_report.c - figures that a test can check by heart.
#include "report/testbed_report.h"

#include <string.h>

#include "base/clock.h"

#define MONDAY_MS INT64_C(1769958000000)

static const struct campaign campaign = {.code = "sample",
                                         .name = "見本 <b>&",
                                         .points = 11000,
                                         .age_min = 15,
                                         .prefecture = "東京都",
                                         .closes_ms = INT64_C(1) << 50};
static const struct holidays no_holidays;

static const struct figures *make_figures(struct arena *arena) {
    struct figures *figures = arena_alloc(arena, sizeof *figures);
    figures->from_ms = MONDAY_MS;
    figures->to_ms = MONDAY_MS + 2 * CLOCK_DAY_MS;
    figures->days_count = 2;
    figures->days = arena_alloc(arena, 2 * sizeof *figures->days);
    for (int day = 0; day < 2; day++)
        figures->days[day] = (struct figures_day){.start_ms = MONDAY_MS + day * CLOCK_DAY_MS,
                                                  .accesses = 9000 - 2000 * day,
                                                  .users = 700 - 200 * day};
    figures->days[0].hours[20] = 8500;
    figures->days[0].hours[3] = 500;
    figures->days[1].hours[20] = 7000;
    figures->accesses = 16000;
    figures->users = 1200;
    figures->verified = 705;
    figures->verified_hour_max = 300;
    figures->granted = 698;
    figures->points = 698 * 11000;
    return figures;
}

static const struct participants *make_people(struct arena *arena) {
    struct participants *people = arena_alloc(arena, sizeof *people);
    *people = (struct participants){
        .openings = 1500, .users = 1200, .verified = 705, .applied = 698, .granted = 698};
    people->by_band[4] = 400;
    people->by_band[5] = 300;
    people->by_band[6] = 5;
    people->band_hidden[5] = people->band_hidden[6] = true;
    people->places = arena_alloc(arena, 2 * sizeof *people->places);
    people->places[0] = (struct participants_place){131041, 696, 341222, false};
    people->places[1] = (struct participants_place){131016, 9, 67049, true};
    people->places_count = 2;
    people->days = arena_alloc(arena, 2 * sizeof *people->days);
    people->days[0] = (struct participants_day){MONDAY_MS, 900, 700, 400, 390, 390};
    people->days[1] = (struct participants_day){MONDAY_MS + CLOCK_DAY_MS, 1500, 1200, 705, 698, 698};
    people->days_count = 2;
    return people;
}

static const struct funnel_result *make_funnel(struct arena *arena) {
    static const int64_t reached[] = {1000, 930, 902, 893, 705, 698};
    struct funnel_result *funnel = arena_alloc(arena, sizeof *funnel);
    *funnel = (struct funnel_result){.all = 1000, .entered = 1000, .steps_count = 6};
    for (size_t i = 0; i < 6; i++) {
        funnel->steps[i].reached = reached[i];
        funnel->steps[i].went_on = i < 5 ? reached[i + 1] : 0;
        funnel->steps[i].left = i < 5 ? reached[i] - reached[i + 1] : 0;
        funnel->steps[i].to_next_median_ms = 80000;
    }
    funnel->steps[3].exits[FUNNEL_EXIT_NEVER_RETURNED] = 94;
    funnel->steps[3].exits[FUNNEL_EXIT_STOPPED] = 94;
    return funnel;
}

struct report *testbed_report(struct arena *arena) {
    struct report *report = arena_alloc(arena, sizeof *report);
    *report = (struct report){.campaign = &campaign,
                              .figures = make_figures(arena),
                              .people = make_people(arena),
                              .funnel = make_funnel(arena),
                              .holidays = &no_holidays,
                              .suppress_below = 10,
                              .heat_levels = {8000, 3000, 1000},
                              .arena = arena};
    return report;
}

const struct calls *testbed_calls(struct arena *arena, size_t days) {
    struct calls *calls = arena_alloc(arena, sizeof *calls);
    calls->days = arena_alloc(arena, days * sizeof *calls->days);
    calls->half_hours = arena_alloc(arena, days * sizeof *calls->half_hours);
    for (size_t i = 0; i < days; i++) {
        int64_t offered = i < 2 ? 1000 : 250, answered = i < 2 ? 450 : 240;
        calls->days[i] = (struct calls_row){.start_ms = MONDAY_MS + (int64_t)i * CLOCK_DAY_MS,
                                            .offered = offered,
                                            .answered = answered,
                                            .abandoned = offered - answered,
                                            .answered_within = CALLS_UNKNOWN};
        calls->half_hours[i] = calls->days[i];
        calls->half_hours[i].start_ms += 9 * CLOCK_HOUR_MS;
        calls->total.offered += offered;
        calls->total.answered += answered;
        calls->total.abandoned += offered - answered;
    }
    calls->total.answered_within = CALLS_UNKNOWN;
    calls->days_count = calls->half_hours_count = days;
    return calls;
}
