// chronicle.c - two rows for everybody, up to seven for a granted resident.
#include "campaign/chronicle.h"

#include "ledger/ledger.h"
#include "measure/count.h"

static const struct statement RESIDENT = {
    "INSERT INTO resident (id, created_ms, language) VALUES ($1, $2, 'ja')", "ii"};
static const struct statement JOURNEY = {
    "INSERT INTO journey (resident_id, campaign_id, state, began_ms, consented_ms, informed_ms, intended_ms, "
    "authenticating_ms, verified_ms, applied_ms, granted_ms, attempts, outcome, outcome_ms, age_band, "
    "municipality, reservation, reservations) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, "
    "$12, $13, $14, $15, $16, $17)",
    "iiiiiiiiiiiiiiibi"};
static const struct statement PERSON = {
    "INSERT INTO person (campaign_id, person_hash, resident_id, verified_ms) VALUES ($1, $2, $3, $4)",
    "ibii"};
static const struct statement APPLICATION = {
    "INSERT INTO application (resident_id, campaign_id, receipt, key_hash, body_hash, points, at_ms) "
    "VALUES ($1, $2, $3, $4, $4, $5, $6)",
    "iiibii"};
static const struct statement RESERVE_TRANSFER = {LEDGER_RESERVE_TRANSFER("1 = 1"), "iibiiii"};
static const struct statement RESERVE_ACCOUNT = {LEDGER_RESERVE_ACCOUNT("1 = 1"), "iibi"};
static const struct statement POST_TRANSFER = {LEDGER_RESOLVE_TRANSFER("$6", "1 = 1"), "iibiib"};
static const struct statement POST_ACCOUNT = {LEDGER_RESOLVE_ACCOUNT("1 = 1"), "ibi"};

static bool is_verified(const struct chronicle_life *life) {
    return life->outcome == JOURNEY_OUTCOME_VERIFIED;
}

enum journey_state chronicle_state(const struct chronicle_life *life) {
    if (life->granted_ms > 0)
        return JOURNEY_GRANTED;
    if (is_verified(life))
        return JOURNEY_VERIFIED;
    if (life->outcome != 0 && life->outcome < JOURNEY_OUTCOME_CANCELLED)
        return JOURNEY_REFUSED;
    const int64_t times[] = {life->consented_ms, life->informed_ms, life->intended_ms, life->jumped_ms};
    enum journey_state state = JOURNEY_REGISTERED;
    for (size_t i = 0; i < sizeof times / sizeof *times && times[i] > 0; i++)
        state++;
    return state;
}

static struct value time_or_null(int64_t time_ms) {
    return time_ms > 0 ? value_int(time_ms) : value_null();
}

// Bytes that outlive this call; an empty blob, and a failed command, when memory is exhausted.
static struct value kept(struct command *command, const void *bytes, size_t length) {
    const void *copy = arena_copy_bytes(command->arena, bytes, length);
    command->failed = command->failed || copy == NULL;
    return value_blob(copy, copy == NULL ? 0 : length);
}

static void add_reservation(struct command *command, const struct campaign *campaign,
                            const struct chronicle_life *life, struct value pending) {
    struct value resident = value_int(life->resident_id), id = value_int(campaign->id),
                 points = value_int(campaign->points);
    COMMAND_ADD(command, &RESERVE_TRANSFER, resident, id, pending, points, value_int(life->returned_ms),
                value_int(campaign->closes_ms), value_int(account_budget(campaign->id)));
    COMMAND_ADD(command, &RESERVE_ACCOUNT, resident, id, pending, points);
}

static void add_grant(struct command *command, const struct campaign *campaign,
                      const struct chronicle_life *life, struct value pending) {
    struct transfer_id post =
        transfer_id_of(TRANSFER_GRANT, TRANSFER_POST, campaign->id, life->resident_id, 0);
    struct value post_id = kept(command, post.bytes, sizeof post.bytes),
                 resident = value_int(life->resident_id), id = value_int(campaign->id),
                 at = value_int(life->granted_ms);
    COMMAND_ADD(command, &POST_TRANSFER, resident, id, post_id, at, value_int(TRANSFER_POST), pending);
    COMMAND_ADD(command, &POST_ACCOUNT, resident, post_id, id);
    COMMAND_ADD(command, &APPLICATION, resident, id, value_int(life->receipt), post_id,
                value_int(campaign->points), at);
}

void chronicle_add(struct command *command, const struct campaign *campaign,
                   const struct chronicle_life *life) {
    bool verified = is_verified(life), granted = life->granted_ms > 0;
    struct transfer_id reservation =
        transfer_id_of(TRANSFER_GRANT, TRANSFER_PENDING, campaign->id, life->resident_id, 0);
    struct value pending =
        verified ? kept(command, reservation.bytes, sizeof reservation.bytes) : value_null();
    struct value resident = value_int(life->resident_id), id = value_int(campaign->id);
    COMMAND_ADD(command, &RESIDENT, resident, value_int(life->created_ms));
    COMMAND_ADD(command, &JOURNEY, resident, id, value_int(chronicle_state(life)),
                time_or_null(life->began_ms), time_or_null(life->consented_ms),
                time_or_null(life->informed_ms), time_or_null(life->intended_ms),
                time_or_null(life->jumped_ms), verified ? value_int(life->returned_ms) : value_null(),
                time_or_null(life->granted_ms), value_int(life->attempts), value_int(life->outcome),
                time_or_null(life->returned_ms), value_int(life->age_band), value_int(life->municipality),
                verified && !granted ? pending : value_null(), value_int(verified));
    if (!verified)
        return;
    COMMAND_ADD(command, &PERSON, id, kept(command, life->person_hash, sizeof life->person_hash), resident,
                value_int(life->returned_ms));
    add_reservation(command, campaign, life, pending);
    if (granted)
        add_grant(command, campaign, life, pending);
}

static void count_hops(struct tallies *tallies, int64_t campaign_id, const struct chronicle_life *life) {
    int returns = life->attempts - (life->returned_ms > 0 ? 1 : 0);
    for (int i = 0; i < life->attempts; i++)
        count_step(tallies, life->jumped_ms, campaign_id, COUNT_HOP, COUNT_REACHED);
    for (int i = 0; i < returns && life->before != 0; i++)
        count_step(tallies, life->jumped_ms, campaign_id, COUNT_HOP,
                   COUNT_OUTCOME_IDENTITY + (int)life->before);
    if (life->returned_ms > 0)
        count_step(tallies, life->returned_ms, campaign_id, COUNT_HOP,
                   COUNT_OUTCOME_IDENTITY + (int)life->outcome);
}

void chronicle_count(struct tallies *tallies, const struct campaign *campaign,
                     const struct chronicle_life *life) {
    const int64_t done_ms[] = {life->consented_ms, life->informed_ms, life->intended_ms,
                               is_verified(life) ? life->returned_ms : 0, life->granted_ms};
    count_step(tallies, life->created_ms, campaign->id, COUNT_REGISTER, COUNT_REACHED);
    if (life->began_ms > 0)
        count_step(tallies, life->began_ms, campaign->id, COUNT_CONSENT, COUNT_REACHED);
    for (int screen = COUNT_CONSENT; screen <= COUNT_SCREENS && done_ms[screen - 1] > 0; screen++) {
        count_step(tallies, done_ms[screen - 1], campaign->id, (enum count_step)screen, COUNT_WENT_ON);
        if (screen < COUNT_SCREENS)
            count_step(tallies, done_ms[screen - 1], campaign->id, (enum count_step)(screen + 1),
                       COUNT_REACHED);
    }
    count_hops(tallies, campaign->id, life);
    if (is_verified(life))
        ledger_tally_reserve(tallies, campaign->id, campaign->points);
    if (life->granted_ms > 0) {
        count_step(tallies, life->granted_ms, campaign->id, COUNT_GRANT, COUNT_REACHED);
        ledger_tally_post(tallies, campaign->id, campaign->points);
    }
}
