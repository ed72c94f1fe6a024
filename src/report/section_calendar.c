// section_calendar.c - 11 and 12: when it will be quiet, from the published calendar.
#include "report/section.h"

static void without_calendar(struct sheets *sheets) {
    sheet_without_data(
        sheets, "混雑カレンダーは、まだ公表されていません",
        "juncho calendar --publish で公表すると、つながりやすい時期と時間帯をここに示します。");
}

void section_quiet_times(struct sheets *sheets, const struct facts *facts) {
    without_calendar(sheets);
}

void section_calendar(struct sheets *sheets, const struct facts *facts) {
    without_calendar(sheets);
}
