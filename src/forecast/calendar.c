#include "forecast/calendar.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define NIGHT        3
#define SHORT_MONTHS 8 // so many phases fit one by one

const char *calendar_series_name(enum calendar_series series) {
    return series == CALENDAR_CALLS ? "calls" : "app";
}

bool calendar_series_parse(const char *text, enum calendar_series *ret_series) {
    for (enum calendar_series series = CALENDAR_APP; series <= CALENDAR_CALLS; series++)
        if (strcmp(text, calendar_series_name(series)) == 0) {
            *ret_series = series;
            return true;
        }
    return false;
}

struct civil calendar_date(int64_t day) {
    time_t seconds = (time_t)(day * 86400);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    return (struct civil){.year = parts.tm_year + 1900,
                          .month = parts.tm_mon + 1,
                          .day = parts.tm_mday,
                          .weekday = parts.tm_wday};
}

void calendar_iso_date(char target[CALENDAR_ISO_SIZE], int64_t day) {
    struct civil date = calendar_date(day);
    (void)snprintf(target, CALENDAR_ISO_SIZE, "%04d-%02d-%02d", date.year % 10000, date.month % 100,
                   date.day % 100);
}

int64_t calendar_hour_ms(int64_t day, int hour) {
    char text[CLOCK_RFC3339_SIZE], date[CALENDAR_ISO_SIZE];
    int64_t time_ms = 0;
    struct error err;
    calendar_iso_date(date, day + hour / 24);
    (void)snprintf(text, sizeof text, "%sT%02d:00:00", date, hour % 24);
    bool ok = clock_parse(text, &time_ms, &err);
    ASSERT(ok); // a date that was written here
    return time_ms;
}

int64_t calendar_monday(int64_t day) {
    return day - (holidays_weekday(day) + 6) % 7;
}

static const int band_hours[LEVELS_BANDS + 1] = {7, 12, 20, 25, 31};

int calendar_band_from(size_t band) {
    return band_hours[band] % 24;
}

int calendar_band_until(size_t band) {
    return band == NIGHT ? 7 : band_hours[band + 1];
}

enum level calendar_level(const struct calendar *calendar, int64_t day, size_t band) {
    if (day < calendar->first_day || day >= calendar->first_day + (int64_t)calendar->days)
        return LEVEL_UNKNOWN;
    return calendar->cells[day - calendar->first_day][band];
}

bool calendar_is_shut(const struct calendar *calendar, size_t band) {
    int opens = calendar->rules.opens_hour, closes = calendar->rules.closes_hour;
    bool today = calendar_band_from(band) < closes && calendar_band_until(band) > opens;
    bool past_midnight = band == 2 && opens == 0;
    return !today && !past_midnight;
}

const struct calendar_override *calendar_override_of(const struct calendar *calendar, int64_t day,
                                                     size_t band) {
    for (size_t i = 0; i < calendar->overrides_count; i++)
        if (calendar->overrides[i].day == day && calendar->overrides[i].band == band)
            return &calendar->overrides[i];
    return NULL;
}

void calendar_apply(struct calendar *calendar) {
    for (size_t i = 0; i < calendar->overrides_count; i++) {
        const struct calendar_override *override = &calendar->overrides[i];
        int64_t at = override->day - calendar->first_day;
        if (at >= 0 && at < (int64_t)calendar->days)
            calendar->cells[at][override->band] = (uint8_t) override->level;
    }
}

// The day on which month `month` (from 0) of a campaign begins: the same date, or the last of a short month.
static int64_t month_begins(int64_t opens_day, int month) {
    struct civil opens = calendar_date(opens_day);
    int months = opens.month - 1 + month;
    int64_t first = clock_day_number(opens.year + months / 12, months % 12 + 1, 1);
    int64_t next = clock_day_number(opens.year + (months + 1) / 12, (months + 1) % 12 + 1, 1);
    int64_t begins = first + opens.day - 1;
    return begins < next ? begins : next - 1;
}

static int months_of(const struct calendar *calendar) {
    int months = 1;
    while (month_begins(calendar->opens_day, months) <= calendar->closes_day)
        months++;
    // A few days into another month do not make one.
    if (months > 1 && calendar->closes_day - month_begins(calendar->opens_day, months - 1) < 7)
        months--;
    return months;
}

// The level that at least half of the days reach.
static enum level middle_level(const struct calendar *calendar, const struct calendar_phase *phase,
                               size_t band) {
    size_t seen[LEVEL_VERY_BUSY + 1] = {0}, all = 0, reach = 0;
    for (int64_t day = phase->first_day; day <= phase->last_day; day++) {
        enum level level = calendar_level(calendar, day, band);
        seen[level]++;
        all += level != LEVEL_UNKNOWN;
    }
    for (enum level level = LEVEL_VERY_BUSY; level > LEVEL_UNKNOWN; level--) {
        reach += seen[level];
        if (all > 0 && 2 * reach >= all)
            return level;
    }
    return LEVEL_UNKNOWN;
}

size_t calendar_phases(const struct calendar *calendar,
                       struct calendar_phase ret_phases[CALENDAR_PHASES_MAX]) {
    int months = months_of(calendar);
    int ends[CALENDAR_PHASES_MAX] = {1, 2, 4, months - 4, months - 2, months - 1, months};
    size_t count = 7;
    if (months <= SHORT_MONTHS) {
        count = (size_t)months;
        for (int month = 0; month < months; month++)
            ends[month] = month + 1;
    }
    for (size_t i = 0; i < count; i++) {
        struct calendar_phase *phase = &ret_phases[i];
        *phase = (struct calendar_phase){
            .first_month = i == 0 ? 1 : ends[i - 1] + 1, .last_month = ends[i], .months = months};
        phase->first_day = month_begins(calendar->opens_day, phase->first_month - 1);
        phase->last_day =
            i + 1 == count ? calendar->closes_day : month_begins(calendar->opens_day, phase->last_month) - 1;
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            phase->band[band] = middle_level(calendar, phase, band);
    }
    return count;
}

size_t calendar_changes(const struct calendar *calendar, const struct calendar *before, int64_t first_day,
                        size_t days, struct calendar_change ret_changes[CALENDAR_CHANGES_MAX],
                        size_t *ret_all) {
    size_t kept = 0;
    *ret_all = 0;
    for (size_t i = 0; i < days; i++)
        for (size_t band = 0; band < LEVELS_BANDS; band++) {
            int64_t day = first_day + (int64_t)i;
            enum level was = calendar_level(before, day, band), is = calendar_level(calendar, day, band);
            if (was == is || was == LEVEL_UNKNOWN || is == LEVEL_UNKNOWN)
                continue;
            (*ret_all)++;
            if (kept < CALENDAR_CHANGES_MAX)
                ret_changes[kept++] = (struct calendar_change){day, band, was, is};
        }
    return kept;
}

// The band of an hour, with the day it belongs to.
static size_t band_of(int64_t *day, int hour) {
    bool before;
    size_t band = levels_band(hour, &before);
    *day -= before;
    return band;
}

enum level calendar_now(const struct calendar *calendar, int64_t day, int hour) {
    size_t band = band_of(&day, hour);
    if (calendar->rules.opens_hour > hour || calendar->rules.closes_hour <= hour)
        return LEVEL_UNKNOWN;
    return calendar_level(calendar, day, band);
}

bool calendar_is_same(const struct calendar *calendar, const struct calendar *other) {
    struct calendar_change changes[CALENDAR_CHANGES_MAX];
    size_t all = 0;
    int64_t first = calendar->first_day > other->first_day ? calendar->first_day : other->first_day;
    int64_t end = calendar->first_day + (int64_t)calendar->days;
    (void)calendar_changes(calendar, other, first, end > first ? (size_t)(end - first) : 0, changes, &all);
    return all == 0 && end == other->first_day + (int64_t)other->days;
}

// Bands of a day in the order of the clock: the night (from one) comes first.
static const size_t by_clock[LEVELS_BANDS] = {NIGHT, 0, 1, 2};

struct wish {
    enum level level;
    bool nights;
};

// NOLINTNEXTLINE(readability-function-size): from when, how far and what for are three things
static size_t find_bands(const struct calendar *calendar, int64_t day, int hour, size_t days,
                         struct wish wish, struct calendar_quiet *ret_quiet, size_t quiet_max) {
    int64_t now_day = day;
    size_t now_band = band_of(&now_day, hour), found = 0;
    bool begun = false;
    for (int64_t at = now_day; at < day + (int64_t)days; at++)
        for (size_t i = 0; i < LEVELS_BANDS && found < quiet_max; i++) {
            size_t band = by_clock[i];
            begun |= at == now_day && band == now_band;
            enum level level = calendar_level(calendar, at, band);
            if (!begun || level != wish.level || (band == NIGHT && !wish.nights) ||
                calendar_is_shut(calendar, band))
                continue;
            ret_quiet[found++] = (struct calendar_quiet){at, band, level};
        }
    return found;
}

// NOLINTNEXTLINE(readability-function-size): as find_bands
size_t calendar_quiet(const struct calendar *calendar, int64_t day, int hour, size_t days, bool nights,
                      struct calendar_quiet *ret_quiet, size_t quiet_max) {
    return find_bands(calendar, day, hour, days, (struct wish){LEVEL_SMOOTH, nights}, ret_quiet, quiet_max);
}

size_t calendar_least_busy(const struct calendar *calendar, int64_t day, int hour, size_t days,
                           struct calendar_quiet *ret_quiet, size_t quiet_max) {
    struct calendar_quiet other;
    if (calendar_quiet(calendar, day, hour, days, false, &other, 1) > 0 ||
        find_bands(calendar, day, hour, days, (struct wish){LEVEL_VERY_BUSY, false}, &other, 1) == 0)
        return 0;
    return find_bands(calendar, day, hour, days, (struct wish){LEVEL_BUSY, false}, ret_quiet, quiet_max);
}
