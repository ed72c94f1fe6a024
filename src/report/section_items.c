// section_items.c - 3: what was to be verified, item by item, and what came out.
#include <math.h>

#include "base/clock.h"
#include "report/chart.h"
#include "report/section.h"

#define NAME_DAYS_MAX 2

static void open_row(struct sheets *sheets, const char *number, const char *item, const char *question) {
    sheet_print(sheets, "<tr><td>%s</td><th>%s</th><td class=\"keep\">%s</td><td><ul>", number, item,
                question);
}

static void close_row(struct sheets *sheets) {
    sheet_add(sheets, "</ul></td></tr>\n");
}

static void add_function(struct sheets *sheets, const struct facts *facts) {
    const struct figures *figures = sheets->report->figures;
    open_row(sheets, "1", "通常の動作", "本人確認から受け取りまでの動作");
    sheet_print(sheets, "<li>始めた方の%.2f%%が受け取りまで進みました</li>", facts->finished_percent);
    sheet_print(sheets, "<li>本人確認アプリへの移動は%s回、本人確認の完了は%s回でした</li>",
                sheet_number(sheets, figures->hops), sheet_number(sheets, figures->verified));
    close_row(sheets);
}

static void add_work(struct sheets *sheets, const struct facts *facts) {
    const struct figures *figures = sheets->report->figures;
    open_row(sheets, "2", "時間ごとの処理件数", "アクセス数、処理件数、離脱率");
    if (facts->ends_are_busiest)
        sheet_print(sheets, "<li>開始後2日間と終了前2日間にアクセスが集中しました(全体の%.1f%%)</li>",
                    facts->ends_share);
    else if (facts->start_is_busiest)
        sheet_print(sheets, "<li>開始後2日間にアクセスが集中しました(全体の%.1f%%)</li>", facts->start_share);
    if (facts->stretch_from >= 0)
        sheet_print(sheets, "<li>平日は%d時から%d時台に多く、1時間に平均%s回でした</li>", facts->stretch_from,
                    facts->stretch_from + FACTS_EVENING_HOURS - 1,
                    sheet_number(sheets, (int64_t)(facts->stretch_mean + 0.5)));
    sheet_print(sheets, "<li>本人確認は、最も多い1時間に%s件を処理しました</li>",
                sheet_number(sheets, figures->verified_hour_max));
    if (facts->worst_percent > 0)
        sheet_print(sheets, "<li>離脱が最も多い画面は「%s」でした(%.1f%%)</li>",
                    report_screen_name(facts->worst_screen), facts->worst_percent);
    close_row(sheets);
}

// What was said of the wait, and how it came out; by length, since short and long waits err in other ways.
static void add_promises(struct sheets *sheets) {
    const struct promise_record *spans = sheets->report->promised;
    struct promise_record all = {0};
    for (size_t i = 0; i < PROMISE_SPANS; i++) {
        all.promised += spans[i].promised;
        all.held_p50 += spans[i].held_p50;
        all.held_p90 += spans[i].held_p90;
    }
    if (all.promised == 0)
        return;
    sheet_print(sheets,
                "<li>順番を待った%s人に「およそ20〜35分」のように時間の幅を伝えました。長い方の時間までに"
                "%.1f%%の方が入れ(目標90%%)、短い方の時間までに%.1f%%の方が入れました(目標50%%)",
                sheet_number(sheets, (int64_t)all.promised),
                sheet_percent((int64_t)all.held_p90, (int64_t)all.promised),
                sheet_percent((int64_t)all.held_p50, (int64_t)all.promised));
    sheet_add(sheets,
              "<table><thead><tr><th>伝えた時間(短い方)</th><th>人数(人)</th><th>長い方までに入れた割合</th>"
              "<th>短い方までに入れた割合</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < PROMISE_SPANS; i++)
        if (spans[i].promised > 0)
            sheet_print(sheets, "<tr><td>%s</td><td>%s</td><td>%.1f%%</td><td>%.1f%%</td></tr>\n",
                        report_wait_name(i), sheet_number(sheets, (int64_t)spans[i].promised),
                        sheet_percent((int64_t)spans[i].held_p90, (int64_t)spans[i].promised),
                        sheet_percent((int64_t)spans[i].held_p50, (int64_t)spans[i].promised));
    sheet_add(sheets, "</tbody></table></li>\n");
}

static void add_peak(struct sheets *sheets, const struct facts *facts) {
    const struct figures *figures = sheets->report->figures;
    bool busy = figures->busy != NULL && histogram_count(figures->busy) > 0;
    open_row(sheets, "3", "ピーク時の対応", "アクセス集中時のつながりやすさ");
    if (facts->peak > 0)
        sheet_print(sheets, "<li>最も混んだのは%s %d時台で、%s回のアクセスがありました</li>",
                    report_day(sheets->report, figures->days[facts->peak_day].start_ms), facts->peak_hour,
                    sheet_number(sheets, facts->peak));
    add_promises(sheets);
    if (busy)
        sheet_print(sheets,
                    "<li>混んだ時間(毎時%s回以上)の応答時間は中央値%.0fミリ秒、99%%が%.0fミリ秒以内です</li>",
                    sheet_number(sheets, sheets->report->heat_levels[0]),
                    (double)histogram_percentile(figures->busy, 50) / 1000,
                    (double)histogram_percentile(figures->busy, 99) / 1000);
    if (figures->quiet != NULL && histogram_count(figures->quiet) > 0)
        sheet_print(sheets, "<li>%s中央値%.0fミリ秒、99%%が%.0fミリ秒以内です</li>",
                    busy ? "それ以外の時間は" : "応答時間は",
                    (double)histogram_percentile(figures->quiet, 50) / 1000,
                    (double)histogram_percentile(figures->quiet, 99) / 1000);
    close_row(sheets);
}

static void add_telephone(struct sheets *sheets, const struct facts *facts) {
    const struct calls *calls = sheets->report->calls;
    open_row(sheets, "4", "コールセンターの運用", "集中する時間帯、応答率");
    if (calls == NULL || calls->total.offered == 0) {
        sheet_add(sheets, "<li>お問合せの記録は、まだありません</li>");
    } else {
        sheet_print(sheets,
                    facts->calls_start_crowded ? "<li>開始後2日間に、お問合せ全体の%.0f%%が集中しました</li>"
                                               : "<li>開始後2日間のお問合せは、全体の%.0f%%でした</li>",
                    facts->calls_start_share);
        if (!isnan(facts->rate_after))
            sheet_print(sheets, "<li>応答率は開始後2日間が%s、3日目以降が%sでした</li>",
                        sheet_share(sheets, facts->rate_start), sheet_share(sheets, facts->rate_after));
    }
    close_row(sheets);
}

// Work done: identity checks that were finished, hour by hour.
static void add_chart(struct sheets *sheets) {
    const struct figures *figures = sheets->report->figures;
    size_t days = figures->days_count;
    bool by_day = days > 31;
    size_t count = by_day ? days : days * 24;
    struct chart_bar *bars = arena_alloc(sheets->report->arena, (count + 1) * sizeof *bars);
    if (bars == NULL) {
        sheets->out.failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct figures_day *day = &figures->days[by_day ? i : i / 24];
        int64_t value = by_day ? day->verified : day->verified_hours[i % 24];
        bars[i] = (struct chart_bar){.label = report_day_short(sheets->report, day->start_ms),
                                     .value = (double)value,
                                     .strong = !by_day && value > 0 && value == figures->verified_hour_max};
    }
    size_t every = by_day ? (days + 12) / 13 : 24 * ((days + 12) / 13);
    chart_bars(&sheets->out, &(struct chart_bars){CHART_STRIP, bars, count, every},
               by_day ? "1日ごとの本人確認完了数" : "1時間ごとの本人確認完了数");
}

void section_items(struct sheets *sheets, const struct facts *facts) {
    sheet_open(sheets, "本人確認を終えた方は%s人、最も多い1時間に%s件を処理しました",
               sheet_number(sheets, sheets->report->figures->verified),
               sheet_number(sheets, sheets->report->figures->verified_hour_max));
    sheet_print(sheets, "<h3>%s(最大 %s件)</h3>\n",
                sheets->report->figures->days_count > 31 ? "1日ごとの本人確認完了数"
                                                         : "1時間ごとの本人確認完了数",
                sheet_number(sheets, sheets->report->figures->days_count > 31
                                         ? sheets->report->figures->verified_day_max
                                         : sheets->report->figures->verified_hour_max));
    add_chart(sheets);
    sheet_add(sheets, "<table class=\"words\"><thead><tr><th>#</th><th>項目</th><th>検証内容</th>"
                      "<th>結果概要</th></tr></thead><tbody>\n");
    add_function(sheets, facts);
    add_work(sheets, facts);
    add_peak(sheets, facts);
    add_telephone(sheets, facts);
    sheet_add(sheets, "</tbody></table>\n");
    sheet_close(sheets, "応答時間は、要求が届いてから答えを送り始めるまでの時間です(誤差0.1%以内)。処理ごとの"
                        "件数と応答時間は latency.csv にあります。離脱率の定義は「6」にあります。");
}
