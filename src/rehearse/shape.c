// shape.c - one weight an hour, then a division.
#include "rehearse/shape.h"

#include <math.h>

#include "base/clock.h"

static double weight_of(const struct plan_campaign *campaign, const struct holidays *holidays,
                        int64_t hour_ms) {
    struct civil civil = clock_civil(hour_ms);
    int64_t day = clock_day_number(civil.year, civil.month, civil.day);
    bool off = holidays_is_off(holidays, day);
    int64_t until_ms = hour_ms + CLOCK_HOUR_MS;
    int64_t begins_ms = hour_ms > campaign->opens_ms ? hour_ms : campaign->opens_ms;
    int64_t ends_ms = until_ms < campaign->closes_ms ? until_ms : campaign->closes_ms;
    double part = (double)(ends_ms - begins_ms) / (double)CLOCK_HOUR_MS;
    double age = (double)(begins_ms - campaign->opens_ms) / (double)CLOCK_DAY_MS;
    double left = (double)(campaign->closes_ms - ends_ms) / (double)CLOCK_DAY_MS;
    double launch = campaign->launch[0] * exp(-age / campaign->launch[1]);
    double deadline = campaign->deadline[0] * (1 + campaign->deadline[1]) / (left + campaign->deadline[1]);
    double profile =
        off ? campaign->weekend[civil.hour] * campaign->weekend_factor : campaign->weekday[civil.hour];
    return profile * (1 + launch + deadline) * part;
}

bool shape_new(const struct plan_campaign *campaign, const struct holidays *holidays, struct shape *ret_shape,
               struct error *err) {
    if (campaign->residents <= 0)
        return error_set_field(err, ERROR_INVALID, "residents", "the plan has no [campaign] residents");
    if (campaign->opens_ms == 0 || campaign->closes_ms <= campaign->opens_ms)
        return error_set_field(err, ERROR_INVALID, "closes", "the campaign must close after it opens");
    struct shape shape = {.first_ms = clock_hour_start_ms(campaign->opens_ms)};
    int64_t hours = (campaign->closes_ms - shape.first_ms + CLOCK_HOUR_MS - 1) / CLOCK_HOUR_MS;
    if (hours > SHAPE_HOURS_MAX)
        return error_set_field(err, ERROR_INVALID, "closes", "more than %d hours", SHAPE_HOURS_MAX);
    shape.hours = (size_t)hours;
    shape.shares = calloc(shape.hours, sizeof *shape.shares);
    if (shape.shares == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    double sum = 0;
    for (size_t i = 0; i < shape.hours; i++)
        sum += shape.shares[i] = weight_of(campaign, holidays, shape.first_ms + (int64_t)i * CLOCK_HOUR_MS);
    if (!(sum > 0)) {
        shape_done(&shape);
        return error_set_field(err, ERROR_INVALID, "weekday", "[shape] weekday lets nobody come");
    }
    for (size_t i = 0; i < shape.hours; i++)
        shape.shares[i] /= sum;
    *ret_shape = shape;
    return true;
}

void shape_done(struct shape *shape) {
    free(shape->shares);
    shape->shares = NULL;
}
