// ticker.c - one thread, woken once a second.
#include "site/ticker.h"

#include <pthread.h>
#include <time.h>

#include "base/log.h"
#include "identity/hold.h"
#include "measure/traffic.h"
#include "site/terms.h"

#define PURGE_EVERY_S       60
#define TRANSACTION_KEEP_MS CLOCK_DAY_MS // long enough to answer a callback that was loaded again

struct ticker {
    struct site *site;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    bool failing; // the last flush failed: said once, not every second
};

static void flush(struct ticker *ticker) {
    struct error err;
    bool ok = traffic_flush(ticker->site->traffic, ticker->site->writer, &err);
    if (!ok && !ticker->failing)
        LOG(LOG_WARNING, "counts not written, kept in memory", log_text("cause", err.message));
    if (ok && ticker->failing)
        LOG(LOG_INFO, "counts are written again", log_number("waiting", 0));
    ticker->failing = !ok;
}

static void purge(struct ticker *ticker) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct command command;
    struct error err;
    if (arena == NULL)
        return;
    command_init(&command, arena);
    int64_t now_ms = clock_now_ms(&ticker->site->clock);
    (void)transaction_purge(&command, now_ms - TRANSACTION_KEEP_MS);
    (void)hold_purge(&command, now_ms);
    if (!writer_run(ticker->site->writer, &command, &err))
        LOG(LOG_WARNING, "old jumps not forgotten, tried again in a minute", log_text("cause", err.message));
}

// False when it is time to stop.
static bool wait_a_second(struct ticker *ticker) {
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 1;
    (void)pthread_mutex_lock(&ticker->lock);
    int result = 0;
    while (!ticker->stop && result == 0)
        result = pthread_cond_timedwait(&ticker->wake, &ticker->lock, &until);
    bool go_on = !ticker->stop;
    (void)pthread_mutex_unlock(&ticker->lock);
    return go_on;
}

static void *run(void *context) {
    struct ticker *ticker = context;
    for (int64_t second = 1; wait_a_second(ticker); second++) {
        flush(ticker);
        terms_watch(ticker->site);
        if (second % PURGE_EVERY_S == 0)
            purge(ticker);
    }
    flush(ticker); // an hour that has just ended
    flush(ticker); // and the one that runs
    return NULL;
}

bool ticker_start(struct site *site, struct ticker **ret_ticker, struct error *err) {
    struct ticker *ticker = calloc(1, sizeof *ticker);
    if (ticker == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    pthread_condattr_t attributes;
    ticker->site = site;
    (void)pthread_mutex_init(&ticker->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&ticker->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&ticker->thread, NULL, run, ticker) != 0) {
        free(ticker);
        return error_set(err, ERROR_UNAVAILABLE, "no thread for the ticker");
    }
    *ret_ticker = ticker;
    return true;
}

void ticker_stop(struct ticker *ticker) {
    if (ticker == NULL)
        return;
    (void)pthread_mutex_lock(&ticker->lock);
    ticker->stop = true;
    (void)pthread_cond_signal(&ticker->wake);
    (void)pthread_mutex_unlock(&ticker->lock);
    (void)pthread_join(ticker->thread, NULL);
    (void)pthread_cond_destroy(&ticker->wake);
    (void)pthread_mutex_destroy(&ticker->lock);
    free(ticker);
}
