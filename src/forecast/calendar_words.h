// calendar_words.h - every word of a calendar that residents read, in each of their languages.
//
// The words are those of the app (web/messages/CODE.json), so that a language that a city adds as a file has
// a calendar too; what it lacks is Japanese. A text may hold readings, 漢字《かんじ》: files and pictures go
// without them, the page draws them above the words.
#pragma once

#include "base/arena.h"
#include "forecast/calendar.h"

#define CALENDAR_LINKS 6 // at the foot of every page

struct calendar_words {
    const char *tag; // of the language, as a page says it: "ja" for やさしい日本語
    const char *months[12], *days[31], *weekdays[7]; // the days with what a language reads unlike its number
    const char *day, *day_holiday;                   // "{month}月{day}日({weekday})"
    const char *date, *month, *range, *join;
    const char *moment;   // date and clock
    const char *level[4]; // by enum level
    const char *shut;     // nobody answers the telephone then
    const char *before;   // the campaign has not begun
    const char *over;     // it has ended
    const char *band[LEVELS_BANDS];
    const char *span[LEVELS_BANDS][LEVELS_BANDS]; // from the first to the last band of a day, both by day
    const char *night;                            // which night the last bands are
    const char *saturday, *sunday, *holiday, *today;
    const char *title[3], *lead[3], *note[3]; // by enum calendar_series
    const char *kinds, *languages, *weeks, *year, *app, *calls;
    const char *now, *next, *today_at, *on; // "今日 {time}", "{day} {time}"
    const char *none, *least, *nights, *advice;
    const char *legend, *legend_of[4];
    const char *changed, *change, *changed_none, *changed_more, *changed_first;
    const char *overrides;
    const char *version, *files, *subscribe, *file, *print, *empty, *skip;
    const char *nav, *more, *links[CALENDAR_LINKS], *made_with; // of the head and the foot of every page
    const char *reason_first, *reason_usual; // of a version that the service publishes by itself
    const char *time_title, *day_title, *phase_title;
    const char *booking, *booking_late; // of a booking's event: "{campaign}", "{until}"
    const char *phase_month, *phase_months, *phase_named, *phase_name[7];
};

#define CALENDAR_CODE_SIZE 16

struct calendar_language {
    char code[CALENDAR_CODE_SIZE]; // "ja-easy"
    char name[64];                 // in itself
    struct calendar_words plain;   // for files, pictures and attributes
    struct calendar_words page;    // ready for HTML: escaped, with ruby
    const char *own_reasons[2];    // first and usual in Japanese, as the service stores them
};

// The words of a language: those of the program, over them `more` (a city's CODE.json; NULL: none), and
// Japanese where neither has one. They lie in the arena. ERROR_INVALID names the key that is wrong.
MUST_CHECK bool calendar_words_read(const char *code, const char *more, struct arena *arena,
                                    struct calendar_language *ret_language, struct error *err);

// A text with its `{name}`s filled, in the arena; "" when it is full. The list ends with a NULL name.
struct calendar_fill {
    const char *name, *value;
};
const char *calendar_filled(struct arena *arena, const char *text, const struct calendar_fill *fills);

// "2月2日", and "2月2日(月)", "2月11日(水・祝)", in the arena ("" when it is full).
const char *calendar_date_text(struct arena *arena, const struct calendar_words *words, int64_t day);
const char *calendar_day_text(struct arena *arena, const struct calendar_words *words,
                              const struct holidays *holidays, int64_t day);
// "2026年2月2日(月) 13:00"
const char *calendar_moment_text(struct arena *arena, const struct calendar_words *words, int64_t time_ms);
// "土曜", "日曜", "祝日", or "".
const char *calendar_day_kind(const struct calendar_words *words, const struct holidays *holidays,
                              int64_t day);
// "1か月目(開始直後)"
const char *calendar_phase_text(struct arena *arena, const struct calendar_words *words,
                                const struct calendar_phase *phase);
// Why a version was published: its own words, but those of the service itself in this language.
const char *calendar_reason_text(const struct calendar_language *language, const struct calendar *calendar);
// The word of a day's cell: of its level, that it is shut, not open yet, or over.
const char *calendar_cell_word(const struct calendar_words *words, const struct calendar *calendar,
                               int64_t day, size_t band);
