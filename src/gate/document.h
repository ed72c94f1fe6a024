// document.h - the public document of the gate: the same few bytes for everybody, from which each page
// computes its own place and wait.
//
// `arrivals` is a rising line of [key, people]: how many came before that key since the line began. The key
// of an ordinary place is its second; of one from the draw rank / 2^32, which lies between 0 and 1. So
//     ahead = arrivals(second) + min(rank * nodes, arrivals(second + 1) - arrivals(second)) - passed
//     ahead = arrivals(rank / 2^32) - passed                               for places of the draw
// and the turn has come when (second, rank) is before `watermark`. At most 64 points and 2 KiB; positions are
// within 1 % of the line, and near the front within 1 % of themselves as far as the points reach.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "gate/curve.h"
#include "gate/line.h"
#include "gate/promise.h"

#define DOCUMENT_BYTES_MAX   2047
#define DOCUMENT_MESSAGE_MAX 240 // bytes

// Nobody knows how long a pause lasts: everybody looks often enough to hear of its end.
#define DOCUMENT_PAUSED_LOOK_S_MAX 20

enum document_state {
    DOCUMENT_OPEN, // nobody waits
    DOCUMENT_QUEUEING,
    DOCUMENT_PAUSED,
    DOCUMENT_CLOSED, // before the opening, or after the end
};

struct document_options {
    int64_t now_s;
    enum document_state state;
    double steady_per_s; // what promises are made from
    double look_per_s;   // the last steady pace that was none of 0
    const struct promise *promise;
    const char *reason;  // why the pace is what it is, one of pace_reason_name; may be NULL
    const char *message; // of the operator's; may be NULL
    uint32_t news;       // another number when the city says something new to everybody; 0: it says nothing
};

// What a page computes from the curve: people ahead of a place.
double document_ahead(const struct curve *curve, struct place place, uint32_t nodes, uint64_t passed);

// In how many seconds who has so many ahead should look again; the same rule stands in the document.
uint32_t document_look_s(uint64_t ahead, double steady_per_s);

// What a document says while the store is away: the same line at another second, paused, reason "store".
// `target` has room for DOCUMENT_BYTES_MAX + 1 bytes; returns the length, 0 when `text` is no document.
size_t document_freeze(char *target, const char *text, int64_t now_s);
// The document as JSON in the arena. ERROR_INVALID: the message is too long or no UTF-8; ERROR_EXHAUSTED: no
// memory.
MUST_CHECK bool document_write(const struct line *line, const struct document_options *options,
                               struct arena *arena, const char **ret_text, size_t *ret_length,
                               struct error *err);
