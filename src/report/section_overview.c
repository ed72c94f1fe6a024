// section_overview.c - 1: what was done, when, for whom, and how many came through.
#include "report/chart.h"
#include "report/section.h"

#define STAGES_MAX 5

static void add_stages(struct sheets *sheets) {
    const struct report *report = sheets->report;
    const struct participants *people = report->people;
    const struct {
        const char *label, *unit;
        int64_t count;
    } stages[STAGES_MAX] = {
        {report_installs_name(report), report_installs_unit(report), report_installs(report)},
        {"登録した", "人", people->users},
        {"本人確認を始めた", "人", report->funnel->entered},
        {"本人確認を終えた", "人", people->verified},
        {"ポイントを受け取った", "人", people->granted},
    };
    struct chart_bar rows[STAGES_MAX];
    size_t first = stages[0].count > 0 ? 0 : 1, count = STAGES_MAX - first;
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct chart_bar){.label = stages[first + i].label,
                                     .value = (double)stages[first + i].count,
                                     .words = sheet_text(sheets, "%s%s",
                                                         sheet_number(sheets, stages[first + i].count),
                                                         stages[first + i].unit),
                                     .strong = i + 1 == count};
    chart_rows(&sheets->out, rows, count, "登録から受け取りまでの人数");
}

void section_overview(struct sheets *sheets, const struct facts *facts) {
    const struct report *report = sheets->report;
    const struct figures *figures = report->figures;
    const struct campaign *campaign = report->campaign;
    const struct participants *people = report->people;
    sheet_open(sheets, "%s人が登録し、%s人が本人確認を終え、%s人がポイントを受け取りました",
               sheet_number(sheets, people->users), sheet_number(sheets, people->verified),
               sheet_number(sheets, people->granted));
    add_stages(sheets);
    sheet_print(
        sheets,
        "<table class=\"words roomy\"><tbody><tr><th>目的</th><td>技術面では、本人確認から受け取りまで"
        "の動作と処理の能力を、運用面では、曜日や時間帯ごとのアクセスとお問合せへの応対を確かめました"
        "</td></tr>\n<tr><th>期間</th><td>%s</td></tr>\n",
        sheet_span(sheets));
    sheet_print(sheets, "<tr><th>対象</th><td>%sに住む%lld歳以上の方。1人につき%sポイント</td></tr>\n",
                sheet_escape(sheets, campaign->prefecture), (long long)campaign->age_min,
                sheet_number(sheets, campaign->points));
    sheet_print(sheets, "<tr><th>アクセス</th><td>%s回(通信は%s件)</td></tr>\n",
                sheet_number(sheets, figures->accesses), sheet_number(sheets, figures->requests));
    sheet_print(sheets, "<tr><th>付与したポイント</th><td>%sポイント</td></tr>\n",
                sheet_number(sheets, figures->points));
    sheet_print(sheets,
                "<tr><th>最後まで進んだ割合</th><td>%.2f%%(本人確認を始めた%s人のうち)</td></tr>"
                "</tbody></table>\n",
                facts->finished_percent, sheet_number(sheets, report->funnel->entered));
    sheet_close(sheets,
                "登録・本人確認・受け取りの人数は、集計の最後の時点までの累積です。アクセス数は、アプ"
                "リを開いた回数です。30分以上あけて開くと新しい1回と数え、通信の件数とは別に数えます。");
}
