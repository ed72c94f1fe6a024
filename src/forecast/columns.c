#include "forecast/columns.h"

#include <math.h>
#include <string.h>

#define TYPES            COLUMNS_TYPES
#define WEEKDAYS         7
#define RECENT_DAYS      70 // within them the level may step every day, before them every week
#define KNOT_DAYS        7
#define SHOCK_NEGLIGIBLE 1e-3
#define DRIFT_DAYS_MAX   28

static const double launch_days[COLUMNS_LAUNCH] = {1, 6};     // how fast a rush fades
static const double launch_mean[COLUMNS_LAUNCH] = {0.3, 0.7}; // and how high it is usually

static int day_type(const struct columns *columns, int64_t day) {
    int weekday = holidays_weekday(day);
    if (weekday == 0 || holidays_has(columns->holidays, day))
        return COLUMNS_OFF;
    if (weekday == 6)
        return COLUMNS_SATURDAY;
    return holidays_has(columns->holidays, day + 1) ? COLUMNS_EVE : COLUMNS_WORKING;
}

// An event is felt from an hour before its moment until `hours` after it; a day is the shortest that a daily
// series can tell.
static size_t event_lead(const struct columns *columns) {
    return columns->per_day / 24;
}

static size_t event_slots(const struct columns *columns, const struct occasion *event) {
    double slots = ceil(event->hours * (double)columns->per_day / 24);
    return event_lead(columns) + (size_t)fmax(slots, 1);
}

static size_t event_columns(const struct columns *columns, const struct occasion *event) {
    if (event->period)
        return 2 + (columns->per_day > 1 ? columns->per_day : 0);
    return 2 * event_slots(columns, event);
}

struct layout {
    struct columns *columns;
    size_t next;
};

static size_t place(struct layout *layout, size_t count, enum column_group group) {
    size_t at = layout->next;
    for (size_t i = 0; i < count && layout->next < GLM_COLUMNS_MAX; i++) {
        if (layout->columns->group_of != NULL)
            layout->columns->group_of[layout->next] = (uint8_t)group;
        layout->next++;
    }
    if (layout->next == GLM_COLUMNS_MAX)
        layout->columns->count = GLM_COLUMNS_MAX + 1; // does not fit
    return at;
}

static void place_events(struct layout *layout) {
    struct columns *columns = layout->columns;
    columns->event_at = layout->next;
    for (size_t i = 0; i < columns->occasions->events; i++) {
        const struct occasion *event = &columns->occasions->event[i];
        if (event->period) {
            place(layout, 2, GROUP_PERIOD);
            place(layout, columns->per_day > 1 ? columns->per_day : 0, GROUP_PERIOD_SLOT);
        } else {
            place(layout, event_slots(columns, event), GROUP_EVENT);
            place(layout, event_slots(columns, event), GROUP_EVENT_OFF);
        }
    }
}

static void place_knots(struct columns *columns) {
    columns->knots = columns->shocks = 0;
    for (int64_t day = columns->first_day + 1; day <= columns->last_day; day++) {
        bool recent = columns->last_day - day < RECENT_DAYS;
        if (!recent && (columns->last_day - day) % KNOT_DAYS != 0)
            continue;
        columns->knot[columns->knots] = day;
        columns->knot_scale[columns->knots++] = recent ? 1 : sqrt(KNOT_DAYS);
    }
    if (columns->per_day == 1 || columns->last_day < columns->first_day)
        return; // the dispersion of a day's count is its shock
    int64_t days = columns->last_day - columns->first_day + 1;
    columns->shocks = (size_t)(days < RECENT_DAYS ? days : RECENT_DAYS);
}

// What the operator expects of an event stands where its effect will be learned.
static void expect_events(struct columns *columns) {
    size_t at = columns->event_at;
    for (size_t i = 0; i < columns->occasions->events; i++) {
        const struct occasion *event = &columns->occasions->event[i];
        size_t expected = event->period ? 1 : event_slots(columns, event);
        for (size_t k = 0; event->factor > 0 && k < expected; k++)
            columns->mean[at + k] = log(event->factor);
        at += event_columns(columns, event);
    }
}

// NOLINTNEXTLINE(readability-function-size): what a forecast goes by comes from this many places
bool columns_init(struct columns *columns, const struct holidays *holidays, const struct occasions *occasions,
                  size_t per_day, int64_t first_day, int64_t last_day, struct arena *arena,
                  struct error *err) {
    *columns = (struct columns){.holidays = holidays,
                                .occasions = occasions,
                                .per_day = per_day,
                                .first_day = first_day,
                                .last_day = last_day};
    size_t days = last_day < first_day ? 1 : (size_t)(last_day - first_day + 1);
    columns->group_of = arena_alloc(arena, GLM_COLUMNS_MAX);
    columns->mean = arena_alloc(arena, GLM_COLUMNS_MAX * sizeof *columns->mean);
    columns->knot = arena_alloc(arena, days * sizeof *columns->knot);
    columns->knot_scale = arena_alloc(arena, days * sizeof *columns->knot_scale);
    if (columns->group_of == NULL || columns->mean == NULL || columns->knot == NULL ||
        columns->knot_scale == NULL)
        return error_set(err, ERROR_EXHAUSTED, "out of memory for the forecast's columns");
    place_knots(columns);
    struct layout layout = {.columns = columns};
    size_t slots = per_day > 1 ? per_day : 0;
    columns->profile_at = layout.next;
    for (size_t slot = 0; slot < slots; slot++) {
        place(&layout, 1, GROUP_SLOT);
        place(&layout, TYPES, GROUP_TYPE_SLOT);
        place(&layout, WEEKDAYS, GROUP_WEEKDAY_SLOT);
    }
    columns->level_at = place(&layout, 1, GROUP_LEVEL);
    columns->day_at = place(&layout, WEEKDAYS + TYPES, GROUP_DAY);
    columns->step_at = place(&layout, columns->knots, GROUP_STEP);
    columns->trend_at = place(&layout, columns->knots, GROUP_TREND);
    columns->shock_at = place(&layout, columns->shocks, GROUP_SHOCK);
    place_events(&layout);
    columns->launch_at = place(&layout, COLUMNS_LAUNCH * occasions->launches, GROUP_LAUNCH);
    columns->deadline_at = place(&layout, occasions->deadlines > 0 ? 1 : 0, GROUP_DEADLINE);
    if (columns->count > GLM_COLUMNS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "too many events, or too many days, for one forecast");
    columns->count = layout.next;
    expect_events(columns);
    for (size_t i = 0; i < COLUMNS_LAUNCH * occasions->launches; i++)
        columns->mean[columns->launch_at + i] = launch_mean[i % COLUMNS_LAUNCH];
    if (occasions->deadlines > 0)
        columns->mean[columns->deadline_at] = 1;
    return true;
}

size_t columns_row_entries(const struct columns *columns) {
    size_t entries = 3 + COLUMNS_LAUNCH * columns->occasions->launches + 1;
    for (size_t i = 0; i < columns->occasions->events; i++)
        entries += event_columns(columns, &columns->occasions->event[i]);
    return entries;
}

size_t columns_day_entries(const struct columns *columns) {
    return 3 + 2 * columns->knots + columns->shocks;
}

// How many events of a kind lie so that slot `at` is their `lag`-th.
static void add_moments(const struct columns *columns, const struct occasion *event, size_t at, int64_t slot,
                        bool off, struct glm_sparse *rows) {
    size_t lags = event_slots(columns, event);
    double seen[OCCASIONS_HOURS_MAX * 4] = {0};
    for (size_t i = 0; i < event->count; i++) {
        int64_t moment = (int64_t)floor(event->from[i] * (double)columns->per_day + 1e-6);
        int64_t lag = slot - moment + (int64_t)event_lead(columns);
        if (lag >= 0 && lag < (int64_t)lags && lag < (int64_t)(sizeof seen / sizeof seen[0]))
            seen[lag]++;
    }
    for (size_t lag = 0; lag < lags && lag < sizeof seen / sizeof seen[0]; lag++) {
        glm_sparse_add(rows, at + lag, seen[lag]);
        glm_sparse_add(rows, at + lags + lag, off ? seen[lag] : 0);
    }
}

static void add_period(const struct columns *columns, const struct occasion *event, size_t at, double time,
                       size_t slot, bool off, struct glm_sparse *rows) {
    for (size_t i = 0; i < event->count; i++) {
        if (time < event->from[i] - 1e-9 || time >= event->until[i] - 1e-9)
            continue;
        glm_sparse_add(rows, at, 1);
        glm_sparse_add(rows, at + 1, off);
        if (columns->per_day > 1)
            glm_sparse_add(rows, at + 2 + slot, 1);
        return;
    }
}

double columns_pressure(double from, double until, double shift) {
    double mean = 2 * (1 / sqrt(from + shift) - 1 / sqrt(until + shift)) / (until - from);
    return log1p(mean);
}

static void add_deadline(const struct columns *columns, double time, struct glm_sparse *rows) {
    double width = 1 / (double)columns->per_day, pressure = 0;
    for (size_t i = 0; i < columns->occasions->deadlines; i++) {
        double until = columns->occasions->deadline[i] - time; // days left as the slot begins
        if (until > width / 2)
            pressure += columns_pressure(fmax(until - width, 0), until, columns->shift);
    }
    glm_sparse_add(rows, columns->deadline_at, pressure);
}

void columns_row(const struct columns *columns, int64_t day, size_t slot, struct glm_sparse *rows) {
    const struct occasions *occasions = columns->occasions;
    int type = day_type(columns, day);
    bool off = type == COLUMNS_SATURDAY || type == COLUMNS_OFF;
    double time = (double)day + (double)slot / (double)columns->per_day;
    if (columns->per_day > 1) {
        size_t block = columns_profile(columns, slot);
        glm_sparse_add(rows, block, 1);
        glm_sparse_add(rows, block + 1 + (size_t)type, 1);
        glm_sparse_add(rows, block + 1 + TYPES + (size_t)holidays_weekday(day), 1);
    }
    size_t at = columns->event_at;
    for (size_t i = 0; i < occasions->events; i++) {
        const struct occasion *event = &occasions->event[i];
        if (event->period)
            add_period(columns, event, at, time, slot, off, rows);
        else
            add_moments(columns, event, at, day * (int64_t)columns->per_day + (int64_t)slot, off, rows);
        at += event_columns(columns, event);
    }
    for (size_t i = 0; i < COLUMNS_LAUNCH * occasions->launches; i++) {
        double since = time - occasions->launch[i / COLUMNS_LAUNCH];
        if (since >= -1e-9)
            glm_sparse_add(rows, columns->launch_at + i, exp(-since / launch_days[i % COLUMNS_LAUNCH]));
    }
    if (occasions->deadlines > 0)
        add_deadline(columns, time, rows);
    glm_sparse_end_row(rows);
}

void columns_day(const struct columns *columns, int64_t day, struct glm_sparse *days) {
    glm_sparse_add(days, columns->level_at, 1);
    glm_sparse_add(days, columns->day_at + (size_t)holidays_weekday(day), 1);
    glm_sparse_add(days, columns->day_at + WEEKDAYS + (size_t)day_type(columns, day), 1);
    for (size_t i = 0; i < columns->knots; i++)
        if (day >= columns->knot[i])
            glm_sparse_add(days, columns->step_at + i, columns->knot_scale[i]);
    for (size_t i = 0; i < columns->knots; i++) {
        double since = (double)(day - columns->knot[i]) + 1;
        if (since > 0)
            glm_sparse_add(days, columns->trend_at + i,
                           columns->knot_scale[i] * (1 - pow(COLUMNS_TREND_FADE, since)) /
                               (1 - COLUMNS_TREND_FADE));
    }
    for (size_t i = 0; i < columns->shocks; i++) {
        int64_t since = day - (columns->last_day - (int64_t)i);
        double left = since < 0 ? 0 : pow(COLUMNS_SHOCK_FADE, (double)since);
        glm_sparse_add(days, columns->shock_at + i, left < SHOCK_NEGLIGIBLE ? 0 : left);
    }
    glm_sparse_end_row(days);
}

void columns_precision(struct glm_prior *prior) {
    static const double precision[GROUP_COUNT] = {
        [GROUP_LEVEL] = 1e-6, [GROUP_SLOT] = 0.3,    [GROUP_TYPE_SLOT] = 3, [GROUP_WEEKDAY_SLOT] = 10,
        [GROUP_DAY] = 5,      [GROUP_STEP] = 50,     [GROUP_TREND] = 200,   [GROUP_SHOCK] = 50,
        [GROUP_EVENT] = 3,    [GROUP_EVENT_OFF] = 5, [GROUP_PERIOD] = 4,    [GROUP_PERIOD_SLOT] = 5,
        [GROUP_LAUNCH] = 4,   [GROUP_DEADLINE] = 4,
    };
    prior->groups = GROUP_COUNT;
    memcpy(prior->precision, precision, sizeof precision);
    prior->fixed[GROUP_LEVEL] = prior->fixed[GROUP_PERIOD] = prior->fixed[GROUP_LAUNCH] =
        prior->fixed[GROUP_DEADLINE] = true;
}

double columns_drift(const double precision[GLM_GROUPS_MAX], int64_t ahead, bool with_shocks) {
    double trend = 0, shock = COLUMNS_SHOCK_FADE * COLUMNS_SHOCK_FADE;
    if (ahead > DRIFT_DAYS_MAX)
        ahead = DRIFT_DAYS_MAX;
    for (int64_t day = 1; day <= ahead; day++) {
        double grown = (1 - pow(COLUMNS_TREND_FADE, (double)day)) / (1 - COLUMNS_TREND_FADE);
        trend += grown * grown;
    }
    double variance = (double)ahead / precision[GROUP_STEP] + trend / precision[GROUP_TREND];
    if (with_shocks)
        variance += (1 - pow(shock, (double)ahead)) / (1 - shock) / precision[GROUP_SHOCK];
    return variance;
}
