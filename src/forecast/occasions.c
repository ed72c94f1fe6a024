#include "forecast/occasions.h"

#include <ini.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "forecast/series.h"

#define HOURS_DEFAULT 3
#define FACTOR_MIN    0.01
#define FACTOR_MAX    100.0
#define EVENT_PREFIX  "event "

struct reading {
    struct occasions occasions;
    struct error err;
};

struct occasions occasions_none(void) {
    return (struct occasions){0};
}

static bool add_time(const char *text, bool to_end_of_day, double *times, size_t *count, size_t max,
                     struct error *err) {
    double time;
    if (*count == max)
        return error_set(err, ERROR_EXHAUSTED, "at most %zu of them", max);
    if (!series_parse_time(text, &time, err))
        return false;
    bool date_only = strchr(text, ':') == NULL;
    times[(*count)++] = date_only && to_end_of_day ? time + 1 : time;
    return true;
}

static struct occasion *find_event(struct occasions *occasions, const char *name, struct error *err) {
    for (size_t i = 0; i < occasions->events; i++)
        if (text_equal(occasions->event[i].name, name))
            return &occasions->event[i];
    if (occasions->events == OCCASIONS_EVENTS_MAX) {
        error_set(err, ERROR_EXHAUSTED, "at most %d kinds of event", OCCASIONS_EVENTS_MAX);
        return NULL;
    }
    struct occasion *event = &occasions->event[occasions->events];
    *event = (struct occasion){.hours = HOURS_DEFAULT};
    if (!text_copy(event->name, sizeof event->name, name)) {
        error_set(err, ERROR_INVALID, "the event's name is too long");
        return NULL;
    }
    occasions->events++;
    return event;
}

static bool set_event(struct occasion *event, const char *key, const char *value, struct error *err) {
    if (text_equal(key, "at") || text_equal(key, "from")) {
        bool period = text_equal(key, "from");
        if (event->count > 0 && period != event->period)
            return error_set(err, ERROR_INVALID, "an event has either 'at' or 'from' and 'until'");
        event->period = period;
        if (!add_time(value, false, event->from, &event->count, OCCASIONS_TIMES_MAX, err))
            return false;
        event->until[event->count - 1] = event->from[event->count - 1];
        return true;
    }
    if (text_equal(key, "until")) {
        size_t last = event->count - 1;
        if (event->count == 0 || !event->period)
            return error_set(err, ERROR_INVALID, "'until' follows a 'from'");
        if (!add_time(value, true, event->until, &last, OCCASIONS_TIMES_MAX, err))
            return false;
        if (event->until[event->count - 1] <= event->from[event->count - 1])
            return error_set(err, ERROR_INVALID, "'until' lies before 'from'");
        return true;
    }
    if (text_equal(key, "hours")) {
        int64_t hours;
        if (!text_parse_int(value, 1, OCCASIONS_HOURS_MAX, &hours))
            return error_set(err, ERROR_INVALID, "hours is a whole number from 1 to %d", OCCASIONS_HOURS_MAX);
        event->hours = (double)hours;
        return true;
    }
    if (text_equal(key, "factor")) {
        char *end = NULL;
        double factor = strtod(value, &end);
        if (end == value || *end != '\0' || !(factor >= FACTOR_MIN && factor <= FACTOR_MAX))
            return error_set(err, ERROR_INVALID, "factor is a number from %g to %g", FACTOR_MIN, FACTOR_MAX);
        event->factor = factor;
        return true;
    }
    return error_set(err, ERROR_INVALID, "unknown key");
}

static bool set(struct occasions *occasions, const char *section, const char *key, const char *value,
                struct error *err) {
    if (text_equal(section, "campaign") && (text_equal(key, "launch") || text_equal(key, "announcement")))
        return add_time(value, false, occasions->launch, &occasions->launches, OCCASIONS_LAUNCHES_MAX, err);
    if (text_equal(section, "campaign") && text_equal(key, "deadline"))
        return add_time(value, true, occasions->deadline, &occasions->deadlines, OCCASIONS_DEADLINES_MAX,
                        err);
    if (!text_starts_with(section, EVENT_PREFIX))
        return error_set(err, ERROR_INVALID, "unknown key");
    struct occasion *event = find_event(occasions, section + strlen(EVENT_PREFIX), err);
    return event != NULL && set_event(event, key, value, err);
}

// inih calls this once a line; its 0 makes ini_parse_file answer with the line.
static int take_line(void *context, const char *section, const char *key, const char *value) {
    struct reading *reading = context;
    if (reading->err.kind != ERROR_NONE)
        return 1; // the first complaint counts
    if (set(&reading->occasions, section, key, value, &reading->err))
        return 1;
    error_prefix(&reading->err, "[%.40s] %.30s: ", section, key);
    return 0;
}

static bool check(const struct occasions *occasions, struct error *err) {
    for (size_t i = 0; i < occasions->events; i++)
        for (size_t k = 0; occasions->event[i].period && k < occasions->event[i].count; k++)
            if (occasions->event[i].until[k] <= occasions->event[i].from[k])
                return error_set(err, ERROR_INVALID, "[event %s]: a 'from' without its 'until'",
                                 occasions->event[i].name);
    return true;
}

bool occasions_read(FILE *file, struct occasions *ret_occasions, struct error *err) {
    struct reading reading = {0};
    reading.occasions.event = calloc(OCCASIONS_EVENTS_MAX, sizeof *reading.occasions.event);
    if (reading.occasions.event == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    int line = ini_parse_file(file, take_line, &reading);
    bool good = true;
    if (reading.err.kind != ERROR_NONE) {
        *err = reading.err;
        error_prefix(err, "line %d: ", line);
        good = false;
    } else if (line != 0) {
        good = error_set(err, ERROR_INVALID, "line %d: neither [section] nor key = value", line);
    }
    good = good && check(&reading.occasions, err);
    if (good)
        *ret_occasions = reading.occasions;
    else
        occasions_done(&reading.occasions);
    return good;
}

void occasions_done(struct occasions *occasions) {
    free(occasions->event);
    *occasions = (struct occasions){0};
}

static double first_of(const double *times, size_t count) {
    double first = INFINITY;
    for (size_t i = 0; i < count; i++)
        first = fmin(first, times[i]);
    return first;
}

double occasions_first_after(const struct occasions *occasions, double time) {
    double next = INFINITY;
    for (size_t i = 0; i < occasions->launches; i++)
        if (occasions->launch[i] >= time)
            next = fmin(next, occasions->launch[i]);
    double hurry = first_of(occasions->deadline, occasions->deadlines) - OCCASIONS_HURRY_DAYS;
    if (hurry >= time)
        next = fmin(next, hurry);
    for (size_t i = 0; i < occasions->events; i++) {
        double first = first_of(occasions->event[i].from, occasions->event[i].count);
        if (first >= time)
            next = fmin(next, first);
    }
    return next;
}
