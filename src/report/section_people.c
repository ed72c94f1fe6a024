// section_people.c - 2: how the numbers grew, and who came; two sheets.
#include "base/clock.h"
#include "identity/eligibility.h"
#include "identity/municipality.h"
#include "measure/population.h"
#include "report/chart.h"
#include "report/section.h"

#define PLACES_SHOWN    24
#define PLACES_A_ROW    8
#define RATES_SHOWN     6
#define RATE_PEOPLE_MIN 400 // of fewer, chance alone moves a rate by a tenth and more
#define RATE_SMALL      10
#define LINES           3

static void add_growth(struct sheets *sheets) {
    const struct participants *people = sheets->report->people;
    struct arena *arena = sheets->report->arena;
    size_t first = 0;
    while (first < people->days_count &&
           people->days[first].start_ms < clock_day_start_ms(sheets->report->figures->from_ms))
        first++;
    size_t count = people->days_count - first;
    double *values[LINES];
    for (int i = 0; i < LINES; i++) {
        values[i] = arena_alloc(arena, (count + 1) * sizeof *values[i]);
        if (values[i] == NULL) {
            sheets->out.failed = true;
            return;
        }
    }
    for (size_t i = 0; i < count; i++) {
        values[0][i] = (double)people->days[first + i].users;
        values[1][i] = (double)people->days[first + i].verified;
        values[2][i] = (double)people->days[first + i].granted;
    }
    const struct chart_line lines[LINES] = {
        {values[0], "登録", "line2"}, {values[1], "本人確認", "line"}, {values[2], "受け取り", "line3"}};
    const char *from = count == 0 ? "" : report_day(sheets->report, people->days[first].start_ms);
    const char *to =
        count == 0 ? "" : report_day(sheets->report, people->days[people->days_count - 1].start_ms);
    chart_lines(&sheets->out, &(struct chart_lines){CHART_HALF, lines, LINES, count, from, to}, "累積の人数");
}

static int largest_band(const struct participants *people) {
    int best = AGE_BAND_15;
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++)
        if (people->by_band[band] > people->by_band[best])
            best = band;
    return best;
}

static void add_bands(struct sheets *sheets, int best) {
    const struct participants *people = sheets->report->people;
    struct chart_bar bars[AGE_BAND_80];
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++) {
        bool hidden = people->band_hidden[band];
        bars[band - 1] =
            (struct chart_bar){.label = report_band_name(band),
                               .value = hidden ? 0 : (double)people->by_band[band],
                               .words = hidden ? "秘匿" : sheet_number(sheets, people->by_band[band]),
                               .strong = band == best && people->verified > 0};
    }
    chart_bars(&sheets->out, &(struct chart_bars){CHART_HALF, bars, AGE_BAND_80, 1},
               "年代別の本人確認を終えた人数");
}

static void add_band_table(struct sheets *sheets) {
    const struct participants *people = sheets->report->people;
    sheet_add(sheets, "<div class=\"scroll\"><table class=\"days\"><thead><tr><th>年代</th>");
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++)
        sheet_print(sheets, "<th>%s</th>", report_band_name(band));
    sheet_add(sheets, "</tr></thead><tbody>\n<tr><td>割合</td>");
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++)
        sheet_print(
            sheets, "<td>%s</td>",
            people->band_hidden[band]
                ? "秘匿"
                : sheet_text(sheets, "%.1f%%", sheet_percent(people->by_band[band], people->verified)));
    sheet_add(sheets, "</tr></tbody></table></div>\n");
}

// Where the first figure comes from, and how it errs.
static const char *installs_note(const struct report *report) {
    if (report->downloads > 0)
        return "ダウンロード数は、アプリの配信元の日ごとの数を合計しました。";
    if (report->people->openings > 0)
        return "ダウンロード数は取り込まれていないため、アプリを初めて開いた端末を本システムで数えました。"
               "記録を消した端末やブラウザーの使い分けは、別の端末として数えます。";
    return "ダウンロード数は取り込まれていないため、示していません。";
}

static void add_first_sheet(struct sheets *sheets) {
    const struct report *report = sheets->report;
    const struct participants *people = report->people;
    int best = largest_band(people);
    sheet_open(sheets, "%s人が登録し、%s人が本人確認を終えました。最も多い年代は%sです(%.1f%%)",
               sheet_number(sheets, people->users), sheet_number(sheets, people->verified),
               report_band_name(best), sheet_percent(people->by_band[best], people->verified));
    sheet_add(sheets, "<div class=\"figures\">\n");
    if (report_installs(report) > 0)
        sheet_figure(sheets, sheet_number(sheets, report_installs(report)),
                     report->downloads > 0 ? "累積ダウンロード数(回)" : "アプリを初めて開いた端末(台)");
    sheet_figure(sheets, sheet_number(sheets, people->users), "累積登録者数(人)");
    sheet_figure(sheets, sheet_number(sheets, people->verified), "累積本人確認者数(人)");
    sheet_figure(sheets, sheet_number(sheets, people->granted), "累積受け取り数(人)");
    sheet_add(sheets, "</div>\n<div class=\"beside\"><div class=\"half\"><h3>累積の人数</h3>\n");
    add_growth(sheets);
    sheet_add(sheets, "</div><div class=\"half\"><h3>年代別(本人確認を終えた人)</h3>\n");
    add_bands(sheets, best);
    sheet_add(sheets, "</div></div>\n");
    add_band_table(sheets);
    sheet_close(sheets,
                sheet_text(sheets, "割合の分母は本人確認を終えた人です。年齢は本人確認の日の満年齢です。%s%s",
                           installs_note(report),
                           report->suppress_below > 1
                               ? sheet_text(sheets, "%lld人未満の欄と、差し引きで分かる欄は秘匿します。",
                                            (long long)report->suppress_below)
                               : ""));
}

// Of all places with a known population together.
static double overall_rate(const struct participants *people) {
    struct participants_place all = {0};
    for (size_t i = 0; i < people->places_count; i++) {
        bool known = people->places[i].population > 0;
        all.verified += known ? people->places[i].verified : 0;
        all.population += people->places[i].population;
    }
    return participants_per_thousand(&all);
}

// With as many digits as tell places apart, the same number of them on the whole sheet.
static const char *rate_text(struct sheets *sheets, double rate) {
    return sheet_text(sheets, "%.*f", overall_rate(sheets->report->people) < RATE_SMALL ? 2 : 1, rate);
}

static void add_place(struct sheets *sheets, const struct participants_place *place) {
    const char *name = municipality_name(place->code);
    if (place->hidden) {
        sheet_print(sheets, "<tr><td>%s</td><td>秘匿</td><td>秘匿</td></tr>\n", name == NULL ? "不明" : name);
        return;
    }
    sheet_print(sheets, "<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n", name == NULL ? "不明" : name,
                sheet_number(sheets, place->verified),
                place->population > 0 ? rate_text(sheets, participants_per_thousand(place)) : "—");
}

static void add_places(struct sheets *sheets) {
    const struct participants *people = sheets->report->people;
    sheet_add(sheets, "<div class=\"beside\">");
    for (size_t i = 0; i < people->places_count && i < PLACES_SHOWN; i++) {
        if (i % PLACES_A_ROW == 0)
            sheet_print(sheets,
                        "%s<table><thead><tr><th>%s</th><th>人数(人)</th><th>人口千人あたり</th></tr></thead>"
                        "<tbody>\n",
                        i == 0 ? "" : "</tbody></table>", i == 0 ? "区市町村(多い順)" : "(続き)");
        add_place(sheets, &people->places[i]);
    }
    sheet_add(sheets, people->places_count > 0 ? "</tbody></table></div>\n" : "</div>\n");
}

// Those with a known population and enough people for a rate to mean something, the highest first.
static size_t find_rates(const struct participants *people, const struct participants_place **ret_places,
                         size_t max) {
    size_t count = 0;
    for (size_t i = 0; i < people->places_count; i++) {
        const struct participants_place *place = &people->places[i];
        if (place->hidden || place->population == 0 || place->verified < RATE_PEOPLE_MIN)
            continue;
        size_t at = count < max ? count++ : max;
        for (; at > 0 && participants_per_thousand(ret_places[at - 1]) < participants_per_thousand(place);
             at--)
            if (at < max)
                ret_places[at] = ret_places[at - 1];
        if (at < max)
            ret_places[at] = place;
    }
    return count;
}

// The highest rates; of one place alone there is no order.
static void add_rates(struct sheets *sheets, const struct participants_place **places, size_t count) {
    struct chart_bar rows[RATES_SHOWN];
    for (size_t i = 0; i < count; i++) {
        double rate = participants_per_thousand(places[i]);
        rows[i] = (struct chart_bar){.label = municipality_name(places[i]->code),
                                     .value = rate,
                                     .words = sheet_text(sheets, "%s人", rate_text(sheets, rate)),
                                     .strong = i == 0};
    }
    sheet_add(sheets, "<h3>人口千人あたりの本人確認を終えた人数(多い順)</h3>\n");
    chart_rows(&sheets->out, rows, count, "人口千人あたりの本人確認を終えた人数");
}

static void add_second_sheet(struct sheets *sheets) {
    const struct participants *people = sheets->report->people;
    const struct participants_place *places[RATES_SHOWN];
    size_t count = find_rates(people, places, RATES_SHOWN);
    const char *overall = rate_text(sheets, overall_rate(people));
    if (count == 0)
        sheet_open(sheets, "区市町村ごとの人数は、割合を示せる大きさに達していません");
    else if (count == 1)
        sheet_open(sheets, "本人確認を終えた方は、人口千人あたり%s人です", overall);
    else
        sheet_open(sheets,
                   "本人確認を終えた方は人口千人あたり%s人です。%d人以上の区市町村では、%sの%s人が最多でした",
                   overall, RATE_PEOPLE_MIN, municipality_name(places[0]->code),
                   rate_text(sheets, participants_per_thousand(places[0])));
    if (count > 1)
        add_rates(sheets, places, count);
    add_places(sheets);
    sheet_close(sheets,
                sheet_text(sheets,
                           "人口は住民基本台帳(" POPULATION_DATE "、総務省)です。区市町村はカードの住所に"
                           "よります。割合の順には、本人確認を終えた方が%d人以上の区市町村を並べます。"
                           "すべての区市町村は municipalities.csv にあります。",
                           RATE_PEOPLE_MIN));
}

void section_people(struct sheets *sheets, const struct facts *facts) {
    add_first_sheet(sheets);
    add_second_sheet(sheets);
}
