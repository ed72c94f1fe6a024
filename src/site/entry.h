// entry.h - one resident's way to their place and through the gate, for the handlers that need it.
//
// A resident has one place, and the store remembers it: a first place is written before it is told. Who may
// go on is entered in memory at once; the handler adds the pass to the command of its own change
// (entry_add), so that both are durable together or neither is.
#pragma once

#include "campaign/journey.h"
#include "gate/booking.h"
#include "gate/gate_store.h"
#include "site/job.h"

// The problem of whoever has to wait.
#define ENTRY_WAITING       "urn:juncho:problem:waiting"
#define ENTRY_WAITING_TITLE "順番をお待ちください"

struct entry {
    struct visit *visit;
    struct holder holder;
    char *pseudonym; // of the draw
    bool asks_to_enter;
    bool fresh;  // the place was given now and is not in the store yet
    bool inside; // may go on
    bool booked; // goes in by a booking, which is used up with the pass
    bool held;   // the turn has come, a second or two and there will be room
    struct gate_place place;
    struct booking booking;
    struct step *look;
    void *data; // the caller's
    void (*then)(struct entry *entry, const struct error *err);
};

// Finds the resident's place, or gives them one, and (`asks_to_enter`) lets them in if it is time: when their
// turn has come, or their booking. `then` runs on the request's loop thread: `inside`, or a place that is
// durable. An error: nothing was changed that matters.
void entry_ask(struct entry *entry, void (*then)(struct entry *entry, const struct error *err));
// Adds place and pass of one who is inside to a command; `pass` GATE_NO_PASS takes the pass back.
void entry_add(const struct entry *entry, struct command *command, enum gate_pass_state pass);
// Whoever was identified needs no place inside any more; the others may try again at once.
bool entry_is_over(enum journey_outcome outcome);
// Adds to the command of a return from the provider: the pass is taken back, or begins anew; and the same in
// memory, after the commit.
void entry_add_return(struct visit *visit, int64_t resident_id, enum journey_outcome outcome,
                      struct command *command);
void entry_note_return(struct visit *visit, int64_t resident_id, enum journey_outcome outcome);
// The command did not happen: the place inside is free again.
void entry_undo(const struct entry *entry);

// {"second", "rank", "ahead", "ticket", "look_again_s", "epoch"} and, in the draw, "pseudonym"; NULL without
// memory. Written by hand, since a crowd asks for it at once; the other form is for answers that hold more.
char *entry_place_text(struct visit *visit, const struct holder *holder, struct place place);
json_t *entry_place_json(struct visit *visit, const struct holder *holder, struct place place);
// 409 with the place: the problem document "waiting".
void entry_respond_waiting(const struct entry *entry);
