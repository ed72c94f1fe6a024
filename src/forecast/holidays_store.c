#include "forecast/holidays_store.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"

#define WRITE_BYTES 4096
#define READ_BYTES  ((size_t)1 << 20)

static const struct statement FORGET = {"DELETE FROM imported_holiday WHERE day >= $1 AND day <= $2", "ii"};
static const struct statement PUT = {"INSERT INTO imported_holiday (day, import_id) VALUES ($1, $2)", "ii"};
static const struct statement READ = {"SELECT day FROM imported_holiday ORDER BY day", ""};

static int year_of(int64_t day) {
    int year = 1970 + (int)(day / 365);
    while (clock_day_number(year, 1, 1) > day)
        year--;
    while (clock_day_number(year + 1, 1, 1) <= day)
        year++;
    return year;
}

bool holidays_store(struct session *session, int64_t import_id, const struct holidays *holidays,
                    struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(WRITE_BYTES);
    struct rows none;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (holidays->count == 0)
        return true;
    int64_t first = clock_day_number(year_of(holidays->days[0]), 1, 1);
    int64_t last = clock_day_number(year_of(holidays->days[holidays->count - 1]), 12, 31);
    bool good = SESSION_QUERY(session, &FORGET, arena, &none, err, value_int(first), value_int(last));
    for (size_t i = 0; good && i < holidays->count; i++) {
        arena_reset(arena);
        if (i == 0 || holidays->days[i] != holidays->days[i - 1])
            good = SESSION_QUERY(session, &PUT, arena, &none, err, value_int(holidays->days[i]),
                                 value_int(import_id));
    }
    return good;
}

// Days of both, ascending, without those of `old` in a year that `renewed` names.
static size_t merge(const struct holidays *old, const struct rows *renewed, int64_t *days) {
    size_t count = 0, row = 0;
    for (size_t i = 0; i < old->count; i++) {
        while (row < renewed->count && rows_int(renewed, row, 0) < old->days[i])
            days[count++] = rows_int(renewed, row++, 0);
        int year = year_of(old->days[i]);
        bool before = row > 0 && year_of(rows_int(renewed, row - 1, 0)) == year;
        bool after = row < renewed->count && year_of(rows_int(renewed, row, 0)) == year;
        if (!before && !after)
            days[count++] = old->days[i];
    }
    while (row < renewed->count)
        days[count++] = rows_int(renewed, row++, 0);
    return count;
}

bool holidays_renew(struct session *session, const char *which, struct holidays *holidays,
                    struct error *err) {
    if (session == NULL || (which != NULL && !text_equal(which, "japan")))
        return true;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(READ_BYTES);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!session_query(session, &READ, NULL, 0, arena, &rows, err))
        return false;
    if (rows.count == 0)
        return true;
    int64_t *days = malloc((holidays->count + rows.count) * sizeof *days);
    if (days == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    size_t count = merge(holidays, &rows, days);
    holidays_done(holidays);
    *holidays = (struct holidays){days, count};
    return true;
}
