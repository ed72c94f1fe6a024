// page.c - the report as one page: twelve sections, written twice so that each sheet knows how many there
// are.
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

static void write_sections(struct sheets *sheets) {
    struct facts facts = facts_find(sheets->report);
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
    buffer_init(&sheets.out, report->arena);
    sheet_print(
        &sheets,
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
        "name=\"viewport\" content=\"width=device-width\">\n<title>%s 結果報告</title>\n<style>%s</style>\n"
        "</head>\n<body>\n<main>\n",
        sheet_escape(&sheets, report->campaign->name), sheet_style);
    write_sections(&sheets);
    sheet_add(&sheets, "</main>\n</body>\n</html>\n");
    *ret_length = sheets.out.length;
    return sheets.out.failed ? NULL : sheets.out.text;
}
