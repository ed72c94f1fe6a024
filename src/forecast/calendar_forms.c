#include "forecast/calendar_forms.h"

#include <string.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/readings.h"
#include "forecast/calendar_internal.h"

#define BEST_DAYS 7
#define BEST_MAX  3

static const char *const form_names[] = {"html", "ics", "json", "csv", "svg"};

bool calendar_form_parse(const char *text, enum calendar_form *ret_form) {
    for (size_t i = 0; i < sizeof form_names / sizeof *form_names; i++)
        if (strcmp(text, form_names[i]) == 0) {
            *ret_form = (enum calendar_form)i;
            return true;
        }
    return false;
}

const char *calendar_campaign_text(struct arena *arena, const struct calendar_view *view) {
    const char *text = readings_drawn(arena, view->campaign, READINGS_LEFT_OUT);
    return text == NULL ? "" : text;
}

const char *calendar_form_type(enum calendar_form form) {
    static const char *const types[] = {"text/html; charset=utf-8", "text/calendar; charset=utf-8",
                                        "application/json", "text/csv; charset=utf-8; header=present",
                                        "image/svg+xml"};
    return types[form];
}

// The times of the advice without its sentence, for those who have their own.
static const char *best_text(const struct calendar_view *view, struct arena *arena) {
    const char *times[CALENDAR_TIMES_MAX];
    struct buffer text;
    size_t count = calendar_times(view, &view->language->plain, arena, times);
    buffer_init(&text, arena);
    buffer_add(&text, count == 0 ? calendar_advice(view, &view->language->plain, arena) : "");
    for (size_t i = 0; i < count; i++)
        buffer_print(&text, "%s%s", i == 0 ? "" : view->language->plain.join, times[i]);
    return text.failed ? "" : text.text;
}

static json_t *bands_json(const struct calendar_view *view, int64_t day) {
    const struct calendar_words *words = &view->language->plain;
    const struct calendar *calendar = view->calendar;
    json_t *bands = json_array();
    for (size_t band = 0; band < LEVELS_BANDS; band++) {
        enum level level = calendar_level(calendar, day, band);
        const struct calendar_override *override = calendar_override_of(calendar, day, band);
        bool shut = calendar_is_shut(calendar, band);
        json_array_append_new(bands, json_pack("{s:s, s:s, s:s, s:s, s:s*}", "band", levels_band_names[band],
                                               "level", shut ? "shut" : level_name(level), "word",
                                               calendar_cell_word(words, calendar, day, band), "symbol",
                                               level_symbol(shut ? LEVEL_UNKNOWN : level), "reason",
                                               override != NULL ? override->reason : NULL));
    }
    return bands;
}

static json_t *days_json(const struct calendar_view *view) {
    const struct calendar_words *words = &view->language->plain;
    json_t *days = json_array();
    for (int64_t day = view->from_day; day < view->from_day + CALENDAR_VIEW_DAYS; day++) {
        char date[CALENDAR_ISO_SIZE];
        calendar_iso_date(date, day);
        json_array_append_new(days,
                              json_pack("{s:s, s:s, s:b, s:o}", "date", date, "weekday",
                                        words->weekdays[holidays_weekday(day)], "holiday",
                                        holidays_has(view->holidays, day), "bands", bands_json(view, day)));
    }
    return days;
}

static json_t *phases_json(const struct calendar_view *view, struct arena *arena) {
    const struct calendar_words *words = &view->language->plain;
    struct calendar_phase phases[CALENDAR_PHASES_MAX];
    json_t *array = json_array();
    size_t count = calendar_phases(view->calendar, phases);
    for (size_t i = 0; i < count; i++) {
        char from[CALENDAR_ISO_SIZE], until[CALENDAR_ISO_SIZE];
        json_t *bands = json_array();
        calendar_iso_date(from, phases[i].first_day);
        calendar_iso_date(until, phases[i].last_day);
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            json_array_append_new(bands, json_pack("{s:s, s:s, s:s}", "band", levels_band_names[band],
                                                   "level", level_name(phases[i].band[band]), "word",
                                                   words->level[phases[i].band[band]]));
        json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:o}", "phase",
                                               calendar_phase_text(arena, words, &phases[i]), "from", from,
                                               "until", until, "bands", bands));
    }
    return array;
}

static json_t *changes_json(const struct calendar_view *view) {
    struct calendar_change changes[CALENDAR_CHANGES_MAX];
    size_t all = 0;
    json_t *array = json_array();
    size_t kept = view->before == NULL ? 0
                                       : calendar_changes(view->calendar, view->before, view->from_day,
                                                          CALENDAR_VIEW_DAYS, changes, &all);
    for (size_t i = 0; i < kept; i++) {
        char date[CALENDAR_ISO_SIZE];
        calendar_iso_date(date, changes[i].day);
        json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:s}", "date", date, "band",
                                               levels_band_names[changes[i].band], "was",
                                               level_name(changes[i].was), "is", level_name(changes[i].is)));
    }
    return array;
}

static json_t *bands_found_json(const struct calendar_view *view, struct arena *arena,
                                const struct calendar_quiet *quiet, size_t count) {
    const struct calendar_words *words = &view->language->plain;
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        char date[CALENDAR_ISO_SIZE];
        calendar_iso_date(date, quiet[i].day);
        json_array_append_new(array, json_pack("{s:s, s:s, s:s, s:i, s:i, s:b}", "date", date, "day",
                                               calendar_day_text(arena, words, view->holidays, quiet[i].day),
                                               "band", levels_band_names[quiet[i].band], "from",
                                               calendar_band_from(quiet[i].band), "until",
                                               calendar_band_until(quiet[i].band) % 24, "today",
                                               quiet[i].day == view->today));
    }
    return array;
}

static void add_quiet(json_t *document, const struct calendar_view *view, struct arena *arena) {
    struct calendar_quiet quiet[BEST_MAX];
    size_t count = calendar_quiet(view->calendar, view->today, view->hour, BEST_DAYS, false, quiet, BEST_MAX);
    json_object_set_new(document, "quiet", bands_found_json(view, arena, quiet, count));
    count = calendar_least_busy(view->calendar, view->today, view->hour, BEST_DAYS, quiet, BEST_MAX);
    json_object_set_new(document, "least_busy", bands_found_json(view, arena, quiet, count));
}

static void write_json(const struct calendar_view *view, struct buffer *out) {
    const struct calendar_words *words = &view->language->plain;
    CLEANUP(json_cleanup) json_t *document = json_object();
    const struct calendar *calendar = view->calendar;
    char made[CLOCK_RFC3339_SIZE];
    json_object_set_new(document, "series", json_string(calendar_series_name(view->series)));
    json_object_set_new(document, "view", json_string(view->brief ? "now" : view->year ? "year" : "weeks"));
    json_object_set_new(document, "language", json_string(view->language->code));
    json_object_set_new(document, "version", json_integer(calendar == NULL ? 0 : calendar->number));
    if (calendar != NULL) {
        enum level now = calendar_now(calendar, view->today, view->hour);
        clock_rfc3339(made, calendar->made_ms);
        json_object_set_new(document, "made", json_string(made));
        json_object_set_new(document, "reason", json_string(calendar_reason_text(view->language, calendar)));
        json_object_set_new(document, "now",
                            json_pack("{s:s, s:s, s:s}", "level", level_name(now), "word", words->level[now],
                                      "symbol", level_symbol(now)));
        json_object_set_new(document, "advice", json_string(calendar_advice(view, words, out->arena)));
        json_object_set_new(document, "best", json_string(best_text(view, out->arena)));
        add_quiet(document, view, out->arena);
    }
    if (calendar != NULL && !view->brief) {
        char today[CALENDAR_ISO_SIZE];
        calendar_iso_date(today, view->today);
        json_object_set_new(document, "today", json_string(today));
        json_object_set_new(document, view->year ? "phases" : "days",
                            view->year ? phases_json(view, out->arena) : days_json(view));
        json_object_set_new(document, "changed", changes_json(view));
    }
    const char *text = json_text(out->arena, document);
    buffer_add(out, text == NULL ? "" : text);
    buffer_add(out, "\n");
    out->failed |= text == NULL;
}

static void write_csv_weeks(const struct calendar_view *view, struct csv_writer *writer) {
    const struct calendar_words *words = &view->language->plain;
    csv_write_row(writer, (const char *const[]){"date", "weekday", "band", "level", "word", "reason", NULL});
    for (int64_t day = view->from_day; view->calendar != NULL && day < view->from_day + CALENDAR_VIEW_DAYS;
         day++)
        for (size_t band = 0; band < LEVELS_BANDS; band++) {
            char date[CALENDAR_ISO_SIZE];
            enum level level = calendar_level(view->calendar, day, band);
            const struct calendar_override *override = calendar_override_of(view->calendar, day, band);
            bool shut = calendar_is_shut(view->calendar, band);
            calendar_iso_date(date, day);
            const char *const cells[] = {date,
                                         words->weekdays[holidays_weekday(day)],
                                         levels_band_names[band],
                                         shut ? "shut" : level_name(level),
                                         calendar_cell_word(words, view->calendar, day, band),
                                         override == NULL ? "" : override->reason,
                                         NULL};
            csv_write_row(writer, cells);
        }
}

static void write_csv_year(const struct calendar_view *view, struct csv_writer *writer, struct arena *arena) {
    const struct calendar_words *words = &view->language->plain;
    struct calendar_phase phases[CALENDAR_PHASES_MAX];
    size_t count = view->calendar == NULL ? 0 : calendar_phases(view->calendar, phases);
    csv_write_row(writer, (const char *const[]){"phase", "from", "until", "band", "level", "word", NULL});
    for (size_t i = 0; i < count; i++)
        for (size_t band = 0; band < LEVELS_BANDS; band++) {
            char from[CALENDAR_ISO_SIZE], until[CALENDAR_ISO_SIZE];
            enum level level = phases[i].band[band];
            calendar_iso_date(from, phases[i].first_day);
            calendar_iso_date(until, phases[i].last_day);
            const char *const cells[] = {calendar_phase_text(arena, words, &phases[i]),
                                         from,
                                         until,
                                         levels_band_names[band],
                                         level_name(level),
                                         words->level[level],
                                         NULL};
            csv_write_row(writer, cells);
        }
}

static void write_csv(const struct calendar_view *view, struct buffer *out) {
    struct csv_writer writer;
    struct error err;
    csv_writer_to_buffer(&writer, out);
    writer.guard = true;
    csv_write_mark(&writer);
    if (view->year)
        write_csv_year(view, &writer, out->arena);
    else
        write_csv_weeks(view, &writer);
    out->failed |= !csv_writer_finish(&writer, &err);
}

void calendar_write(const struct calendar_view *view, enum calendar_form form, struct buffer *out) {
    static void (*const writers[])(const struct calendar_view *view, struct buffer *out) = {
        calendar_write_html, calendar_write_ics, write_json, write_csv, calendar_write_svg};
    writers[form](view, out);
}
