// imported.c - three tables, filled file by file.
#include "measure/imported.h"

#include <string.h>

#include "base/clock.h"

#define STORE_ARENA_BYTES_MAX 32768 // one day's devices and the statement's own

static const struct statement ADD_HOUR = {
    "INSERT INTO imported_hour (hour_ms, import_id, accesses, requests_1xx, requests_2xx, requests_3xx, "
    "requests_4xx, requests_5xx, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    "iiiiiiiii"};
static const struct statement ADD_DAY = {
    "INSERT INTO imported_day (day, import_id, devices) VALUES ($1, $2, $3)", "iib"};
static const struct statement ADD_ARRIVAL = {
    "INSERT INTO imported_arrival (start_ms, slot_ms, count, import_id) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (start_ms) DO UPDATE SET slot_ms = excluded.slot_ms, count = excluded.count, "
    "import_id = excluded.import_id",
    "iiii"};
static const struct statement FORGET_HOURS = {"DELETE FROM imported_hour WHERE import_id = $1", "i"};
static const struct statement FORGET_DAYS = {"DELETE FROM imported_day WHERE import_id = $1", "i"};
static const struct statement FORGET_ARRIVALS = {"DELETE FROM imported_arrival WHERE import_id = $1", "i"};
static const struct statement HOURS = {
    "SELECT hour_ms, CAST(SUM(accesses) AS BIGINT), CAST(SUM(requests_1xx) AS BIGINT), "
    "CAST(SUM(requests_2xx) AS BIGINT), CAST(SUM(requests_3xx) AS BIGINT), CAST(SUM(requests_4xx) AS "
    "BIGINT), "
    "CAST(SUM(requests_5xx) AS BIGINT), CAST(SUM(bytes) AS BIGINT) FROM imported_hour "
    "WHERE hour_ms >= $1 AND hour_ms < $2 GROUP BY hour_ms ORDER BY hour_ms",
    "ii"};
static const struct statement DAYS = {
    "SELECT day, devices FROM imported_day WHERE day >= $1 AND day <= $2 ORDER BY day, import_id", "ii"};
// A visit may be in several of them: of an hour speaks the service, else the logs, else the arrivals.
static const struct statement ELSEWHERE = {
    "SELECT hour_ms, CAST(SUM(count) AS BIGINT) FROM ("
    "SELECT i.hour_ms, i.accesses AS count FROM imported_hour i WHERE i.hour_ms >= $1 AND i.hour_ms < $2 "
    "UNION ALL SELECT r.start_ms - r.start_ms % 3600000, r.count FROM imported_arrival r "
    "WHERE r.start_ms >= $1 AND r.start_ms < $2 AND r.slot_ms <= 3600000 "
    "AND NOT EXISTS (SELECT 1 FROM imported_hour i WHERE i.hour_ms = r.start_ms - r.start_ms % 3600000)) c "
    "WHERE count > 0 AND NOT EXISTS (SELECT 1 FROM access_count a WHERE a.hour_ms = c.hour_ms) "
    "GROUP BY hour_ms ORDER BY hour_ms",
    "ii"};

static int64_t lower(int64_t from_ms) {
    return from_ms == 0 ? INT64_MIN : from_ms;
}

static int64_t upper(int64_t to_ms) {
    return to_ms == 0 ? INT64_MAX : to_ms;
}

static bool read_hours(struct session *session, const struct value span[2], struct arena *arena,
                       struct imported *imported, struct error *err) {
    struct rows rows;
    if (!session_query(session, &HOURS, span, 2, arena, &rows, err))
        return false;
    imported->hours = arena_alloc(arena, (rows.count + 1) * sizeof *imported->hours);
    if (imported->hours == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t row = 0; row < rows.count; row++) {
        struct access_hour *hour = &imported->hours[row];
        *hour = (struct access_hour){.hour_ms = rows_int(&rows, row, 0),
                                     .accesses = (uint64_t)rows_int(&rows, row, 1),
                                     .bytes = (uint64_t)rows_int(&rows, row, 7)};
        for (size_t class = 1; class < ACCESS_LOG_CLASSES; class ++) {
            hour->requests[class] = (uint64_t)rows_int(&rows, row, class + 1);
            imported->requests += hour->requests[class];
        }
        imported->accesses += hour->accesses;
        imported->bytes += hour->bytes;
    }
    imported->hours_count = rows.count;
    return true;
}

// Merges the files of a day, then the days.
struct merging {
    struct imported *imported;
    struct arena *arena;
    struct hyperloglog *day, *all;
    size_t capacity;
};

static bool take_day(void *context, const struct value *row, size_t columns, struct error *err) {
    struct merging *merging = context;
    struct imported *imported = merging->imported;
    bool another = imported->days_count == 0 || imported->days[imported->days_count - 1].day != row[0].number;
    if (another && imported->days_count == merging->capacity)
        return error_set(err, ERROR_EXHAUSTED, "more than %zu days with devices", merging->capacity);
    if (another) {
        imported->days[imported->days_count++] = (struct imported_day){.day = row[0].number};
        *merging->day = (struct hyperloglog){.registers = {0}};
    }
    if (!hyperloglog_merge_bytes(merging->day, row[1].bytes, row[1].length, err))
        return false;
    imported->days[imported->days_count - 1].devices = hyperloglog_estimate(merging->day);
    hyperloglog_merge(merging->all, merging->day);
    return true;
}

static int64_t day_of(int64_t time_ms) {
    struct civil civil = clock_civil(time_ms);
    return clock_day_number(civil.year, civil.month, civil.day);
}

static bool read_days(struct session *session, struct arena *arena, struct imported *imported,
                      struct error *err) {
    struct merging merging = {.imported = imported,
                              .arena = arena,
                              .day = arena_alloc(arena, sizeof *merging.day),
                              .all = arena_alloc(arena, sizeof *merging.all),
                              .capacity = imported->hours_count + 1};
    imported->days = arena_alloc(arena, merging.capacity * sizeof *imported->days);
    if (merging.day == NULL || merging.all == NULL || imported->days == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (imported->hours_count == 0)
        return true;
    const struct value span[] = {value_int(day_of(imported->hours[0].hour_ms)),
                                 value_int(day_of(imported->hours[imported->hours_count - 1].hour_ms))};
    if (!session_each(session, &DAYS, span, 2, take_day, &merging, err))
        return false;
    imported->devices = hyperloglog_estimate(merging.all);
    return true;
}

bool imported_read(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                   struct imported *ret_imported, struct error *err) {
    struct imported imported = {.hours_count = 0};
    const struct value span[] = {value_int(lower(from_ms)), value_int(upper(to_ms))};
    if (!read_hours(session, span, arena, &imported, err) || !read_days(session, arena, &imported, err))
        return false;
    *ret_imported = imported;
    return true;
}

bool imported_elsewhere_read(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                             struct imported_elsewhere **ret_hours, size_t *ret_count, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &ELSEWHERE, arena, &rows, err, value_int(lower(from_ms)),
                       value_int(upper(to_ms))))
        return false;
    struct imported_elsewhere *hours = arena_alloc(arena, (rows.count + 1) * sizeof *hours);
    if (hours == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t row = 0; row < rows.count; row++)
        hours[row] = (struct imported_elsewhere){rows_int(&rows, row, 0), rows_int(&rows, row, 1)};
    *ret_hours = hours;
    *ret_count = rows.count;
    return true;
}

static bool store_hour(struct session *session, struct arena *arena, int64_t import_id,
                       const struct access_hour *hour, struct error *err) {
    struct rows none;
    return SESSION_QUERY(session, &ADD_HOUR, arena, &none, err, value_int(hour->hour_ms),
                         value_int(import_id), value_int((int64_t)hour->accesses),
                         value_int((int64_t)hour->requests[1]), value_int((int64_t)hour->requests[2]),
                         value_int((int64_t)hour->requests[3]), value_int((int64_t)hour->requests[4]),
                         value_int((int64_t)hour->requests[5]), value_int((int64_t)hour->bytes));
}

static bool store_day(struct session *session, struct arena *arena, int64_t import_id,
                      const struct access_day *day, struct error *err) {
    struct rows none;
    size_t length = 0;
    const void *bytes = hyperloglog_bytes(&day->devices, arena, &length);
    if (bytes == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    return SESSION_QUERY(session, &ADD_DAY, arena, &none, err, value_int(day->day), value_int(import_id),
                         value_blob(bytes, length));
}

bool imported_store_log(struct session *session, int64_t import_id, const struct access_log *log,
                        struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(STORE_ARENA_BYTES_MAX);
    size_t hours_count = 0, days_count = 0;
    const struct access_hour *hours = access_log_hours(log, &hours_count);
    struct access_day *const *days = access_log_days(log, &days_count);
    struct rows none;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool ok = SESSION_QUERY(session, &FORGET_HOURS, arena, &none, err, value_int(import_id)) &&
              SESSION_QUERY(session, &FORGET_DAYS, arena, &none, err, value_int(import_id));
    for (size_t i = 0; ok && i < hours_count; i++) {
        arena_reset(arena);
        ok = store_hour(session, arena, import_id, &hours[i], err);
    }
    for (size_t i = 0; ok && i < days_count; i++) {
        arena_reset(arena);
        ok = store_day(session, arena, import_id, days[i], err);
    }
    return ok;
}

bool imported_store_arrivals(struct session *session, int64_t import_id, const struct series_row *rows,
                             size_t rows_count, int64_t slot_ms, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(STORE_ARENA_BYTES_MAX);
    struct rows none;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool ok = SESSION_QUERY(session, &FORGET_ARRIVALS, arena, &none, err, value_int(import_id));
    for (size_t i = 0; ok && i < rows_count; i++) {
        arena_reset(arena);
        ok = SESSION_QUERY(session, &ADD_ARRIVAL, arena, &none, err, value_int(rows[i].time),
                           value_int(slot_ms), value_int(rows[i].value), value_int(import_id));
    }
    return ok;
}
