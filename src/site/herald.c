// herald.c - looks, and lets listeners go.
#include "site/herald.h"

#include <pthread.h>
#include <time.h>

#include "base/log.h"
#include "guidance/news.h"
#include "site/listeners.h"

#define EVERY_US INT64_C(250000)
// Listeners at once, and the pause after them: ten thousand are told within a fifth of a second, and the
// requests of others wait behind few of them.
#define PORTION    200
#define PORTION_US INT64_C(4000)
#define SECOND_US  INT64_C(1000000)

struct herald {
    struct site *site;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop, woken;
    bool look; // something was written here after the last look began
    bool busy; // a look is under way
    struct reading reading;
    struct news_state told; // the thread's own
};

static void wake(struct herald *herald, bool *flag, bool value) {
    (void)pthread_mutex_lock(&herald->lock);
    *flag = value;
    herald->woken = true;
    (void)pthread_cond_signal(&herald->wake);
    (void)pthread_mutex_unlock(&herald->lock);
}

void herald_look(struct herald *herald) {
    wake(herald, &herald->look, true);
}

static bool refresh(struct reading *reading, struct session *session, struct error *err) {
    struct herald *herald = reading->context;
    struct site *site = herald->site;
    return guidance_refresh(site->guidance, session, clock_now_ms(&site->clock), err);
}

static void refreshed(struct reading *reading, const struct error *err) {
    struct herald *herald = reading->context;
    if (err != NULL && err->kind != ERROR_UNAVAILABLE)
        LOG(LOG_WARNING, "help is not brought up to date", log_text("cause", err->message));
    wake(herald, &herald->busy, false);
}

// On a reader's thread; one look at a time.
static void look(struct herald *herald) {
    struct error err;
    (void)pthread_mutex_lock(&herald->lock);
    bool busy = herald->busy;
    herald->busy = true;
    herald->look = herald->look && busy; // what was written after it began needs another one
    (void)pthread_mutex_unlock(&herald->lock);
    if (busy)
        return;
    herald->reading = (struct reading){.context = herald, .run = refresh, .done = refreshed};
    if (!readers_submit(herald->site->readers, &herald->reading, &err))
        wake(herald, &herald->busy, false);
}

// What was scheduled begins and ends while the store is away, too.
static void notice(struct herald *herald) {
    struct site *site = herald->site;
    const struct shelf *shelf = guidance_borrow(site->guidance);
    struct news_state state = news_state(shelf, clock_now_ms(&site->clock));
    guidance_give_back(site->guidance, shelf);
    gate_hear_news(site->gate, state.number);
    if (state.number != herald->told.number)
        listeners_tell(site->listeners);
    herald->told = state;
}

// False when it is time to stop. `ret_asked`: something was written here.
static bool wait(struct herald *herald, int64_t until_us, bool *ret_asked) {
    const struct timespec until = {.tv_sec = until_us / SECOND_US, .tv_nsec = until_us % SECOND_US * 1000};
    (void)pthread_mutex_lock(&herald->lock);
    int result = 0;
    while (!herald->stop && !herald->woken && result == 0)
        result = pthread_cond_timedwait(&herald->wake, &herald->lock, &until);
    herald->woken = false;
    *ret_asked = herald->look && !herald->busy;
    bool go_on = !herald->stop;
    (void)pthread_mutex_unlock(&herald->lock);
    return go_on;
}

static void *run(void *context) {
    struct herald *herald = context;
    int64_t look_us = clock_monotonic_us(), until_us = look_us;
    bool asked = false;
    while (wait(herald, until_us, &asked)) {
        int64_t now_us = clock_monotonic_us();
        if (asked || now_us >= look_us) {
            look_us = now_us + EVERY_US;
            look(herald);
        }
        notice(herald);
        bool more = listeners_let_go(herald->site->listeners, now_us, PORTION) == PORTION;
        until_us = more ? now_us + PORTION_US : look_us;
    }
    return NULL;
}

bool herald_start(struct site *site, struct herald **ret_herald, struct error *err) {
    struct herald *herald = calloc(1, sizeof *herald);
    if (herald == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    pthread_condattr_t attributes;
    herald->site = site;
    (void)pthread_mutex_init(&herald->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&herald->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&herald->thread, NULL, run, herald) != 0) {
        herald_free(herald);
        return error_set(err, ERROR_UNAVAILABLE, "no thread for announcements");
    }
    herald->started = true;
    *ret_herald = herald;
    return true;
}

void herald_stop(struct herald *herald) {
    if (herald == NULL || !herald->started)
        return;
    wake(herald, &herald->stop, true);
    (void)pthread_join(herald->thread, NULL);
    herald->started = false;
}

void herald_free(struct herald *herald) {
    if (herald == NULL)
        return;
    (void)pthread_cond_destroy(&herald->wake);
    (void)pthread_mutex_destroy(&herald->lock);
    free(herald);
}
