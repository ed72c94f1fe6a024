// gate_share.h - how nodes on one PostgreSQL share a gate: who leads, which lane is whose, what others did.
//
// All of it hangs on one session of its own. A node holds its lane, and one of them the lead, by advisory
// locks: whoever dies loses them with its connection, at once and by no clock. A leader that holds its lock
// and is silent (a machine that stands still) loses its connection after ten seconds, by the next node that
// looks. Everything else goes through the tables of the gate, which each node reads once a second.
#pragma once

#include "gate/gate_store.h"

struct gate_share;

// Takes a free lane, waiting for none. ERROR_EXHAUSTED: LANES_MAX nodes are there already.
MUST_CHECK bool gate_share_open(struct store *store, int64_t campaign_id, struct gate_share **ret_share,
                                struct error *err);
void gate_share_close(struct gate_share *share);          // NULL is fine; gives lane and lead back
uint32_t gate_share_node(const struct gate_share *share); // its lane, as of the last look

struct gate_news {
    bool leads;                // this node does
    unsigned nodes;            // alive, this one included
    uint32_t epoch;            // of the stored line
    struct gate_record leader; // what the one that leads has stored: line, pace, reason, learnt
    struct gate_figures others;
    struct gate_orders orders;
};
// Tells `gate` of what the other nodes counted and whom they took over, and the caller of all else. When the
// lane went to another node while the connection was lost, `gate` goes on in a free one. It may be NULL.
MUST_CHECK bool gate_share_look(struct gate_share *share, struct gate *gate, struct gate_news *ret_news,
                                struct error *err);
// Adds this node's figures to a command. They live in it.
void gate_share_tell(const struct gate_share *share, struct command *command, int64_t tick,
                     const struct gate_figures *figures);
