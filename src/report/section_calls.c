// section_calls.c - 7 and 8: the telephone, and how much of it was answered.
#include <math.h>

#include "base/clock.h"
#include "report/chart.h"
#include "report/section.h"

#define DAYS_SHOWN  14
#define HALF_HOURS  48
#define RATE_POINTS 5   // between two answer rates: less is no difference
#define BUSY_SHARE  1.2 // of the mean of the open half-hours: from there on it counts as crowded

static bool has_calls(const struct report *report) {
    return report->calls != NULL && report->calls->total.offered > 0;
}

static void without_calls(struct sheets *sheets) {
    sheet_without_data(sheets, "お問合せの記録は、まだありません",
                       "30分ごとの入電・応答・放棄の数が取り込まれると、ここに示します。");
}

// Offered calls of each half-hour of the day, a weekday's mean; returns how many weekdays there are.
static int64_t weekday_means(const struct report *report, double means[HALF_HOURS]) {
    const struct calls *calls = report->calls;
    int64_t days = 0;
    for (int i = 0; i < HALF_HOURS; i++)
        means[i] = 0;
    for (size_t i = 0; i < calls->days_count; i++)
        days += !report_day_is_off(report, calls->days[i].start_ms);
    for (size_t i = 0; i < calls->half_hours_count && days > 0; i++) {
        struct civil civil = clock_civil(calls->half_hours[i].start_ms);
        if (!report_day_is_off(report, calls->half_hours[i].start_ms))
            means[civil.hour * 2 + civil.minute / 30] += (double)calls->half_hours[i].offered / (double)days;
    }
    return days;
}

// The stretches in which a weekday is crowded, as words: "9:00～10:00、13:00～17:00".
static const char *crowded(struct sheets *sheets, const double means[HALF_HOURS]) {
    double sum = 0;
    int open = 0, from = -1;
    const char *words = "";
    for (int i = 0; i < HALF_HOURS; i++) {
        sum += means[i];
        open += means[i] > 0;
    }
    for (int i = 0; i <= HALF_HOURS && open > 0; i++) {
        bool busy = i < HALF_HOURS && means[i] > sum / open * BUSY_SHARE;
        if (busy && from < 0)
            from = i;
        if (busy || from < 0)
            continue;
        words = sheet_text(sheets, "%s%s%d:%02d～%d:%02d", words, *words == '\0' ? "" : "、", from / 2,
                           from % 2 * 30, i / 2, i % 2 * 30);
        from = -1;
    }
    return words;
}

static void add_day_bars(struct sheets *sheets, bool rates) {
    const struct calls *calls = sheets->report->calls;
    struct chart_bar *bars = arena_alloc(sheets->report->arena, (calls->days_count + 1) * sizeof *bars);
    if (bars == NULL) {
        sheets->out.failed = true;
        return;
    }
    for (size_t i = 0; i < calls->days_count; i++) {
        const struct calls_row *day = &calls->days[i];
        double rate = day->offered > 0 ? calls_answer_rate(day) * 100 : 0;
        bars[i] = (struct chart_bar){.label = report_day_short(sheets->report, day->start_ms),
                                     .value = rates ? rate : (double)day->offered,
                                     .part = rates ? 0 : (double)day->answered,
                                     .words = calls->days_count > DAYS_SHOWN ? NULL
                                              : rates                        ? sheet_share(sheets, rate)
                                                      : sheet_number(sheets, day->offered),
                                     .strong = rates && i < 2};
    }
    size_t every = rates ? (calls->days_count + 13) / 14 : (calls->days_count + 6) / 7;
    chart_bars(&sheets->out,
               &(struct chart_bars){rates ? CHART_WIDE : CHART_HALF, bars, calls->days_count, every},
               rates ? "日ごとの応答率" : "日ごとのお問合せ件数");
}

static void add_half_hours(struct sheets *sheets, const double means[HALF_HOURS]) {
    struct chart_bar bars[HALF_HOURS];
    size_t count = 0;
    double sum = 0;
    for (int i = 0; i < HALF_HOURS; i++)
        sum += means[i];
    for (int i = 0; i < HALF_HOURS; i++)
        if (means[i] > 0)
            bars[count++] = (struct chart_bar){.label = sheet_text(sheets, "%d:%02d", i / 2, i % 2 * 30),
                                               .value = means[i]};
    for (size_t i = 0; i < count; i++)
        bars[i].strong = bars[i].value > sum / (double)count * BUSY_SHARE;
    size_t most = 0;
    for (size_t i = 1; i < count; i++)
        most = bars[i].value > bars[most].value ? i : most;
    if (count > 0)
        bars[most].words = sheet_text(sheets, "%.0f件", bars[most].value);
    chart_bars(&sheets->out, &(struct chart_bars){CHART_HALF, bars, count, 4},
               "平日の30分ごとのお問合せ件数(平均)");
}

enum telephone_row { ROW_OFFERED, ROW_SHARE, ROW_ANSWERED, ROW_ABANDONED, ROW_RATE };

static void add_cell(struct sheets *sheets, const struct calls_row *day, enum telephone_row row) {
    const struct calls *calls = sheets->report->calls;
    const int64_t values[] = {[ROW_OFFERED] = day->offered,
                              [ROW_ANSWERED] = day->answered,
                              [ROW_ABANDONED] = day->abandoned,
                              [ROW_RATE] = 0};
    if (row == ROW_SHARE)
        sheet_print(sheets, "<td>%.1f%%</td>", sheet_percent(day->offered, calls->total.offered));
    else if (row != ROW_RATE)
        sheet_print(sheets, "<td>%s</td>", sheet_number(sheets, values[row]));
    else if (day->offered > 0)
        sheet_print(sheets, "<td>%s</td>", sheet_share(sheets, calls_answer_rate(day) * 100));
    else
        sheet_add(sheets, "<td>—</td>");
}

// The first days; a sheet is as wide as that.
static void add_days(struct sheets *sheets, const enum telephone_row *rows, size_t rows_count) {
    static const char *const names[] = {"入電(件)", "全体に占める割合", "応答(件)", "放棄(件)", "応答率"};
    const struct calls *calls = sheets->report->calls;
    size_t count = calls->days_count < DAYS_SHOWN ? calls->days_count : DAYS_SHOWN;
    sheet_add(sheets, "<div class=\"scroll\"><table class=\"days\"><thead><tr><th></th>");
    for (size_t i = 0; i < count; i++) {
        struct civil civil = clock_civil(calls->days[i].start_ms);
        sheet_print(sheets, "<th>%d/%d</th>", civil.month, civil.day);
    }
    sheet_add(sheets, "</tr></thead><tbody>\n");
    for (size_t row = 0; row < rows_count; row++) {
        sheet_print(sheets, "<tr><td>%s</td>", names[rows[row]]);
        for (size_t i = 0; i < count; i++)
            add_cell(sheets, &calls->days[i], rows[row]);
        sheet_add(sheets, "</tr>\n");
    }
    sheet_table_close(sheets);
}

void section_calls(struct sheets *sheets, const struct facts *facts) {
    double means[HALF_HOURS];
    if (!has_calls(sheets->report)) {
        without_calls(sheets);
        return;
    }
    const struct calls *calls = sheets->report->calls;
    bool weekdays = weekday_means(sheets->report, means) > 0;
    const char *words = weekdays ? crowded(sheets, means) : "";
    sheet_open(sheets,
               facts->calls_start_crowded ? "開始後2日間に、お問合せ%s件の%.0f%%が集中しました%s"
                                          : "お問合せは%s件で、開始後2日間は全体の%.0f%%でした%s",
               sheet_number(sheets, calls->total.offered), facts->calls_start_share,
               *words == '\0' ? "" : sheet_text(sheets, "。平日は%sが混みました", words));
    sheet_add(sheets, "<div class=\"beside\"><div class=\"half\"><h3>日ごとの件数(濃い色は応答)</h3>\n");
    add_day_bars(sheets, false);
    sheet_add(sheets, "</div><div class=\"half\"><h3>平日の30分ごとの件数(平均。濃い色は混んだ時間)</h3>\n");
    add_half_hours(sheets, means);
    sheet_add(sheets, "</div></div>\n");
    add_days(sheets, (const enum telephone_row[]){ROW_OFFERED, ROW_SHARE}, 2);
    sheet_close(sheets,
                "入電は、コールセンターにつながった電話の件数です。かけ直しは新しい1件と数えます。混んだ"
                "時間は、開いている30分の平均の1.2倍を超えた時間です。すべての日と30分は calls.csv にあり"
                "ます。");
}

void section_answer_rate(struct sheets *sheets, const struct facts *facts) {
    if (!has_calls(sheets->report)) {
        without_calls(sheets);
        return;
    }
    const struct calls *calls = sheets->report->calls;
    if (isnan(facts->rate_after))
        sheet_open(sheets, "応答率は、開始後2日間で%sでした", sheet_share(sheets, facts->rate_start));
    else if (fabs(facts->rate_after - facts->rate_start) < RATE_POINTS)
        sheet_open(sheets, "応答率は、期間を通して%sでした(3日目以降、最も低い日で%s)",
                   sheet_share(sheets, calls_answer_rate(&calls->total) * 100),
                   sheet_share(sheets, facts->rate_after_min));
    else
        sheet_open(sheets, "応答率は、開始後2日間は%sでしたが、3日目以降は%sでした(最も低い日で%s)",
                   sheet_share(sheets, facts->rate_start), sheet_share(sheets, facts->rate_after),
                   sheet_share(sheets, facts->rate_after_min));
    add_day_bars(sheets, true);
    add_days(sheets, (const enum telephone_row[]){ROW_OFFERED, ROW_ANSWERED, ROW_ABANDONED, ROW_RATE}, 4);
    if (!isnan(calls_service_level(&calls->total)))
        sheet_print(sheets, "<p>期間を通して、%lld秒以内に応答した割合(サービスレベル)は%.1f%%でした。</p>\n",
                    (long long)calls->total.within_s, calls_service_level(&calls->total) * 100);
    sheet_close(sheets,
                "応答率は、応答した件数÷入電した件数です。サービスレベルの分母も入電で、すぐに切れた電話も"
                "応答しなかったものと数えます。");
}
