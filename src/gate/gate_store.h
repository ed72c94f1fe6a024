// gate_store.h - what the gate remembers: its tables and every statement on them.
//
// Once a second the keeper writes a record; a resident's place and pass ride in the command of the request
// that gives them. Who restarts finds the line where it was: what the last second did not write any more is
// found again in the places and passes that were.
#pragma once

#include "gate/gate.h"
#include "store/writer.h"

// The number of the line's epoch, 0 when there is none yet.
MUST_CHECK bool gate_store_epoch(struct session *session, int64_t campaign_id, uint32_t *ret_epoch,
                                 struct error *err);

// Everything of one epoch; `node` takes its own passes. Lives in the arena. Calls `known` for each resident
// with a place.
struct gate_load {
    int64_t campaign_id;
    uint32_t epoch, node;
    int64_t now_ms;
    void (*known)(void *context, int64_t resident_id);
    void *context;
};
MUST_CHECK bool gate_store_load(struct session *session, const struct gate_load *load, struct arena *arena,
                                struct gate_saved *ret_saved, struct error *err);

struct gate_save {
    int64_t campaign_id;
    bool leads;
    int64_t process; // of its own rows, a random number
};
// Returns the step that moves the line; it changes no row when the stored line is of a later epoch.
struct step *gate_store_save(struct command *command, const struct gate_save *save,
                             const struct gate_record *record);
// Begins a new line after the one of `epoch`. ERROR_EXHAUSTED after the command: that one is over already.
void gate_store_begin_anew(struct command *command, int64_t campaign_id, uint32_t epoch);
// Forgets counts of seconds that are long past.
void gate_store_trim(struct command *command, int64_t campaign_id, uint32_t epoch, struct place watermark);

// -- a resident's place --

enum gate_pass_state { GATE_NO_PASS = 0, GATE_PASS_INSIDE = 1, GATE_PASS_AT_PROVIDER = 2 };

struct gate_place {
    bool found;
    uint32_t epoch, node;
    struct place place;
    int64_t joined_ms;
    enum gate_pass_state pass;
    uint32_t pass_node;
    int64_t turn_ms, renewed_ms;
};

// Writes a first place of this epoch; a resident who has one keeps that.
struct step *gate_place_take(struct command *command, int64_t resident_id, int64_t campaign_id,
                             const struct gate_place *place);
// Reads it, in a command (gate_place_of its rows, after the commit) or from a session.
struct step *gate_place_look(struct command *command, int64_t resident_id, int64_t campaign_id);
struct gate_place gate_place_of(const struct rows *rows);
MUST_CHECK bool gate_place_read(struct session *session, int64_t resident_id, int64_t campaign_id,
                                struct arena *arena, struct gate_place *ret_place, struct error *err);
// Gives, renews or (GATE_NO_PASS) takes back the pass of a resident who has a place; a node that counted it
// before reads that it went (gate_share.h).
struct step *gate_pass_write(struct command *command, int64_t resident_id, int64_t campaign_id,
                             const struct gate_place *place);
// Until when the pass lasts; 0 for none.
int64_t gate_pass_until_ms(const struct gate_place *place);

// -- orders and promises --

MUST_CHECK bool gate_orders_read(struct session *session, int64_t campaign_id, struct arena *arena,
                                 struct gate_orders *ret_orders, struct error *err);
// Who ordered it and why stand beside it. ERROR_CONFLICT after the command: another order came first.
void gate_orders_write(struct command *command, int64_t campaign_id, const struct gate_orders *orders,
                       int64_t now_ms, const char *who, const char *why);

// What the node that leads has learnt from them; false in `ret_known` before it has.
MUST_CHECK bool gate_learnt_read(struct session *session, int64_t campaign_id, struct arena *arena,
                                 struct promise_learnt ret_learnt[PROMISE_SPANS], bool *ret_known,
                                 struct error *err);
// How often the promised waits held, by length of the promise; all 0 when there were none.
MUST_CHECK bool gate_promises_read(struct session *session, int64_t campaign_id, struct arena *arena,
                                   struct promise_record ret_records[PROMISE_SPANS], struct error *err);
