// gate.c - who comes, who is inside, and what others see. The seconds are in gate_second.c.
#include "gate/gate.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gate/gate_internal.h"

void gate_lock(struct gate *gate) {
    (void)pthread_mutex_lock(&gate->lock);
}

void gate_unlock(struct gate *gate) {
    (void)pthread_mutex_unlock(&gate->lock);
}

// The secret of the draw follows from the server's, so that it is the same on every node; it tells nothing
// of it.
static void derive_draw(struct gate_office *office, const unsigned char *secret, const char *campaign) {
    static const char purpose[] = "juncho gate draw 1";
    crypto_generichash_state state;
    crypto_generichash_init(&state, secret, TICKET_KEY_SIZE, sizeof office->draw_secret);
    crypto_generichash_update(&state, (const unsigned char *)purpose, sizeof purpose);
    crypto_generichash_update(&state, (const unsigned char *)&office->epoch, sizeof office->epoch);
    crypto_generichash_update(&state, (const unsigned char *)campaign, strlen(campaign));
    crypto_generichash_final(&state, office->draw_secret, sizeof office->draw_secret);
    sodium_memzero(&state, sizeof state);
}

static struct gate_office *office_new(const unsigned char *secret, const char *campaign, uint32_t epoch) {
    struct gate_office *office = calloc(1, sizeof *office);
    if (office == NULL)
        return NULL;
    office->epoch = epoch;
    ticket_office_init(&office->tickets, secret, campaign, epoch);
    derive_draw(office, secret, campaign);
    return office;
}

static void office_free(struct gate_office *office) {
    while (office != NULL) {
        struct gate_office *before = office->before;
        ticket_office_done(&office->tickets);
        sodium_memzero(office->draw_secret, sizeof office->draw_secret);
        free(office);
        office = before;
    }
}

static struct gate_office *office_of(const struct gate *gate) {
    return atomic_load_explicit(&gate->office, memory_order_acquire);
}

static struct line *line_of_epoch(const struct gate_options *options, uint32_t epoch) {
    const struct line_options line = {
        .epoch = epoch, .node = options->node, .opens_s = options->draws ? (uint32_t)options->opens_s : 0};
    return line_new(&line);
}

static bool make_parts(struct gate *gate) {
    const struct gate_options *options = &gate->options;
    const struct controller_stage stages[GATE_STAGES] = {
        [GATE_IDENTITY] = {"identity provider", options->identity_per_s, options->share, options->journey_s},
        [GATE_WRITER] = {"writer", options->writer_per_s, options->share, options->journey_s}};
    gate->line = line_of_epoch(options, options->epoch);
    atomic_init(&gate->office, office_new(options->secret, gate->campaign, options->epoch));
    gate->leases = leases_new(options->inside_max);
    gate->known = known_new();
    gate->controller = controller_new(stages, GATE_STAGES);
    guard_init(&gate->guard, options->identity_per_s);
    promise_init(&gate->promise);
    return gate->line != NULL && gate->office != NULL && gate->leases != NULL && gate->known != NULL &&
           gate->controller != NULL;
}

bool gate_new(const struct gate_options *options, struct gate **ret_gate, struct error *err) {
    struct gate *gate = calloc(1, sizeof *gate);
    if (gate == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the gate");
    (void)pthread_mutex_init(&gate->lock, NULL);
    (void)pthread_mutex_init(&gate->page_lock, NULL);
    gate->options = *options;
    gate->nodes = 1;
    atomic_init(&gate->node, options->node);
    bool fits = text_copy(gate->campaign, sizeof gate->campaign, options->campaign);
    ASSERT(fits);
    gate->options.campaign = gate->campaign;
    bool made = make_parts(gate);
    gate->options.secret = NULL;
    if (!made) {
        gate_free(gate);
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the gate");
    }
    *ret_gate = gate;
    return true;
}

void gate_free(struct gate *gate) {
    if (gate == NULL)
        return;
    line_free(gate->line);
    leases_free(gate->leases);
    known_free(gate->known);
    controller_free(gate->controller);
    office_free(gate->office);
    (void)pthread_mutex_destroy(&gate->lock);
    (void)pthread_mutex_destroy(&gate->page_lock);
    free(gate);
}

void gate_cleanup(struct gate **gate) {
    gate_free(*gate);
}

uint32_t gate_epoch(const struct gate *gate) {
    return office_of(gate)->epoch;
}

bool gate_begin_anew(struct gate *gate, uint32_t epoch, const unsigned char *secret, struct error *err) {
    struct line *line = line_of_epoch(&gate->options, epoch), *old = line;
    struct gate_office *office = office_new(secret, gate->campaign, epoch);
    if (line == NULL || office == NULL) {
        line_free(line);
        office_free(office);
        return error_set(err, ERROR_UNAVAILABLE, "no memory for a new line");
    }
    gate_lock(gate);
    if (epoch > gate_epoch(gate)) {
        old = gate->line;
        gate->line = line;
        gate->passed_seen = 0;
        promise_forget_kept(&gate->promise);
        office->before = gate->office;
        atomic_store_explicit(&gate->office, office, memory_order_release);
        office = NULL;
    }
    gate_unlock(gate);
    line_free(old);
    office_free(office);
    return true;
}

uint32_t gate_node(const struct gate *gate) {
    return atomic_load_explicit(&gate->node, memory_order_relaxed);
}

void gate_take_lane(struct gate *gate, uint32_t node) {
    gate_lock(gate);
    if (node != gate->options.node)
        line_take_lane(gate->line, node);
    gate->options.node = node; // of the next epoch, too
    atomic_store_explicit(&gate->node, node, memory_order_relaxed);
    gate_unlock(gate);
}

bool gate_is_open(struct gate *gate) {
    gate_lock(gate);
    bool open = gate->state == DOCUMENT_OPEN && !gate->frozen && line_waiting(gate->line) == 0;
    gate_unlock(gate);
    return open;
}

struct holder gate_resident(int64_t resident_id) {
    char name[24];
    (void)snprintf(name, sizeof name, "%lld", (long long)resident_id);
    return holder_of(HOLDER_RESIDENT, name);
}

bool gate_join(struct gate *gate, int64_t now_s, const char *pseudonym, struct place *ret_place,
               struct error *err) {
    // Not under the lock: many come at once before the opening.
    uint32_t rank =
        pseudonym == NULL ? 0 : draw_rank(office_of(gate)->draw_secret, gate->campaign, pseudonym);
    gate_lock(gate);
    bool drawing = gate->options.draws && now_s < gate->options.opens_s && !line_is_open(gate->line);
    bool joined =
        drawing && pseudonym == NULL
            ? error_set(err, ERROR_CONFLICT, "before the opening only residents take part in the draw")
            : line_join(gate->line, now_s, rank, ret_place, err);
    gate_unlock(gate);
    return joined;
}

void gate_set_dates(struct gate *gate, int64_t opens_s, int64_t closes_s) {
    gate_lock(gate);
    gate->options.opens_s = opens_s;
    gate->options.closes_s = closes_s;
    if (gate->options.draws)
        line_set_opens(gate->line, (uint32_t)opens_s);
    gate_unlock(gate);
}

bool gate_may_have_place(struct gate *gate, int64_t resident_id) {
    gate_lock(gate);
    bool may = known_may_hold(gate->known, resident_id);
    gate_unlock(gate);
    return may;
}

void gate_note_place(struct gate *gate, int64_t resident_id) {
    gate_lock(gate);
    known_add(gate->known, resident_id);
    gate_unlock(gate);
}

void gate_ticket(const struct gate *gate, struct place place, const struct holder *holder,
                 char target[TICKET_TEXT_SIZE]) {
    ticket_write(target, &office_of(gate)->tickets, place, holder);
}

bool gate_read_ticket(const struct gate *gate, const char *text, const struct holder *holder,
                      struct place *ret_place, struct error *err) {
    return ticket_read(text, &office_of(gate)->tickets, holder, ret_place, err);
}

void gate_pass(const struct gate *gate, const struct holder *holder, int64_t now_s,
               char target[PASS_TEXT_SIZE]) {
    pass_write(target, &office_of(gate)->tickets, holder, now_s);
}

bool gate_read_pass(const struct gate *gate, const char *text, int64_t now_s, struct holder *ret_holder) {
    int64_t issued_s = 0;
    return pass_read(text, &office_of(gate)->tickets, ret_holder, &issued_s) &&
           now_s - issued_s <= LEASE_INSIDE_S;
}

// One who goes before everybody in the line; `age_s` ago the turn came.
static enum gate_verdict enter_ahead(struct gate *gate, int64_t now_s, const struct holder *holder,
                                     int64_t age_s) {
    struct error full;
    if (!line_admit_return(gate->line) || !leases_enter(gate->leases, now_s, holder, age_s, &full))
        return GATE_HELD;
    gate->own.returned++;
    return GATE_ENTERS;
}

static enum gate_verdict enter_by_place(struct gate *gate, int64_t now_s, const struct holder *holder,
                                        struct place place) {
    struct error full;
    switch (line_entry(gate->line, place)) {
    case LINE_WAIT:
        return GATE_WAITS;
    case LINE_RETURN:
        return enter_ahead(gate, now_s, holder, 0);
    case LINE_TURN:
        return leases_enter(gate->leases, now_s, holder, line_turn_age_s(gate->line, place), &full)
                   ? GATE_ENTERS
                   : GATE_HELD;
    }
    return GATE_WAITS;
}

enum gate_verdict gate_enter(struct gate *gate, int64_t now_s, const struct holder *holder,
                             struct place place) {
    gate_lock(gate);
    enum gate_verdict verdict = GATE_ENTERS;
    if (!leases_renew(gate->leases, now_s, holder, LEASE_INSIDE))
        verdict = gate->frozen ? GATE_HELD : enter_by_place(gate, now_s, holder, place);
    gate_unlock(gate);
    return verdict;
}

enum gate_verdict gate_enter_ahead(struct gate *gate, int64_t now_s, const struct holder *holder) {
    gate_lock(gate);
    enum gate_verdict verdict = GATE_ENTERS;
    if (!leases_renew(gate->leases, now_s, holder, LEASE_INSIDE))
        verdict = gate->frozen ? GATE_HELD : enter_ahead(gate, now_s, holder, 0);
    gate_unlock(gate);
    return verdict;
}

bool gate_renew(struct gate *gate, int64_t now_s, const struct holder *holder, enum lease_state state) {
    gate_lock(gate);
    bool renewed = leases_renew(gate->leases, now_s, holder, state);
    gate_unlock(gate);
    return renewed;
}

void gate_readmit(struct gate *gate, int64_t now_s, const struct holder *holder) {
    struct error full; // then the pass in the store still lets them in
    gate_lock(gate);
    (void)!leases_enter(gate->leases, now_s, holder, 0, &full);
    gate_unlock(gate);
}

void gate_give_back(struct gate *gate, const struct holder *holder) {
    gate_lock(gate);
    (void)leases_give_back(gate->leases, holder);
    gate_unlock(gate);
}

bool gate_inside(struct gate *gate, const struct holder *holder, struct lease *ret_lease) {
    gate_lock(gate);
    bool inside = leases_find(gate->leases, holder, ret_lease);
    gate_unlock(gate);
    return inside;
}

uint64_t gate_ahead(struct gate *gate, struct place place) {
    gate_lock(gate);
    uint64_t ahead = line_ahead(gate->line, place);
    gate_unlock(gate);
    return ahead;
}

struct promise_wait gate_wait(struct gate *gate, uint64_t ahead) {
    gate_lock(gate);
    struct promise_wait wait = promise_wait(&gate->promise, ahead, gate->pace.steady_per_s);
    gate_unlock(gate);
    return wait;
}

uint32_t gate_look_again_s(struct gate *gate, uint64_t ahead) {
    gate_lock(gate);
    uint32_t look_s = document_look_s(ahead, gate->look_per_s);
    if ((gate->orders.paused || gate->frozen) && look_s > DOCUMENT_PAUSED_LOOK_S_MAX)
        look_s = DOCUMENT_PAUSED_LOOK_S_MAX;
    gate_unlock(gate);
    return look_s;
}

void gate_stage_enter(struct gate *gate, enum gate_stage stage, const struct holder *holder) {
    struct lease lease;
    gate_lock(gate);
    gate->own.backlog[stage]++;
    if (leases_find(gate->leases, holder, &lease))
        gate->own.arrived_by_age[stage][reach_bin(lease.age_s)]++;
    gate_unlock(gate);
}

void gate_stage_leave(struct gate *gate, enum gate_stage stage, bool served) {
    gate_lock(gate);
    ASSERT(gate->own.backlog[stage] > 0);
    gate->own.backlog[stage]--;
    gate->own.completed[stage] += served;
    gate_unlock(gate);
}

bool gate_may_send(struct gate *gate) {
    gate_lock(gate);
    bool may = guard_take(&gate->guard);
    gate_unlock(gate);
    return may;
}

void gate_request_over(struct gate *gate, bool answered) {
    gate_lock(gate);
    if (answered)
        guard_answered(&gate->guard);
    else
        guard_gave_up(&gate->guard);
    gate_unlock(gate);
}

uint64_t gate_page_version(const struct gate *gate) {
    return atomic_load_explicit(&gate->version, memory_order_acquire);
}

void gate_page(struct gate *gate, struct gate_page *ret_page) {
    (void)pthread_mutex_lock(&gate->page_lock);
    *ret_page = gate->page;
    (void)pthread_mutex_unlock(&gate->page_lock);
}

void gate_draw(struct gate *gate, int64_t now_s, struct gate_draw *ret_draw) {
    gate_lock(gate);
    *ret_draw = (struct gate_draw){.draws = gate->options.draws};
    // Nobody draws any more once the line is open, whatever the clock says.
    ret_draw->revealed = ret_draw->draws && now_s >= gate->options.opens_s && line_is_open(gate->line);
    const struct gate_office *office = office_of(gate);
    gate_unlock(gate);
    draw_commitment(ret_draw->commitment, office->draw_secret);
    if (ret_draw->revealed)
        memcpy(ret_draw->secret, office->draw_secret, sizeof ret_draw->secret);
}
