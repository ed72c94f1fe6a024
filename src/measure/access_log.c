// access_log.c - lines come out of pieces of the file, and go into the hour at hand.
#include "measure/access_log.h"

#include <string.h>
#include <xxhash.h>

#include "base/clock.h"
#include "measure/access_line.h"
#include "measure/devices.h"

struct hour {
    struct access_hour counts;
    struct access_day *day;
};

struct access_log {
    struct import_result *result;
    struct devices devices;
    struct access_days stamps;
    int64_t late_time_s; // later ones are from the future
    uint64_t line;
    struct hour *hours; // by time
    struct access_hour *counts;
    size_t hours_count, hours_capacity;
    size_t at;                                    // the hour at hand
    int64_t from_s, until_s;                      // its bounds
    struct access_day *days[ACCESS_LOG_DAYS_MAX]; // by time
    size_t days_count;
    uint64_t late_before, forgotten_before;
    bool skipping; // the rest of a line that is too long
    size_t open_length;
    char open[ACCESS_LOG_LINE_BYTES_MAX]; // a line that the piece before began
};

struct access_log *access_log_new(int64_t now_ms) {
    struct access_log *log = calloc(1, sizeof *log);
    if (log == NULL || !devices_init(&log->devices)) {
        free(log);
        return NULL;
    }
    log->late_time_s = (now_ms + CLOCK_DAY_MS) / CLOCK_SECOND_MS;
    return log;
}

static void forget_counts(struct access_log *log) {
    for (size_t i = 0; i < log->days_count; i++)
        free(log->days[i]);
    log->days_count = 0;
    log->hours_count = 0;
    log->at = 0;
    log->from_s = log->until_s = 0;
    free(log->counts);
    log->counts = NULL;
}

void access_log_free(struct access_log *log) {
    if (log == NULL)
        return;
    forget_counts(log);
    devices_done(&log->devices);
    free(log->hours);
    free(log);
}

void access_log_begin(struct access_log *log, struct import_result *result) {
    forget_counts(log);
    log->result = result;
    log->line = 0;
    log->skipping = false;
    log->open_length = 0;
    log->late_before = log->devices.late;
    log->forgotten_before = log->devices.forgotten;
}

static bool add_day(struct access_log *log, int64_t day, struct access_day **ret_day, struct error *err) {
    size_t place = log->days_count;
    while (place > 0 && log->days[place - 1]->day >= day)
        place--;
    if (place < log->days_count && log->days[place]->day == day) {
        *ret_day = log->days[place];
        return true;
    }
    if (log->days_count == ACCESS_LOG_DAYS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d different days in one file",
                         ACCESS_LOG_DAYS_MAX);
    struct access_day *added = calloc(1, sizeof *added);
    if (added == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    added->day = day;
    memmove(log->days + place + 1, log->days + place,
            (log->days_count - place) * sizeof(struct access_day *));
    log->days[place] = added;
    log->days_count++;
    *ret_day = added;
    return true;
}

static bool hours_reserve(struct access_log *log, struct error *err) {
    if (log->hours_count < log->hours_capacity)
        return true;
    size_t capacity = log->hours_capacity == 0 ? 64 : log->hours_capacity * 2;
    struct hour *hours = reallocarray(log->hours, capacity, sizeof *hours);
    if (hours == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    log->hours = hours;
    log->hours_capacity = capacity;
    return true;
}

// Another hour than that of the line before: finds or makes it.
static bool turn_to_hour(struct access_log *log, int64_t time_s, struct error *err) {
    int64_t hour_ms = clock_hour_start_ms(time_s * CLOCK_SECOND_MS);
    size_t place = log->hours_count;
    while (place > 0 && log->hours[place - 1].counts.hour_ms >= hour_ms)
        place--;
    if (place == log->hours_count || log->hours[place].counts.hour_ms != hour_ms) {
        struct civil civil = clock_civil(hour_ms);
        struct hour hour = {.counts = {.hour_ms = hour_ms}};
        if (!hours_reserve(log, err) ||
            !add_day(log, clock_day_number(civil.year, civil.month, civil.day), &hour.day, err))
            return false;
        memmove(log->hours + place + 1, log->hours + place, (log->hours_count - place) * sizeof *log->hours);
        log->hours[place] = hour;
        log->hours_count++;
    }
    log->at = place;
    log->from_s = hour_ms / CLOCK_SECOND_MS;
    log->until_s = log->from_s + CLOCK_HOUR_MS / CLOCK_SECOND_MS;
    return true;
}

// Of a device: its address and its program.
static uint64_t device_hash(const struct access_line *line) {
    uint64_t hash = XXH3_64bits(line->host, line->host_length);
    return line->agent == NULL ? hash : XXH3_64bits_withSeed(line->agent, line->agent_length, hash);
}

static bool take_line(struct access_log *log, const char *text, size_t length, struct error *err) {
    struct access_line line;
    log->line++;
    log->result->read++;
    if (length > 0 && text[length - 1] == '\r')
        length--;
    const char *reason = access_line_parse(&log->stamps, text, length, &line);
    if (reason == NULL && line.time_s > log->late_time_s)
        reason = "the time lies in the future";
    if (reason != NULL) {
        import_add_bad(log->result, log->line, reason);
        return true;
    }
    if ((line.time_s < log->from_s || line.time_s >= log->until_s) && !turn_to_hour(log, line.time_s, err))
        return false;
    struct hour *hour = &log->hours[log->at];
    uint64_t hash = device_hash(&line);
    hour->counts.requests[line.status / 100]++;
    hour->counts.bytes += (uint64_t)line.bytes;
    hour->counts.accesses += devices_see(&log->devices, hash, line.time_s);
    hyperloglog_add(&hour->day->devices, hash);
    log->result->taken++;
    return true;
}

static void refuse_long_line(struct access_log *log) {
    log->line++;
    log->result->read++;
    log->open_length = 0;
    log->skipping = true;
    import_add_bad(log->result, log->line, "the line is longer than 65536 bytes");
}

// Keeps the beginning of a line until the next piece brings its end.
static void keep_open(struct access_log *log, const char *bytes, size_t length) {
    if (log->skipping || length == 0)
        return;
    if (log->open_length + length > ACCESS_LOG_LINE_BYTES_MAX) {
        refuse_long_line(log);
        return;
    }
    memcpy(log->open + log->open_length, bytes, length);
    log->open_length += length;
}

// The end of a line that an earlier piece began.
static bool take_open(struct access_log *log, const char *bytes, size_t length, struct error *err) {
    keep_open(log, bytes, length);
    bool ok = log->skipping || take_line(log, log->open, log->open_length, err);
    log->skipping = false;
    log->open_length = 0;
    return ok;
}

bool access_log_feed(struct access_log *log, const char *bytes, size_t length, struct error *err) {
    const char *end = bytes + length;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        if (newline == NULL) {
            keep_open(log, bytes, (size_t)(end - bytes));
            return true;
        }
        size_t part = (size_t)(newline - bytes);
        bool ok = true;
        if (log->open_length > 0 || log->skipping) {
            ok = take_open(log, bytes, part, err);
        } else if (part > ACCESS_LOG_LINE_BYTES_MAX) {
            refuse_long_line(log);
            log->skipping = false;
        } else {
            ok = take_line(log, bytes, part, err);
        }
        if (!ok)
            return false;
        bytes = newline + 1;
    }
    return true;
}

bool access_log_finish(struct access_log *log, struct error *err) {
    if (log->open_length > 0 && !take_open(log, "", 0, err))
        return false;
    import_add_note(log->result,
                    "stood more than 30 minutes behind the lines before them: counted as requests only",
                    log->devices.late - log->late_before);
    import_add_note(log->result, "active devices were forgotten early: accesses may be too many by as many",
                    log->devices.forgotten - log->forgotten_before);
    log->counts = calloc(log->hours_count + 1, sizeof *log->counts);
    if (log->counts == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < log->hours_count; i++)
        log->counts[i] = log->hours[i].counts;
    return true;
}

const struct access_hour *access_log_hours(const struct access_log *log, size_t *ret_count) {
    *ret_count = log->hours_count;
    return log->counts;
}

struct access_day *const *access_log_days(const struct access_log *log, size_t *ret_count) {
    *ret_count = log->days_count;
    return log->days;
}
