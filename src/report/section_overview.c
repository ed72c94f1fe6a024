// section_overview.c - 1: what was done, when, for whom, and how many came through.
#include "report/chart.h"
#include "report/section.h"

#define STAGES 4

static void add_stages(struct sheets *sheets) {
    const struct participants *people = sheets->report->people;
    const int64_t counts[STAGES] = {people->users, sheets->report->funnel->entered, people->verified,
                                    people->granted};
    static const char *const labels[STAGES] = {"登録した", "本人確認を始めた", "本人確認を終えた",
                                               "ポイントを受け取った"};
    struct chart_bar rows[STAGES];
    for (int i = 0; i < STAGES; i++)
        rows[i] = (struct chart_bar){.label = labels[i],
                                     .value = (double)counts[i],
                                     .words = sheet_text(sheets, "%s人", sheet_number(sheets, counts[i])),
                                     .strong = i == STAGES - 1};
    chart_rows(&sheets->out, rows, STAGES, "登録から受け取りまでの人数");
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
