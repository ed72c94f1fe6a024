// section_hours.c - 5: accesses by hour of the day.
#include <string.h>

#include "base/clock.h"
#include "report/chart.h"
#include "report/section.h"

#define DAYS_WITH_CELLS 31
#define ROWS_MAX        32
#define BANDS           4

static void open_hours(struct sheets *sheets, const struct facts *facts) {
    const struct figures *figures = sheets->report->figures;
    if (facts->stretch_from >= 0 && facts->other_mean > 0)
        sheet_open(sheets, "平日は%d時から%d時台にアクセスが多く、1時間に平均%s回(ほかの時間の%.1f倍)でした",
                   facts->stretch_from, facts->stretch_from + FACTS_EVENING_HOURS - 1,
                   sheet_number(sheets, (int64_t)(facts->stretch_mean + 0.5)),
                   facts->stretch_mean / facts->other_mean);
    else if (facts->peak > 0)
        sheet_open(sheets, "最も混んだのは%s %d時台で、1時間に%s回のアクセスがありました",
                   report_day(sheets->report, figures->days[facts->peak_day].start_ms), facts->peak_hour,
                   sheet_number(sheets, facts->peak));
    else
        sheet_open(sheets, "本システムが数えたアクセスはありませんでした");
}

struct matrix {
    const char *labels[ROWS_MAX];
    int64_t hours[ROWS_MAX][24];
    int64_t days[ROWS_MAX]; // that were added up in a row
    size_t rows;
};

// Hours before and after the span are not quiet ones: they have no cell.
static void leave_out(const struct figures *figures, struct matrix *matrix) {
    for (size_t row = 0; row < matrix->rows; row++)
        for (int hour = 0; hour < 24; hour++) {
            int64_t at_ms = figures->days[row].start_ms + hour * CLOCK_HOUR_MS;
            if (at_ms + CLOCK_HOUR_MS <= figures->from_ms || at_ms >= figures->to_ms)
                matrix->hours[row][hour] = CHART_NO_CELL;
        }
}

// Day by day, or over a long time the mean of each month; of the service's own counts, or of imported files.
static void fill(struct sheets *sheets, bool imported, struct matrix *matrix) {
    const struct figures *figures = sheets->report->figures;
    bool by_month = figures->days_count > DAYS_WITH_CELLS;
    int month = 0;
    for (size_t i = 0; i < figures->days_count; i++) {
        struct civil civil = clock_civil(figures->days[i].start_ms);
        if (!by_month || civil.month != month) {
            if (matrix->rows == ROWS_MAX)
                break;
            matrix->labels[matrix->rows++] = by_month
                                                 ? sheet_text(sheets, "%d年%d月", civil.year, civil.month)
                                                 : report_day(sheets->report, figures->days[i].start_ms);
        }
        month = civil.month;
        size_t row = matrix->rows - 1;
        matrix->days[row]++;
        const int64_t *hours = imported ? figures->days[i].imported_hours : figures->days[i].hours;
        for (int hour = 0; hour < 24; hour++)
            matrix->hours[row][hour] += hours[hour];
    }
    for (size_t row = 0; row < matrix->rows; row++)
        for (int hour = 0; hour < 24; hour++)
            matrix->hours[row][hour] /= matrix->days[row];
    if (!by_month)
        leave_out(figures, matrix);
}

// Accesses an hour in a band, over weekdays or days off; hours outside of the span do not count.
static double band_mean(const struct report *report, int from, int until, bool off) {
    const struct figures *figures = report->figures;
    int64_t sum = 0, hours = 0;
    for (size_t i = 0; i < figures->days_count; i++) {
        if (report_day_is_off(report, figures->days[i].start_ms) != off)
            continue;
        for (int hour = from; hour < until; hour++) {
            size_t day = hour < 24 ? i : i + 1;
            int64_t at_ms = figures->days[i].start_ms + hour * CLOCK_HOUR_MS;
            if (day >= figures->days_count || at_ms < figures->from_ms || at_ms >= figures->to_ms)
                continue;
            sum += figures->days[day].hours[hour % 24];
            hours++;
        }
    }
    return hours > 0 ? (double)sum / (double)hours : 0;
}

static void add_band_table(struct sheets *sheets) {
    static const char *const names[BANDS] = {"7時-12時", "12時-20時", "20時-1時", "1時-7時"};
    static const int from[BANDS] = {7, 12, 20, 1}, until[BANDS] = {12, 20, 25, 7};
    sheet_add(sheets, "<div class=\"scroll\"><table class=\"days\"><thead><tr><th>1時間の平均</th>");
    for (int band = 0; band < BANDS; band++)
        sheet_print(sheets, "<th>%s</th>", names[band]);
    sheet_add(sheets, "</tr></thead><tbody>\n");
    for (int off = 0; off < 2; off++) {
        sheet_print(sheets, "<tr><td>%s</td>", off == 0 ? "平日" : "土日・祝日");
        for (int band = 0; band < BANDS; band++)
            sheet_print(
                sheets, "<td>%s回</td>",
                sheet_number(sheets,
                             (int64_t)(band_mean(sheets->report, from[band], until[band], off == 1) + 0.5)));
        sheet_add(sheets, "</tr>\n");
    }
    sheet_table_close(sheets);
}

static void add_heat(struct sheets *sheets, bool imported, const char *title) {
    struct matrix *matrix = arena_alloc(sheets->report->arena, sizeof *matrix);
    if (matrix == NULL) {
        sheets->out.failed = true;
        return;
    }
    fill(sheets, imported, matrix);
    struct chart_heat heat = {.day_labels = matrix->labels,
                              .hours = (const int64_t(*)[24])matrix->hours,
                              .days_count = matrix->rows};
    memcpy(heat.levels, sheets->report->heat_levels, sizeof heat.levels);
    for (int i = 0; i < 3; i++)
        heat.level_words[i] = sheet_text(sheets, "毎時%s回以上", sheet_number(sheets, heat.levels[i]));
    heat.level_words[3] = sheet_text(sheets, "毎時%s回未満", sheet_number(sheets, heat.levels[2]));
    chart_heat(&sheets->out, &heat, title);
}

// A sheet of its own, so that nobody takes the one for the other.
static void add_imported(struct sheets *sheets) {
    const struct figures *figures = sheets->report->figures;
    size_t most = 0;
    if (figures->imported == 0)
        return;
    for (size_t at = 0; at < figures->days_count * 24; at++)
        if (figures->days[at / 24].imported_hours[at % 24] >
            figures->days[most / 24].imported_hours[most % 24])
            most = at;
    sheet_open(sheets, "取り込んだ記録で最も混んだのは%s %d時台で、1時間に%s回のアクセスがありました",
               report_day(sheets->report, figures->days[most / 24].start_ms), (int)(most % 24),
               sheet_number(sheets, figures->days[most / 24].imported_hours[most % 24]));
    add_heat(sheets, true, "取り込んだ記録による日と時間帯ごとのアクセス数");
    sheet_close(sheets, "取り込んだアクセスログと来訪数によります。本システムの数がある時間の分は除き、本シ"
                        "ステムの数には加えていません。色の境は前の紙面と同じです。1時間ごとの数は hours.csv "
                        "の最後の列にあります。");
}

void section_hours(struct sheets *sheets, const struct facts *facts) {
    const struct figures *figures = sheets->report->figures;
    open_hours(sheets, facts);
    add_heat(sheets, false, "日と時間帯ごとのアクセス数");
    add_band_table(sheets);
    if (facts->peak > 0)
        sheet_print(sheets, "<p>最も混んだのは%s %d時台で、1時間に%s回です。</p>\n",
                    report_day(sheets->report, figures->days[facts->peak_day].start_ms), facts->peak_hour,
                    sheet_number(sheets, facts->peak));
    sheet_close(
        sheets,
        sheet_text(
            sheets,
            "横は時刻(0時台から23時台)、縦は%sです。集計の期間に入らない時間は空けてあります。20時-1時は、"
            "始まった日に入れます。1時間ごとの数は hours.csv にあります。",
            figures->days_count > DAYS_WITH_CELLS ? "月(1日あたりの平均)" : "日付"));
    add_imported(sheets);
}
