#include "forecast/calendar_words.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/readings.h"
#include "base/text.h"
#include "message_texts.h"

#define MESSAGE_BYTES_MAX 2000
#define NUMBER_SIZE       16

#define WORD(field, key) \
    { offsetof(struct calendar_words, field), key }
static const struct {
    size_t at;
    const char *key;
} fields[] = {
    WORD(tag, "language.tag"),
    WORD(day, "date.day"),
    WORD(day_holiday, "calendar.dayHoliday"),
    WORD(date, "calendar.date"),
    WORD(month, "calendar.month"),
    WORD(range, "calendar.range"),
    WORD(join, "calendar.join"),
    WORD(moment, "date.full"),
    WORD(level[LEVEL_UNKNOWN], "calendar.level.unknown"),
    WORD(level[LEVEL_SMOOTH], "quiet.level.smooth"),
    WORD(level[LEVEL_BUSY], "quiet.level.busy"),
    WORD(level[LEVEL_VERY_BUSY], "quiet.level.full"),
    WORD(shut, "calendar.shut"),
    WORD(before, "calendar.before"),
    WORD(over, "calendar.over"),
    WORD(band[0], "quiet.band.7-12"),
    WORD(band[1], "quiet.band.12-20"),
    WORD(band[2], "quiet.band.20-1"),
    WORD(band[3], "quiet.band.1-7"),
    WORD(span[0][0], "quiet.band.7-12"),
    WORD(span[0][1], "calendar.band.7-20"),
    WORD(span[0][2], "calendar.band.7-1"),
    WORD(span[1][1], "quiet.band.12-20"),
    WORD(span[1][2], "calendar.band.12-1"),
    WORD(span[2][2], "quiet.band.20-1"),
    WORD(night, "calendar.night"),
    WORD(saturday, "calendar.saturday"),
    WORD(sunday, "calendar.sunday"),
    WORD(holiday, "calendar.holiday"),
    WORD(today, "calendar.today"),
    WORD(title[CALENDAR_APP], "calendar.title.app"),
    WORD(title[CALENDAR_CALLS], "calendar.title.calls"),
    WORD(lead[CALENDAR_APP], "calendar.lead.app"),
    WORD(lead[CALENDAR_CALLS], "calendar.lead.calls"),
    WORD(note[CALENDAR_APP], "calendar.note.app"),
    WORD(note[CALENDAR_CALLS], "calendar.note.calls"),
    WORD(kinds, "calendar.kinds"),
    WORD(languages, "calendar.languages"),
    WORD(weeks, "calendar.weeks"),
    WORD(year, "calendar.year"),
    WORD(app, "calendar.app"),
    WORD(calls, "calendar.calls"),
    WORD(now, "quiet.now"),
    WORD(next, "quiet.next"),
    WORD(today_at, "quiet.today"),
    WORD(on, "quiet.on"),
    WORD(none, "calendar.none"),
    WORD(nights, "calendar.nights"),
    WORD(least, "calendar.least"),
    WORD(advice, "calendar.advice"),
    WORD(legend, "calendar.legend"),
    WORD(legend_of[LEVEL_SMOOTH], "calendar.legend.smooth"),
    WORD(legend_of[LEVEL_BUSY], "calendar.legend.busy"),
    WORD(legend_of[LEVEL_VERY_BUSY], "calendar.legend.full"),
    WORD(changed, "calendar.changed"),
    WORD(change, "calendar.change"),
    WORD(changed_none, "calendar.changed.none"),
    WORD(changed_more, "calendar.changed.more"),
    WORD(changed_first, "calendar.changed.first"),
    WORD(overrides, "calendar.overrides"),
    WORD(version, "calendar.version"),
    WORD(files, "calendar.files"),
    WORD(booking, "booking.event"),
    WORD(booking_late, "booking.late"),
    WORD(subscribe, "calendar.subscribe"),
    WORD(file, "calendar.file"),
    WORD(print, "calendar.print"),
    WORD(empty, "calendar.empty"),
    WORD(skip, "page.skip"),
    WORD(nav, "page.nav"),
    WORD(more, "page.more"),
    WORD(links[0], "page.home"),
    WORD(links[1], "page.points"),
    WORD(links[2], "faq.title"),
    WORD(links[3], "page.calendar"),
    WORD(links[4], "page.report"),
    WORD(links[5], "page.accessibility"),
    WORD(made_with, "page.madeWith"),
    WORD(reason_first, "calendar.reason.first"),
    WORD(reason_usual, "calendar.reason.usual"),
    WORD(time_title, "calendar.time"),
    WORD(day_title, "calendar.day"),
    WORD(phase_title, "calendar.phase"),
    WORD(phase_month, "calendar.phase.month"),
    WORD(phase_months, "calendar.phase.months"),
    WORD(phase_named, "calendar.phase.named"),
    WORD(phase_name[0], "calendar.phase.opening"),
    WORD(phase_name[1], "calendar.phase.peak"),
    WORD(phase_name[2], "calendar.phase.change"),
    WORD(phase_name[3], "calendar.phase.usual"),
    WORD(phase_name[4], "calendar.phase.late"),
    WORD(phase_name[5], "calendar.phase.before"),
    WORD(phase_name[6], "calendar.phase.deadline"),
};

static const char *or_empty(const char *text) {
    return text == NULL ? "" : text;
}

// The first of three files that has the key: the city's, the program's, the Japanese one.
static bool find(json_t *const sources[3], const char *key, const char **ret_text, struct error *err) {
    *ret_text = NULL;
    for (size_t i = 0; i < 3 && *ret_text == NULL; i++)
        if (sources[i] != NULL &&
            !json_member_text_optional(sources[i], key, MESSAGE_BYTES_MAX, ret_text, err))
            return false;
    return *ret_text != NULL || error_set(err, ERROR_INVALID, "%.60s is missing", key);
}

static bool set(const char **target, const char *text, struct arena *arena, bool page, struct error *err) {
    *target = readings_drawn(arena, text, page ? READINGS_ABOVE : READINGS_LEFT_OUT);
    return *target != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

// "日|月|火": exactly `count` texts.
// NOLINTNEXTLINE(readability-function-size): from where, by which key, how many and whereto
static bool set_list(const char **targets, size_t count, json_t *const sources[3], const char *key,
                     struct arena *arena, bool page, struct error *err) {
    const char *text = NULL;
    if (!find(sources, key, &text, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(text, "|");
        const char *part = arena_copy_bytes(arena, text, length);
        if (length == 0 || (text[length] == '|') != (i + 1 < count))
            return error_set(err, ERROR_INVALID, "%.60s must have %zu texts between |", key, count);
        if (!set(&targets[i], or_empty(part), arena, page, err))
            return false;
        text += length + (text[length] == '|');
    }
    return true;
}

static bool set_all(struct calendar_words *words, json_t *const sources[3], struct arena *arena, bool page,
                    struct error *err) {
    *words = (struct calendar_words){.title = {""}, .lead = {""}, .note = {""}, .legend_of = {""}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *text = NULL, **target = (const char **)(void *)((char *)words + fields[i].at);
        if (!find(sources, fields[i].key, &text, err) || !set(target, text, arena, page, err))
            return false;
    }
    return set_list(words->months, 12, sources, "calendar.months", arena, page, err) &&
           set_list(words->days, 31, sources, "date.days", arena, page, err) &&
           set_list(words->weekdays, 7, sources, "calendar.weekdays", arena, page, err);
}

// NULL and no error when there is no such text.
static bool parse(const char *text, json_t **ret_object, struct error *err) {
    return text == NULL || json_parse_object(text, strlen(text), ret_object, err);
}

bool calendar_words_read(const char *code, const char *more, struct arena *arena,
                         struct calendar_language *ret_language, struct error *err) {
    CLEANUP(json_cleanup) json_t *city = NULL, *own = NULL, *japanese = NULL;
    struct calendar_language language = {0};
    char file[CALENDAR_CODE_SIZE + 8];
    const char *name = NULL;
    (void)snprintf(file, sizeof file, "%.*s.json", CALENDAR_CODE_SIZE, code);
    if (!text_copy(language.code, sizeof language.code, code))
        return error_set(err, ERROR_INVALID, "the code of a language is too long");
    if (!parse(more, &city, err) || !parse(message_texts(file), &own, err) ||
        !parse(message_texts("ja.json"), &japanese, err))
        return false;
    json_t *const sources[3] = {city, own, japanese};
    if (!find(sources, "language.name", &name, err) ||
        !set_all(&language.plain, sources, arena, false, err) ||
        !set_all(&language.page, sources, arena, true, err))
        return false;
    json_t *const only_japanese[3] = {japanese};
    if (!find(only_japanese, "calendar.reason.first", &language.own_reasons[0], err) ||
        !find(only_japanese, "calendar.reason.usual", &language.own_reasons[1], err))
        return false;
    for (size_t i = 0; i < 2; i++)
        language.own_reasons[i] = or_empty(arena_copy_text(arena, language.own_reasons[i]));
    if (!text_copy(language.name, sizeof language.name, name))
        return error_set(err, ERROR_INVALID, "the name of a language is too long");
    *ret_language = language;
    return true;
}

static const char *value_of(const struct calendar_fill *fills, const char *name, size_t length) {
    for (; fills->name != NULL; fills++)
        if (strlen(fills->name) == length && memcmp(fills->name, name, length) == 0)
            return fills->value;
    return NULL;
}

const char *calendar_filled(struct arena *arena, const char *text, const struct calendar_fill *fills) {
    struct buffer out;
    buffer_init(&out, arena);
    buffer_add(&out, "");
    for (const char *open = strchr(text, '{'); open != NULL; open = strchr(open, '{')) {
        size_t length = strcspn(open + 1, "}");
        const char *value = value_of(fills, open + 1, length);
        open++;
        if (value == NULL)
            continue;
        buffer_add_bytes(&out, text, (size_t)(open - 1 - text));
        buffer_add(&out, value);
        open = text = open + length + 1;
    }
    buffer_add(&out, text);
    return out.failed ? "" : out.text;
}

struct day_numbers {
    char year[NUMBER_SIZE], hour[NUMBER_SIZE], minute[NUMBER_SIZE];
};

// What the texts of dates may name.
static const char *date_filled(struct arena *arena, const struct calendar_words *words, const char *text,
                               const struct civil *civil) {
    struct day_numbers numbers;
    (void)snprintf(numbers.year, sizeof numbers.year, "%d", civil->year);
    (void)snprintf(numbers.hour, sizeof numbers.hour, "%d", civil->hour);
    (void)snprintf(numbers.minute, sizeof numbers.minute, "%02d", civil->minute);
    const struct calendar_fill fills[] = {{"year", numbers.year},
                                          {"month", words->months[civil->month - 1]},
                                          {"day", words->days[civil->day - 1]},
                                          {"weekday", words->weekdays[civil->weekday]},
                                          {"hour", numbers.hour},
                                          {"minute", numbers.minute},
                                          {NULL, NULL}};
    return calendar_filled(arena, text, fills);
}

const char *calendar_date_text(struct arena *arena, const struct calendar_words *words, int64_t day) {
    struct civil date = calendar_date(day);
    return date_filled(arena, words, words->date, &date);
}

const char *calendar_day_text(struct arena *arena, const struct calendar_words *words,
                              const struct holidays *holidays, int64_t day) {
    struct civil date = calendar_date(day);
    return date_filled(arena, words, holidays_has(holidays, day) ? words->day_holiday : words->day, &date);
}

const char *calendar_moment_text(struct arena *arena, const struct calendar_words *words, int64_t time_ms) {
    struct civil moment = clock_civil(time_ms);
    return date_filled(arena, words, words->moment, &moment);
}

const char *calendar_day_kind(const struct calendar_words *words, const struct holidays *holidays,
                              int64_t day) {
    int weekday = holidays_weekday(day);
    if (holidays_has(holidays, day))
        return words->holiday;
    return weekday == 6 ? words->saturday : weekday == 0 ? words->sunday : "";
}

// What a phase is in the course of the campaign.
static const char *phase_name(const struct calendar_words *words, const struct calendar_phase *phase) {
    enum { OPENING, PEAK, CHANGE, USUAL, LATE, BEFORE, DEADLINE };
    if (phase->last_month == phase->months)
        return phase->months == 1 ? "" : words->phase_name[DEADLINE];
    if (phase->first_month <= 2)
        return words->phase_name[phase->first_month == 1 ? OPENING : PEAK];
    if (phase->last_month == phase->months - 1)
        return words->phase_name[BEFORE];
    if (phase->first_month == 3)
        return words->phase_name[CHANGE];
    return words->phase_name[phase->last_month == phase->months - 2 ? LATE : USUAL];
}

const char *calendar_phase_text(struct arena *arena, const struct calendar_words *words,
                                const struct calendar_phase *phase) {
    char first[NUMBER_SIZE], last[NUMBER_SIZE];
    const char *name = phase_name(words, phase);
    bool one = phase->first_month == phase->last_month;
    (void)snprintf(first, sizeof first, "%d", phase->first_month);
    (void)snprintf(last, sizeof last, "%d", phase->last_month);
    const struct calendar_fill span[] = {{"first", first}, {"last", last}, {NULL, NULL}};
    const char *months = calendar_filled(arena, one ? words->phase_month : words->phase_months, span);
    const struct calendar_fill fills[] = {{"months", months}, {"name", name}, {NULL, NULL}};
    return name[0] == '\0' ? months : calendar_filled(arena, words->phase_named, fills);
}

const char *calendar_reason_text(const struct calendar_language *language, const struct calendar *calendar) {
    if (strcmp(calendar->reason, language->own_reasons[0]) == 0)
        return language->plain.reason_first;
    if (strcmp(calendar->reason, language->own_reasons[1]) == 0)
        return language->plain.reason_usual;
    return calendar->reason;
}

const char *calendar_cell_word(const struct calendar_words *words, const struct calendar *calendar,
                               int64_t day, size_t band) {
    enum level level = calendar_level(calendar, day, band);
    if (level == LEVEL_UNKNOWN && day <= calendar->opens_day)
        return words->before;
    if (level == LEVEL_UNKNOWN && day >= calendar->closes_day)
        return words->over;
    return calendar_is_shut(calendar, band) ? words->shut : words->level[level];
}
