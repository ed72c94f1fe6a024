#include "command/days.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define DATE_LENGTH 10
#define STEPS       8 // heights of a picture's column

void days_begin(struct days *days, FILE *file) {
    *days = (struct days){.file = file};
}

static void print_head(const struct days *days) {
    fprintf(days->file, "%-14s %12s  ", "day", "expected");
    if (days->whole)
        fprintf(days->file, "four times in five\n");
    else
        fprintf(days->file, "%-24s  %s\n", "hours 0 to 23", "fullest, and what it exceeds once in ten");
}

static const char *weekday(const char *date) {
    static const char *const names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    int64_t day = clock_day_number(atoi(date), atoi(date + 5), atoi(date + 8));
    return names[holidays_weekday(day)];
}

// Each hour as a block of one of eight heights, the day's fullest hour the highest.
static void print_picture(const struct days *days) {
    static const char *const blocks[STEPS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double most = 0;
    for (size_t hour = 0; hour < 24; hour++)
        most = fmax(most, days->hour[hour]);
    for (size_t hour = 0; hour < 24; hour++) {
        double height = most > 0 ? days->hour[hour] / most * STEPS : 0;
        fputs(blocks[(size_t)fmin(height, STEPS - 1)], days->file);
    }
}

static void print_day(const struct days *days) {
    fprintf(days->file, "%s %s %12.0f  ", days->date, weekday(days->date), days->expected);
    if (days->whole) {
        fprintf(days->file, "%.0f to %.0f", days->low, days->high);
    } else {
        print_picture(days);
        fprintf(days->file, "  %s  %.0f, %.0f", days->begins, days->fullest, days->at_most);
    }
    fprintf(days->file, "%s%s\n", days->level == LEVEL_UNKNOWN ? "" : "  ",
            days->level == LEVEL_UNKNOWN ? "" : level_name(days->level));
}

void days_add(struct days *days, const char *start, const struct demand_slot *slot, enum level level) {
    days->whole = start[DATE_LENGTH] == '\0';
    if (!days->headed)
        print_head(days);
    days->headed = true;
    if (strncmp(days->date, start, DATE_LENGTH) != 0) {
        days_end(days);
        *days = (struct days){.file = days->file, .headed = true, .whole = days->whole, .fullest = -1};
        snprintf(days->date, sizeof days->date, "%.*s", DATE_LENGTH, start);
    }
    days->expected += slot->p50;
    days->low = slot->p10;
    days->high = slot->p90;
    days->level = level > days->level ? level : days->level;
    if (!days->whole)
        days->hour[atoi(start + DATE_LENGTH + 1) % 24] += slot->p50;
    if (slot->p50 <= days->fullest)
        return;
    days->fullest = slot->p50;
    days->at_most = slot->p90;
    if (!days->whole)
        snprintf(days->begins, sizeof days->begins, "%.5s", start + DATE_LENGTH + 1);
}

void days_end(struct days *days) {
    if (days->date[0] != '\0')
        print_day(days);
    days->date[0] = '\0';
}
