// gate_nodes.h - the thread that listens to the other nodes of a gate on PostgreSQL.
//
// It has a connection of its own and may wait for it; the keeper never does. Each second it hears of the
// others' arrivals and leaves the rest of the news for the keeper to pick up.
#pragma once

#include "gate/gate_share.h"
#include "site/context.h"

struct gate_nodes;

// Takes a lane, before there is a gate.
MUST_CHECK bool gate_nodes_new(struct site *site, struct gate_nodes **ret_nodes, struct error *err);
void gate_nodes_free(struct gate_nodes *nodes); // NULL is fine; ends the thread
uint32_t gate_nodes_node(const struct gate_nodes *nodes);
// Looks for the first time, at once, and then each second, on behalf of `site->gate`.
MUST_CHECK bool gate_nodes_start(struct gate_nodes *nodes, struct gate_news *ret_news, struct error *err);
// What was heard last; false when that is too long ago to act on it.
MUST_CHECK bool gate_nodes_news(struct gate_nodes *nodes, struct gate_news *ret_news);
void gate_nodes_tell(struct gate_nodes *nodes, struct command *command, int64_t tick,
                     const struct gate_figures *figures);
