// import_work.h - one file on its way into the store, whatever its kind.
#pragma once

#include "measure/import.h"
#include "store/store.h"

struct import_options {
    const char *map;
    int64_t within_s;
    const char *questions; // of the survey: a file, or ""
};

// What the files of one command share: the kind, and what it remembers from file to file.
struct import_work {
    const struct import_options *options;
    struct import_result *result; // of the file at hand
    void *state;                  // the kind's, for the file at hand
    void *shared;                 // the kind's, for all files of the command
    int64_t now_ms;
};

struct import_type {
    enum import_kind kind;
    bool takes_map, takes_within;
    MUST_CHECK bool (*open)(struct import_work *work, struct error *err);
    MUST_CHECK bool (*feed)(struct import_work *work, const char *bytes, size_t length, struct error *err);
    MUST_CHECK bool (*finish)(struct import_work *work, struct error *err);
    // In a transaction of the session.
    MUST_CHECK bool (*store)(struct import_work *work, struct session *session, int64_t id,
                             struct error *err);
    void (*close)(struct import_work *work); // of the file, also after a failure; state may be NULL
    void (*end)(struct import_work *work);   // of the command; NULL: nothing is shared
};

// NULL: there is no such kind.
const struct import_type *import_type_find(const char *name);
