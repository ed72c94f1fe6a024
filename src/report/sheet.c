// sheet.c - the frame of every sheet, and its look on screen and on A4.
#include "report/sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "report/chart.h"
#include "report_texts.h"

const char *sheet_style(void) {
    return report_texts("sheet.css");
}

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

const char *sheet_share(struct sheets *sheets, double percent) {
    double most = percent < 100 ? 99.9 : 100;
    return sheet_text(sheets, "%.1f%%", percent > most ? most : percent);
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
