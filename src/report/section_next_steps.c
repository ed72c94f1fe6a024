// section_next_steps.c - 10: findings and what follows from them, by rules on the figures.
//
// A rule says which figure speaks, from where on, and what to do then. An operator's own text stands in the
// place of the rules' when there is one.
#include <math.h>

#include "report/section.h"

#define CONCENTRATED_SHARE 1.5  // of an even share of the days: then accesses are concentrated
#define EVENING_FACTOR     1.5  // the busiest stretch over the other hours
#define SCREEN_PERCENT     10.0 // left at one screen
#define ANSWER_PERCENT     80.0 // answer rate on the first days
#define SLOW_FACTOR        2.0  // 99 % point while crowded over the rest

static void add_row(struct sheets *sheets, const char *finding, const char *basis, const char *step) {
    sheet_print(sheets, "<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n", finding, basis, step);
}

static int add_access_rows(struct sheets *sheets, const struct facts *facts) {
    double days = (double)sheets->report->figures->days_count;
    int rows = 0;
    double share = facts->ends_are_busiest ? facts->ends_share : facts->start_share;
    double even = (facts->ends_are_busiest ? 4 : 2) / (days > 0 ? days : 1) * 100;
    if ((facts->ends_are_busiest || facts->start_is_busiest) && share > even * CONCENTRATED_SHARE / 1.25) {
        add_row(sheets,
                facts->ends_are_busiest ? "開始直後と終了間際にアクセスが集中しました"
                                        : "開始直後にアクセスが集中しました",
                sheet_text(sheets, "%s日間で全体の%.1f%%(均等なら%.1f%%)",
                           facts->ends_are_busiest ? "4" : "2", share, even),
                "混雑カレンダーで、すいている日をお知らせします。入場の順番待ちと予約で、集中を分けます");
        rows++;
    }
    if (facts->stretch_from >= 0 && facts->stretch_mean > EVENING_FACTOR * facts->other_mean) {
        add_row(
            sheets, "平日の決まった時間帯に混みました",
            sheet_text(sheets, "%d時から%d時台は、ほかの時間の%.1f倍", facts->stretch_from,
                       facts->stretch_from + FACTS_EVENING_HOURS - 1,
                       facts->other_mean > 0 ? facts->stretch_mean / facts->other_mean : 0),
            "午前と深夜など、すいている時間帯を案内します。混む時間帯には作業や一斉のお知らせを重ねません");
        rows++;
    }
    return rows;
}

static int add_screen_rows(struct sheets *sheets, const struct facts *facts) {
    const struct funnel_step *step = &sheets->report->funnel->steps[facts->worst_screen - 1];
    if (facts->worst_percent <= SCREEN_PERCENT)
        return 0;
    bool hop = facts->worst_screen == COUNT_AUTHENTICATE;
    add_row(
        sheets, sheet_text(sheets, "「%s」で中断が多くありました", report_screen_name(facts->worst_screen)),
        sheet_text(sheets, "到達した方の%.1f%%が離脱%s", facts->worst_percent,
                   hop && step->left > 0
                       ? sheet_text(sheets, "(うち%.0f%%は移動したまま戻らず)",
                                    sheet_percent(step->exits[FUNNEL_EXIT_NEVER_RETURNED], step->left))
                       : ""),
        hop ? "アプリとカード、暗証番号の事前の準備を案内します。移動の前に、戻ってからの続きを絵で示します"
            : "この画面の説明を短くし、「よくある質問」に答えを加えます");
    return 1;
}

static int add_service_rows(struct sheets *sheets, const struct facts *facts) {
    const struct figures *figures = sheets->report->figures;
    int rows = 0;
    double busy = figures->busy == NULL ? 0 : (double)histogram_percentile(figures->busy, 99),
           quiet = figures->quiet == NULL ? 0 : (double)histogram_percentile(figures->quiet, 99);
    if (quiet > 0 && busy > SLOW_FACTOR * quiet) {
        add_row(sheets, "混んだ時間は応答が遅くなりました",
                sheet_text(sheets, "99%%点が%.0fミリ秒(ほかの時間は%.0fミリ秒)", busy / 1000, quiet / 1000),
                "入場のペースを、遅くならない件数に合わせます。能力を増やす前に、詰まる処理を確かめます");
        rows++;
    }
    if (sheets->report->calls != NULL && facts->rate_start < ANSWER_PERCENT) {
        add_row(sheets, "開始直後は電話がつながりにくくなりました",
                sheet_text(sheets, "開始後2日間の応答率は%.0f%%、入電の%.0f%%が集中", facts->rate_start,
                           facts->calls_start_share),
                "開始直後の人員を厚くします。「よくある質問」と動画を、始まる前に充実します");
        rows++;
    }
    return rows;
}

// The operator's paragraphs, one a line.
static void add_note(struct sheets *sheets, const char *note) {
    sheet_add(sheets, "<div class=\"lead\">");
    while (*note != '\0') {
        int length = 0;
        while (note[length] != '\0' && note[length] != '\n')
            length++;
        if (length > 0)
            sheet_print(sheets, "<p>%s</p>\n",
                        sheet_escape(sheets, sheet_text(sheets, "%.*s", length, note)));
        note += length + (note[length] == '\n');
    }
    sheet_add(sheets, "</div>\n");
}

void section_next_steps(struct sheets *sheets, const struct facts *facts) {
    const char *note = sheets->report->note;
    sheet_open(sheets, "始めた方の%.1f%%が受け取りまで進みました。次に向けて、混雑と中断を減らします",
               facts->finished_percent);
    if (note != NULL) {
        add_note(sheets, note);
        sheet_close(sheets, "この頁の文章は、運営者が記しました。");
        return;
    }
    sheet_add(sheets, "<table class=\"words roomy\"><thead><tr><th>得られた知見</th><th>根拠となる数字</th>"
                      "<th>今後の対応</th></tr></thead><tbody>\n");
    int rows = add_access_rows(sheets, facts);
    rows += add_screen_rows(sheets, facts);
    rows += add_service_rows(sheets, facts);
    if (rows == 0)
        add_row(sheets, "目立った混雑や中断はありませんでした",
                sheet_text(sheets, "始めた方の%.2f%%が最後まで進みました", facts->finished_percent),
                "同じ体制で続け、毎週の数字を見守ります");
    sheet_add(sheets, "</tbody></table>\n");
    sheet_close(sheets,
                "この頁は、数字にあてはめた決まりから作りました。運営者の文章に置き換えることができます。");
}
