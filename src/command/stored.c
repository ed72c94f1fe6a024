#include "command/stored.h"

#include <math.h>

#include "base/clock.h"
#include "campaign/campaign.h"
#include "forecast/holidays_store.h"
#include "site/planning.h"

#define ARENA_BYTES ((size_t)1 << 20)

static bool give(const struct planner *planner, const struct stored_forecast *asked, stored_slot_fn *each,
                 void *context, struct error *err) {
    const struct series *series = &planner->inputs.series;
    size_t count = asked->days * series->per_day;
    struct demand_slot *slots = calloc(count, sizeof *slots);
    int64_t first = asked->first_day == 0 ? planner->today : asked->first_day;
    bool good = slots != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    good = good && planner_forecast(planner, first, asked->days, slots, err);
    if (good && asked->tell != NULL)
        planner_tell(planner, asked->tell, asked->tell_context);
    for (size_t i = 0; good && i < count; i++) {
        char start[CLOCK_RFC3339_SIZE];
        int64_t minute = (int64_t)floor(slots[i].time * SERIES_MINUTES_DAY + 0.5);
        clock_rfc3339(start, calendar_hour_ms(minute / SERIES_MINUTES_DAY, 0) +
                                 minute % SERIES_MINUTES_DAY * CLOCK_MINUTE_MS);
        good = each(context, start, series->minutes, &slots[i], err);
    }
    free(slots);
    return good;
}

bool stored_forecast_each(const struct stored_forecast *asked, stored_slot_fn *each, void *context,
                          struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    struct store *store = NULL;
    struct campaign campaign;
    struct planner_settings settings;
    struct planner planner;
    struct config config = asked->settings->config;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!settings_open(asked->settings, &store, err))
        return false;
    bool good = session_open(store, SESSION_READ, &session, err) &&
                campaign_load(session, NULL, &campaign, err) &&
                console_values_apply(session, &asked->settings->sets, &config, err);
    if (good) {
        planning_settings(&config, asked->series, &settings);
        if (asked->ret_config != NULL)
            *asked->ret_config = config;
        struct planner_campaign dates = {campaign.id, campaign.opens_ms, campaign.closes_ms};
        good = planning_bookings(session, campaign.id, asked->series, asked->now_ms, arena, &settings, err) &&
               planner_init(&planner, session, asked->series, &dates, &settings, asked->now_ms, err);
    }
    if (good) {
        good = give(&planner, asked, each, context, err);
        planner_done(&planner);
    }
    session_close(session);
    session = NULL;
    store_close(store);
    return good;
}

bool stored_holidays(const struct settings *settings, struct holidays *holidays, struct error *err) {
    struct session *session = NULL;
    struct store *store = NULL;
    if (!settings_open(settings, &store, err))
        return false;
    bool good =
        session_open(store, SESSION_READ, &session, err) && holidays_renew(session, NULL, holidays, err);
    session_close(session);
    store_close(store);
    return good;
}
