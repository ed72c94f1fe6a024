// calendar_words.h - every word of a calendar that residents read, in one place a language.
#pragma once

#include "base/arena.h"
#include "forecast/calendar.h"

struct calendar_words {
    const char *language;           // of the page: "ja"
    const char *level[4];           // by enum level
    const char *shut;               // nobody answers the telephone then
    const char *over;               // lies in the past
    const char *band[LEVELS_BANDS]; // "7時〜12時"
    const char *night_note;         // which night the last band is
    const char *weekday[7];         // one character each
    const char *saturday, *sunday, *holiday, *today;
    const char *title[3]; // by enum calendar_series
    const char *lead[3];
    const char *weeks, *year, *app, *calls;
    const char *best_title, *best_none, *best_nights;
    const char *legend_title, *legend[4], *legend_note[3];
    const char *changed_title, *changed_none, *changed_more, *first_version;
    const char *override_title;
    const char *version, *files, *subscribe, *print_note, *empty, *home;
    const char *reason_first, *reason_usual; // of a version that the service publishes by itself
    const char *time_of_day, *phase_title, *event_note;
};

extern const struct calendar_words calendar_words_ja;

// "2月2日", and "2月2日(月)", "2月11日(水・祝)", in the arena ("" when it is full).
const char *calendar_date_text(struct arena *arena, int64_t day);
const char *calendar_day_text(struct arena *arena, const struct calendar_words *words,
                              const struct holidays *holidays, int64_t day);
// "土曜", "日曜", "祝日", or "".
const char *calendar_day_kind(const struct calendar_words *words, const struct holidays *holidays,
                              int64_t day);
// "1か月目(開始直後)"
const char *calendar_phase_text(struct arena *arena, const struct calendar_phase *phase);
// The word and the symbol of a cell: of its level, or that it is shut.
const char *calendar_cell_word(const struct calendar_words *words, const struct calendar *calendar,
                               size_t band, enum level level);
