// page.c - the report as one page: twelve sections, written twice so that each sheet knows how many there
// are.
#include <string.h>

#include "report/section.h"

static const struct {
    const char *name;
    void (*write)(struct sheets *sheets, const struct facts *facts);
} sections[] = {
    {"概要", section_overview},
    {"参加者数等", section_people},
    {"検証項目ごとの結果概要", section_items},
    {"アクセス数の推移(日付ごと)", section_days},
    {"アクセス数(時間帯ごと)", section_hours},
    {"本人確認における各画面での離脱率", section_screens},
    {"コールセンターへのお問合せ状況", section_calls},
    {"コールセンターの応答率", section_answer_rate},
    {"アンケート結果", section_survey},
    {"結果を踏まえた今後の対応の方向性", section_next_steps},
    {"つながりやすい時期の案内", section_quiet_times},
    {"混雑カレンダー", section_calendar},
};

static void write_count(struct sheets *sheets, int64_t people, const char *words) {
    sheet_print(sheets, "<div><span>%s</span><b>%s<small>人</small></b></div>\n", words,
                sheet_number(sheets, people));
}

// The first sheet: what this is, of which time, how many it reached, and where to find what.
static void write_cover(struct sheets *sheets) {
    const struct report *report = sheets->report;
    const struct participants *people = report->people;
    sheets->made++;
    sheet_print(sheets, "<section class=\"cover\">\n<div class=\"title\">\n<h1>%s<br>結果報告</h1>\n",
                sheet_escape(sheets, report->campaign->name));
    sheet_print(sheets, "<p class=\"lead\">%s</p>\n</div>\n", sheet_span(sheets));
    if (people->users > 0) {
        sheet_add(sheets, "<div class=\"figures\">\n");
        write_count(sheets, people->users, "登録した方");
        write_count(sheets, people->verified, "本人確認を終えた方");
        write_count(sheets, people->granted, "ポイントを受け取った方");
        sheet_add(sheets, "</div>\n<p class=\"lead\">ご参加くださった皆様に、感謝申し上げます。</p>\n");
    }
    sheet_add(sheets, "<nav class=\"contents\" aria-label=\"目次\">\n<h3>目次</h3>\n<ol>\n");
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        sheet_print(sheets, "<li><a href=\"#s%zu\"><span>%zu. %s</span> <span>%d</span></a></li>\n", i + 1,
                    i + 1, sections[i].name, sheets->starts[i + 1]);
    sheet_add(sheets, "</ol>\n</nav>\n");
    sheet_close(sheets, "文と数字は、すべて本システムの記録から計算しました。割合には分母を記しています。");
}

static void write_sections(struct sheets *sheets) {
    struct facts facts = facts_find(sheets->report);
    write_cover(sheets);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        sheets->section = (int)i + 1;
        sheets->name = sections[i].name;
        sections[i].write(sheets, &facts);
    }
}

const char *report_html(const struct report *report, size_t *ret_length) {
    struct sheets count = {.report = report}, sheets = {.report = report};
    buffer_init(&count.out, report->arena);
    write_sections(&count);
    sheets.in_all = count.made;
    memcpy(sheets.starts, count.starts, sizeof sheets.starts);
    buffer_init(&sheets.out, report->arena);
    sheet_print(
        &sheets,
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
        "name=\"viewport\" content=\"width=device-width\">\n<title>%s 結果報告</title>\n<style>%s</style>\n"
        "</head>\n<body>\n<main>\n",
        sheet_escape(&sheets, report->campaign->name), sheet_style());
    write_sections(&sheets);
    sheet_add(&sheets, "</main>\n</body>\n</html>\n");
    *ret_length = sheets.out.length;
    return sheets.out.failed ? NULL : sheets.out.text;
}
