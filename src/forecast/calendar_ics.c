// calendar_ics.c - events for calendar programs: every band of a day, or every phase of the campaign.
//
// libical writes the file. Times are in UTC, so that no zone must be explained; an event keeps its UID from
// version to version, and the version is its SEQUENCE, so that a subscription moves along.
#include <libical/ical.h>
#include <stdio.h>

#include "forecast/calendar_internal.h"

#define PRODUCT "-//Juncho//Calendar//"
#define REFRESH "PT6H" // how often a subscription asks; versions come once a day or when an operator says so
#define ZONE    "Asia/Tokyo"

static struct icaltimetype time_of(int64_t time_ms) {
    return icaltime_from_timet_with_zone((time_t)(time_ms / 1000), 0, icaltimezone_get_utc_timezone());
}

struct event {
    char uid[160];
    const char *summary;
    const char *description;
    struct icaltimetype from, until;
};

static void add_event(icalcomponent *root, const struct calendar_view *view, const struct event *event) {
    icalcomponent *component = icalcomponent_new_vevent();
    icalcomponent_add_property(component, icalproperty_new_uid(event->uid));
    icalcomponent_add_property(component, icalproperty_new_dtstamp(time_of(view->calendar->made_ms)));
    icalcomponent_add_property(component, icalproperty_new_sequence((int)view->calendar->number));
    icalcomponent_add_property(component, icalproperty_new_dtstart(event->from));
    icalcomponent_add_property(component, icalproperty_new_dtend(event->until));
    icalcomponent_add_property(component, icalproperty_new_summary(event->summary));
    if (event->description != NULL)
        icalcomponent_add_property(component, icalproperty_new_description(event->description));
    icalcomponent_add_property(component, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
    icalcomponent_add_component(root, component);
}

// The time stands in words as well: programs draw what goes past midnight as if it lasted the whole day.
static const char *summary_of(const struct calendar_view *view, enum level level, size_t band,
                              struct arena *arena) {
    const struct calendar_words *words = &view->language->plain;
    const char *text = arena_print(arena, "%s %s %s %s", level_symbol(level), words->level[level],
                                   words->band[band], calendar_campaign_text(arena, view));
    return text == NULL ? "" : text;
}

static void add_days(icalcomponent *root, const struct calendar_view *view, struct arena *arena) {
    for (int64_t day = view->from_day; day < view->from_day + CALENDAR_VIEW_DAYS; day++)
        for (size_t band = 0; band < LEVELS_BANDS; band++) {
            enum level level = calendar_level(view->calendar, day, band);
            const struct calendar_override *override = calendar_override_of(view->calendar, day, band);
            char date[CALENDAR_ISO_SIZE];
            struct event event = {0};
            if (level == LEVEL_UNKNOWN || calendar_is_shut(view->calendar, band))
                continue;
            calendar_iso_date(date, day);
            (void)snprintf(event.uid, sizeof event.uid, "calendar-%s-%s-%s@%.80s",
                           calendar_series_name(view->series), date, levels_band_names[band], view->host);
            event.summary = summary_of(view, level, band, arena);
            event.description = override == NULL ? NULL : override->reason;
            event.from = time_of(calendar_hour_ms(day, calendar_band_from(band)));
            event.until = time_of(calendar_hour_ms(day, calendar_band_until(band)));
            add_event(root, view, &event);
        }
}

static struct icaltimetype date_of(int64_t day) {
    struct icaltimetype date =
        icaltime_from_timet_with_zone((time_t)(day * 86400), 1, icaltimezone_get_utc_timezone());
    date.zone = NULL;
    return date;
}

static void add_phases(icalcomponent *root, const struct calendar_view *view, struct arena *arena) {
    struct calendar_phase phases[CALENDAR_PHASES_MAX];
    size_t count = calendar_phases(view->calendar, phases);
    for (size_t i = 0; i < count; i++)
        for (size_t band = 0; band < LEVELS_BANDS; band++) {
            struct event event = {0};
            if (phases[i].band[band] == LEVEL_UNKNOWN)
                continue;
            (void)snprintf(event.uid, sizeof event.uid, "calendar-%s-month%d-%s@%.80s",
                           calendar_series_name(view->series), phases[i].first_month, levels_band_names[band],
                           view->host);
            event.summary = summary_of(view, phases[i].band[band], band, arena);
            event.description = calendar_phase_text(arena, &view->language->plain, &phases[i]);
            event.from = date_of(phases[i].first_day);
            event.until = date_of(phases[i].last_day + 1);
            add_event(root, view, &event);
        }
}

static void add_extension(icalcomponent *root, const char *name, const char *value) {
    icalproperty *property = icalproperty_new_x(value);
    icalproperty_set_x_name(property, name);
    icalcomponent_add_property(root, property);
}

// What a program that subscribes shows and does: RFC 7986, and the older names that calendars still read.
static void add_properties(icalcomponent *root, const struct calendar_view *view, struct arena *arena) {
    const struct calendar_words *words = &view->language->plain;
    const char *product = arena_print(arena, PRODUCT "%s", words->tag);
    const char *name =
        arena_print(arena, "%s %s", words->title[view->series], calendar_campaign_text(arena, view));
    icalproperty *refresh = icalproperty_new_refreshinterval(icaldurationtype_from_string(REFRESH));
    icalproperty_add_parameter(refresh, icalparameter_new_value(ICAL_VALUE_DURATION));
    icalcomponent_add_property(root, icalproperty_new_version("2.0"));
    icalcomponent_add_property(root, icalproperty_new_prodid(product == NULL ? PRODUCT : product));
    icalcomponent_add_property(root, icalproperty_new_name(name == NULL ? "" : name));
    icalcomponent_add_property(root, icalproperty_new_description(words->note[view->series]));
    icalcomponent_add_property(root, refresh);
    add_extension(root, "X-WR-CALNAME", name == NULL ? "" : name);
    add_extension(root, "X-WR-TIMEZONE", ZONE);
    add_extension(root, "X-PUBLISHED-TTL", REFRESH);
}

void calendar_write_ics(const struct calendar_view *view, struct buffer *out) {
    icalcomponent *root = icalcomponent_new_vcalendar();
    add_properties(root, view, out->arena);
    if (view->calendar != NULL && view->year)
        add_phases(root, view, out->arena);
    else if (view->calendar != NULL)
        add_days(root, view, out->arena);
    char *text = icalcomponent_as_ical_string_r(root);
    out->failed |= text == NULL;
    buffer_add(out, text == NULL ? "" : text);
    icalmemory_free_buffer(text);
    icalcomponent_free(root);
}
