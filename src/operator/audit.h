// audit.h - the log of what operators changed: who, when, what, from what to what, and why.
//
// An entry rides in the same command as the change, so that neither is ever there without the other. A
// change whose condition may fail must be a step with `must_change`: then a refusal leaves no entry either.
// Entries are chained: each holds the hash of the one before it and of its own content.
#pragma once

#include <stdint.h>

#include "store/audit.h"
#include "store/writer.h"

#define AUDIT_REASON_BYTES_MAX 600

struct audit_entry {
    int64_t sequence; // 0 in an entry that is to be added
    int64_t at_ms;
    const char *operator_name;
    const char *action;  // "gate.floor": the domain, a dot, the verb or the setting
    const char *subject; // what was changed: "R-7K3M-...", "2026-02-02/12-20"; NULL when the action says it
    const char *before;  // NULL: there was none
    const char *after;
    const char *reason; // NULL: none was asked for
};

// A command whose condition looks at rows that it does not change itself begins with this: nodes then run
// such commands one after another, and each sees what the one before it left.
void audit_lock(struct command *command);

// Appends the entry in the command's transaction; call it after the steps of the change.
void audit_add(struct command *command, const struct audit_entry *entry);

struct audit_page {
    int64_t before_sequence;   // only entries before this one; 0: from the newest
    const char *action_prefix; // "gate." takes the gate's; NULL takes all
    const char *subject;       // only entries about this; NULL takes all
    int64_t count_max;
    struct audit_entry *entries; // out: newest first, in the arena
    size_t entries_count;
    int64_t total; // out: entries in the whole log
};
// One page by `page`'s conditions, filled into it.
MUST_CHECK bool audit_read(struct session *session, struct audit_page *page, struct arena *arena,
                           struct error *err);

struct audit_end {
    int64_t sequence;
    const char *hash; // who notes it elsewhere can tell later whether the end of the log was cut off
};
// Checks the whole chain: faults go to `audit`.
MUST_CHECK bool audit_chain_check(struct audit *audit, struct session *session, struct audit_end *ret_end,
                                  struct error *err);
