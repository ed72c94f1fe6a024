// section_screens.c - 6: who left at which screen, why, and how long the others took.
#include "report/chart.h"
#include "report/section.h"

const char *report_exit_name(enum funnel_exit exit) {
    static const char *const names[FUNNEL_EXITS] = {"",
                                                    "そのまま中断",
                                                    "取りやめ",
                                                    "カード・暗証番号",
                                                    "証明書が無効",
                                                    "相手先が混雑",
                                                    "対象外(年齢・住所)",
                                                    "別の登録で参加済み",
                                                    "その他のエラー",
                                                    "移動したまま戻らず",
                                                    "24時間を過ぎて再開"};
    ASSERT((size_t)exit < FUNNEL_EXITS);
    return names[exit];
}

static void add_bars(struct sheets *sheets, const struct facts *facts) {
    struct chart_bar bars[COUNT_SCREENS];
    for (int screen = 1; screen <= COUNT_SCREENS; screen++) {
        double percent = funnel_abandonment(&sheets->report->funnel->steps[screen - 1]);
        bars[screen - 1] = (struct chart_bar){.label = report_screen_name(screen),
                                              .value = percent,
                                              .words = sheet_text(sheets, "%.1f%%", percent),
                                              .strong = screen == facts->worst_screen};
    }
    chart_bars(&sheets->out, &(struct chart_bars){CHART_LOW, bars, COUNT_SCREENS, 1}, "画面ごとの離脱率");
}

static void add_table(struct sheets *sheets) {
    const struct funnel_result *funnel = sheets->report->funnel;
    static const char *const columns[] = {"画面",           "到達した人",       "次へ進んだ人",
                                          "離脱した人",     "離脱率(到達者比)", "離脱率(開始者比)",
                                          "次までの中央値", "次までの90%点"};
    sheet_table_open(sheets, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < COUNT_SCREENS; i++) {
        const struct funnel_step *step = &funnel->steps[i];
        sheet_print(
            sheets,
            "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%.2f%%</td><td>%.2f%%</td><td>%s</td>"
            "<td>%s</td></tr>\n",
            report_screen_name((int)i + 1), sheet_number(sheets, step->reached),
            sheet_number(sheets, step->went_on), sheet_number(sheets, step->left), funnel_abandonment(step),
            funnel_share_left(funnel, i), sheet_duration(sheets, step->to_next_median_ms),
            sheet_duration(sheets, step->to_next_p90_ms));
    }
    sheet_table_close(sheets);
}

// Why people left the screen at which most did.
static void add_exits(struct sheets *sheets, const struct facts *facts) {
    const struct funnel_step *step = &sheets->report->funnel->steps[facts->worst_screen - 1];
    if (step->left == 0)
        return;
    sheet_print(
        sheets,
        "<div class=\"scroll\"><table class=\"days reasons\"><thead><tr><th>「%s」での離脱の内訳</th>",
        report_screen_name(facts->worst_screen));
    for (int exit = FUNNEL_EXIT_STOPPED; exit < FUNNEL_EXITS; exit++)
        if (step->exits[exit] > 0)
            sheet_print(sheets, "<th>%s</th>", report_exit_name((enum funnel_exit)exit));
    sheet_print(sheets, "</tr></thead><tbody>\n<tr><td>離脱した%s人のうち</td>",
                sheet_number(sheets, step->left));
    for (int exit = FUNNEL_EXIT_STOPPED; exit < FUNNEL_EXITS; exit++)
        if (step->exits[exit] > 0)
            sheet_print(sheets, "<td>%.1f%%</td>", sheet_percent(step->exits[exit], step->left));
    sheet_add(sheets, "</tr></tbody></table></div>\n");
}

void section_screens(struct sheets *sheets, const struct facts *facts) {
    const struct funnel_result *funnel = sheets->report->funnel;
    if (funnel->entered == 0) {
        sheet_without_data(sheets, "本人確認を始めた方は、まだいません", "");
        return;
    }
    if (facts->worst_percent > 0)
        sheet_open(sheets, "離脱が最も多いのは「%s」の画面で、到達した方の%.1f%%が操作を中断しました",
                   report_screen_name(facts->worst_screen), facts->worst_percent);
    else
        sheet_open(sheets, "離脱と数える方は、まだいません");
    add_bars(sheets, facts);
    add_table(sheets);
    add_exits(sheets, facts);
    int64_t under_way = 0;
    for (size_t i = 0; i < COUNT_SCREENS; i++)
        under_way += funnel->steps[i].under_way;
    sheet_print(sheets, "<p>始めた%s人のうち、受け取りまで進んだのは%s人(%.2f%%)です。%s</p>\n",
                sheet_number(sheets, funnel->entered),
                sheet_number(sheets, funnel->steps[COUNT_SCREENS].reached), facts->finished_percent,
                under_way > 0
                    ? sheet_text(sheets, "集計の時点で途中の%s人は、離脱にも分母にも入れていません。",
                                 sheet_number(sheets, under_way))
                    : "");
    sheet_close(sheets,
                "離脱率は、その画面に到達し、始めてから24時間以内に次へ進まなかった方の割合です。到達者"
                "比の分母はその画面に到達した方、開始者比の分母は最初の画面を開いた方です。同じ人数でも、"
                "どちらの分母かで割合が変わります。単位は参加者です。");
}
