// section_calendar.c - 11 and 12: when it will be quiet, from the published calendar.
#include "report/section.h"

#define DAYS_A_TABLE 14
#define TABLES       2
#define DAY_BANDS    3 // the last band is the night

static void without_calendar(struct sheets *sheets) {
    sheet_without_data(sheets, "混雑カレンダーは、まだ公表されていません",
                       "公表されると、つながりやすい時期と時間帯をここに示します。");
}

static void add_cell(struct sheets *sheets, enum level level) {
    if (level == LEVEL_UNKNOWN)
        sheet_add(sheets, "<td>—</td>");
    else
        sheet_print(sheets, "<td class=\"l%d\">%s<br>%s</td>", (int)level, level_symbol(level),
                    level_word(level));
}

// "1か月目" or "3～4か月目".
static const char *phase_name(struct sheets *sheets, const struct calendar_phase *phase) {
    if (phase->first_month == phase->last_month)
        return sheet_text(sheets, "%dか月目", phase->first_month);
    return sheet_text(sheets, "%d～%dか月目", phase->first_month, phase->last_month);
}

static bool is_quiet(const struct calendar_phase *phase) {
    for (size_t band = 0; band < DAY_BANDS; band++)
        if (phase->band[band] != LEVEL_SMOOTH)
            return false;
    return true;
}

static bool nights_are_quiet(const struct calendar_phase *phases, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (phases[i].band[DAY_BANDS] != LEVEL_SMOOTH && phases[i].band[DAY_BANDS] != LEVEL_UNKNOWN)
            return false;
    return count > 0;
}

static void open_quiet(struct sheets *sheets, const struct calendar_phase *phases, size_t count) {
    const char *names = "";
    for (size_t i = 0; i < count; i++)
        if (is_quiet(&phases[i]))
            names = sheet_text(sheets, "%s%s%s", names, *names == '\0' ? "" : "、",
                               phase_name(sheets, &phases[i]));
    const char *night = nights_are_quiet(phases, count) ? "深夜から早朝(1時-7時)はいつも順調です" : "";
    if (*names != '\0')
        sheet_open(sheets, "つながりやすいのは%sです%s%s", names, *night == '\0' ? "" : "。", night);
    else if (*night != '\0')
        sheet_open(sheets, "日中は混雑が続きます。%s", night);
    else
        sheet_open(sheets, "期間を通して混雑が見込まれます");
}

void section_quiet_times(struct sheets *sheets, const struct facts *facts) {
    const struct calendar *calendar = sheets->report->calendar;
    struct calendar_phase phases[CALENDAR_PHASES_MAX];
    if (calendar == NULL) {
        without_calendar(sheets);
        return;
    }
    size_t count = calendar_phases(calendar, phases);
    open_quiet(sheets, phases, count);
    sheet_add(sheets, "<div class=\"scroll\"><table class=\"levels large\"><thead><tr><th></th>");
    for (size_t i = 0; i < count; i++) {
        struct civil from = calendar_date(phases[i].first_day), until = calendar_date(phases[i].last_day);
        sheet_print(sheets, "<th>%s<br>%d/%d～%d/%d</th>", phase_name(sheets, &phases[i]), from.month,
                    from.day, until.month, until.day);
    }
    sheet_add(sheets, "</tr></thead><tbody>\n");
    for (size_t band = 0; band < LEVELS_BANDS; band++) {
        sheet_print(sheets, "<tr><th>%s時</th>", levels_band_names[band]);
        for (size_t i = 0; i < count; i++)
            add_cell(sheets, phases[i].band[band]);
        sheet_add(sheets, "</tr>\n");
    }
    sheet_table_close(sheets);
    sheet_close(sheets,
                "各時期の混雑度は、その半数以上の日が届く段階です。段階は、1時間の見込みの上限(90%点)を処理"
                "できる件数で割って決めます。見込みは毎週見直します。");
}

static void add_days(struct sheets *sheets, int64_t first_day) {
    const struct calendar *calendar = sheets->report->calendar;
    static const char *const weekdays[] = {"日", "月", "火", "水", "木", "金", "土"};
    sheet_add(sheets, "<div class=\"scroll\"><table class=\"levels\"><thead><tr><th></th>");
    for (int64_t day = first_day; day < first_day + DAYS_A_TABLE; day++) {
        struct civil date = calendar_date(day);
        bool holiday = date.weekday > 0 && date.weekday < 6 && holidays_has(sheets->report->holidays, day);
        sheet_print(sheets, "<th>%d/%d<br>%s%s</th>", date.month, date.day, weekdays[date.weekday],
                    holiday ? "・祝" : "");
    }
    sheet_add(sheets, "</tr></thead><tbody>\n");
    for (size_t band = 0; band < LEVELS_BANDS; band++) {
        sheet_print(sheets, "<tr><th>%s時</th>", levels_band_names[band]);
        for (int64_t day = first_day; day < first_day + DAYS_A_TABLE; day++)
            add_cell(sheets, calendar_level(calendar, day, band));
        sheet_add(sheets, "</tr>\n");
    }
    sheet_table_close(sheets);
}

// The Monday of the week in which the data end, or where the calendar begins.
static int64_t first_day_of(const struct report *report) {
    const struct calendar *calendar = report->calendar;
    struct civil end = clock_civil(report->figures->to_ms);
    int64_t monday = calendar_monday(clock_day_number(end.year, end.month, end.day));
    int64_t last = calendar->first_day + (int64_t)calendar->days - DAYS_A_TABLE * TABLES;
    monday = monday > last ? last : monday;
    return monday < calendar->first_day ? calendar->first_day : monday;
}

static int count_level(const struct calendar *calendar, int64_t first_day, enum level level) {
    int count = 0;
    for (int64_t day = first_day; day < first_day + DAYS_A_TABLE * TABLES; day++)
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            count += calendar_level(calendar, day, band) == level;
    return count;
}

void section_calendar(struct sheets *sheets, const struct facts *facts) {
    const struct calendar *calendar = sheets->report->calendar;
    if (calendar == NULL) {
        without_calendar(sheets);
        return;
    }
    int64_t first_day = first_day_of(sheets->report);
    struct civil made = clock_civil(calendar->made_ms);
    sheet_open(sheets, "4週間の時間帯のうち、順調は%d、混雑は%d、大変混雑は%dの見込みです",
               count_level(calendar, first_day, LEVEL_SMOOTH), count_level(calendar, first_day, LEVEL_BUSY),
               count_level(calendar, first_day, LEVEL_VERY_BUSY));
    for (int table = 0; table < TABLES; table++)
        add_days(sheets, first_day + table * DAYS_A_TABLE);
    sheet_close(sheets,
                sheet_text(sheets,
                           "混雑カレンダー(アプリ)第%lld版、%d年%d月%d日公表。20時-1時は、始まった日に入れま"
                           "す。段階は形と言葉と色で示します。",
                           (long long)calendar->number, made.year, made.month, made.day));
}
