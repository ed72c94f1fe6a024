// facts.c - maxima and sums over days and hours.
#include "report/facts.h"

#include <math.h>

#include "base/clock.h"

#define CROWDED_FACTOR  1.5 // times an even share of the days
#define CROWDED_PERCENT 10  // of a whole year, two days are soon twice an even share

static void find_days(const struct figures *figures, struct facts *facts) {
    size_t count = figures->days_count;
    int64_t ends = 0, middle_most = 0, ends_least = INT64_MAX, start = 0, start_least = INT64_MAX,
            later_most = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t accesses = figures->days[i].accesses;
        bool first = i < 2, last = i + 2 >= count;
        if (accesses > figures->days[facts->busiest_day].accesses)
            facts->busiest_day = i;
        if (first || last) {
            ends += accesses;
            ends_least = accesses < ends_least ? accesses : ends_least;
        } else {
            middle_most = accesses > middle_most ? accesses : middle_most;
        }
        if (first) {
            start += accesses;
            start_least = accesses < start_least ? accesses : start_least;
        } else {
            later_most = accesses > later_most ? accesses : later_most;
        }
    }
    double all = figures->accesses > 0 ? (double)figures->accesses : 1;
    facts->ends_are_busiest = count >= 6 && ends_least > middle_most;
    facts->start_is_busiest = count >= 4 && start_least > later_most;
    facts->ends_share = (double)ends / all * 100;
    facts->start_share = (double)start / all * 100;
}

// The mean of each hour over the weekdays that lie wholly in the span; false when there is none.
static bool mean_of_hours(const struct report *report, double means[24]) {
    const struct figures *figures = report->figures;
    int64_t days = 0;
    for (int hour = 0; hour < 24; hour++)
        means[hour] = 0;
    for (size_t i = 0; i < figures->days_count; i++) {
        int64_t day_ms = figures->days[i].start_ms;
        if (report_day_is_off(report, day_ms) || day_ms < figures->from_ms ||
            day_ms + CLOCK_DAY_MS > figures->to_ms)
            continue;
        days++;
        for (int hour = 0; hour < 24; hour++)
            means[hour] += (double)figures->days[i].hours[hour];
    }
    for (int hour = 0; hour < 24 && days > 0; hour++)
        means[hour] /= (double)days;
    return days > 0;
}

static void find_hours(const struct report *report, struct facts *facts) {
    const struct figures *figures = report->figures;
    double means[24], best = -1, sum = 0;
    for (size_t at = 0; at < figures->days_count * 24; at++) {
        int64_t accesses = figures->days[at / 24].hours[at % 24];
        if (accesses <= facts->peak)
            continue;
        facts->peak = accesses;
        facts->peak_day = at / 24;
        facts->peak_hour = (int)(at % 24);
    }
    facts->stretch_from = -1;
    if (!mean_of_hours(report, means))
        return;
    for (int hour = 0; hour < 24; hour++)
        sum += means[hour];
    for (int from = 0; from + FACTS_EVENING_HOURS <= 24; from++) {
        double here = 0;
        for (int hour = from; hour < from + FACTS_EVENING_HOURS; hour++)
            here += means[hour];
        if (here <= best)
            continue;
        best = here;
        facts->stretch_from = from;
    }
    facts->stretch_mean = best / FACTS_EVENING_HOURS;
    facts->other_mean = (sum - best) / (24 - FACTS_EVENING_HOURS);
}

static void find_screens(const struct report *report, struct facts *facts) {
    const struct funnel_result *funnel = report->funnel;
    facts->worst_screen = 1;
    for (size_t i = 0; i < COUNT_SCREENS; i++) {
        double percent = funnel_abandonment(&funnel->steps[i]);
        if (percent <= facts->worst_percent)
            continue;
        facts->worst_percent = percent;
        facts->worst_screen = (int)i + 1;
    }
    facts->finished_percent = funnel_share_reached(funnel, COUNT_SCREENS);
}

static void find_calls(const struct calls *calls, struct facts *facts) {
    struct calls_row start = {0}, after = {0};
    facts->rate_after_min = NAN;
    for (size_t i = 0; calls != NULL && i < calls->days_count; i++) {
        calls_row_add(i < 2 ? &start : &after, &calls->days[i]);
        double rate = calls_answer_rate(&calls->days[i]) * 100;
        if (i >= 2 && calls->days[i].offered > 0 && !(rate >= facts->rate_after_min))
            facts->rate_after_min = rate;
    }
    int64_t all = start.offered + after.offered;
    facts->calls_start_share = all > 0 ? (double)start.offered / (double)all * 100 : 0;
    double even = calls != NULL && calls->days_count > 0 ? 200.0 / (double)calls->days_count : 100;
    facts->calls_start_crowded =
        facts->calls_start_share >= CROWDED_FACTOR * even && facts->calls_start_share >= CROWDED_PERCENT;
    facts->rate_start = calls_answer_rate(&start) * 100;
    facts->rate_after = calls_answer_rate(&after) * 100;
}

struct facts facts_find(const struct report *report) {
    struct facts facts = {0};
    find_days(report->figures, &facts);
    find_hours(report, &facts);
    find_screens(report, &facts);
    find_calls(report->calls, &facts);
    return facts;
}
