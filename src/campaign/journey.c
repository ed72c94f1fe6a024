// journey.c - the state machine as conditional updates.
#include "campaign/journey.h"

#include "ledger/ledger.h"
#include "measure/count.h"

// Parameters that all statements share: $1 resident, $2 campaign, $3 now_ms.
#define WHERE_JOURNEY " WHERE resident_id = $1 AND campaign_id = $2 "
#define OWN(change) \
    value_int((change)->resident_id), value_int((change)->campaign->id), value_int((change)->now_ms)

static const struct statement INSERT_RESIDENT = {
    "INSERT INTO resident (id, created_ms, language) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", "iit"};
static const struct statement INSERT_JOURNEY = {
    "INSERT INTO journey (resident_id, campaign_id, state) SELECT $1, $2, 1 FROM resident "
    "WHERE id = $1 AND created_ms = $3 ON CONFLICT DO NOTHING",
    "iii"};
static const struct statement BEGIN = {
    "UPDATE journey SET began_ms = $3" WHERE_JOURNEY "AND began_ms IS NULL", "iii"};
static const struct statement GO_ON[] = {
    {"UPDATE journey SET state = 2, consented_ms = $3" WHERE_JOURNEY "AND state = 1", "iii"},
    {"UPDATE journey SET state = 3, informed_ms = $3" WHERE_JOURNEY "AND state = 2", "iii"},
    {"UPDATE journey SET state = 4, intended_ms = $3" WHERE_JOURNEY "AND state = 3", "iii"}};
static const struct statement AUTHENTICATE = {
    "UPDATE journey SET state = 5, authenticating_ms = COALESCE(authenticating_ms, $3), "
    "attempts = attempts + 1" WHERE_JOURNEY "AND state IN (4, 5, 9)",
    "iii"};
static const struct statement STATE = {"SELECT state FROM journey" WHERE_JOURNEY, "ii"};

static const struct statement CLAIM_PERSON = {"INSERT INTO person (campaign_id, person_hash, resident_id, "
                                              "verified_ms) SELECT $2, $4, $1, $3 FROM journey" WHERE_JOURNEY
                                              "AND state = 5 ON CONFLICT DO NOTHING",
                                              "iiib"};
static const struct statement VERIFY = {
    "UPDATE journey SET state = 6, verified_ms = $3, age_band = $5, municipality = $6, outcome = 1, "
    "outcome_ms = $3" WHERE_JOURNEY "AND state = 5 AND EXISTS (SELECT 1 FROM person WHERE campaign_id = $2 "
    "AND person_hash = $4 AND resident_id = $1)",
    "iiibii"};
static const struct statement LINKED_ELSEWHERE = {
    "UPDATE journey SET outcome = 9, outcome_ms = $3" WHERE_JOURNEY "AND state = 5 AND EXISTS (SELECT 1 FROM "
    "person WHERE campaign_id = $2 AND person_hash = $4 AND resident_id <> $1)",
    "iiib"};
static const struct statement HOLDER = {
    "SELECT resident_id FROM person WHERE campaign_id = $1 AND person_hash = $2", "ib"};
static const struct statement REFUSE = {"UPDATE journey SET state = 9, age_band = $4, municipality = $5, "
                                        "outcome = $6, outcome_ms = $3" WHERE_JOURNEY "AND state = 5",
                                        "iiiiii"};
static const struct statement NOTE_OUTCOME = {
    "UPDATE journey SET outcome = $4, outcome_ms = $3" WHERE_JOURNEY "AND state IN (4, 5)", "iiii"};

#define HAS_NO_RESERVATION                                                                     \
    "EXISTS (SELECT 1 FROM journey WHERE resident_id = $1 AND campaign_id = $2 AND state = 6 " \
    "AND reservation IS NULL)"
static const struct statement RESERVE_TRANSFER = {LEDGER_RESERVE_TRANSFER(HAS_NO_RESERVATION), "iibiiii"};
static const struct statement RESERVE_ACCOUNT = {LEDGER_RESERVE_ACCOUNT(HAS_NO_RESERVATION), "iibi"};
static const struct statement RESERVE_JOURNEY = {
    "UPDATE journey SET reservation = $3, reservations = reservations + 1" WHERE_JOURNEY
    "AND state = 6 AND reservation IS NULL "
    "AND EXISTS (SELECT 1 FROM transfer WHERE resident_id = $1 AND id = $3)",
    "iib"};

const char *journey_state_name(enum journey_state state) {
    static const char *const names[] = {NULL,       "registered",     "consented", "informed",
                                        "intended", "authenticating", "verified",  "applied",
                                        "granted",  "refused"};
    ASSERT(state > 0 && (size_t)state < sizeof names / sizeof *names);
    return names[state];
}

const char *journey_outcome_name(enum journey_outcome outcome) {
    static const char *const names[] = {NULL,     "verified",         "age",          "outside",
                                        "review", "cancelled",        "card_trouble", "certificate",
                                        "busy",   "linked_elsewhere", "other"};
    ASSERT((size_t)outcome < sizeof names / sizeof *names);
    return names[outcome];
}

static bool step_changed(const struct step *step) {
    return step != NULL && step->rows.changed > 0;
}

// The state after all steps, read by the command's last one.
static enum journey_state state_read(const struct step *step) {
    return step == NULL || step->rows.count == 0 ? 0 : (enum journey_state)rows_int(&step->rows, 0, 0);
}

static struct step *add_state(struct command *command, const struct journey_change *change) {
    return COMMAND_ADD(command, &STATE, value_int(change->resident_id), value_int(change->campaign->id));
}

static void count(struct tallies *tallies, const struct journey_change *change, enum count_step step,
                  int outcome) {
    count_step(tallies, change->now_ms, change->campaign->id, step, outcome);
}

static void settle_register(struct command *command, struct tallies *tallies) {
    struct journey_change *change = command->context;
    change->changed = step_changed(change->steps[1]);
    change->state = change->changed ? JOURNEY_REGISTERED : 0;
    if (change->changed)
        count(tallies, change, COUNT_REGISTER, COUNT_REACHED);
}

void journey_register(struct command *command, struct journey_change *change, const char *language) {
    change->steps[0] = COMMAND_ADD(command, &INSERT_RESIDENT, value_int(change->resident_id),
                                   value_int(change->now_ms), value_text(language));
    change->steps[1] = COMMAND_ADD(command, &INSERT_JOURNEY, OWN(change));
    command->context = change;
    command->settle = settle_register;
}

static void settle_begin(struct command *command, struct tallies *tallies) {
    struct journey_change *change = command->context;
    change->changed = step_changed(change->steps[0]);
    change->state = state_read(change->steps[1]);
    if (change->changed)
        count(tallies, change, COUNT_CONSENT, COUNT_REACHED);
}

void journey_begin(struct command *command, struct journey_change *change) {
    change->steps[0] = COMMAND_ADD(command, &BEGIN, OWN(change));
    change->steps[1] = add_state(command, change);
    command->context = change;
    command->settle = settle_begin;
}

static void settle_go_on(struct command *command, struct tallies *tallies) {
    struct journey_change *change = command->context;
    change->changed = step_changed(change->steps[1]);
    change->state = state_read(change->steps[2]);
    if (step_changed(change->steps[0])) // a client that did not say that it opened the first screen
        count(tallies, change, COUNT_CONSENT, COUNT_REACHED);
    if (!change->changed)
        return;
    enum count_step screen = COUNT_CONSENT + (enum count_step)(change->state - JOURNEY_CONSENTED);
    count(tallies, change, screen, COUNT_WENT_ON);
    count(tallies, change, screen + 1, COUNT_REACHED);
}

void journey_go_on(struct command *command, struct journey_change *change, enum journey_screen screen) {
    ASSERT(screen <= JOURNEY_INTENT);
    change->steps[0] = COMMAND_ADD(command, &BEGIN, OWN(change));
    change->steps[1] = COMMAND_ADD(command, &GO_ON[screen], OWN(change));
    change->steps[2] = add_state(command, change);
    command->context = change;
    command->settle = settle_go_on;
}

static void settle_authenticate(struct command *command, struct tallies *tallies) {
    struct journey_change *change = command->context;
    change->changed = step_changed(change->steps[0]);
    change->state = state_read(change->steps[1]);
    if (change->changed)
        count(tallies, change, COUNT_HOP, COUNT_REACHED);
}

void journey_authenticate(struct command *command, struct journey_change *change) {
    change->steps[0] = COMMAND_ADD(command, &AUTHENTICATE, OWN(change));
    change->steps[1] = add_state(command, change);
    command->context = change;
    command->settle = settle_authenticate;
}

// Adds the reservation's three steps; the last one changes a row exactly when the points were reserved now.
struct step *journey_add_reservation(struct command *command, const struct journey_change *change,
                                     int64_t number) {
    const struct campaign *campaign = change->campaign;
    struct transfer_id id =
        transfer_id_of(TRANSFER_GRANT, TRANSFER_PENDING, campaign->id, change->resident_id, number);
    const unsigned char *bytes = (unsigned char *)arena_copy_bytes(command->arena, id.bytes, sizeof id.bytes);
    if (bytes == NULL) {
        command->failed = true;
        return NULL;
    }
    COMMAND_ADD(command, &RESERVE_TRANSFER, value_int(change->resident_id), value_int(campaign->id),
                value_blob(bytes, sizeof id.bytes), value_int(campaign->points), value_int(change->now_ms),
                value_int(campaign->closes_ms), value_int(account_budget(campaign->id)));
    COMMAND_ADD(command, &RESERVE_ACCOUNT, value_int(change->resident_id), value_int(campaign->id),
                value_blob(bytes, sizeof id.bytes), value_int(campaign->points));
    return COMMAND_ADD(command, &RESERVE_JOURNEY, value_int(change->resident_id), value_int(campaign->id),
                       value_blob(bytes, sizeof id.bytes));
}

// Steps of a verified return: 0 claim, 1 verify, 2 linked elsewhere, 3 holder, 4 reservation, 5 state.
static void settle_verified(struct command *command, struct tallies *tallies) {
    struct journey_return *result = command->context;
    struct journey_change *change = &result->change;
    change->changed = step_changed(change->steps[1]);
    change->state = state_read(change->steps[5]);
    const struct step *holder = change->steps[3];
    result->holder = holder == NULL || holder->rows.count == 0 ? 0 : rows_int(&holder->rows, 0, 0);
    bool elsewhere = step_changed(change->steps[2]);
    result->outcome = elsewhere ? JOURNEY_OUTCOME_LINKED_ELSEWHERE : JOURNEY_OUTCOME_VERIFIED;
    if (change->changed || elsewhere)
        count(tallies, change, COUNT_HOP, COUNT_OUTCOME_IDENTITY + (int)result->outcome);
    if (change->changed) {
        count(tallies, change, COUNT_AUTHENTICATE, COUNT_WENT_ON);
        count(tallies, change, COUNT_VERIFIED, COUNT_REACHED);
    }
    if (step_changed(change->steps[4]))
        ledger_tally_reserve(tallies, change->campaign->id, change->campaign->points);
}

static void add_verified(struct command *command, struct journey_return *result) {
    struct journey_change *change = &result->change;
    struct value hash = value_blob(result->person_hash, sizeof result->person_hash);
    change->steps[0] = COMMAND_ADD(command, &CLAIM_PERSON, OWN(change), hash);
    change->steps[1] = COMMAND_ADD(command, &VERIFY, OWN(change), hash, value_int(result->age_band),
                                   value_int(result->municipality));
    change->steps[2] = COMMAND_ADD(command, &LINKED_ELSEWHERE, OWN(change), hash);
    change->steps[3] = COMMAND_ADD(command, &HOLDER, value_int(change->campaign->id), hash);
    change->steps[4] = result->reserve ? journey_add_reservation(command, change, result->number) : NULL;
    change->steps[5] = add_state(command, change);
    command->settle = settle_verified;
}

static void settle_other(struct command *command, struct tallies *tallies) {
    struct journey_return *result = command->context;
    struct journey_change *change = &result->change;
    change->changed = step_changed(change->steps[0]);
    change->state = state_read(change->steps[1]);
    if (change->changed)
        count(tallies, change, COUNT_HOP, COUNT_OUTCOME_IDENTITY + (int)result->outcome);
}

void journey_return(struct command *command, struct journey_return *result) {
    struct journey_change *change = &result->change;
    command->context = result;
    if (result->outcome == JOURNEY_OUTCOME_VERIFIED) {
        add_verified(command, result);
        return;
    }
    bool refused = result->outcome < JOURNEY_OUTCOME_CANCELLED;
    change->steps[0] = refused ? COMMAND_ADD(command, &REFUSE, OWN(change), value_int(result->age_band),
                                             value_int(result->municipality), value_int(result->outcome))
                               : COMMAND_ADD(command, &NOTE_OUTCOME, OWN(change), value_int(result->outcome));
    change->steps[1] = add_state(command, change);
    command->settle = settle_other;
}
