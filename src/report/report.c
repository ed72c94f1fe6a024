// report.c - what the sections and the tables have in common.
#include "report/report.h"

#include "base/clock.h"

struct report_shares report_shares(const struct figures *figures, int screen) {
    double reached = (double)figures->reached[screen], entrants = (double)figures->reached[COUNT_CONSENT];
    double left = reached - (double)figures->went_on[screen];
    return (struct report_shares){.of_reached = reached > 0 ? left / reached * 100 : 0,
                                  .of_entrants = entrants > 0 ? left / entrants * 100 : 0};
}

const char *report_screen_name(int screen) {
    static const char *const names[] = {
        "", "本人確認の同意", "本人確認の手順説明", "本人確認の意思表示", "本人確認(アプリ)", "本人確認完了"};
    ASSERT(screen >= 1 && screen <= COUNT_SCREENS);
    return names[screen];
}

const char *report_day(const struct report *report, int64_t day_ms) {
    static const char *const weekdays[] = {"日", "月", "火", "水", "木", "金", "土"};
    struct civil civil = clock_civil(day_ms);
    const char *text =
        arena_print(report->arena, "%d月%d日(%s)", civil.month, civil.day, weekdays[civil.weekday]);
    return text == NULL ? "" : text;
}
