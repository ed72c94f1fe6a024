// section_days.c - 4: accesses by day.
#include "base/clock.h"
#include "report/chart.h"
#include "report/section.h"

#define DAYS_WITH_TABLE 14
#define MONTHS_MAX      27

static void open_days(struct sheets *sheets, const struct facts *facts) {
    const struct figures *figures = sheets->report->figures;
    if (facts->ends_are_busiest)
        sheet_open(sheets, "開始後2日間と終了前2日間にアクセスが集中しました(4日間で全体の%.1f%%)",
                   facts->ends_share);
    else if (facts->start_is_busiest)
        sheet_open(sheets, "開始後2日間にアクセスが集中しました(2日間で全体の%.1f%%)", facts->start_share);
    else if (figures->accesses == 0)
        sheet_open(sheets, "本システムが数えたアクセスはありませんでした");
    else
        sheet_open(sheets, "アクセスが最も多かったのは%sで、%s回でした(全体の%.1f%%)",
                   report_day(sheets->report, figures->days[facts->busiest_day].start_ms),
                   sheet_number(sheets, figures->days[facts->busiest_day].accesses),
                   sheet_percent(figures->days[facts->busiest_day].accesses, figures->accesses));
}

static bool is_strong(const struct figures *figures, const struct facts *facts, size_t i) {
    if (facts->ends_are_busiest)
        return i < 2 || i + 2 >= figures->days_count;
    return facts->start_is_busiest ? i < 2 : i == facts->busiest_day;
}

// The service's own counts with the facts about them; without: those of imported files.
static void add_bars(struct sheets *sheets, const struct facts *facts) {
    const struct figures *figures = sheets->report->figures;
    struct chart_bar *bars = arena_alloc(sheets->report->arena, (figures->days_count + 1) * sizeof *bars);
    if (bars == NULL) {
        sheets->out.failed = true;
        return;
    }
    for (size_t i = 0; i < figures->days_count; i++) {
        const struct figures_day *day = &figures->days[i];
        int64_t accesses = facts != NULL ? day->accesses : day->imported;
        bars[i] = (struct chart_bar){
            .label = report_day_short(sheets->report, day->start_ms),
            .value = (double)accesses,
            .words = figures->days_count <= DAYS_WITH_TABLE ? sheet_number(sheets, accesses) : NULL,
            .strong = facts != NULL && is_strong(figures, facts, i)};
    }
    chart_bars(&sheets->out,
               &(struct chart_bars){CHART_WIDE, bars, figures->days_count, (figures->days_count + 13) / 14},
               facts != NULL ? "日ごとのアクセス数" : "取り込んだ記録による日ごとのアクセス数");
}

// A day, or a month, as a column.
struct column {
    const char *name;
    int64_t values[5];
};
// The last one only where files were imported.
static const char *const row_names[] = {"アクセス", "登録", "本人確認", "受け取り", "取り込み"};

static void add_day(struct column *column, const struct figures_day *day) {
    const int64_t values[] = {day->accesses, day->users, day->verified, day->granted, day->imported};
    for (int row = 0; row < 5; row++)
        column->values[row] += values[row];
}

static void add_columns(struct sheets *sheets, const struct column *columns, size_t count) {
    sheet_add(sheets, "<div class=\"scroll\"><table class=\"days\"><thead><tr><th></th>");
    for (size_t i = 0; i < count; i++)
        sheet_print(sheets, "<th>%s</th>", columns[i].name);
    sheet_add(sheets, "</tr></thead><tbody>\n");
    int rows = sheets->report->figures->imported > 0 ? 5 : 4;
    for (int row = 0; row < rows; row++) {
        sheet_print(sheets, "<tr><td>%s</td>", row_names[row]);
        for (size_t i = 0; i < count; i++)
            sheet_print(sheets, "<td>%s</td>", sheet_number(sheets, columns[i].values[row]));
        sheet_add(sheets, "</tr>\n");
    }
    sheet_table_close(sheets);
}

static void add_table(struct sheets *sheets) {
    const struct figures *figures = sheets->report->figures;
    struct column columns[MONTHS_MAX] = {0};
    bool by_month = figures->days_count > DAYS_WITH_TABLE;
    size_t count = 0;
    int month = 0;
    for (size_t i = 0; i < figures->days_count; i++) {
        struct civil civil = clock_civil(figures->days[i].start_ms);
        if (!by_month || civil.month != month) {
            if (count == MONTHS_MAX)
                break;
            columns[count++].name = by_month ? sheet_text(sheets, "%d月", civil.month)
                                             : sheet_text(sheets, "%d/%d", civil.month, civil.day);
        }
        month = civil.month;
        add_day(&columns[count - 1], &figures->days[i]);
    }
    // A sheet is wide enough for so many; the last ones are the news.
    size_t first = count > DAYS_WITH_TABLE ? count - DAYS_WITH_TABLE : 0;
    add_columns(sheets, columns + first, count - first);
}

void section_days(struct sheets *sheets, const struct facts *facts) {
    open_days(sheets, facts);
    add_bars(sheets, facts);
    add_table(sheets);
    sheet_close(sheets,
                "アクセス数は、アプリを開いた回数です。最初と最後の日は、集計の期間に入る時間だけの数で"
                "す。全期間の表は days.csv にあります。");
    const struct figures *figures = sheets->report->figures;
    if (figures->imported == 0)
        return;
    sheet_open(sheets, "本システムが数えていない時間に、取り込んだ記録では%s回のアクセスがありました",
               sheet_number(sheets, figures->imported));
    add_bars(sheets, NULL);
    const char *devices =
        figures->imported_devices > 0
            ? sheet_text(sheets, "アクセスログの端末は、重なりを除いて約%s台です(推定、標準誤差0.8%%)。",
                         sheet_number(sheets, (int64_t)(figures->imported_devices + 0.5)))
            : "";
    sheet_close(
        sheets,
        sheet_text(sheets,
                   "取り込んだアクセスログから、ログのない時間は取り込んだ来訪数から数えました。本システムの"
                   "数がある時間の分は除き、本システムの数には加えていません。%s表では「取り込み」の行、"
                   "days.csv では「取り込んだ記録」の列です。",
                   devices));
}
