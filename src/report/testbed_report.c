// testbed_report.c - figures that a test can check by heart.
#include "report/testbed_report.h"

#include <string.h>

#include "base/clock.h"

#define MONDAY_MS INT64_C(1769958000000)

static const struct campaign campaign = {
    .code = "sample", .name = "見本 <b>&", .points = 11000, .age_min = 15, .prefecture = "東京都"};

const struct report *testbed_report(struct arena *arena) {
    struct figures *figures = arena_alloc(arena, sizeof *figures);
    struct report *report = arena_alloc(arena, sizeof *report);
    static const int64_t reached[] = {0, 1000, 930, 902, 893, 705}, went_on[] = {0, 930, 902, 893, 705, 698};
    figures->from_ms = MONDAY_MS;
    figures->to_ms = MONDAY_MS + 2 * CLOCK_DAY_MS;
    figures->days_count = 2;
    figures->days = arena_alloc(arena, 2 * sizeof *figures->days);
    for (int day = 0; day < 2; day++)
        figures->days[day] = (struct figures_day){.start_ms = MONDAY_MS + day * CLOCK_DAY_MS,
                                                  .accesses = 9000 - 2000 * day,
                                                  .users = 700 - 200 * day};
    figures->days[0].hours[20] = 8500;
    figures->accesses = 16000;
    figures->users = 1200;
    figures->verified = 705;
    figures->granted = 698;
    figures->points = 698 * 11000;
    memcpy(figures->reached, reached, sizeof reached);
    memcpy(figures->went_on, went_on, sizeof went_on);
    figures->by_band[4] = 400;
    figures->by_band[5] = 305;
    figures->places = arena_alloc(arena, sizeof *figures->places);
    figures->places[0] = (struct figures_place){131041, 705};
    figures->places_count = 1;
    *report = (struct report){
        .campaign = &campaign, .figures = figures, .heat_levels = {8000, 3000, 1000}, .arena = arena};
    return report;
}
