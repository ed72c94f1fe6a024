// sheet.c - the frame of every sheet, and its look on screen and on A4.
#include "report/sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "report/chart.h"

// Three colours: ink, a strong blue for what the heading speaks of, a light blue for the rest; and greys.
const char sheet_style[] =
    "*{box-sizing:border-box}body{margin:0;background:#f1f1f4;color:#1a1a1c;"
    "font-family:'Noto Sans JP','Noto Sans CJK JP',sans-serif;font-size:15px;line-height:1.6}"
    "section{background:#fff;max-width:1120px;margin:20px auto;padding:34px 52px 24px;border-top:6px solid "
    "#0017c1;min-height:740px;display:flex;flex-direction:column}"
    "h1,h2,.words td{word-break:auto-phrase;line-break:strict}h1,h2{text-wrap:balance}"
    "h1{font-size:42px;line-height:1.4;margin:60px 0 18px}h2{font-size:25px;line-height:1.45;margin:0 0 14px}"
    "h3{font-size:15px;margin:0 0 4px}p{margin:0 0 10px}ul{margin:0;padding-left:1.2em}"
    ".number{color:#0017c1;font-weight:700;margin:0 0 2px;font-size:14px}"
    ".lead{font-size:19px}.contents{margin-top:auto}.contents ol{list-style:none;margin:0 0 16px;padding:0;"
    "columns:2;column-gap:56px}.contents a{display:flex;justify-content:space-between;padding:6px 0;"
    "color:inherit;text-decoration:none;border-bottom:1px solid #d8d8db;break-inside:avoid}"
    ".figures{display:flex;gap:44px;flex-wrap:wrap;margin:4px 0 14px}.figures div{min-width:140px}"
    ".figures b{display:block;font-size:34px;line-height:1.2;font-variant-numeric:tabular-nums}"
    ".figures span{font-size:13px;color:#4d4d4d}"
    "table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;margin:0 0 10px}"
    "th,td{border-bottom:1px solid #d8d8db;padding:3px 14px 3px 0;text-align:right;white-space:nowrap;"
    "vertical-align:top}"
    "th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid #1a1a1c;font-weight:700}"
    ".words{width:100%}.words td,.words th{text-align:left;white-space:normal;padding-top:6px;"
    "padding-bottom:6px}.words th,.words .keep{white-space:nowrap}"
    ".roomy{font-size:17px}.roomy td,.roomy th{padding-top:11px;padding-bottom:11px}"
    ".days{table-layout:fixed}.days th,.days td{padding-right:0;padding-left:6px}"
    ".days th:first-child,.days td:first-child{padding-left:0;width:104px}"
    ".reasons{table-layout:auto}.reasons th:first-child,.reasons td:first-child{width:auto}"
    ".levels td,.levels th{text-align:center;padding:4px 6px}.levels{width:100%}"
    ".large{font-size:16px!important}.large td,.large th{padding:12px 6px}"
    ".l3{background:#0017c1;color:#fff}.l2{background:#c5d7fb}.l1{background:#fff}"
    ".small{font-size:12px;line-height:1.5;color:#4d4d4d;margin:auto 0 0;padding-top:10px}"
    ".beside{display:flex;gap:40px;flex-wrap:wrap;align-items:flex-start}.beside>*{flex:1 1 auto}"
    ".half{flex:1 1 44%!important;min-width:300px}.scroll "
    "table{width:100%}.scroll{overflow-x:auto;flex:none}"
    ".wide{flex:none}.chart{display:block;width:100%;height:auto;margin:0 0 "
    "12px}.bar{fill:#9db7f9}.strong{fill:#0017c1}"
    ".good2{fill:#0017c1}.good1{fill:#7096f8}.even{fill:#e8eaf2}.bad1{fill:#b4b4b7}.bad2{fill:#5c5c5f}"
    ".axis{stroke:#1a1a1c;stroke-width:1}.guide{stroke:#767676;stroke-width:1}"
    ".line{fill:none;stroke:#0017c1;stroke-width:3}.line2{fill:none;stroke:#1a1a1c;stroke-width:2}"
    ".line3{fill:none;stroke:#9db7f9;stroke-width:3}"
    "text{font-size:13px;text-anchor:middle;fill:#1a1a1c}.day{text-anchor:end}.start{text-anchor:start}"
    ".value{font-weight:700}.inside{fill:#fff;font-weight:700}.row{font-size:16px}"
    ".heat0{fill:#f1f1f4}.heat1{fill:#c5d7fb}.heat2{fill:#7096f8}.heat3{fill:#0017c1}"
    ".mark2{fill:#000}.mark3{fill:#fff}footer{display:flex;justify-content:space-between;font-size:12px;"
    "color:#4d4d4d;border-top:1px solid #d8d8db;margin-top:10px;padding-top:6px;gap:12px}"
    "@page{size:A4 landscape;margin:9mm 12mm}@media print{body{background:#fff;font-size:14px}"
    "section{margin:0;max-width:none;padding:4mm 0 0;min-height:0;height:190mm;border-top-width:4px;"
    "break-after:page;overflow:hidden}.scroll{overflow:visible}.chart{max-height:96mm}"
    ".half .chart{max-height:none}h2{font-size:24px;margin-bottom:12px;word-break:keep-all;"
    "overflow-wrap:anywhere}"
    "h3{font-size:14px}table{font-size:13.5px}.words{font-size:14.5px}.roomy{font-size:17px}"
    ".small{font-size:11px}footer{font-size:11px}.figures{margin:2px 0 12px}"
    ".figures b{font-size:34px}.figures span{font-size:12.5px}"
    "section:last-of-type{break-after:auto}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}"
    "@media(max-width:700px){section{padding:24px 16px;min-height:0}h1{font-size:28px;margin-top:20px}"
    "h2{font-size:20px}.lead{font-size:16px}.contents ol{columns:1}.contents{margin-top:24px}"
    ".figures b{font-size:27px}.figures{gap:8px 24px}.beside{gap:12px}.beside>*{max-width:100%}"
    ".half{min-width:0;flex-basis:100%!important}"
    ".words,.words tbody,.words tr,.words td,.words th{display:block;font-size:15px;border:0;padding:2px 0}"
    ".words thead{display:none}.words tr{border-bottom:1px solid #d8d8db;padding:10px 0}"
    ".days{table-layout:auto}.scroll{margin-right:-16px}.wide{overflow-x:auto;margin-right:-16px}"
    ".wide .chart{width:760px;max-width:none}.half .wide .chart{width:480px}footer{flex-wrap:wrap}}";

void sheet_add(struct sheets *sheets, const char *text) {
    buffer_add(&sheets->out, text);
}

void sheet_print(struct sheets *sheets, const char *format, ...) {
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        sheets->out.failed = true;
        return;
    }
    buffer_add_bytes(&sheets->out, text, (size_t)length);
    free(text);
}

const char *sheet_text(struct sheets *sheets, const char *format, ...) {
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    const char *copy = length < 0 ? NULL : arena_copy_text(sheets->report->arena, text);
    if (length >= 0)
        free(text);
    sheets->out.failed = sheets->out.failed || copy == NULL;
    return copy == NULL ? "" : copy;
}

const char *sheet_number(struct sheets *sheets, int64_t number) {
    char text[CHART_NUMBER_SIZE];
    return sheet_text(sheets, "%s", chart_number(text, number));
}

const char *sheet_escape(struct sheets *sheets, const char *text) {
    struct buffer buffer;
    buffer_init(&buffer, sheets->report->arena);
    buffer_add_escaped(&buffer, text);
    sheets->out.failed = sheets->out.failed || buffer.failed;
    return buffer.failed ? "" : buffer.text;
}

// "2025年12月15日(月) 13時", also the end of a day as its 24 o'clock.
static const char *moment(struct sheets *sheets, int64_t time_ms, int hour) {
    return sheet_text(sheets, "%d年%s %d時", clock_civil(time_ms).year, report_day(sheets->report, time_ms),
                      hour);
}

const char *sheet_span(struct sheets *sheets) {
    const struct figures *figures = sheets->report->figures;
    int64_t last_ms = figures->to_ms - 1;
    return sheet_text(sheets, "%sから%sまで",
                      moment(sheets, figures->from_ms, clock_civil(figures->from_ms).hour),
                      moment(sheets, last_ms, clock_civil(last_ms).hour + 1));
}

double sheet_percent(int64_t part, int64_t whole) {
    return whole == 0 ? 0 : (double)part / (double)whole * 100;
}

const char *sheet_duration(struct sheets *sheets, int64_t duration_ms) {
    long long seconds = (long long)((duration_ms + 500) / 1000);
    if (seconds < 60)
        return sheet_text(sheets, "%lld秒", seconds);
    if (seconds < 3600)
        return sheet_text(sheets, "%lld分%02lld秒", seconds / 60, seconds % 60);
    return sheet_text(sheets, "%lld時間%02lld分", seconds / 3600, seconds % 3600 / 60);
}

void sheet_open(struct sheets *sheets, const char *heading, ...) {
    va_list arguments;
    char *text = NULL;
    va_start(arguments, heading);
    int length = vasprintf(&text, heading, arguments);
    va_end(arguments);
    sheets->made++;
    if (sheets->named == sheets->section)
        sheet_add(sheets, "<section>\n");
    else
        sheet_print(sheets, "<section id=\"s%d\">\n", sheets->section);
    sheets->named = sheets->section;
    if (sheets->starts[sheets->section] == 0)
        sheets->starts[sheets->section] = sheets->made;
    sheet_print(sheets, "<p class=\"number\">%d. %s</p>\n<h2>%s</h2>\n", sheets->section, sheets->name,
                length < 0 ? "" : text);
    if (length >= 0)
        free(text);
}

void sheet_close(struct sheets *sheets, const char *definition) {
    struct civil last = clock_civil(sheets->report->figures->to_ms - 1);
    sheet_print(sheets,
                "<p class=\"small\">%s</p>\n<footer><span>%s</span><span>データ: %d年%d月%d日 "
                "%d時まで</span><span>%d / %d</span></footer>\n</section>\n",
                definition, sheet_escape(sheets, sheets->report->campaign->name), last.year, last.month,
                last.day, last.hour + 1, sheets->made, sheets->in_all);
}

void sheet_without_data(struct sheets *sheets, const char *sentence, const char *what_to_do) {
    sheet_open(sheets, "%s", sentence);
    sheet_print(sheets, "<p>%s</p>\n", what_to_do);
    sheet_close(sheets, "データのない項目は、推定で埋めず、空けてあります。");
}

void sheet_figure(struct sheets *sheets, const char *value, const char *words) {
    sheet_print(sheets, "<div><b>%s</b><span>%s</span></div>\n", value, words);
}

void sheet_table_open(struct sheets *sheets, const char *const *columns, size_t count) {
    sheet_add(sheets, "<div class=\"scroll\"><table><thead><tr>");
    for (size_t i = 0; i < count; i++)
        sheet_print(sheets, "<th>%s</th>", columns[i]);
    sheet_add(sheets, "</tr></thead><tbody>\n");
}

void sheet_table_close(struct sheets *sheets) {
    sheet_add(sheets, "</tbody></table></div>\n");
}
