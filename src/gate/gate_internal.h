// gate_internal.h - the parts of a gate, for gate.c and gate_second.c only; `lock` is held around all of
// them.
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "gate/gate.h"
#include "gate/guard.h"

#define GATE_CODE_SIZE 64

// What signs and draws in one epoch. It never changes: read without the lock; kept until the gate ends, for
// whoever is reading it while the line begins anew.
struct gate_office {
    uint32_t epoch;
    struct ticket_office tickets;
    unsigned char draw_secret[DRAW_SECRET_SIZE];
    struct gate_office *before;
};

struct gate {
    pthread_mutex_t lock;
    struct gate_options options;
    char campaign[GATE_CODE_SIZE];
    struct gate_office *_Atomic office; // of the epoch that there is now
    _Atomic uint32_t node;
    struct line *line;
    struct leases *leases;
    struct known *known;
    struct controller *controller;
    struct guard guard;
    struct promise promise;
    struct gate_orders orders;
    uint32_t news;
    struct gate_figures own, seen; // since the start; what the controller was told, of all nodes
    struct controller_pace pace;
    double look_per_s; // the last steady pace that was none of 0
    uint64_t passed_seen;
    uint64_t inside_elsewhere;
    unsigned nodes;
    uint64_t promises_stored[PROMISE_SPANS]; // outcomes in the last record that was stored
    enum document_state state;               // as of the last second
    bool leads, frozen;

    pthread_mutex_t page_lock;
    struct gate_page page;
    _Atomic uint64_t version; // of the page
};

// The gate's one lock; never held while anything waits.
void gate_lock(struct gate *gate);
void gate_unlock(struct gate *gate);
