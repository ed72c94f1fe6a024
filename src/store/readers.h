// readers.h - a few threads with a session each, on which queries run so that event loops never wait.
#pragma once

#include "store/store.h"

struct reading {
    void *context;
    // On a reader's thread, with a session of that thread. Returns false with err filled when it failed; is
    // run once more when the store was unavailable.
    bool (*run)(struct reading *reading, struct session *session, struct error *err);
    // On the same thread, afterwards; err is NULL when run returned true.
    void (*done)(struct reading *reading, const struct error *err);
    struct reading *next; // the readers'
};

struct readers;
MUST_CHECK bool readers_start(struct store *store, unsigned threads, size_t queue_max,
                              struct readers **ret_readers, struct error *err);
// Finishes what was submitted, then ends the threads. NULL is fine.
void readers_stop(struct readers *readers);
// `done` is called exactly once, unless this returns false (ERROR_UNAVAILABLE: queue full).
MUST_CHECK bool readers_submit(struct readers *readers, struct reading *reading, struct error *err);
