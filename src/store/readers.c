// readers.c - a queue and a few threads.
#include "store/readers.h"

#include <pthread.h>

#define READERS_MAX 64

struct reader {
    struct readers *readers;
    struct session *session;
    pthread_t thread;
};

struct readers {
    pthread_mutex_t mutex;
    pthread_cond_t work; // a reading waits, or stopping
    struct reading *first, *last;
    size_t waiting, queue_max;
    bool stopping;
    unsigned started;
    struct reader all[READERS_MAX];
};

// The next reading, waiting for one; NULL when there is none and the readers stop.
static struct reading *take(struct readers *readers) {
    (void)pthread_mutex_lock(&readers->mutex);
    while (readers->first == NULL && !readers->stopping)
        (void)pthread_cond_wait(&readers->work, &readers->mutex);
    struct reading *reading = readers->first;
    if (reading != NULL) {
        readers->first = reading->next;
        if (readers->first == NULL)
            readers->last = NULL;
        readers->waiting--;
    }
    (void)pthread_mutex_unlock(&readers->mutex);
    return reading;
}

static void *reader_run(void *context) {
    struct reader *reader = context;
    struct reading *reading;
    while ((reading = take(reader->readers)) != NULL) {
        struct error err = {.kind = ERROR_NONE};
        bool ok = reading->run(reading, reader->session, &err);
        // A connection that broke while it was idle is only noticed now: the next try may find a new one.
        if (!ok && err.kind == ERROR_UNAVAILABLE) {
            session_rollback(reader->session);
            err = (struct error){.kind = ERROR_NONE};
            ok = reading->run(reading, reader->session, &err);
        }
        // What a reading leaves open would hold back the next one's moment, and the log.
        session_rollback(reader->session);
        reading->done(reading, ok ? NULL : &err);
    }
    return NULL;
}

static bool reader_start(struct readers *readers, struct store *store, struct error *err) {
    struct reader *reader = &readers->all[readers->started];
    reader->readers = readers;
    if (!session_open(store, SESSION_READ, &reader->session, err))
        return false;
    if (pthread_create(&reader->thread, NULL, reader_run, reader) != 0) {
        session_close(reader->session);
        return error_set(err, ERROR_UNAVAILABLE, "a reader's thread cannot be started");
    }
    readers->started++;
    return true;
}

bool readers_start(struct store *store, unsigned threads, size_t queue_max, struct readers **ret_readers,
                   struct error *err) {
    ASSERT(threads > 0 && threads <= READERS_MAX && queue_max > 0);
    struct readers *readers = calloc(1, sizeof *readers);
    if (readers == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the readers");
    readers->queue_max = queue_max;
    (void)pthread_mutex_init(&readers->mutex, NULL);
    (void)pthread_cond_init(&readers->work, NULL);
    while (readers->started < threads) {
        if (!reader_start(readers, store, err)) {
            readers_stop(readers);
            return false;
        }
    }
    *ret_readers = readers;
    return true;
}

void readers_stop(struct readers *readers) {
    if (readers == NULL)
        return;
    (void)pthread_mutex_lock(&readers->mutex);
    readers->stopping = true;
    (void)pthread_cond_broadcast(&readers->work);
    (void)pthread_mutex_unlock(&readers->mutex);
    for (unsigned i = 0; i < readers->started; i++) {
        (void)pthread_join(readers->all[i].thread, NULL);
        session_close(readers->all[i].session);
    }
    (void)pthread_cond_destroy(&readers->work);
    (void)pthread_mutex_destroy(&readers->mutex);
    free(readers);
}

bool readers_submit(struct readers *readers, struct reading *reading, struct error *err) {
    reading->next = NULL;
    (void)pthread_mutex_lock(&readers->mutex);
    bool full = readers->waiting >= readers->queue_max || readers->stopping;
    if (!full) {
        if (readers->last == NULL)
            readers->first = reading;
        else
            readers->last->next = reading;
        readers->last = reading;
        readers->waiting++;
        (void)pthread_cond_signal(&readers->work);
    }
    (void)pthread_mutex_unlock(&readers->mutex);
    return !full || error_set(err, ERROR_UNAVAILABLE, "too many queries wait for the store");
}
