// figures.c - a handful of queries and their sums.
#include "measure/figures.h"

#include <string.h>

#include "base/clock.h"
#include "measure/imported.h"

static const struct statement SPAN = {
    "SELECT COALESCE(MIN(h), 0), COALESCE(MAX(h), 0) FROM (SELECT MIN(hour_ms) AS h FROM access_count "
    "UNION ALL SELECT MAX(hour_ms) FROM access_count UNION ALL SELECT MIN(hour_ms) FROM step_count WHERE "
    "campaign_id = $1 UNION ALL SELECT MAX(hour_ms) FROM step_count WHERE campaign_id = $1 UNION ALL SELECT "
    "MIN(hour_ms) FROM "
    "imported_hour WHERE accesses > 0 UNION ALL SELECT MAX(hour_ms) FROM imported_hour WHERE accesses > 0 "
    "UNION ALL SELECT MIN(start_ms - start_ms % 3600000) FROM imported_arrival WHERE slot_ms <= 3600000 "
    "UNION ALL SELECT MAX(start_ms - start_ms % 3600000) FROM imported_arrival WHERE slot_ms <= 3600000) "
    "hours",
    "i"};
static const struct statement ACCESSES = {
    "SELECT hour_ms, count FROM access_count WHERE hour_ms >= $1 AND hour_ms < $2 ORDER BY hour_ms", "ii"};
static const struct statement STEPS = {"SELECT hour_ms, step, outcome, count FROM step_count WHERE "
                                       "campaign_id = $1 AND hour_ms >= $2 AND hour_ms < $3",
                                       "iii"};
static const struct statement REQUESTS = {
    "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM request_count WHERE hour_ms >= $1 AND hour_ms < $2",
    "ii"};
static const struct statement LATENCIES = {"SELECT route, histogram, hour_ms FROM latency WHERE hour_ms >= "
                                           "$1 AND hour_ms < $2 ORDER BY route, hour_ms, node",
                                           "ii"};
static const struct statement POINTS = {
    "SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) FROM application WHERE campaign_id = $1 AND at_ms >= $2 "
    "AND at_ms < $3",
    "iii"};

// What every query of one reading shares.
struct reading_figures {
    int64_t hour_ms; // the hour that was last asked for
    int hour_of_day;
    struct session *session;
    struct arena *arena;
    struct figures *figures;
    int64_t campaign_id, opens_ms, busy_per_hour;
    struct error *err;
};

static bool query(struct reading_figures *reading, const struct statement *statement, struct rows *ret_rows) {
    const struct figures *figures = reading->figures;
    bool two = strcmp(statement->types, "ii") == 0;
    const struct value three[] = {value_int(reading->campaign_id), value_int(figures->from_ms),
                                  value_int(figures->to_ms)};
    return session_query(reading->session, statement, two ? three + 1 : three, two ? 2 : 3, reading->arena,
                         ret_rows, reading->err);
}

static bool lay_out_days(struct reading_figures *reading) {
    struct figures *figures = reading->figures;
    size_t capacity = 0;
    for (int64_t day_ms = clock_day_start_ms(figures->from_ms);
         day_ms < figures->to_ms && capacity <= FIGURES_DAYS_MAX; capacity++)
        day_ms =
            clock_day_start_ms(day_ms + CLOCK_DAY_MS + CLOCK_DAY_MS / 2); // a day may have 23 or 25 hours
    if (capacity > FIGURES_DAYS_MAX)
        return error_set(reading->err, ERROR_EXHAUSTED,
                         "a report of %zu days; %d are allowed: give --from and --to", capacity,
                         FIGURES_DAYS_MAX);
    figures->days = arena_alloc(reading->arena, (capacity + 1) * sizeof *figures->days);
    if (figures->days == NULL)
        return error_set(reading->err, ERROR_UNAVAILABLE, "out of memory");
    int64_t day_ms = clock_day_start_ms(figures->from_ms);
    for (size_t i = 0; i < capacity; i++) {
        figures->days[i].start_ms = day_ms;
        day_ms = clock_day_start_ms(day_ms + CLOCK_DAY_MS + CLOCK_DAY_MS / 2);
    }
    figures->days_count = capacity;
    return true;
}

// The last day that began by then; NULL when it is over, or none had begun.
static struct figures_day *day_of(struct figures *figures, int64_t hour_ms) {
    size_t low = 0, high = figures->days_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (figures->days[middle].start_ms <= hour_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 || hour_ms >= figures->to_ms ? NULL : &figures->days[low - 1];
}

// The hour of the day. Rows come by time, many an hour: a zone's rules are asked once for all of them.
static int hour_of(struct reading_figures *reading, int64_t hour_ms) {
    if (hour_ms != reading->hour_ms)
        reading->hour_of_day = clock_civil(hour_ms).hour;
    reading->hour_ms = hour_ms;
    return reading->hour_of_day;
}

static bool read_accesses(struct reading_figures *reading) {
    struct figures *figures = reading->figures;
    struct rows rows;
    if (!query(reading, &ACCESSES, &rows))
        return false;
    for (size_t row = 0; row < rows.count; row++) {
        int64_t hour_ms = rows_int(&rows, row, 0), count = rows_int(&rows, row, 1);
        struct figures_day *day = day_of(figures, hour_ms);
        if (day == NULL)
            continue;
        day->hours[hour_of(reading, hour_ms)] += count;
        day->accesses += count;
        figures->accesses += count;
        figures->last_ms = hour_ms > figures->last_ms ? hour_ms : figures->last_ms;
    }
    return true;
}

// How many devices the logs of the span know; hours apart cannot be told, devices come again.
static bool read_devices(struct reading_figures *reading) {
    struct figures *figures = reading->figures;
    struct imported imported;
    if (!imported_read(reading->session, figures->from_ms, figures->to_ms, reading->arena, &imported,
                       reading->err))
        return false;
    figures->imported_devices = imported.devices;
    return true;
}

// The same visit may be in a file and in the service's own counts: an hour is one's or the other's.
static bool read_imported(struct reading_figures *reading) {
    struct figures *figures = reading->figures;
    struct imported_elsewhere *hours = NULL;
    size_t count = 0;
    if (!imported_elsewhere_read(reading->session, figures->from_ms, figures->to_ms, reading->arena, &hours,
                                 &count, reading->err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct figures_day *day = day_of(figures, hours[i].hour_ms);
        if (day == NULL)
            continue;
        day->imported_hours[clock_civil(hours[i].hour_ms).hour] += hours[i].accesses;
        day->imported += hours[i].accesses;
        figures->imported += hours[i].accesses;
        figures->last_ms = hours[i].hour_ms > figures->last_ms ? hours[i].hour_ms : figures->last_ms;
    }
    return count == 0 || read_devices(reading);
}

// What is counted at one hour of one day.
struct counted {
    struct figures_day *day;
    int hour;
    int64_t step, outcome, count;
};

static void add_step(struct figures *figures, const struct counted *counted) {
    struct figures_day *day = counted->day;
    int64_t step = counted->step, outcome = counted->outcome, count = counted->count;
    if (step >= COUNT_CONSENT && step <= COUNT_SCREENS)
        *(outcome == COUNT_REACHED ? &figures->reached[step] : &figures->went_on[step]) += count;
    if (step == COUNT_REGISTER) {
        figures->users += count;
        day->users += count;
    }
    if (step == COUNT_VERIFIED && outcome == COUNT_REACHED) {
        figures->verified += count;
        day->verified += count;
        day->verified_hours[counted->hour] += count;
    }
    if (step == COUNT_GRANT) {
        figures->granted += count;
        day->granted += count;
    }
    if (step == COUNT_HOP && outcome == COUNT_REACHED)
        figures->hops += count;
    int64_t kind = outcome - COUNT_OUTCOME_IDENTITY;
    if (step == COUNT_HOP && kind >= 0 &&
        kind < (int64_t)(sizeof figures->outcomes / sizeof *figures->outcomes))
        figures->outcomes[kind] += count;
}

static bool read_steps(struct reading_figures *reading) {
    struct figures *figures = reading->figures;
    struct rows rows;
    if (!query(reading, &STEPS, &rows))
        return false;
    for (size_t row = 0; row < rows.count; row++) {
        int64_t hour_ms = rows_int(&rows, row, 0);
        struct figures_day *day = day_of(figures, hour_ms);
        if (day == NULL)
            continue;
        struct counted counted = {day, hour_of(reading, hour_ms), rows_int(&rows, row, 1),
                                  rows_int(&rows, row, 2), rows_int(&rows, row, 3)};
        add_step(figures, &counted);
        figures->last_ms = hour_ms > figures->last_ms ? hour_ms : figures->last_ms;
    }
    return true;
}

static void find_maxima(struct figures *figures) {
    for (size_t at = 0; at < figures->days_count * 24; at++) {
        int64_t in_hour = figures->days[at / 24].verified_hours[at % 24],
                in_day = figures->days[at / 24].verified;
        figures->verified_hour_max =
            in_hour > figures->verified_hour_max ? in_hour : figures->verified_hour_max;
        figures->verified_day_max = in_day > figures->verified_day_max ? in_day : figures->verified_day_max;
    }
}

static bool read_sums(struct reading_figures *reading) {
    struct figures *figures = reading->figures;
    struct rows points, requests;
    if (!query(reading, &POINTS, &points) || !query(reading, &REQUESTS, &requests))
        return false;
    figures->points = rows_int(&points, 0, 0);
    figures->requests = rows_int(&requests, 0, 0);
    find_maxima(figures);
    return true;
}

// The histograms of the route that is being read: its hours with a crowd, and its others. Unpacking a stored
// one is what costs, so each is unpacked once.
struct reading_latencies {
    struct reading_figures *figures;
    struct histogram *busy, *quiet;
};

// Adds what was read to the route and to the sums over all routes, and begins anew.
static void end_route(struct reading_latencies *reading) {
    struct figures *figures = reading->figures->figures;
    if (figures->routes_count == 0)
        return;
    struct histogram *route = figures->routes[figures->routes_count - 1].histogram;
    histogram_merge(route, reading->busy);
    histogram_merge(route, reading->quiet);
    if (figures->busy != NULL) {
        histogram_merge(figures->busy, reading->busy);
        histogram_merge(figures->quiet, reading->quiet);
    }
    histogram_clear(reading->busy);
    histogram_clear(reading->quiet);
}

static bool begin_route(struct reading_latencies *reading, const struct value *name, struct error *err) {
    struct figures *figures = reading->figures->figures;
    size_t count = figures->routes_count;
    if (count > 0 && strlen(figures->routes[count - 1].route) == name->length &&
        memcmp(figures->routes[count - 1].route, name->bytes, name->length) == 0)
        return true;
    end_route(reading);
    if (count == FIGURES_ROUTES_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d routes", FIGURES_ROUTES_MAX);
    const char *route = arena_copy_bytes(reading->figures->arena, name->bytes, name->length);
    struct histogram *histogram = route == NULL ? NULL : histogram_new();
    if (histogram == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    figures->routes[figures->routes_count++] = (struct figures_route){route, histogram};
    return true;
}

// One stored histogram; rows come route by route.
static bool take_latency(void *context, const struct value *row, size_t columns, struct error *err) {
    struct reading_latencies *reading = context;
    if (!begin_route(reading, &row[0], err))
        return false;
    const struct figures_day *day = day_of(reading->figures->figures, row[2].number);
    bool busy = reading->figures->busy_per_hour > 0 && day != NULL &&
                day->hours[hour_of(reading->figures, row[2].number)] >= reading->figures->busy_per_hour;
    return histogram_merge_bytes(busy ? reading->busy : reading->quiet, row[1].bytes, row[1].length, err);
}

static bool read_latencies(struct reading_figures *reading) {
    struct figures *figures = reading->figures;
    const struct value span[] = {value_int(figures->from_ms), value_int(figures->to_ms)};
    CLEANUP(histogram_cleanup) struct histogram *busy = histogram_new();
    CLEANUP(histogram_cleanup) struct histogram *quiet = histogram_new();
    bool there = busy != NULL && quiet != NULL;
    if (there && reading->busy_per_hour > 0) {
        figures->busy = histogram_new();
        figures->quiet = histogram_new();
        there = figures->busy != NULL && figures->quiet != NULL;
    }
    if (!there)
        return error_set(reading->err, ERROR_UNAVAILABLE, "out of memory");
    struct reading_latencies latencies = {reading, busy, quiet};
    bool ok = session_each(reading->session, &LATENCIES, span, 2, take_latency, &latencies, reading->err);
    end_route(&latencies);
    return ok;
}

static bool read_span(struct reading_figures *reading) {
    struct figures *figures = reading->figures;
    struct rows rows;
    if (!SESSION_QUERY(reading->session, &SPAN, reading->arena, &rows, reading->err,
                       value_int(reading->campaign_id)))
        return false;
    bool since = rows_int(&rows, 0, 1) >= reading->opens_ms && rows_int(&rows, 0, 0) < reading->opens_ms;
    if (figures->from_ms == 0)
        figures->from_ms = since ? reading->opens_ms : rows_int(&rows, 0, 0);
    if (figures->to_ms == 0)
        figures->to_ms = rows_int(&rows, 0, 1) + CLOCK_HOUR_MS;
    if (figures->to_ms <= figures->from_ms)
        return error_set_field(reading->err, ERROR_INVALID, "to", "the span ends before it begins");
    return true;
}

static bool read_all(struct reading_figures *reading) {
    return read_span(reading) && lay_out_days(reading) && read_accesses(reading) && read_imported(reading) &&
           read_steps(reading) && read_sums(reading) && read_latencies(reading);
}

bool figures_read(struct session *session, const struct figures_span *span, struct arena *arena,
                  struct figures *ret_figures, struct error *err) {
    struct figures figures = {.from_ms = span->from_ms, .to_ms = span->to_ms};
    struct reading_figures reading = {.hour_ms = -1,
                                      .session = session,
                                      .arena = arena,
                                      .figures = &figures,
                                      .campaign_id = span->campaign_id,
                                      .opens_ms = span->opens_ms,
                                      .busy_per_hour = span->busy_per_hour,
                                      .err = err};
    if (!read_all(&reading)) {
        figures_done(&figures);
        return false;
    }
    *ret_figures = figures;
    return true;
}

void figures_done(struct figures *figures) {
    for (size_t i = 0; i < figures->routes_count; i++)
        histogram_free(figures->routes[i].histogram);
    histogram_free(figures->busy);
    histogram_free(figures->quiet);
    figures->busy = figures->quiet = NULL;
    figures->routes_count = 0;
}
