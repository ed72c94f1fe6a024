// calendar_advice.c - when to come, in words: the quiet bands of a day drawn together, a day at a time.
#include "forecast/calendar_internal.h"

#define DAYS      7
#define BANDS_MAX (DAYS * LEVELS_BANDS)

// "今日 12時〜翌1時": the day with its runs of quiet bands, quiet[from] to quiet[until - 1].
static const char *day_text(const struct calendar_view *view, const struct calendar_words *words,
                            struct arena *arena, const struct calendar_quiet *quiet, size_t count) {
    struct buffer times;
    buffer_init(&times, arena);
    for (size_t i = 0, last; i < count; i = last + 1) {
        last = i;
        while (last + 1 < count && quiet[last + 1].band == quiet[last].band + 1)
            last++;
        buffer_add(&times, i == 0 ? "" : words->join);
        buffer_add(&times, words->span[quiet[i].band][quiet[last].band]);
    }
    const struct calendar_fill fills[] = {
        {"day", calendar_day_text(arena, words, view->holidays, quiet[0].day)},
        {"time", times.failed ? "" : times.text},
        {NULL, NULL}};
    return calendar_filled(arena, quiet[0].day == view->today ? words->today_at : words->on, fills);
}

// A text a day, of the first days of `count` bands.
static size_t texts_of(const struct calendar_view *view, const struct calendar_words *words,
                       struct arena *arena, const struct calendar_quiet *quiet, size_t count,
                       const char *ret_times[CALENDAR_TIMES_MAX]) {
    size_t found = 0;
    for (size_t i = 0, next; i < count && found < CALENDAR_TIMES_MAX; i = next) {
        next = i + 1;
        while (next < count && quiet[next].day == quiet[i].day)
            next++;
        ret_times[found++] = day_text(view, words, arena, quiet + i, next - i);
    }
    return found;
}

size_t calendar_times(const struct calendar_view *view, const struct calendar_words *words,
                      struct arena *arena, const char *ret_times[CALENDAR_TIMES_MAX]) {
    struct calendar_quiet quiet[BANDS_MAX];
    if (view->calendar == NULL)
        return 0;
    size_t count = calendar_quiet(view->calendar, view->today, view->hour, DAYS, false, quiet, BANDS_MAX);
    return texts_of(view, words, arena, quiet, count, ret_times);
}

// The sentence that leads to the times, with them; "" when there are none.
static const char *sentence(const char *words, const char *join, const char *const *times, size_t count,
                            struct arena *arena) {
    struct buffer text;
    buffer_init(&text, arena);
    for (size_t i = 0; i < count; i++) {
        buffer_add(&text, i == 0 ? "" : join);
        buffer_add(&text, times[i]);
    }
    const struct calendar_fill fills[] = {{"times", text.failed ? "" : text.text}, {NULL, NULL}};
    return count == 0 ? "" : calendar_filled(arena, words, fills);
}

const char *calendar_advice(const struct calendar_view *view, const struct calendar_words *words,
                            struct arena *arena) {
    const char *times[CALENDAR_TIMES_MAX];
    struct calendar_quiet night, least[BANDS_MAX];
    size_t count = calendar_times(view, words, arena, times);
    if (count > 0)
        return sentence(words->advice, words->join, times, count, arena);
    if (view->calendar == NULL || view->today > view->calendar->closes_day)
        return "";
    bool nights = calendar_quiet(view->calendar, view->today, view->hour, DAYS, true, &night, 1) > 0;
    size_t bands = calendar_least_busy(view->calendar, view->today, view->hour, DAYS, least, BANDS_MAX);
    count = texts_of(view, words, arena, least, bands, times);
    const char *whole = arena_print(arena, "%s%s%s%s%s", words->none, count > 0 ? " " : "",
                                    sentence(words->least, words->join, times, count, arena),
                                    nights ? " " : "", nights ? words->nights : "");
    return whole == NULL ? "" : whole;
}
