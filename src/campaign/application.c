// application.c - five statements, one grant.
#include "campaign/application.h"

#include <string.h>

#include "ledger/ledger.h"
#include "measure/count.h"

// Each statement takes place only while the journey is verified, and the last of them ends that. The points
// are posted first, because what follows can then look for the posting, which lies beside the reservation.
#define RESERVATION \
    "(SELECT reservation FROM journey WHERE resident_id = $1 AND campaign_id = $2 AND state = 6)"
static const struct statement POST_TRANSFER = {LEDGER_RESOLVE_TRANSFER(RESERVATION, "1 = 1"), "iibii"};
#define IS_VERIFIED \
    "EXISTS (SELECT 1 FROM journey j WHERE j.resident_id = $1 AND j.campaign_id = $3 AND j.state = 6)"
static const struct statement POST_ACCOUNT = {LEDGER_RESOLVE_ACCOUNT(IS_VERIFIED), "ibi"};
static const struct statement INSERT_APPLICATION = {
    "INSERT INTO application (resident_id, campaign_id, receipt, key_hash, body_hash, points, at_ms) "
    "SELECT $1, $2, $3, $4, $5, t.points, $6 FROM journey j, transfer t "
    "WHERE j.resident_id = $1 AND j.campaign_id = $2 AND j.state = 6 AND t.resident_id = $1 AND t.id = $7 "
    "ON CONFLICT DO NOTHING",
    "iiibbib"};
static const struct statement GRANT = {
    "UPDATE journey SET state = 8, applied_ms = $3, granted_ms = $3, reservation = NULL "
    "WHERE resident_id = $1 AND campaign_id = $2 AND state = 6 "
    "AND EXISTS (SELECT 1 FROM transfer WHERE resident_id = $1 AND id = $4)",
    "iiib"};
static const struct statement RESULT = {
    "SELECT j.state, j.reservations, a.receipt, a.key_hash, a.body_hash, a.points, a.at_ms FROM journey j "
    "LEFT JOIN application a ON a.resident_id = j.resident_id AND a.campaign_id = j.campaign_id "
    "WHERE j.resident_id = $1 AND j.campaign_id = $2",
    "ii"};

enum { STEP_RESERVATION, STEP_GRANT, STEP_RESULT };

static bool same(const struct value *value, const unsigned char *hash) {
    return value->length == APPLICATION_HASH_SIZE && memcmp(value->bytes, hash, APPLICATION_HASH_SIZE) == 0;
}

static void read_result(struct application *application, const struct rows *rows) {
    application->result = APPLICATION_OUT_OF_ORDER;
    application->change.state = 0;
    if (rows->count == 0)
        return;
    application->change.state = (enum journey_state)rows_int(rows, 0, 0);
    application->reservations = rows_int(rows, 0, 1);
    if (rows_value(rows, 0, 2)->type == VALUE_NULL) {
        if (application->change.state == JOURNEY_VERIFIED)
            application->result = APPLICATION_NOT_RESERVED;
        return;
    }
    bool same_key = same(rows_value(rows, 0, 3), application->key_hash);
    bool same_body = same(rows_value(rows, 0, 4), application->body_hash);
    if (same_key && !same_body) {
        application->result = APPLICATION_MISMATCH;
        return;
    }
    application->result = application->change.changed ? APPLICATION_GRANTED : APPLICATION_REPEATED;
    application->receipt = rows_int(rows, 0, 2);
    application->points = rows_int(rows, 0, 5);
    application->at_ms = rows_int(rows, 0, 6);
}

static void settle(struct command *command, struct tallies *tallies) {
    struct application *application = command->context;
    struct journey_change *change = &application->change;
    const struct step *reservation = change->steps[STEP_RESERVATION];
    change->changed = change->steps[STEP_GRANT] != NULL && change->steps[STEP_GRANT]->rows.changed > 0;
    read_result(application, &change->steps[STEP_RESULT]->rows);
    if (reservation != NULL && reservation->rows.changed > 0)
        ledger_tally_reserve(tallies, change->campaign->id, change->campaign->points);
    if (!change->changed)
        return;
    ledger_tally_post(tallies, change->campaign->id, application->points);
    count_step(tallies, change->now_ms, change->campaign->id, COUNT_VERIFIED, COUNT_WENT_ON);
    count_step(tallies, change->now_ms, change->campaign->id, COUNT_GRANT, COUNT_REACHED);
}

void application_apply(struct command *command, struct application *application) {
    struct journey_change *change = &application->change;
    struct value resident = value_int(change->resident_id), campaign = value_int(change->campaign->id);
    struct transfer_id id =
        transfer_id_of(TRANSFER_GRANT, TRANSFER_POST, change->campaign->id, change->resident_id, 0);
    const void *bytes = arena_copy_bytes(command->arena, id.bytes, sizeof id.bytes);
    if (bytes == NULL) {
        command->failed = true;
        return;
    }
    struct value now = value_int(change->now_ms), post = value_blob(bytes, sizeof id.bytes);
    command->context = application;
    command->settle = settle;
    change->steps[STEP_RESERVATION] =
        application->reserve ? journey_add_reservation(command, change, application->number) : NULL;
    COMMAND_ADD(command, &POST_TRANSFER, resident, campaign, post, now, value_int(TRANSFER_POST));
    COMMAND_ADD(command, &POST_ACCOUNT, resident, post, campaign);
    COMMAND_ADD(command, &INSERT_APPLICATION, resident, campaign, value_int(application->receipt),
                value_blob(application->key_hash, APPLICATION_HASH_SIZE),
                value_blob(application->body_hash, APPLICATION_HASH_SIZE), now, post);
    change->steps[STEP_GRANT] = COMMAND_ADD(command, &GRANT, resident, campaign, now, post);
    change->steps[STEP_RESULT] = COMMAND_ADD(command, &RESULT, resident, campaign);
}

void application_look(struct command *command, struct application *application) {
    struct journey_change *change = &application->change;
    command->context = application;
    command->settle = settle;
    change->steps[STEP_RESERVATION] = change->steps[STEP_GRANT] = NULL;
    change->steps[STEP_RESULT] =
        COMMAND_ADD(command, &RESULT, value_int(change->resident_id), value_int(change->campaign->id));
}
