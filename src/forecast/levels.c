#include "forecast/levels.h"

#include <math.h>
#include <stdlib.h>

#define BUSY_DEFAULT      0.6
#define VERY_BUSY_DEFAULT 0.9

const char *const levels_band_names[LEVELS_BANDS] = {"7-12", "12-20", "20-1", "1-7"};

const char *level_word(enum level level) {
    static const char *const words[] = {"未定", "順調", "混雑", "大変混雑"};
    return words[level];
}

const char *level_symbol(enum level level) {
    static const char *const symbols[] = {"－", "○", "▲", "●"};
    return symbols[level];
}

const char *level_name(enum level level) {
    static const char *const names[] = {"unknown", "smooth", "busy", "very busy"};
    return names[level];
}

enum level levels_of_share(double share, const struct levels_options *options) {
    double busy = options->busy > 0 ? options->busy : BUSY_DEFAULT;
    double very_busy = options->very_busy > 0 ? options->very_busy : VERY_BUSY_DEFAULT;
    if (isnan(share))
        return LEVEL_UNKNOWN;
    return share < busy ? LEVEL_SMOOTH : share < very_busy ? LEVEL_BUSY : LEVEL_VERY_BUSY;
}

size_t levels_band(int hour, bool *ret_day_before) {
    *ret_day_before = hour < 1;
    if (hour < 1 || hour >= 20)
        return 2;
    return hour < 7 ? 3 : hour < 12 ? 0 : 1;
}

static bool check(const struct levels_options *options, int minutes, struct error *err) {
    if (!(options->capacity_per_hour > 0) || isinf(options->capacity_per_hour))
        return error_set_field(err, ERROR_INVALID, "capacity", "the capacity an hour must be above zero");
    double busy = options->busy > 0 ? options->busy : BUSY_DEFAULT;
    double very_busy = options->very_busy > 0 ? options->very_busy : VERY_BUSY_DEFAULT;
    if (busy >= very_busy)
        return error_set_field(err, ERROR_INVALID, "very_busy", "busy must begin before very busy");
    if (minutes < 1 || minutes > 60)
        return error_set(err, ERROR_INVALID, "levels need a forecast by the hour or finer");
    return true;
}

// NOLINTNEXTLINE(readability-function-size): capacities, thresholds and series are three things
bool levels_of(const struct demand_slot *slots, size_t count, int minutes,
               const struct levels_options *options, int64_t first_day, size_t days,
               struct levels_day *ret_days, struct error *err) {
    if (!check(options, minutes, err))
        return false;
    for (size_t i = 0; i < days; i++) {
        ret_days[i] = (struct levels_day){.day = first_day + (int64_t)i};
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            ret_days[i].share[band] = NAN;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t minute = (int64_t)floor(slots[i].time * SERIES_MINUTES_DAY + 0.5);
        int64_t day = minute / SERIES_MINUTES_DAY; // civil times since 1970: not negative
        bool day_before;
        size_t band = levels_band((int)(minute % SERIES_MINUTES_DAY / 60), &day_before);
        day -= day_before;
        if (day < first_day || day >= first_day + (int64_t)days || isnan(slots[i].p90))
            continue;
        double *share = &ret_days[day - first_day].share[band];
        *share = fmax(isnan(*share) ? 0 : *share, slots[i].p90 * 60 / minutes / options->capacity_per_hour);
    }
    for (size_t i = 0; i < days; i++)
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            ret_days[i].band[band] = levels_of_share(ret_days[i].share[band], options);
    return true;
}

void levels_score_add(struct levels_score *score, const struct levels_day *said, const struct levels_day *was,
                      size_t days) {
    for (size_t i = 0; i < days; i++)
        for (size_t band = 0; band < LEVELS_BANDS; band++) {
            enum level a = said[i].band[band], b = was[i].band[band];
            if (a == LEVEL_UNKNOWN || b == LEVEL_UNKNOWN)
                continue;
            score->cells[a][b]++;
            score->compared++;
            score->exact += a == b;
            score->within_one += abs((int)a - (int)b) <= 1;
            score->false_smooth += a == LEVEL_SMOOTH && b == LEVEL_VERY_BUSY;
        }
}
