#include "site/calendars.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/text.h"
#include "forecast/calendar_store.h"
#include "forecast/holidays_store.h"
#include "guidance/guidance.h"
#include "site/naming.h"
#include "site/planning.h"

#define LOOK_EVERY_S   2
#define KEPT_BYTES_MAX ((size_t)2 << 20)
#define WORK_BYTES_MAX ((size_t)64 << 20)
#define WORD_BYTES_MAX ((size_t)4 << 20)
#define SERIES         2
#define QUIET_DAYS     28

// What an operator asked for.
struct asked {
    bool now;
    char reason[CALENDAR_REASON_SIZE], by[CALENDAR_NAME_SIZE];
};

// What is held of one series. The arena belongs to the two versions.
struct held {
    struct arena *arena;
    struct calendar *calendar, *before;
    int64_t looked_day;            // the day of the last regular look; 0: none
    struct asked asked, answering; // what an operator wants, under wait_lock, and what the thread took of it
    struct calendars_state state;  // under wait_lock
};

struct calendars {
    struct site *site;
    struct holidays holidays;
    struct arena *words; // of the languages, which are those of guidance_languages()
    struct calendar_language languages[LANGUAGES_MAX];
    size_t languages_count;
    struct held held[SERIES];
    pthread_rwlock_t lock; // of held's versions
    pthread_mutex_t wait_lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool stop, woken;
};

static struct held *held_of(struct calendars *calendars, enum calendar_series series) {
    return &calendars->held[series - CALENDAR_APP];
}

// Reads the newest version and the one before it, and puts them in the place of the old ones.
static bool renew(struct calendars *calendars, struct session *session, enum calendar_series series,
                  struct error *err) {
    struct held *held = held_of(calendars, series);
    int64_t campaign_id = calendars->site->campaign->id, number = 0;
    if (!calendar_newest(session, campaign_id, series, &number, err))
        return false;
    if (number == (held->calendar == NULL ? 0 : held->calendar->number))
        return true;
    struct arena *arena = arena_new(KEPT_BYTES_MAX);
    struct calendar *calendar = NULL, *before = NULL;
    bool good = arena != NULL ? calendar_load(session, campaign_id, series, number, arena, &calendar, err)
                              : error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (good && number > 1)
        good = calendar_load(session, campaign_id, series, number - 1, arena, &before, err);
    if (!good) {
        arena_free(arena);
        return false;
    }
    (void)pthread_rwlock_wrlock(&calendars->lock);
    struct arena *old = held->arena;
    held->arena = arena;
    held->calendar = calendar;
    held->before = before;
    (void)pthread_rwlock_unlock(&calendars->lock);
    arena_free(old);
    return true;
}

static bool submit(struct calendars *calendars, struct arena *arena, struct calendar *calendar,
                   struct error *err) {
    struct command command;
    const struct held *held = held_of(calendars, calendar->series);
    const char *usual = calendars->languages[0].own_reasons[held->calendar != NULL];
    calendar->number = held->calendar == NULL ? 1 : held->calendar->number + 1;
    if (!text_copy(calendar->reason, sizeof calendar->reason,
                   held->answering.now ? held->answering.reason : usual) ||
        !text_copy(calendar->by, sizeof calendar->by, held->answering.by))
        return error_set(err, ERROR_INVALID, "the reason is too long");
    command_init(&command, arena);
    calendar_publish(&command, calendars->site->campaign->id, calendar);
    if (!writer_run(calendars->site->writer, &command, err))
        return err->kind == ERROR_EXHAUSTED; // another node was first: its version is read next
    LOG(LOG_INFO, "calendar published", log_text("series", calendar_series_name(calendar->series)),
        log_number("version", calendar->number));
    return true;
}

static bool look_through(struct calendars *calendars, struct session *session, enum calendar_series series,
                         int64_t now_ms, struct planner_basis *ret_basis, struct error *err) {
    const struct site *site = calendars->site;
    const struct held *held = held_of(calendars, series);
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(WORK_BYTES_MAX);
    struct planner_settings settings;
    struct planner_campaign campaign = {site->campaign->id, site->campaign->opens_ms,
                                        site->campaign->closes_ms};
    struct planner planner;
    struct calendar *calendar = NULL;
    planning_settings(site->config, series, &settings);
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!planning_bookings(session, campaign.id, series, now_ms, arena, &settings, err) ||
        !planner_init(&planner, session, series, &campaign, &settings, now_ms, err))
        return false;
    bool good = planner_calendar(&planner, session, series, &campaign, &settings, arena, &calendar, err);
    *ret_basis = planner_basis(&planner);
    planner_done(&planner);
    if (!good)
        return false;
    calendar->made_ms = now_ms;
    bool changed = held->calendar == NULL || !calendar_is_same(calendar, held->calendar);
    return !changed || submit(calendars, arena, calendar, err);
}

// At the first start, when asked, and once a day after the hour that the settings name.
static bool is_due(const struct calendars *calendars, const struct held *held, int64_t now_ms,
                   int64_t *ret_day) {
    struct civil civil = clock_civil(now_ms);
    *ret_day = clock_day_number(civil.year, civil.month, civil.day);
    bool daily = civil.hour >= calendars->site->config->calendar.publish_hour && held->looked_day != *ret_day;
    return held->answering.now || daily || held->looked_day == 0;
}

// Takes over what an operator asked for, so that what is asked meanwhile is not lost.
static void take_asked(struct calendars *calendars, struct held *held) {
    (void)pthread_mutex_lock(&calendars->wait_lock);
    if (held->asked.now)
        held->answering = held->asked;
    held->asked.now = false;
    (void)pthread_mutex_unlock(&calendars->wait_lock);
}

// Keeps how a look went for the console, and logs a trouble once, not every few seconds. That a campaign is
// over is none.
static void note(struct calendars *calendars, enum calendar_series series, int64_t now_ms,
                 const struct planner_basis *basis, const struct error *trouble) {
    struct calendars_state *state = &held_of(calendars, series)->state;
    bool told = trouble != NULL && strcmp(state->trouble, trouble->message) == 0;
    if (trouble != NULL && !told)
        LOG(trouble->kind == ERROR_UNAVAILABLE ? LOG_WARNING : LOG_INFO, "calendar not renewed",
            log_text("series", calendar_series_name(series)), log_text("cause", trouble->message));
    (void)pthread_mutex_lock(&calendars->wait_lock);
    if (trouble == NULL) {
        state->trouble_ms = 0;
        state->trouble[0] = '\0';
    } else {
        state->trouble_ms = trouble->kind == ERROR_CONFLICT ? 0
                            : state->trouble_ms != 0        ? state->trouble_ms
                                                            : now_ms;
        (void)snprintf(state->trouble, sizeof state->trouble, "%s", trouble->message);
    }
    if (basis != NULL) {
        state->looked_ms = now_ms;
        state->basis = *basis;
    }
    (void)pthread_mutex_unlock(&calendars->wait_lock);
}

// One look at a series. What fails for want of the store is tried again in a few seconds, all else tomorrow
// or when an operator asks.
static void look(struct calendars *calendars, struct session *session, enum calendar_series series) {
    struct held *held = held_of(calendars, series);
    int64_t now_ms = clock_now_ms(&calendars->site->clock), day = 0;
    struct planner_basis basis;
    struct error err = {0};
    take_asked(calendars, held);
    bool good = renew(calendars, session, series, &err), due = is_due(calendars, held, now_ms, &day);
    if (good && due) {
        held->looked_day = day;
        good = look_through(calendars, session, series, now_ms, &basis, &err) &&
               renew(calendars, session, series, &err);
        if (good || err.kind != ERROR_UNAVAILABLE) // else it is tried again
            held->answering = (struct asked){0};
    }
    if (!good && err.kind == ERROR_UNAVAILABLE)
        held->looked_day = 0; // again in a few seconds
    if (!good || due)         // a look that was not due says nothing about the last one
        note(calendars, series, now_ms, good ? &basis : NULL, good ? NULL : &err);
}

// False when it is time to stop.
static bool wait_for_work(struct calendars *calendars) {
    struct timespec until;
    int result = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_EVERY_S;
    (void)pthread_mutex_lock(&calendars->wait_lock);
    while (!calendars->stop && !calendars->woken && result == 0)
        result = pthread_cond_timedwait(&calendars->wake, &calendars->wait_lock, &until);
    bool go_on = !calendars->stop;
    calendars->woken = false;
    (void)pthread_mutex_unlock(&calendars->wait_lock);
    return go_on;
}

static void *run(void *context) {
    struct calendars *calendars = context;
    do {
        CLEANUP(session_cleanup) struct session *session = NULL;
        struct error err;
        bool here = session_open(calendars->site->store, SESSION_READ, &session, &err);
        for (enum calendar_series series = CALENDAR_APP; series <= CALENDAR_CALLS; series++)
            if (here) {
                look(calendars, session, series);
            } else {
                held_of(calendars, series)->looked_day = 0; // when the store is back, at once
                note(calendars, series, clock_now_ms(&calendars->site->clock), NULL, &err);
            }
    } while (wait_for_work(calendars));
    return NULL;
}

static bool read_holidays(const struct site *site, struct holidays *ret_holidays, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct inputs_paths paths = {.holidays = site->config->calendar.holidays};
    struct inputs inputs;
    if (!session_open(site->store, SESSION_READ, &session, err) || !inputs_read(&paths, 0, &inputs, err))
        return false;
    *ret_holidays = inputs.holidays;
    inputs.holidays = holidays_none();
    inputs_done(&inputs);
    if (holidays_renew(session, paths.holidays, ret_holidays, err))
        return true;
    holidays_done(ret_holidays);
    return false;
}

static bool read_words(struct calendars *calendars, struct error *err) {
    const struct languages *languages = guidance_languages(calendars->site->guidance);
    calendars->words = arena_new(WORD_BYTES_MAX);
    if (calendars->words == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < languages->count; i++) {
        const struct language *language = &languages->list[i];
        if (!calendar_words_read(language->code, language->messages, calendars->words,
                                 &calendars->languages[i], err)) {
            error_prefix(err, "%.16s.json: ", language->code);
            return false;
        }
    }
    calendars->languages_count = languages->count;
    return true;
}

static void free_all(struct calendars *calendars) {
    for (size_t i = 0; i < SERIES; i++)
        arena_free(calendars->held[i].arena);
    holidays_done(&calendars->holidays);
    arena_free(calendars->words);
    free(calendars);
}

bool calendars_start(struct site *site, struct calendars **ret_calendars, struct error *err) {
    struct calendars *calendars = calloc(1, sizeof *calendars);
    pthread_condattr_t attributes;
    if (calendars == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    calendars->site = site;
    if (!read_words(calendars, err) || !read_holidays(site, &calendars->holidays, err)) {
        free_all(calendars);
        return false;
    }
    (void)pthread_rwlock_init(&calendars->lock, NULL);
    (void)pthread_mutex_init(&calendars->wait_lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&calendars->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&calendars->thread, NULL, run, calendars) != 0) {
        free_all(calendars);
        return error_set(err, ERROR_UNAVAILABLE, "no thread for the planner");
    }
    *ret_calendars = calendars;
    return true;
}

void calendars_stop(struct calendars *calendars) {
    if (calendars == NULL)
        return;
    (void)pthread_mutex_lock(&calendars->wait_lock);
    calendars->stop = true;
    (void)pthread_cond_signal(&calendars->wake);
    (void)pthread_mutex_unlock(&calendars->wait_lock);
    (void)pthread_join(calendars->thread, NULL);
    (void)pthread_cond_destroy(&calendars->wake);
    (void)pthread_mutex_destroy(&calendars->wait_lock);
    (void)pthread_rwlock_destroy(&calendars->lock);
    free_all(calendars);
}

void calendars_ask(struct calendars *calendars, enum calendar_series series, const char *reason,
                   const char *by) {
    struct held *held = held_of(calendars, series);
    (void)pthread_mutex_lock(&calendars->wait_lock);
    held->asked.now = calendars->woken = true;
    (void)snprintf(held->asked.reason, sizeof held->asked.reason, "%s", reason);
    (void)snprintf(held->asked.by, sizeof held->asked.by, "%s", by);
    (void)pthread_cond_signal(&calendars->wake);
    (void)pthread_mutex_unlock(&calendars->wait_lock);
}

struct calendars_state calendars_state(struct calendars *calendars, enum calendar_series series) {
    (void)pthread_mutex_lock(&calendars->wait_lock);
    struct calendars_state state = held_of(calendars, series)->state;
    (void)pthread_mutex_unlock(&calendars->wait_lock);
    return state;
}

bool calendars_next_quiet(struct calendars *calendars, int64_t now_ms, struct calendar_quiet *ret_quiet) {
    struct civil civil = clock_civil(now_ms);
    int64_t today = clock_day_number(civil.year, civil.month, civil.day);
    (void)pthread_rwlock_rdlock(&calendars->lock);
    const struct calendar *calendar = held_of(calendars, CALENDAR_APP)->calendar;
    struct calendar_quiet quiet[2]; // the first may be the time that runs
    size_t count =
        calendar == NULL ? 0 : calendar_quiet(calendar, today, civil.hour, QUIET_DAYS, false, quiet, 2);
    (void)pthread_rwlock_unlock(&calendars->lock);
    for (size_t i = 0; i < count; i++)
        if (quiet[i].day > today || calendar_band_from(quiet[i].band) > civil.hour) {
            *ret_quiet = quiet[i];
            return true;
        }
    return false;
}

// What there is to see of a series, under the lock.
static struct calendar_view view_of(const struct calendars *calendars, const struct calendars_view *asked) {
    const struct site *site = calendars->site;
    const struct held *held = &calendars->held[asked->series - CALENDAR_APP];
    struct civil civil = clock_civil(asked->now_ms);
    int64_t today = clock_day_number(civil.year, civil.month, civil.day), monday = calendar_monday(today);
    struct naming naming = naming_of(site, asked->language);
    bool later = held->calendar != NULL && held->calendar->first_day > monday;
    return (struct calendar_view){.series = asked->series,
                                  .calendar = held->calendar,
                                  .before = held->before,
                                  .holidays = &calendars->holidays,
                                  .language = &calendars->languages[asked->language],
                                  .languages = calendars->languages,
                                  .languages_count = calendars->languages_count,
                                  .campaign = naming.name,
                                  .campaign_lang = naming.tag,
                                  .host = site->campaign->code,
                                  .style_link = "/calendar.css",
                                  .news = asked->news,
                                  .address = site->public_url,
                                  .year = asked->year,
                                  .brief = asked->brief,
                                  .from_day = later ? held->calendar->first_day : monday,
                                  .today = today,
                                  .hour = civil.hour};
}

const struct calendar_words *calendars_words(const struct calendars *calendars, size_t language) {
    return &calendars->languages[language].plain;
}

const struct calendar_words *calendars_page_words(const struct calendars *calendars, size_t language) {
    return &calendars->languages[language].page;
}

void calendars_write(struct calendars *calendars, const struct calendars_view *asked, struct buffer *out) {
    (void)pthread_rwlock_rdlock(&calendars->lock);
    struct calendar_view view = view_of(calendars, asked);
    calendar_write(&view, asked->form, out);
    (void)pthread_rwlock_unlock(&calendars->lock);
}
