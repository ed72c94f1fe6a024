// gate.h - the waiting room of one node: line, passes, pace and public document behind one lock.
//
// Whoever handles requests asks it for places and passes, from any thread; once a second the keeper lets
// the line advance, stores what changed (gate_store.h) and only then has it published. It knows no HTTP, no
// store and no clock. All times are seconds of the service's clock.
//
// Anonymous visitors carry all that the gate needs (ticket, pass); of residents the store remembers place
// and pass, and who asks must have written them before an answer.
#pragma once

#include "gate/controller.h"
#include "gate/document.h"
#include "gate/draw.h"
#include "gate/known.h"
#include "gate/lease.h"
#include "gate/line.h"

#define GATE_COUNTS_MAX 100 // stored at once; what is left follows a second later
#define GATE_PAGE_SIZE  (DOCUMENT_BYTES_MAX + 1)
#define GATE_TICKS_MAX  60 // seconds made up for at once after a sleep

enum gate_stage { GATE_IDENTITY, GATE_WRITER, GATE_STAGES };

struct gate_options {
    const char *campaign;                // its code; copied
    const unsigned char *secret;         // TICKET_KEY_SIZE bytes, the same on every node; copied
    uint32_t epoch, node;                // to begin with
    int64_t opens_s, closes_s;           // 0: always open
    bool draws;                          // who comes before opens_s shares a draw
    double identity_per_s, writer_per_s; // assumed before anything is measured
    double share, journey_s; // of the admitted who come back from the provider, and after how long
    double pace_per_min_max; // 0: none
    size_t inside_max;
};

// What an operator has ordered; 0 means none, and `hand_per_min` counts with `by_hand` only.
struct gate_orders {
    int64_t number; // of the order in force; 0: nobody has ordered anything
    int64_t floor_per_min, ceiling_per_min, hand_per_min;
    bool by_hand, paused;
    char message[DOCUMENT_MESSAGE_MAX + 1];
};

struct gate;

// ERROR_UNAVAILABLE: no memory.
MUST_CHECK bool gate_new(const struct gate_options *options, struct gate **ret_gate, struct error *err);
void gate_free(struct gate *gate); // NULL is fine
void gate_cleanup(struct gate **gate);
// The dates of gate_options move; an opening that was is not taken back.
void gate_set_dates(struct gate *gate, int64_t opens_s, int64_t closes_s);

// -- who comes --

// Which line this is, counted from the first: begun anew by gate_begin_anew.
uint32_t gate_epoch(const struct gate *gate);
// The line begins anew, empty, when `epoch` is later than its own: every place, ticket and device's pass of
// before is worth nothing any more; residents who are inside stay inside. ERROR_UNAVAILABLE: no memory,
// nothing has changed.
MUST_CHECK bool gate_begin_anew(struct gate *gate, uint32_t epoch, const unsigned char *secret,
                                struct error *err);
// The lane of the counts in which this node writes; another one when its own went to somebody else.
uint32_t gate_node(const struct gate *gate);
void gate_take_lane(struct gate *gate, uint32_t node);
// Nobody waits, and it is not paused, closed or standing still.
bool gate_is_open(struct gate *gate);

// The holder of a resident's place.
struct holder gate_resident(int64_t resident_id);
// A new place at the end of the line. `pseudonym` takes part in the draw before the opening; without one
// ERROR_CONFLICT then. ERROR_EXHAUSTED: no memory.
MUST_CHECK bool gate_join(struct gate *gate, int64_t now_s, const char *pseudonym, struct place *ret_place,
                          struct error *err);
// Whether a resident may have a place in the store; adding is done by whoever gives them one.
bool gate_may_have_place(struct gate *gate, int64_t resident_id);
void gate_note_place(struct gate *gate, int64_t resident_id);

// The place as text that nobody else can make, and back. ERROR_INVALID, ERROR_DENIED as ticket_read.
void gate_ticket(const struct gate *gate, struct place place, const struct holder *holder,
                 char target[TICKET_TEXT_SIZE]);
MUST_CHECK bool gate_read_ticket(const struct gate *gate, const char *text, const struct holder *holder,
                                 struct place *ret_place, struct error *err);
// That the holder was let in at `now_s`, as text for whoever asks at a door.
void gate_pass(const struct gate *gate, const struct holder *holder, int64_t now_s,
               char target[PASS_TEXT_SIZE]);
// True for a pass of this line that was written at most LEASE_INSIDE_S ago.
bool gate_read_pass(const struct gate *gate, const char *text, int64_t now_s, struct holder *ret_holder);

enum gate_verdict {
    GATE_ENTERS,
    GATE_WAITS, // the turn has not come
    GATE_HELD,  // the turn has come, and in a second or two there will be room
};
// Lets the holder of a place in, or renews the pass that they have.
enum gate_verdict gate_enter(struct gate *gate, int64_t now_s, const struct holder *holder,
                             struct place place);
// The same for one whose entry was promised elsewhere (a booking, a pass of another node): goes before
// everybody in the line, at its expense. Never GATE_WAITS.
enum gate_verdict gate_enter_ahead(struct gate *gate, int64_t now_s, const struct holder *holder);
// A step was done: the pass runs from now on, in this state. False: the holder has none, or it lapsed.
bool gate_renew(struct gate *gate, int64_t now_s, const struct holder *holder, enum lease_state state);
// Who returns from the provider, or is known to the store as inside, is inside again, whoever waits.
void gate_readmit(struct gate *gate, int64_t now_s, const struct holder *holder);
// The holder is done, or never left after all: the room is free at once.
void gate_give_back(struct gate *gate, const struct holder *holder);
// Whether the holder is inside, and until when.
bool gate_inside(struct gate *gate, const struct holder *holder, struct lease *ret_lease);

// People before this place who have not passed yet.
uint64_t gate_ahead(struct gate *gate, struct place place);
// The span for somebody with so many ahead.
struct promise_wait gate_wait(struct gate *gate, uint64_t ahead);
// In how many seconds somebody with so many ahead should look again.
uint32_t gate_look_again_s(struct gate *gate, uint64_t ahead);

// -- what happens inside --

// People come to a stage, and leave it: `served` when the stage did its work for them.
void gate_stage_enter(struct gate *gate, enum gate_stage stage, const struct holder *holder);
void gate_stage_leave(struct gate *gate, enum gate_stage stage, bool served);

// The inner guard: true when one more request may be sent to the provider now; every one that was sent ends
// with gate_request_over, `answered` or given up.
bool gate_may_send(struct gate *gate);
void gate_request_over(struct gate *gate, bool answered);

// -- the second --

// What happened at the stages of one node since it began; nodes add theirs up.
struct gate_figures {
    uint64_t returned; // people who were let in beside the watermark
    uint64_t inside;   // now
    uint64_t completed[GATE_STAGES], backlog[GATE_STAGES];
    uint64_t arrived_by_age[GATE_STAGES][REACH_BINS];
};

// What one second changed and the store must know before others do.
struct gate_record {
    struct line_state line;
    struct lane_count counts[GATE_COUNTS_MAX];
    size_t counts_length;
    double per_s, steady_per_s;
    enum pace_reason reason;
    enum document_state state;
    struct promise_record promises[PROMISE_SPANS]; // outcomes that this node has counted since it began
    bool promises_changed;                         // since the last record that was stored
    struct promise_learnt learnt[PROMISE_SPANS];   // from them
    bool learnt_known;                             // of a leader's record: it is in the store
    int64_t now_s;
    size_t page_length;
    char page[GATE_PAGE_SIZE]; // published when all this is stored
};

// Adds what can be added up; `inside` is left alone.
void gate_figures_add(struct gate_figures *sum, const struct gate_figures *more);

// From the next second on.
void gate_order(struct gate *gate, const struct gate_orders *orders);
void gate_hear_news(struct gate *gate, uint32_t news); // document.h says what it is
// `seconds` have passed on the node that leads; `others` are the figures of all other nodes, NULL for none.
void gate_lead(struct gate *gate, int64_t now_s, unsigned seconds, const struct gate_figures *others,
               unsigned nodes);
// On the other nodes: what the one that leads has stored; this node's part of the pace is 1 / nodes.
void gate_follow(struct gate *gate, int64_t now_s, const struct gate_record *leader, unsigned nodes);
// Another node's count, and the stored line; those of another epoch are passed over.
MUST_CHECK bool gate_hear(struct gate *gate, uint32_t epoch, const struct lane_count *count,
                          struct error *err);
void gate_hear_watermark(struct gate *gate, const struct line_state *line);
// Of this node, since it began.
void gate_figures(struct gate *gate, struct gate_figures *ret_figures);

// Fills the record; after it was stored, or was not, gate_stored must follow before the next one.
void gate_take(struct gate *gate, int64_t now_s, struct gate_record *ret_record);
// `stored`: the page of the record is published. Else the line stands still from now on until a record is
// stored again, and the page says so.
void gate_stored(struct gate *gate, int64_t now_s, const struct gate_record *record, bool stored);

// The store has not answered for too long: as after a record that was not stored.
void gate_freeze(struct gate *gate, int64_t now_s);

// From the store, before anybody comes.
struct gate_saved {
    struct line_state line;
    struct place beyond; // whoever stands before it was let in, though the line's last record says less
    const struct lane_count *counts;
    size_t counts_length;
    struct lease *leases;
    size_t leases_length;
    struct gate_orders orders;
    struct promise_learnt learnt[PROMISE_SPANS];
    bool learnt_known;
};
MUST_CHECK bool gate_restore(struct gate *gate, int64_t now_s, struct gate_saved *saved, struct error *err);

// -- what others see --

struct gate_page {
    uint64_t version; // 0: nothing was published yet
    size_t length;
    char text[GATE_PAGE_SIZE];
};
uint64_t gate_page_version(const struct gate *gate); // without a lock
// The public document as it was published last.
void gate_page(struct gate *gate, struct gate_page *ret_page);

// The commitment to the draw, and its secret once the opening has come.
struct gate_draw {
    bool draws, revealed;
    unsigned char commitment[DRAW_COMMITMENT_SIZE], secret[DRAW_SECRET_SIZE];
};
void gate_draw(struct gate *gate, int64_t now_s, struct gate_draw *ret_draw);

// For the console and the metrics.
struct gate_view {
    enum document_state state;
    uint64_t joined, passed, waiting, returned, inside, at_provider;
    struct place watermark;
    uint32_t epoch;
    double per_s, steady_per_s;
    enum pace_reason reason;
    char explanation[CONTROLLER_TEXT_SIZE];
    bool frozen; // the store is away
    struct gate_orders orders;
    struct controller_view stages[GATE_STAGES];
    struct promise_record promises[PROMISE_SPANS]; // of this process
    struct promise_wait tail;                      // what who comes now is promised
    size_t memory_bytes;                           // of the line
};
void gate_view(struct gate *gate, struct gate_view *ret_view);
const char *gate_state_name(enum document_state state); // "open", "queueing", "paused", "closed"
