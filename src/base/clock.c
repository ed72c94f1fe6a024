// clock.c - reading clocks and writing times.
#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SPEED_MAX        100000.0
#define SECONDS_A_MINUTE 60

static atomic_uint zones_set; // how often: what a thread remembers is of one zone

struct clock clock_real(void) {
    int64_t wall_ms = clock_wall_ms();
    return (struct clock){.wall_start_ms = wall_ms, .service_start_ms = wall_ms, .speed = 1};
}

struct clock clock_rehearsal(int64_t service_start_ms, double speed) {
    ASSERT(speed > 0 && speed <= SPEED_MAX);
    return (struct clock){
        .wall_start_ms = clock_wall_ms(), .service_start_ms = service_start_ms, .speed = speed};
}

int64_t clock_now_ms(const struct clock *clock) {
    return clock_at_ms(clock, clock_wall_ms());
}

int64_t clock_at_ms(const struct clock *clock, int64_t wall_ms) {
    int64_t elapsed_ms = wall_ms - clock->wall_start_ms;
    if (clock->speed == 1)
        return clock->service_start_ms + elapsed_ms;
    return clock->service_start_ms + (int64_t)((double)elapsed_ms * clock->speed);
}

int64_t clock_wall_ms(void) {
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    ASSERT(result == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_monotonic_us(void) {
    struct timespec now;
    int result = clock_gettime(CLOCK_MONOTONIC, &now);
    ASSERT(result == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool clock_set_zone(const char *zone, struct error *err) {
    char path[256];
    if (strstr(zone, "..") != NULL ||
        snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone) >= (int)sizeof path)
        return error_set(err, ERROR_INVALID, "\"%.40s\" is not a time zone", zone);
    FILE *file = fopen(path, "re");
    bool known = file != NULL || strcmp(zone, "UTC") == 0;
    if (file != NULL)
        (void)fclose(file);
    // Without the zone files Tokyo still works: it has had no daylight saving since 1951.
    if (!known && strcmp(zone, "Asia/Tokyo") != 0)
        return error_set(err, ERROR_INVALID, "\"%.40s\" is not a time zone that this machine knows", zone);
    if (setenv("TZ", known ? zone : "JST-9", 1) != 0)
        return error_set(err, ERROR_UNAVAILABLE, "the time zone could not be set");
    tzset();
    atomic_fetch_add_explicit(&zones_set, 1, memory_order_release);
    return true;
}

static struct civil civil_of(time_t seconds) {
    struct tm parts;
    struct tm *result = localtime_r(&seconds, &parts);
    ASSERT(result != NULL);
    return (struct civil){.year = parts.tm_year + 1900,
                          .month = parts.tm_mon + 1,
                          .day = parts.tm_mday,
                          .hour = parts.tm_hour,
                          .minute = parts.tm_min,
                          .second = parts.tm_sec,
                          .weekday = parts.tm_wday,
                          .offset_s = (int)parts.tm_gmtoff};
}

// Every request asks for the time of day. The C library reads its rules anew for each answer, under one lock
// for all threads, so that each thread remembers its last minute.
struct civil clock_civil(int64_t time_ms) {
    static _Thread_local struct {
        time_t minute; // its first second
        unsigned zone;
        struct civil civil;
    } last;
    time_t seconds = (time_t)(time_ms >= 0 ? time_ms / 1000 : (time_ms - 999) / 1000);
    unsigned zone = atomic_load_explicit(&zones_set, memory_order_acquire);
    bool known = last.civil.month != 0 && last.zone == zone && seconds >= last.minute &&
                 seconds - last.minute < SECONDS_A_MINUTE;
    if (!known) {
        last.civil = civil_of(seconds);
        last.minute = seconds - last.civil.second;
        last.zone = zone;
    }
    struct civil civil = last.civil;
    civil.second = (int)(seconds - last.minute);
    return civil;
}

int64_t clock_hour_start_ms(int64_t time_ms) {
    struct civil civil = clock_civil(time_ms);
    int64_t second_ms = time_ms - ((time_ms % 1000) + 1000) % 1000;
    return second_ms - (civil.minute * 60 + civil.second) * 1000;
}

static int64_t civil_to_ms(struct tm *parts) {
    parts->tm_isdst = -1;
    return (int64_t)mktime(parts) * 1000;
}

int64_t clock_day_start_ms(int64_t time_ms) {
    struct civil civil = clock_civil(time_ms);
    struct tm parts = {.tm_year = civil.year - 1900, .tm_mon = civil.month - 1, .tm_mday = civil.day};
    return civil_to_ms(&parts);
}

int64_t clock_day_number(int year, int month, int day) {
    struct tm parts = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return (int64_t)timegm(&parts) / 86400;
}

void clock_rfc3339(char target[CLOCK_RFC3339_SIZE], int64_t time_ms) {
    struct civil civil = clock_civil(time_ms);
    int offset_min = civil.offset_s / 60;
    char sign = offset_min < 0 ? '-' : '+';
    if (offset_min < 0)
        offset_min = -offset_min;
    (void)snprintf(target, CLOCK_RFC3339_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", civil.year % 10000,
                   civil.month, civil.day, civil.hour, civil.minute, civil.second, sign,
                   offset_min / 60 % 100, offset_min % 60);
}

static bool parts_are_sane(const struct tm *parts) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = parts->tm_year + 1900;
    if (year < 1900 || year > 9999 || parts->tm_mon < 0 || parts->tm_mon > 11 || parts->tm_mday < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (parts->tm_mday > days[parts->tm_mon] + (leap && parts->tm_mon == 1))
        return false;
    return parts->tm_hour >= 0 && parts->tm_hour < 24 && parts->tm_min >= 0 && parts->tm_min < 60 &&
           parts->tm_sec >= 0 && parts->tm_sec < 60;
}

// Reads "Z" or "+09:00" or "+0900" at `text`; false when it is none of them. No offset leaves ret_given
// false.
static bool parse_offset(const char *text, bool *ret_given, int *ret_offset_s) {
    int hours = 0, minutes = 0, used = 0;
    *ret_given = *text != '\0';
    *ret_offset_s = 0;
    if (*text == '\0' || strcmp(text, "Z") == 0)
        return true;
    if (*text != '+' && *text != '-')
        return false;
    if ((sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 &&
         sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &used) != 2) ||
        text[1 + used] != '\0' || hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return false;
    *ret_offset_s = (hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
    return true;
}

// Reads "13:00", "13:00:05" or "13:00:05.25" and what offset follows.
static bool parse_time_of_day(const char *text, struct tm *parts, bool *ret_given, int *ret_offset_s) {
    int used = 0;
    if (sscanf(text, "%2d:%2d%n", &parts->tm_hour, &parts->tm_min, &used) != 2)
        return false;
    text += used;
    used = 0;
    if (*text == ':') {
        if (sscanf(text, ":%2d%n", &parts->tm_sec, &used) != 1)
            return false;
        text += used;
        if (*text == '.')
            text += 1 + strspn(text + 1, "0123456789");
    }
    return parse_offset(text, ret_given, ret_offset_s);
}

bool clock_parse(const char *text, int64_t *ret_time_ms, struct error *err) {
    struct tm parts = {0};
    int used = 0, offset_s = 0;
    bool offset_given = false;
    bool ok = sscanf(text, "%4d-%2d-%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &used) == 3;
    if (ok && text[used] != '\0')
        ok = (text[used] == 'T' || text[used] == ' ') &&
             parse_time_of_day(text + used + 1, &parts, &offset_given, &offset_s);
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    if (!ok || !parts_are_sane(&parts))
        return error_set(err, ERROR_INVALID, "\"%.40s\" is not a time such as 2026-02-02T13:00:00+09:00",
                         text);
    *ret_time_ms = offset_given ? ((int64_t)timegm(&parts) - offset_s) * 1000 : civil_to_ms(&parts);
    return true;
}
