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
    "h1{font-size:30px;line-height:1.4;margin:0 0 6px}h2{font-size:25px;line-height:1.45;margin:0 0 14px}"
    "h3{font-size:15px;margin:0 0 4px}p{margin:0 0 10px}ul{margin:0;padding-left:1.2em}"
    ".number{color:#0017c1;font-weight:700;margin:0 0 2px;font-size:14px}"
    ".figures{display:flex;gap:36px;flex-wrap:wrap;margin:6px 0 16px}.figures div{min-width:140px}"
    ".figures b{display:block;font-size:34px;line-height:1.2;font-variant-numeric:tabular-nums}"
    ".figures span{font-size:13px;color:#4d4d4d}"
    "table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;margin:0 0 10px}"
    "th,td{border-bottom:1px solid #d8d8db;padding:3px 14px 3px 0;text-align:right;white-space:nowrap;"
    "vertical-align:top}"
    "th:first-child,td:first-child{text-align:left}thead th{border-bottom:2px solid #1a1a1c;font-weight:700}"
    ".words td,.words th{text-align:left;white-space:normal;padding-top:6px;padding-bottom:6px}"
    ".words th{white-space:nowrap}.days th,.days td{padding-right:0;padding-left:10px}"
    ".days th:first-child,.days td:first-child{padding-left:0}"
    ".levels td,.levels th{text-align:center;padding:4px 6px}.levels{width:100%}"
    ".l3{background:#0017c1;color:#fff}.l2{background:#c5d7fb}.l1{background:#fff}"
    ".small{font-size:12px;line-height:1.5;color:#4d4d4d;margin:auto 0 0;padding-top:10px}"
    ".beside{display:flex;gap:40px;flex-wrap:wrap;align-items:flex-start}.beside>*{flex:0 1 auto}"
    ".half{flex:1 1 44%!important;min-width:300px}.scroll "
    "table{width:100%}.scroll{overflow-x:auto;flex:none}"
    ".chart{width:100%;height:auto;margin:0 0 12px;flex:none}.bar{fill:#9db7f9}.strong{fill:#0017c1}"
    ".rest{fill:#d8d8db}.axis{stroke:#1a1a1c;stroke-width:1}.guide{stroke:#767676;stroke-dasharray:4 4}"
    ".line{fill:none;stroke:#0017c1;stroke-width:3}.line2{fill:none;stroke:#1a1a1c;stroke-width:2}"
    ".line3{fill:none;stroke:#9db7f9;stroke-width:3}"
    "text{font-size:13px;text-anchor:middle;fill:#1a1a1c}.day{text-anchor:end}.start{text-anchor:start}"
    ".value{font-weight:700}.inside{fill:#fff;font-weight:700}"
    ".heat0{fill:#f1f1f4}.heat1{fill:#c5d7fb}.heat2{fill:#7096f8}.heat3{fill:#0017c1}"
    ".mark2{fill:#000}.mark3{fill:#fff}footer{display:flex;justify-content:space-between;font-size:12px;"
    "color:#4d4d4d;border-top:1px solid #d8d8db;margin-top:10px;padding-top:6px}"
    "@page{size:A4 landscape;margin:9mm 12mm}@media print{body{background:#fff;font-size:13.5px}"
    "section{margin:0;max-width:none;padding:4mm 0 0;min-height:0;height:190mm;border-top-width:4px;"
    "break-after:page;overflow:hidden}.scroll{overflow:visible}.chart{max-height:96mm}"
    ".half "
    ".chart{max-height:none}.words{font-size:14.5px}h2{font-size:23px;margin-bottom:12px}h1{font-size:26px}"
    "h3{font-size:14px}"
    "table{font-size:13px}.small{font-size:10.5px}footer{font-size:10.5px}.figures{margin:2px 0 14px}"
    ".figures b{font-size:32px}.figures span{font-size:12px}"
    "section:last-of-type{break-after:auto}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}"
    "@media(max-width:700px){section{padding:24px 16px;min-height:0}h1{font-size:24px}h2{font-size:20px}"
    ".figures b{font-size:27px}.beside{gap:12px}}";

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
    sheets->out.failed = sheets->out.failed || buffer.failed;
    return buffer.failed ? "" : buffer.text;
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
    sheet_add(sheets, "<section>\n");
    if (sheets->made == 1)
        sheet_print(sheets, "<h1>%s 結果報告</h1>\n", sheet_escape(sheets, sheets->report->campaign->name));
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
