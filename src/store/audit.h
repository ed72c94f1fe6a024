// audit.h - checks on what is stored: each is a query that returns one line of text for every fault.
#pragma once

#include "store/store.h"

struct audit_check {
    const char *name; // what holds when it returns nothing
    const char *sql;  // at most AUDIT_FAULTS_MAX rows of one text
};

#define AUDIT_FAULTS_MAX 10
#define AUDIT_LIMIT      " LIMIT 10"

struct audit_fault {
    const char *check;
    const char *detail; // in the arena
};

struct audit {
    struct arena *arena;
    struct audit_fault *faults;
    size_t faults_count, faults_capacity;
};

// A fault that something else than a query found; `detail` must live as long as the arena.
MUST_CHECK bool audit_fault_add(struct audit *audit, const char *check, const char *detail,
                                struct error *err);
// Runs the checks in order and adds what they find. Errors are the store's; faults are no error.
MUST_CHECK bool audit_run(struct audit *audit, struct session *session, const struct audit_check *checks,
                          size_t checks_count, struct error *err);
