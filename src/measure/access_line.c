// access_line.c - one pass from left to right; nothing is copied.
#include "measure/access_line.h"

#include <string.h>

#include "base/clock.h"

#define STAMP_LENGTH 26 // "02/Feb/2026:13:00:05 +0900"
#define YEAR_MIN     1970
#define YEAR_MAX     2200
#define BYTES_DIGITS 18

static int digit(char byte) {
    return (unsigned char)(byte - '0');
}

// Two digits, or a number above 99.
static int two(const char *text) {
    int tens = digit(text[0]), ones = digit(text[1]);
    return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

static int month_of(const char *name) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int month = 0; month < 12; month++)
        if (memcmp(name, names + month * 3, 3) == 0)
            return month + 1;
    return 0;
}

static int days_in(int month, int year) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

// A day that was not the last one: reads it in full and keeps it.
static bool read_day(struct access_days *days, const char *stamp) {
    const char *offset = stamp + 21;
    int day = two(stamp), month = month_of(stamp + 3), year = two(stamp + 7) * 100 + two(stamp + 9);
    int offset_hours = two(offset + 1), offset_minutes = two(offset + 3);
    if (stamp[2] != '/' || stamp[6] != '/' || month == 0 || year < YEAR_MIN || year > YEAR_MAX || day < 1 ||
        day > days_in(month, year))
        return false;
    if ((*offset != '+' && *offset != '-') || offset_hours > 14 || offset_minutes > 59)
        return false;
    int64_t offset_s = (offset_hours * 60 + offset_minutes) * (*offset == '-' ? -60 : 60);
    days->start_s = clock_day_number(year, month, day) * (CLOCK_DAY_MS / CLOCK_SECOND_MS) - offset_s;
    memcpy(days->date, stamp, sizeof days->date);
    memcpy(days->offset, offset, sizeof days->offset);
    return true;
}

static bool read_stamp(struct access_days *days, const char *stamp, int64_t *ret_time_s) {
    int hour = two(stamp + 12), minute = two(stamp + 15), second = two(stamp + 18);
    if (stamp[11] != ':' || stamp[14] != ':' || stamp[17] != ':' || stamp[20] != ' ' || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    bool same = memcmp(stamp, days->date, sizeof days->date) == 0 &&
                memcmp(stamp + 21, days->offset, sizeof days->offset) == 0;
    if (!same && !read_day(days, stamp))
        return false;
    *ret_time_s = days->start_s + hour * 3600 + minute * 60 + second;
    return true;
}

// The quote that ends a field which begins at `text`; NULL when there is none.
static const char *closing_quote(const char *text, const char *end) {
    for (const char *place = text; place < end; place++) {
        place = memchr(place, '"', (size_t)(end - place));
        if (place == NULL)
            return NULL;
        const char *before = place;
        while (before > text && before[-1] == '\\')
            before--;
        if ((place - before) % 2 == 0)
            return place;
    }
    return NULL;
}

// " 200 512" and what may follow; NULL when it was read.
static const char *read_status(const char **place, const char *end, struct access_line *line) {
    const char *text = *place;
    if (end - text < 6 || text[0] != ' ' || text[4] != ' ')
        return "no status and size after the request";
    int status = digit(text[1]) * 100 + two(text + 2);
    if (digit(text[1]) < 1 || status > 599)
        return "the status is not a number from 100 to 599";
    text += 5;
    line->status = status;
    line->bytes = 0;
    if (*text == '-') {
        text++;
    } else {
        const char *first = text;
        for (; text < end && digit(*text) <= 9 && text - first < BYTES_DIGITS; text++)
            line->bytes = line->bytes * 10 + digit(*text);
        if (text == first)
            return "the size is not a number";
    }
    if (text < end && *text != ' ')
        return "the size is not a number";
    *place = text;
    return NULL;
}

// ` "referer" "agent"`, or nothing at all.
static const char *read_agent(const char *text, const char *end, struct access_line *line) {
    line->agent = NULL;
    line->agent_length = 0;
    while (end > text && end[-1] == ' ')
        end--;
    if (text == end)
        return NULL;
    const char *referer_end = end - text > 2 && text[1] == '"' ? closing_quote(text + 2, end) : NULL;
    if (referer_end == NULL)
        return "no referer in quotes after the size";
    text = referer_end + 1;
    const char *agent_end =
        end - text > 2 && text[0] == ' ' && text[1] == '"' ? closing_quote(text + 2, end) : NULL;
    if (agent_end == NULL)
        return "no agent in quotes after the referer";
    if (agent_end + 1 < end && agent_end[1] != ' ')
        return "something directly after the agent's quote";
    line->agent = text + 2;
    line->agent_length = (size_t)(agent_end - line->agent);
    return NULL;
}

const char *access_line_parse(struct access_days *days, const char *line, size_t length,
                              struct access_line *ret_line) {
    const char *end = line + length;
    if (length == 0)
        return "an empty line";
    const char *space = memchr(line, ' ', length);
    if (space == NULL || space == line)
        return "no address at the start";
    // The user's name may hold spaces, a bracket ends it.
    const char *stamp = memchr(space, '[', (size_t)(end - space));
    if (stamp == NULL || stamp[-1] != ' ')
        return "no time in brackets";
    stamp++;
    if (end - stamp < STAMP_LENGTH + 4 || stamp[STAMP_LENGTH] != ']' || stamp[STAMP_LENGTH + 1] != ' ' ||
        stamp[STAMP_LENGTH + 2] != '"')
        return "no time in brackets, then a request in quotes";
    if (!read_stamp(days, stamp, &ret_line->time_s))
        return "the time is not such as 02/Feb/2026:13:00:05 +0900";
    const char *quote = closing_quote(stamp + STAMP_LENGTH + 3, end);
    if (quote == NULL)
        return "the request's quote does not end";
    const char *place = quote + 1;
    const char *reason = read_status(&place, end, ret_line);
    if (reason != NULL)
        return reason;
    ret_line->host = line;
    ret_line->host_length = (size_t)(space - line);
    return read_agent(place, end, ret_line);
}
