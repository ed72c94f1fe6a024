// entry.c - see entry.h.
#include "site/entry.h"

#include <string.h>

#include "site/problem.h"

static int64_t now_s(const struct visit *visit) {
    return visit->now_ms / CLOCK_SECOND_MS;
}

// Enters whoever may, by the place that they have.
static void evaluate(struct entry *entry) {
    struct visit *visit = entry->visit;
    struct gate *gate = visit->site->gate;
    struct gate_place *place = &entry->place;
    if (!entry->asks_to_enter)
        return;
    if (!entry->fresh &&
        gate_pass_until_ms(place) > visit->now_ms) { // given by another node, or before a crash
        gate_readmit(gate, now_s(visit), &entry->holder);
        entry->inside = true;
        return;
    }
    enum gate_verdict verdict = gate_enter(gate, now_s(visit), &entry->holder, place->place);
    entry->inside = verdict == GATE_ENTERS;
    entry->held = verdict == GATE_HELD;
}

static bool read_booking(struct job *job, struct session *session, struct error *err) {
    struct entry *entry = job->data;
    const struct visit *visit = entry->visit;
    return booking_read(session, visit->site->campaign->id, visit->resident_id, &entry->booking, err);
}

// Whoever booked this quarter of an hour goes before the line, and so does who is late by an hour at most.
static void answer_booking(struct job *job, const struct error *err) {
    struct entry *entry = job->data;
    struct visit *visit = entry->visit;
    enum booking_standing standing = booking_standing(&entry->booking, visit->now_ms);
    if (err == NULL && (standing == BOOKING_DUE || standing == BOOKING_FRONT)) {
        enum gate_verdict verdict = gate_enter_ahead(visit->site->gate, now_s(visit), &entry->holder);
        entry->inside = entry->booked = verdict == GATE_ENTERS;
        entry->fresh = false; // by now the place is in the store, and the pass is written beside it
        entry->held = verdict == GATE_HELD;
    }
    entry->then(entry, NULL); // without a booking the place in line is still there
}

// Answers; who would have to wait is asked for a booking first.
static void conclude(struct entry *entry) {
    if (!entry->asks_to_enter || entry->inside || entry->held) {
        entry->then(entry, NULL);
        return;
    }
    struct job *job = job_new(entry->visit, entry);
    if (job != NULL)
        job_read(job, read_booking, answer_booking);
}

static void taken_before(struct job *job, const struct error *err) {
    struct entry *entry = job->data;
    if (err != NULL) {
        entry->then(entry, err);
        return;
    }
    entry->place = gate_place_of(&entry->look->rows);
    if (!entry->place.found) {
        problem_respond_status(job->visit->request, 401, "not-signed-in", NULL,
                               "the session is of another store");
        return;
    }
    entry->fresh = false;
    conclude(entry);
}

static void look_at_place(struct entry *entry, void (*answer)(struct job *job, const struct error *err)) {
    struct job *job = job_new(entry->visit, entry); // in the writer's order: after what is being written
    if (job == NULL)
        return;
    entry->look = gate_place_look(&job->command, entry->visit->resident_id, entry->visit->site->campaign->id);
    job_write(job, answer);
}

static void taken(struct job *job, const struct error *err) {
    struct entry *entry = job->data;
    if (err != NULL)
        entry->then(entry, err);
    else if (entry->look->rows.changed == 1)
        conclude(entry);
    else
        look_at_place(entry, taken_before);
}

// The place must be in the store before it is told.
static void write_place(struct entry *entry) {
    struct job *job = job_new(entry->visit, entry);
    if (job == NULL)
        return;
    entry->look = gate_place_take(&job->command, entry->visit->resident_id, entry->visit->site->campaign->id,
                                  &entry->place);
    job_write(job, taken);
}

static void join(struct entry *entry) {
    struct visit *visit = entry->visit;
    struct gate *gate = visit->site->gate;
    struct error err;
    entry->fresh = true;
    entry->place =
        (struct gate_place){.epoch = gate_epoch(gate), .node = gate_node(gate), .joined_ms = visit->now_ms};
    if (!gate_join(gate, now_s(visit), entry->pseudonym, &entry->place.place, &err)) {
        entry->then(entry, &err);
        return;
    }
    gate_note_place(gate, visit->resident_id);
    evaluate(entry);
    if (entry->inside)
        entry->then(entry, NULL);
    else
        write_place(entry);
}

static void looked(struct job *job, const struct error *err) {
    struct entry *entry = job->data;
    if (err != NULL) {
        entry->then(entry, err);
        return;
    }
    entry->place = gate_place_of(&entry->look->rows);
    // Whoever was let in before the line began anew is inside all the same.
    bool inside = entry->asks_to_enter && gate_pass_until_ms(&entry->place) > entry->visit->now_ms;
    bool now = entry->place.epoch == gate_epoch(entry->visit->site->gate);
    if (!entry->place.found || !(now || inside)) {
        join(entry);
        return;
    }
    evaluate(entry);
    conclude(entry);
}

void entry_ask(struct entry *entry, void (*then)(struct entry *entry, const struct error *err)) {
    struct visit *visit = entry->visit;
    struct gate *gate = visit->site->gate;
    entry->then = then;
    entry->holder = gate_resident(visit->resident_id);
    entry->pseudonym = visit_number(visit, 'R', visit->resident_id);
    if (entry->asks_to_enter && visit->site->config->gate.enabled == 0) {
        entry->inside = true;
        then(entry, NULL);
        return;
    }
    if (entry->asks_to_enter && gate_renew(gate, now_s(visit), &entry->holder, LEASE_INSIDE)) {
        entry->inside = true;
        then(entry, NULL);
        return;
    }
    if (!gate_may_have_place(gate, visit->resident_id)) {
        join(entry);
        return;
    }
    look_at_place(entry, looked);
}

void entry_add(const struct entry *entry, struct command *command, enum gate_pass_state pass) {
    struct visit *visit = entry->visit;
    struct lease lease = {0};
    struct gate_place place = entry->place;
    bool leased = gate_inside(visit->site->gate, &entry->holder, &lease);
    bool by_turn = leased && !entry->booked && (entry->fresh || entry->place.found);
    place.pass = pass;
    place.pass_node = gate_node(visit->site->gate);
    place.renewed_ms = visit->now_ms;
    place.turn_ms = by_turn ? visit->now_ms - lease.age_s * CLOCK_SECOND_MS : 0;
    if (entry->fresh)
        (void)gate_place_take(command, visit->resident_id, visit->site->campaign->id, &place);
    else
        (void)gate_pass_write(command, visit->resident_id, visit->site->campaign->id, &place);
    if (entry->booked)
        booking_add_use(command, visit->site->campaign->id, visit->resident_id, visit->now_ms);
}

bool entry_is_over(enum journey_outcome outcome) {
    return outcome <= JOURNEY_OUTCOME_REVIEW || outcome == JOURNEY_OUTCOME_LINKED_ELSEWHERE;
}

void entry_note_return(struct visit *visit, int64_t resident_id, enum journey_outcome outcome) {
    struct holder holder = gate_resident(resident_id);
    if (entry_is_over(outcome))
        gate_give_back(visit->site->gate, &holder);
    else
        gate_readmit(visit->site->gate, now_s(visit), &holder);
}

void entry_add_return(struct visit *visit, int64_t resident_id, enum journey_outcome outcome,
                      struct command *command) {
    struct gate_place place = {.pass = entry_is_over(outcome) ? GATE_NO_PASS : GATE_PASS_INSIDE,
                               .pass_node = gate_node(visit->site->gate),
                               .renewed_ms = visit->now_ms};
    (void)gate_pass_write(command, resident_id, visit->site->campaign->id, &place);
}

void entry_undo(const struct entry *entry) {
    gate_give_back(entry->visit->site->gate, &entry->holder);
}

static void add_member(struct buffer *text, const char *name, uint64_t number) {
    buffer_add(text, name);
    buffer_add_int(text, (int64_t)number);
}

char *entry_place_text(struct visit *visit, const struct holder *holder, struct place place) {
    struct gate *gate = visit->site->gate;
    struct buffer text;
    char ticket[TICKET_TEXT_SIZE];
    uint64_t ahead = gate_ahead(gate, place);
    gate_ticket(gate, place, holder, ticket);
    buffer_init(&text, http_request_arena(visit->request));
    add_member(&text, "{\"second\":", place.second);
    add_member(&text, ",\"rank\":", place.rank);
    add_member(&text, ",\"ahead\":", ahead);
    buffer_add(&text, ",\"ticket\":\"");
    buffer_add(&text, ticket);
    add_member(&text, "\",\"look_again_s\":", gate_look_again_s(gate, ahead));
    add_member(&text, ",\"epoch\":", gate_epoch(gate));
    if (place.second == 0 && visit->resident_id != 0) {
        const char *pseudonym = visit_number(visit, 'R', visit->resident_id);
        buffer_add(&text, ",\"pseudonym\":\"");
        buffer_add(&text, pseudonym == NULL ? "" : pseudonym);
        buffer_add(&text, "\"");
    }
    buffer_add(&text, "}");
    return text.text;
}

json_t *entry_place_json(struct visit *visit, const struct holder *holder, struct place place) {
    const char *text = entry_place_text(visit, holder, place);
    return text == NULL ? NULL : json_loads(text, 0, NULL);
}

void entry_respond_waiting(const struct entry *entry) {
    struct visit *visit = entry->visit;
    json_t *place = entry_place_json(visit, &entry->holder, entry->place.place);
    const char *detail = entry->held ? "the turn has come; in a moment there will be room"
                                     : "others are before you; the place is kept";
    visit_respond_problem(visit, 409,
                          json_pack("{s:s,s:s,s:i,s:s,s:o}", "type", ENTRY_WAITING, "title",
                                    ENTRY_WAITING_TITLE, "status", 409, "detail", detail, "place", place));
}
