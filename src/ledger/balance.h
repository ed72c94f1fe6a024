// balance.h - a resident's points: what is theirs, what is on its way, and how it came.
#pragma once

#include "ledger/ledger.h"

#define BALANCE_ENTRIES_MAX 100

// A transfer as a resident sees it: the pending one and its resolution are one entry.
struct balance_entry {
    unsigned char id[TRANSFER_ID_SIZE];
    int64_t at_ms; // of the resolution, when there is one
    int64_t points;
    enum transfer_kind kind;
    enum transfer_phase phase; // PENDING, or how it ended
};

struct balance {
    int64_t points;                // posted
    int64_t pending;               // reserved
    struct balance_entry *entries; // newest first, at most BALANCE_ENTRIES_MAX; only when asked for
    size_t entries_count;
};

// Zeros for a resident who never had points. ERROR_UNAVAILABLE only.
MUST_CHECK bool balance_read(struct session *session, int64_t resident_id, bool with_entries,
                             struct arena *arena, struct balance *ret_balance, struct error *err);
// "grant", "fund", ... and "pending", "posted", "voided", "expired".
const char *transfer_kind_name(enum transfer_kind kind);
const char *transfer_phase_name(enum transfer_phase phase);
