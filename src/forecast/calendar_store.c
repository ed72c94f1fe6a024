#include "forecast/calendar_store.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "forecast/counts.h"

#define ARENA_BYTES ((size_t)4 << 20)
#define SCORE_DAYS  8  // the last band of a week ends on the next Monday
#define SLOTS_A_DAY 48 // of calls, which are counted by the half-hour; the app is by the hour

#define COLUMNS                                                                                     \
    "SELECT number, made_ms, reason, made_by, capacity, busy, very_busy, opens_hour, closes_hour, " \
    "opens_day, "                                                                                   \
    "closes_day, first_day, levels, overrides FROM calendar_version "
static const struct statement LOAD = {COLUMNS "WHERE campaign_id = $1 AND series = $2 AND number = $3",
                                      "iii"};
static const struct statement NEWEST = {
    "SELECT COALESCE(MAX(number), 0) FROM calendar_version WHERE campaign_id = $1 AND series = $2", "ii"};
static const struct statement HELD_AT = {"SELECT COALESCE(MAX(number), 0) FROM calendar_version WHERE "
                                         "campaign_id = $1 AND series = $2 AND made_ms <= $3",
                                         "iii"};
static const struct statement PUBLISH = {
    "INSERT INTO calendar_version (campaign_id, series, number, made_ms, reason, made_by, capacity, busy, "
    "very_busy, "
    "opens_hour, closes_hour, opens_day, closes_day, first_day, levels, overrides) "
    "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16 "
    "WHERE (SELECT COALESCE(MAX(number), 0) + 1 FROM calendar_version WHERE campaign_id = $1 AND series = "
    "$2) = $3",
    "iiiittrrriiiiitt"};
static const struct statement OVERRIDES = {
    "SELECT day, band, level, reason FROM calendar_override WHERE campaign_id = $1 AND series = $2 AND day "
    ">= $3 "
    "AND day < $4 ORDER BY day, band LIMIT 200", // CALENDAR_OVERRIDES_MAX
    "iiii"};
static const struct statement SET = {
    "INSERT INTO calendar_override (campaign_id, series, day, band, level, reason, set_by, set_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (campaign_id, series, day, band) DO UPDATE SET "
    "level = excluded.level, reason = excluded.reason, set_by = excluded.set_by, set_ms = excluded.set_ms",
    "iiiiitti"};
static const struct statement TAKE_BACK = {
    "DELETE FROM calendar_override WHERE campaign_id = $1 AND series = $2 AND day = $3 AND band = $4",
    "iiii"};

static bool read_overrides(const char *text, struct arena *arena, struct calendar *calendar,
                           struct error *err) {
    CLEANUP(json_cleanup) json_t *list = json_loads(text, 0, NULL);
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > CALENDAR_OVERRIDES_MAX)
        return error_set(err, ERROR_INVALID, "a stored calendar's overrides cannot be read");
    calendar->overrides = arena_alloc(arena, (count + 1) * sizeof *calendar->overrides);
    if (calendar->overrides == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        struct calendar_override *override = &calendar->overrides[i];
        const char *reason = NULL;
        int64_t band = 0, level = 0;
        if (!json_member_int(item, "day", 0, INT32_MAX, &override->day, err) ||
            !json_member_int(item, "band", 0, LEVELS_BANDS - 1, &band, err) ||
            !json_member_int(item, "level", 0, LEVEL_VERY_BUSY, &level, err) ||
            !json_member_text(item, "reason", CALENDAR_REASON_SIZE - 1, &reason, err) ||
            !text_copy(override->reason, sizeof override->reason, reason))
            return false;
        override->band = (size_t)band;
        override->level = (enum level)level;
    }
    calendar->overrides_count = count;
    return true;
}

static const char *overrides_text(const struct calendar *calendar, struct arena *arena) {
    CLEANUP(json_cleanup) json_t *list = json_array();
    for (size_t i = 0; i < calendar->overrides_count; i++) {
        const struct calendar_override *override = &calendar->overrides[i];
        json_array_append_new(list, json_pack("{s:I, s:i, s:i, s:s}", "day", (json_int_t) override->day,
                                              "band", (int) override->band, "level", (int) override->level,
                                              "reason", override->reason));
    }
    return json_text(arena, list);
}

static bool read_levels(const char *text, struct calendar *calendar, struct error *err) {
    size_t length = strlen(text);
    if (length % LEVELS_BANDS != 0 || length / LEVELS_BANDS > CALENDAR_DAYS_MAX ||
        strspn(text, "0123") != length)
        return error_set(err, ERROR_INVALID, "a stored calendar's levels cannot be read");
    calendar->days = length / LEVELS_BANDS;
    for (size_t i = 0; i < length; i++)
        calendar->cells[i / LEVELS_BANDS][i % LEVELS_BANDS] = (uint8_t)(text[i] - '0');
    return true;
}

static bool fill(const struct rows *rows, struct arena *arena, struct calendar *calendar, struct error *err) {
    calendar->number = rows_int(rows, 0, 0);
    calendar->made_ms = rows_int(rows, 0, 1);
    calendar->rules = (struct calendar_rules){
        .levels = {rows_real(rows, 0, 4), rows_real(rows, 0, 5), rows_real(rows, 0, 6)},
        .opens_hour = (int)rows_int(rows, 0, 7),
        .closes_hour = (int)rows_int(rows, 0, 8)};
    calendar->opens_day = rows_int(rows, 0, 9);
    calendar->closes_day = rows_int(rows, 0, 10);
    calendar->first_day = rows_int(rows, 0, 11);
    if (!text_copy(calendar->reason, sizeof calendar->reason, rows_text(rows, 0, 2)) ||
        !text_copy(calendar->by, sizeof calendar->by, rows_text(rows, 0, 3)))
        return error_set(err, ERROR_INVALID, "a stored calendar's reason is too long");
    return read_levels(rows_text(rows, 0, 12), calendar, err) &&
           read_overrides(rows_text(rows, 0, 13), arena, calendar, err);
}

static bool query_number(struct session *session, const struct statement *statement,
                         const struct value *values, size_t count, int64_t *ret_number, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!session_query(session, statement, values, count, arena, &rows, err))
        return false;
    *ret_number = rows_int(&rows, 0, 0);
    return true;
}

bool calendar_newest(struct session *session, int64_t campaign_id, enum calendar_series series,
                     int64_t *ret_number, struct error *err) {
    return query_number(session, &NEWEST, (const struct value[]){value_int(campaign_id), value_int(series)},
                        2, ret_number, err);
}

// NOLINTNEXTLINE(readability-function-size): whose calendar, which one, and where it lives
bool calendar_load(struct session *session, int64_t campaign_id, enum calendar_series series, int64_t number,
                   struct arena *arena, struct calendar **ret_calendar, struct error *err) {
    struct rows rows;
    if (number == 0 && !calendar_newest(session, campaign_id, series, &number, err))
        return false;
    if (!SESSION_QUERY(session, &LOAD, arena, &rows, err, value_int(campaign_id), value_int(series),
                       value_int(number)))
        return false;
    *ret_calendar = NULL;
    if (rows.count == 0)
        return true;
    struct calendar *calendar = arena_alloc(arena, sizeof *calendar);
    if (calendar == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    calendar->series = series;
    if (!fill(&rows, arena, calendar, err))
        return false;
    *ret_calendar = calendar;
    return true;
}

void calendar_publish(struct command *command, int64_t campaign_id, const struct calendar *calendar) {
    char *levels = arena_alloc(command->arena, calendar->days * LEVELS_BANDS + 1);
    const char *overrides = overrides_text(calendar, command->arena);
    if (levels == NULL || overrides == NULL) {
        command->failed = true;
        return;
    }
    for (size_t i = 0; i < calendar->days * LEVELS_BANDS; i++)
        levels[i] = (char)('0' + calendar->cells[i / LEVELS_BANDS][i % LEVELS_BANDS]);
    const struct levels_options *rules = &calendar->rules.levels;
    struct step *step = COMMAND_ADD(
        command, &PUBLISH, value_int(campaign_id), value_int(calendar->series), value_int(calendar->number),
        value_int(calendar->made_ms), value_text(calendar->reason), value_text(calendar->by),
        value_real(rules->capacity_per_hour), value_real(rules->busy), value_real(rules->very_busy),
        value_int(calendar->rules.opens_hour), value_int(calendar->rules.closes_hour),
        value_int(calendar->opens_day), value_int(calendar->closes_day), value_int(calendar->first_day),
        value_text(levels), value_text(overrides));
    if (step != NULL)
        step->must_change = true;
}

bool calendar_overrides_load(struct session *session, int64_t campaign_id, struct arena *arena,
                             struct calendar *calendar, struct error *err) {
    struct rows rows;
    int64_t end = calendar->first_day + (int64_t)calendar->days;
    if (!SESSION_QUERY(session, &OVERRIDES, arena, &rows, err, value_int(campaign_id),
                       value_int(calendar->series), value_int(calendar->first_day), value_int(end)))
        return false;
    calendar->overrides = arena_alloc(arena, (rows.count + 1) * sizeof *calendar->overrides);
    if (calendar->overrides == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < rows.count; i++) {
        struct calendar_override *override = &calendar->overrides[i];
        *override = (struct calendar_override){.day = rows_int(&rows, i, 0),
                                               .band = (size_t)rows_int(&rows, i, 1),
                                               .level = (enum level)rows_int(&rows, i, 2)};
        if (!text_copy(override->reason, sizeof override->reason, rows_text(&rows, i, 3)))
            return error_set(err, ERROR_INVALID, "a stored reason is too long");
    }
    calendar->overrides_count = rows.count;
    return true;
}

bool calendar_override_check(const struct calendar_override *override, struct error *err) {
    size_t length = strlen(override->reason);
    if (override->band >= LEVELS_BANDS)
        return error_set_field(err, ERROR_INVALID, "band", "the band must be 7-12, 12-20, 20-1 or 1-7");
    if (override->level > LEVEL_VERY_BUSY)
        return error_set_field(err, ERROR_INVALID, "level", "the level must be smooth, busy or very busy");
    if (override->level != LEVEL_UNKNOWN && (length == 0 || !text_is_clean_utf8(override->reason, length)))
        return error_set_field(err, ERROR_INVALID, "reason", "a reason of at most %d bytes is needed",
                               CALENDAR_REASON_SIZE - 1);
    return true;
}

void calendar_override_set(struct command *command, int64_t campaign_id, enum calendar_series series,
                           const struct calendar_override *override, const char *by, int64_t now_ms) {
    if (override->level == LEVEL_UNKNOWN)
        (void)COMMAND_ADD(command, &TAKE_BACK, value_int(campaign_id), value_int(series),
                          value_int(override->day), value_int((int64_t) override->band));
    else
        (void)COMMAND_ADD(command, &SET, value_int(campaign_id), value_int(series), value_int(override->day),
                          value_int((int64_t) override->band), value_int(override->level),
                          value_text(override->reason), value_text(by), value_int(now_ms));
}

// What really came, in the levels of the version's own rules.
static bool levels_that_came(const struct series *series, const struct calendar *said, int64_t monday,
                             struct levels_day week[7], struct error *err) {
    struct demand_slot slots[SCORE_DAYS * SLOTS_A_DAY];
    int64_t per_day = (int64_t)series->per_day;
    size_t count = 0;
    ASSERT(per_day <= SLOTS_A_DAY);
    for (int64_t i = 0; i < SCORE_DAYS * per_day; i++) {
        int64_t slot = (monday - series->day) * per_day + i;
        if (slot < 0 || slot >= (int64_t)series->count || isnan(series->counts[slot]))
            continue;
        double came = series->counts[slot];
        slots[count++] = (struct demand_slot){
            .time = series_time_of(series, (size_t)slot), .p10 = came, .p50 = came, .p90 = came};
    }
    return levels_of(slots, count, series->minutes, &said->rules.levels, monday, 7, week, err);
}

static bool score_week(struct session *session, int64_t campaign_id, enum calendar_series kind,
                       const struct series *series, struct calendar_week *week, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    struct calendar *said = NULL;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    const struct value held[] = {value_int(campaign_id), value_int(kind),
                                 value_int(calendar_hour_ms(week->monday, 0))};
    if (!query_number(session, &HELD_AT, held, 3, &week->number, err))
        return false;
    if (week->number == 0)
        return true;
    if (!calendar_load(session, campaign_id, kind, week->number, arena, &said, err) || said == NULL)
        return said != NULL;
    struct levels_day came[7], told[7];
    if (!levels_that_came(series, said, week->monday, came, err))
        return false;
    for (int64_t i = 0; i < 7; i++) {
        told[i] = (struct levels_day){.day = week->monday + i};
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            told[i].band[band] = calendar_is_shut(said, band) ? LEVEL_UNKNOWN // nobody was told anything
                                                              : calendar_level(said, week->monday + i, band);
    }
    levels_score_add(&week->score, told, came, 7);
    return true;
}

// NOLINTNEXTLINE(readability-function-size): whose weeks, how many, and where they go
bool calendar_score(struct session *session, int64_t campaign_id, enum calendar_series series, int64_t now_ms,
                    size_t weeks, struct calendar_week *ret_weeks, size_t *ret_count, struct error *err) {
    struct civil civil = clock_civil(now_ms);
    int64_t today = clock_day_number(civil.year, civil.month, civil.day);
    struct series counts;
    size_t found = 0;
    if (!counts_series(session, series, now_ms, today, &counts, err))
        return false;
    bool good = true;
    for (size_t i = 1; good && i <= weeks; i++) {
        struct calendar_week week = {.monday = calendar_monday(today) - 7 * (int64_t)i};
        good = score_week(session, campaign_id, series, &counts, &week, err);
        if (good && week.score.compared > 0)
            ret_weeks[found++] = week;
    }
    series_done(&counts);
    *ret_count = good ? found : 0;
    return good;
}
