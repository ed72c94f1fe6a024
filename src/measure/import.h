// import.h - what is common to everything that is brought in from files: what became of each row, and which
// files have been here before.
//
// No row is dropped in silence: read = taken + passed over + bad. The first bad lines are kept with their
// number and reason, all are counted. A file is known by the digest of its contents: the same contents,
// read in the same way, are not taken twice; read in another way (another map), what it gave before is
// replaced.
#pragma once

#include <stdint.h>

#include "measure/source.h"
#include "store/store.h"

#define IMPORT_BAD_LISTED_MAX 100
#define IMPORT_NOTES_MAX      8

// The numbers are stored: do not change.
enum import_kind {
    IMPORT_ACCESS_LOG = 1,
    IMPORT_ARRIVALS = 2,
    IMPORT_DAILY = 3,
    IMPORT_CALLS = 4,
    IMPORT_SURVEY = 5,
    IMPORT_HOLIDAYS = 6,
};
#define IMPORT_KINDS 7
// "access-log", "arrivals", ...; NULL for a number that is none.
const char *import_kind_name(enum import_kind kind);

struct import_bad {
    uint64_t line;
    char reason[ERROR_MESSAGE_SIZE];
};

struct import_note {
    uint64_t count;
    const char *words; // a constant
};

struct import_result {
    int64_t latest_ms;    // what is said to happen later cannot have been counted yet; 0: anything may
    uint64_t read;        // rows
    uint64_t taken;       // rows that now count
    uint64_t passed_over; // rows that were understood and are not to be counted; the notes say why
    uint64_t bad;
    struct import_bad bad_listed[IMPORT_BAD_LISTED_MAX];
    size_t bad_listed_count;
    struct import_note notes[IMPORT_NOTES_MAX];
    size_t notes_count;
};

// ERROR_INVALID: the moment lies after `latest_ms`. One year typed wrong would stretch every report to it.
MUST_CHECK bool import_check_moment(const struct import_result *result, int64_t moment_ms, struct error *err);
void import_add_bad(struct import_result *result, uint64_t line, const char *reason);
// Adds `count` to the note with these words (the same constant).
void import_add_note(struct import_result *result, const char *words, uint64_t count);

// One file as it is remembered.
struct import {
    enum import_kind kind;
    unsigned char digest[SOURCE_DIGEST_SIZE];
    const char *options; // how it was read
    const char *name;    // of the file
    int64_t now_ms;
};

// The number under which the store knows it; positive.
int64_t import_id(const struct import *import);
// `ret_taken`: rows that an earlier import of the same contents in the same way took; -1: none has been.
MUST_CHECK bool import_find(struct session *session, const struct import *import, int64_t *ret_taken,
                            struct error *err);
// Remembers it, in the caller's transaction.
MUST_CHECK bool import_save(struct session *session, const struct import *import,
                            const struct import_result *result, struct error *err);
