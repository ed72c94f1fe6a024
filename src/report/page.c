// page.c - the report as a page: one message a sheet, its heading computed from the figures.
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "identity/eligibility.h"
#include "identity/municipality.h"
#include "report/chart.h"
#include "report/report.h"

#define PLACES_SHOWN    10
#define SHEETS          6
#define DAYS_WITH_SHAPE 5

static const char style[] =
    "*{box-sizing:border-box}body{margin:0;background:#f1f1f4;color:#1a1a1c;"
    "font-family:'Noto Sans JP','Noto Sans CJK JP',sans-serif;font-size:15px;line-height:1.6}"
    "section{background:#fff;max-width:1080px;margin:20px auto;padding:40px 56px 28px;border-top:6px solid "
    "#0017c1;"
    "min-height:700px;display:flex;flex-direction:column}"
    "h1{font-size:32px;line-height:1.4;margin:0 0 8px}h2{font-size:25px;line-height:1.45;margin:0 0 18px}"
    ".number{color:#0017c1;font-weight:700;margin:0 0 4px;font-size:14px}"
    ".figures{display:flex;gap:40px;flex-wrap:wrap;margin:14px 0 22px}.figures div{min-width:150px}"
    ".figures b{display:block;font-size:34px;line-height:1.2;font-variant-numeric:tabular-nums}"
    ".figures span{font-size:13px;color:#4d4d4d}"
    "table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}"
    "th,td{border-bottom:1px solid #d8d8db;padding:4px 14px 4px 0;text-align:right;white-space:nowrap}"
    "th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid #1a1a1c;font-weight:700}"
    ".small{font-size:12px;color:#4d4d4d;margin:auto 0 "
    "0;padding-top:14px}.beside{display:flex;gap:48px;flex-wrap:wrap}"
    ".scroll{overflow-x:auto;flex:none}"
    ".chart{width:100%;height:auto;margin:0 0 14px;flex:none}.bar{fill:#9db7f9}.strong{fill:#0017c1}"
    ".axis{stroke:#1a1a1c;stroke-width:1}text{font-size:13px;text-anchor:middle;fill:#1a1a1c}.day{text-"
    "anchor:end}"
    ".value{font-weight:700}.heat0{fill:#f1f1f4}.heat1{fill:#c5d7fb}.heat2{fill:#7096f8}.heat3{fill:#0017c1}"
    ".mark2{fill:#000}.mark3{fill:#fff}footer{display:flex;justify-content:space-between;font-size:12px;"
    "color:#4d4d4d;"
    "border-top:1px solid #d8d8db;margin-top:14px;padding-top:8px}"
    "@page{size:A4 landscape;margin:10mm}@media print{body{background:#fff;font-size:12px}"
    "section{margin:0;max-width:none;padding:0 4mm;min-height:0;height:186mm;border-top-width:4px;"
    "page-break-after:always}.scroll{overflow:visible}.chart{max-height:72mm}"
    "section:last-child{page-break-after:auto}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}"
    "@media(max-width:700px){section{padding:24px 16px;min-height:0}h1{font-size:25px}h2{font-size:20px}"
    ".figures b{font-size:27px}}";

struct page {
    const struct report *report;
    const struct figures *figures;
    struct buffer out;
    int sheet;
};

// Numbers in sentences; a few of them may be used in one call.
static const char *number(struct page *page, int64_t value) {
    char text[CHART_NUMBER_SIZE];
    const char *copy = arena_copy_text(page->report->arena, chart_number(text, value));
    return copy == NULL ? "" : copy;
}

// Texts from the configuration, safe inside HTML.
static const char *escape(struct page *page, const char *text) {
    struct buffer buffer;
    buffer_init(&buffer, page->report->arena);
    for (; *text != '\0'; text++) {
        if (*text == '<')
            buffer_add(&buffer, "&lt;");
        else if (*text == '&')
            buffer_add(&buffer, "&amp;");
        else if (*text == '"')
            buffer_add(&buffer, "&quot;");
        else
            buffer_add_bytes(&buffer, text, 1);
    }
    return buffer.failed ? "" : buffer.text;
}

static void open_sheet(struct page *page, const char *name) {
    page->sheet++;
    buffer_print(&page->out, "<section>\n<p class=\"number\">%d. %s</p>\n", page->sheet, name);
}

static void close_sheet(struct page *page, const char *definition) {
    struct civil last = clock_civil(page->figures->to_ms - 1);
    buffer_print(
        &page->out,
        "<p class=\"small\">%s</p>\n<footer><span>%s</span><span>データ: %d年%d月%d日 %d時まで</span>"
        "<span>%d / %d</span></footer>\n</section>\n",
        definition, escape(page, page->report->campaign->name), last.year, last.month, last.day,
        last.hour + 1, page->sheet, SHEETS);
}

static void figure(struct page *page, const char *value, const char *words) {
    buffer_print(&page->out, "<div><b>%s</b><span>%s</span></div>\n", value, words);
}

static double percent(int64_t part, int64_t whole) {
    return whole == 0 ? 0 : (double)part / (double)whole * 100;
}

static void add_overview(struct page *page) {
    const struct figures *figures = page->figures;
    const struct campaign *campaign = page->report->campaign;
    struct civil from = clock_civil(figures->from_ms), to = clock_civil(figures->to_ms - 1);
    open_sheet(page, "概要");
    buffer_print(
        &page->out,
        "<h1>%s 結果報告</h1>\n<h2>%s人が登録し、%s人が本人確認を終え、%s人にポイントを付与しました</h2>\n",
        escape(page, campaign->name), number(page, figures->users), number(page, figures->verified),
        number(page, figures->granted));
    buffer_add(&page->out, "<div class=\"figures\">\n");
    figure(page, number(page, figures->accesses), "アクセス数(回)");
    figure(page, number(page, figures->users), "登録者数(人)");
    figure(page, number(page, figures->verified), "本人確認済み(人)");
    figure(page, number(page, figures->granted), "付与(人)");
    figure(page, number(page, figures->points), "付与したポイント");
    buffer_print(&page->out,
                 "</div>\n<table><tbody><tr><th>集計の期間</th><td>%d年%d月%d日 %d時 から %d年%d月%d日 %d時 "
                 "まで</td></tr>\n"
                 "<tr><th>対象</th><td>%sに住む%lld歳以上の方、1人につき%sポイント</td></tr>\n"
                 "<tr><th>本人確認を終えた割合</th><td>%.1f%%(登録者 %s人のうち)</td></tr></tbody></table>\n",
                 from.year, from.month, from.day, from.hour, to.year, to.month, to.day, to.hour + 1,
                 escape(page, campaign->prefecture), (long long)campaign->age_min,
                 number(page, campaign->points), percent(figures->verified, figures->users),
                 number(page, figures->users));
    close_sheet(page, "アクセス数は、アプリを開いた回数です。30分以上あけて開くと、新しい1回と数えます。通信"
                      "の回数とは別に数えています。");
}

static void add_bands(struct page *page) {
    const struct figures *figures = page->figures;
    struct chart_bar bars[AGE_BAND_80];
    int64_t most = 0;
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++)
        most = figures->by_band[band] > most ? figures->by_band[band] : most;
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++)
        bars[band - 1] = (struct chart_bar){.label = age_band_name((enum age_band)band),
                                            .value = (double)figures->by_band[band],
                                            .words = number(page, figures->by_band[band]),
                                            .strong = most > 0 && figures->by_band[band] == most};
    chart_bars(&page->out, bars, AGE_BAND_80, 1, "年代別の本人確認済みの人数");
}

static void add_participants(struct page *page) {
    const struct figures *figures = page->figures;
    int best = AGE_BAND_15;
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++)
        best = figures->by_band[band] > figures->by_band[best] ? band : best;
    open_sheet(page, "参加者数等");
    buffer_print(&page->out, "<h2>本人確認を終えた%s人のうち、最も多い年代は%s歳です(%.1f%%)</h2>\n",
                 number(page, figures->verified), age_band_name((enum age_band)best),
                 percent(figures->by_band[best], figures->verified));
    add_bands(page);
    buffer_add(&page->out,
               "<div class=\"beside scroll\"><table><thead><tr><th>区市町村(多い順)</th><th>人数</th><th>割合"
               "</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < figures->places_count && i < PLACES_SHOWN; i++) {
        const char *name = municipality_name(figures->places[i].code);
        if (i == PLACES_SHOWN / 2)
            buffer_add(&page->out,
                       "</tbody></table><table><thead><tr><th>(続き)</th><th>人数</th><th>割合</th></tr>"
                       "</thead><tbody>\n");
        buffer_print(&page->out, "<tr><td>%s</td><td>%s</td><td>%.1f%%</td></tr>\n",
                     name == NULL ? "不明" : name, number(page, figures->places[i].verified),
                     percent(figures->places[i].verified, figures->verified));
    }
    buffer_add(&page->out, "</tbody></table></div>\n");
    close_sheet(page,
                "分母は本人確認を終えた人です。年齢は本人確認の日の満年齢、区市町村はカードの住所によります。"
                "すべての区市町村は municipalities.csv にあります。");
}

static void add_days(struct page *page) {
    const struct figures *figures = page->figures;
    struct chart_bar *bars = arena_alloc(page->report->arena, (figures->days_count + 1) * sizeof *bars);
    size_t busiest = 0, every = figures->days_count / 14 + 1;
    if (bars == NULL) {
        page->out.failed = true;
        return;
    }
    for (size_t i = 0; i < figures->days_count; i++)
        busiest = figures->days[i].accesses > figures->days[busiest].accesses ? i : busiest;
    for (size_t i = 0; i < figures->days_count; i++)
        bars[i] = (struct chart_bar){
            .label = report_day(page->report, figures->days[i].start_ms),
            .value = (double)figures->days[i].accesses,
            .words = figures->days_count <= 14 ? number(page, figures->days[i].accesses) : NULL,
            .strong = i == busiest};
    open_sheet(page, "アクセス数の推移(日付ごと)");
    buffer_print(&page->out, "<h2>アクセスが最も多かったのは%sで、%s回でした(全体の%.1f%%)</h2>\n",
                 report_day(page->report, figures->days[busiest].start_ms),
                 number(page, figures->days[busiest].accesses),
                 percent(figures->days[busiest].accesses, figures->accesses));
    chart_bars(&page->out, bars, figures->days_count, every, "日ごとのアクセス数");
    buffer_add(&page->out,
               "<div class=\"scroll\"><table><thead><tr><th>日付</th><th>アクセス数</th><th>登録</th>"
               "<th>本人確認済み</th><th>付与</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < figures->days_count && i < 14; i++) {
        const struct figures_day *day = &figures->days[i];
        buffer_print(&page->out, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n",
                     report_day(page->report, day->start_ms), number(page, day->accesses),
                     number(page, day->users), number(page, day->verified), number(page, day->granted));
    }
    buffer_add(&page->out, "</tbody></table></div>\n");
    close_sheet(page, "アクセス数は、アプリを開いた回数です。全期間の表は days.csv にあります。");
}

// A span of a few days leaves room for the shape of the busiest one.
static void add_busiest_day(struct page *page, const int64_t hours[24], int busy_hour) {
    struct chart_bar bars[24];
    for (int hour = 0; hour < 24; hour++)
        bars[hour] = (struct chart_bar){.label = arena_print(page->report->arena, "%d", hour),
                                        .value = (double)hours[hour],
                                        .words = number(page, hours[hour]),
                                        .strong = hour == busy_hour};
    chart_bars(&page->out, bars, 24, 1, "最も混んだ日の1時間ごとのアクセス数");
}

static void add_hours(struct page *page) {
    const struct figures *figures = page->figures;
    struct arena *arena = page->report->arena;
    const char **labels = arena_alloc(arena, (figures->days_count + 1) * sizeof *labels);
    int64_t(*hours)[24] = arena_alloc(arena, (figures->days_count + 1) * sizeof *hours);
    size_t busy_day = 0;
    int busy_hour = 0;
    if (labels == NULL || hours == NULL) {
        page->out.failed = true;
        return;
    }
    for (size_t i = 0; i < figures->days_count; i++) {
        labels[i] = report_day(page->report, figures->days[i].start_ms);
        memcpy(hours[i], figures->days[i].hours, sizeof hours[i]);
    }
    for (size_t at = 0; at < figures->days_count * 24; at++) {
        if (hours[at / 24][at % 24] > hours[busy_day][busy_hour]) {
            busy_day = at / 24;
            busy_hour = (int)(at % 24);
        }
    }
    struct chart_heat heat = {
        .day_labels = labels, .hours = (const int64_t(*)[24])hours, .days_count = figures->days_count};
    memcpy(heat.levels, page->report->heat_levels, sizeof heat.levels);
    open_sheet(page, "アクセス数(時間帯ごと)");
    buffer_print(&page->out, "<h2>最も混んだのは%s %d時台で、1時間に%s回のアクセスがありました</h2>\n",
                 labels[busy_day], busy_hour,
                 number(page, figures->days_count == 0 ? 0 : hours[busy_day][busy_hour]));
    chart_heat(&page->out, &heat, "日と時間帯ごとのアクセス数");
    if (figures->days_count > 0 && figures->days_count <= DAYS_WITH_SHAPE)
        add_busiest_day(page, hours[busy_day], busy_hour);
    buffer_print(&page->out,
                 "<table><tbody><tr><th>凡例</th><td>&#9679; 濃い青: 毎時 %s回以上</td><td>&#9675; 青: 毎時 "
                 "%s回以上</td>"
                 "<td>薄い青: 毎時 %s回以上</td><td>灰色: それより少ない</td></tr></tbody></table>\n",
                 number(page, heat.levels[0]), number(page, heat.levels[1]), number(page, heat.levels[2]));
    close_sheet(page, "横は時刻(0時台から23時台)、縦は日付です。1時間ごとの数は hours.csv にあります。");
}

static void add_funnel(struct page *page) {
    const struct figures *figures = page->figures;
    struct chart_bar bars[COUNT_SCREENS];
    int worst = 1;
    double finish = percent(figures->went_on[COUNT_VERIFIED], figures->reached[COUNT_CONSENT]);
    for (int screen = 1; screen <= COUNT_SCREENS; screen++)
        if (report_shares(figures, screen).of_reached > report_shares(figures, worst).of_reached)
            worst = screen;
    for (int screen = 1; screen <= COUNT_SCREENS; screen++)
        bars[screen - 1] = (struct chart_bar){
            .label = report_screen_name(screen),
            .value = report_shares(figures, screen).of_reached,
            .words = arena_print(page->report->arena, "%.1f%%", report_shares(figures, screen).of_reached),
            .strong = screen == worst};
    open_sheet(page, "本人確認における各画面での離脱率");
    buffer_print(&page->out, "<h2>離脱が最も多い画面は「%s」で、到達した人の%.1f%%が離れました</h2>\n",
                 report_screen_name(worst), report_shares(figures, worst).of_reached);
    chart_bars(&page->out, bars, COUNT_SCREENS, 1, "画面ごとの離脱率");
    buffer_add(
        &page->out,
        "<div class=\"scroll\"><table><thead><tr><th>画面</th><th>到達</th><th>次へ進んだ</th><th>離脱</th>"
        "<th>離脱率(到達者比)</th><th>離脱率(開始者比)</th></tr></thead><tbody>\n");
    for (int screen = 1; screen <= COUNT_SCREENS; screen++) {
        struct report_shares shares = report_shares(figures, screen);
        buffer_print(&page->out,
                     "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%.2f%%</td><td>%.2f%%</td></tr>\n",
                     report_screen_name(screen), number(page, figures->reached[screen]),
                     number(page, figures->went_on[screen]),
                     number(page, figures->reached[screen] - figures->went_on[screen]), shares.of_reached,
                     shares.of_entrants);
    }
    buffer_print(&page->out,
                 "</tbody></table></div>\n<p>始めた%s人のうち、申込みまで終えたのは%s人(%.2f%%)です。</p>\n",
                 number(page, figures->reached[COUNT_CONSENT]),
                 number(page, figures->went_on[COUNT_VERIFIED]), finish);
    close_sheet(page, "単位は参加者です。離脱は、その画面に到達し、集計の時点で次へ進んでいない人です。到達者"
                      "比の分母はその画面に"
                      "到達した人、開始者比の分母は最初の画面を開いた人です。同じ割合でも、どちらの分母かで意"
                      "味が変わります。");
}

static void add_work(struct page *page) {
    const struct figures *figures = page->figures;
    const struct figures_route *apply = NULL;
    for (size_t i = 0; i < figures->routes_count; i++)
        if (strcmp(figures->routes[i].route, "/api/v1/me/application") == 0)
            apply = &figures->routes[i];
    open_sheet(page, "処理件数と応答時間");
    if (apply == NULL)
        buffer_print(&page->out, "<h2>%s件の通信に答えました</h2>\n", number(page, figures->requests));
    else
        buffer_print(&page->out,
                     "<h2>申込みは%s件処理し、半数は%.1fミリ秒、99%%は%.1fミリ秒以内に答えました</h2>\n",
                     number(page, (int64_t)histogram_count(apply->histogram)),
                     (double)histogram_percentile(apply->histogram, 50) / 1000,
                     (double)histogram_percentile(apply->histogram, 99) / 1000);
    buffer_add(&page->out,
               "<div class=\"scroll\"><table><thead><tr><th>処理</th><th>件数</th><th>中央値 ms</th>"
               "<th>90%点 ms</th><th>99%点 ms</th><th>99.9%点 ms</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < figures->routes_count && i < 16; i++) {
        static const double percents[] = {50, 90, 99, 99.9};
        const struct figures_route *route = &figures->routes[i];
        buffer_print(&page->out, "<tr><td>%s</td><td>%s</td>", escape(page, route->route),
                     number(page, (int64_t)histogram_count(route->histogram)));
        for (size_t p = 0; p < 4; p++)
            buffer_print(&page->out, "<td>%.1f</td>",
                         (double)histogram_percentile(route->histogram, percents[p]) / 1000);
        buffer_add(&page->out, "</tr>\n");
    }
    buffer_add(&page->out, "</tbody></table></div>\n");
    close_sheet(page,
                "応答時間は、要求が届いてから答えを送り始めるまでの時間です(単位はミリ秒、誤差は0.1%以内)。"
                "本人確認からの戻り(/identity/callback)は、本人確認の相手先の時間を含みます。");
}

const char *report_html(const struct report *report, size_t *ret_length) {
    struct page page = {.report = report, .figures = report->figures};
    buffer_init(&page.out, report->arena);
    buffer_print(
        &page.out,
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width\">\n<title>%s 結果報告</title>\n<style>%s</style>\n</head>\n<body>\n",
        escape(&page, report->campaign->name), style);
    add_overview(&page);
    add_participants(&page);
    add_days(&page);
    add_hours(&page);
    add_funnel(&page);
    add_work(&page);
    buffer_add(&page.out, "</body>\n</html>\n");
    *ret_length = page.out.length;
    return page.out.failed ? NULL : page.out.text;
}
